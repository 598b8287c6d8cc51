"""From bytes to rows of text under named columns, with nothing guessed and nothing lost unsaid."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.reference.complaints import complaint
from schemas.errors import UnreadableError
from schemas.issues import Issue, Severity

# GIAS writes this last column as a bare list with commas, so a longer row is a longer list.
LIST_COLUMNS = frozenset({"linked establishments"})

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


@dataclass(frozen=True)
class TextRows:
    """The cells of a file as text.

    `frame` has the headers in lower case (`titles` has them as sent), the cells trimmed, and as its index
    the row number that a spreadsheet shows. `rows_read` counts every row under the header that is not blank.
    """

    frame: pd.DataFrame
    titles: Mapping[str, str]
    issues: tuple[Issue, ...]
    rows_read: int


def read_rows(content: bytes, *, file_name: str) -> TextRows:
    """The rows of a comma-separated file; UnreadableError if it is not one."""
    text, issues = _decode(content, file_name=file_name)
    numbered = _numbered(text, file_name=file_name)
    titles = _header(numbered, file_name=file_name)
    header = list(titles)
    kept: list[list[str]] = []
    rows: list[int] = []
    rows_read = 0
    for number, cells in numbered:
        rows_read += 1
        whole, issue = _fit(cells, header, number=number)
        issues += [issue] if issue else []
        if whole is not None:
            kept.append(whole)
            rows.append(number)
    frame = pd.DataFrame(kept, columns=header, index=pd.Index(rows, name="row", dtype="int64"), dtype=object)
    return TextRows(frame, titles, tuple(issues), rows_read)


def _decode(content: bytes, *, file_name: str) -> tuple[str, list[Issue]]:
    """UTF-8 if every byte agrees, else Windows-1252: the first telling byte may be far into the file."""
    if content.startswith(b"PK\x03\x04"):
        raise UnreadableError(
            f"{file_name} is a ZIP or a workbook. Open it and send the comma-separated (.csv) file inside."
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text, [_undecodable()] if "\ufffd" in text else []


def _undecodable() -> Issue:
    return complaint(
        "file-characters",
        "Some characters of the file belong to neither UTF-8 nor Windows-1252 and show as \ufffd.",
        "Download the file again, and do not save it from another program.",
        severity=Severity.QUERY,
    )


def _numbered(text: str, *, file_name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, trimmed, with its row number."""
    # Strict, because a quotation mark left open would otherwise swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            trimmed = [cell.strip().strip(_INVISIBLE).strip() for cell in cells]
            if any(trimmed):
                yield number, trimmed
    except csv.Error as error:
        raise UnreadableError(
            f"{file_name} cannot be read as comma-separated text after row {number}: a quotation mark there "
            "is left open or out of place. Download the file again, and do not save it from another program."
        ) from error


def _header(numbered: Iterator[tuple[int, list[str]]], *, file_name: str) -> dict[str, str]:
    """The headers, in lower case, each with the header as sent."""
    _, cells = next(numbered, (0, []))
    if not cells:
        raise UnreadableError(f"{file_name} is empty. Download it again.")
    # Columns without a header (pandas writes its index so) keep a place of their own.
    header = [" ".join(cell.casefold().split()) or f"column {at}" for at, cell in enumerate(cells, start=1)]
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UnreadableError(
            f"{file_name} has more than one column with the same header (column "
            f"{header.index(twice[0]) + 1} for one), so its columns cannot be told apart by name."
        )
    return dict(zip(header, cells, strict=True))


def _fit(cells: list[str], header: Sequence[str], *, number: int) -> tuple[list[str] | None, Issue | None]:
    """A row as wide as the header, or None when its cells cannot be told apart."""
    extra = cells[len(header) :]
    if not any(extra):
        short = len(header) - len(cells)
        return cells[: len(header)] + [""] * short, _short(number) if short > 0 else None
    if header[-1] in LIST_COLUMNS:
        last = len(header) - 1
        return [*cells[:last], ",".join(cells[last:])], None
    return None, _long(number)


def _short(number: int) -> Issue:
    return complaint(
        "structure-row-short",
        "The row has fewer cells than the header; those missing at its end were read as blank.",
        "Compare the row with the register, and download the file again if it is cut short.",
        row=number,
        severity=Severity.QUERY,
    )


def _long(number: int) -> Issue:
    return complaint(
        "structure-row-long",
        "The row has more cells than the header, so which cell belongs where is not clear. It was not read.",
        "Put quotation marks round a cell that contains a comma, or take out rows of another layout.",
        row=number,
    )
