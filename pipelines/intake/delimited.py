"""Delimited text (CSV, and its cousins with semicolons or tabs) → a table of text.

Two ways lead to the same table. Large and plain files go through Arrow; whatever Arrow would read
differently from the standard library's strict reader, or not at all, goes through that reader.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.intake.assembling import assemble
from pipelines.intake.columnar import read_plain
from pipelines.intake.encodings import to_utf8
from pipelines.intake.layout import HEADER_WITHIN, Header, Record, find_header, names_known
from pipelines.intake.tables import TextTable
from pipelines.intake.wordings import FileFault
from schemas.issues import Issue

DELIMITERS = (",", ";", "\t")
_HEAD = 1 << 20


@dataclass(frozen=True)
class Delimited:
    """A delimited file of which the header is known: UTF-8 text, and where its data begin."""

    text: bytes
    delimiter: str
    header: Header
    data_at: int


def open_delimited(content: bytes, *, known: frozenset[str]) -> Delimited:
    """Find the delimiter and the header row by the known column names; a FileFault when there is none."""
    if not content or content.isspace():
        raise FileFault("file-empty")
    text = to_utf8(content)
    found = [one for delimiter in DELIMITERS if (one := _try(text, delimiter=delimiter, known=known))]
    if not found:
        raise FileFault("file-no-header", limit=HEADER_WITHIN)
    return max(found, key=lambda one: names_known(one.header.cells, known=known))


def read_delimited(file: Delimited, *, name: str) -> tuple[TextTable, list[Issue]]:
    """The table and its issues, by the quick way when the file is plain enough for it."""
    plain = read_plain(file.text, data_at=file.data_at, delimiter=file.delimiter, header=file.header, name=name)
    return plain or read_strictly(file, name=name)


def read_strictly(file: Delimited, *, name: str) -> tuple[TextTable, list[Issue]]:
    """The table and its issues, record by record; a FileFault names the row at which quoting breaks."""
    source = io.BytesIO(file.text)
    source.seek(file.data_at)
    lines = io.TextIOWrapper(source, encoding="utf-8", newline="")
    records = _records(lines, delimiter=file.delimiter, first=file.header.row + 1, table=name)
    return assemble(file.header, records, name=name, short_rows=False)


def _records(lines: Iterator[str], *, delimiter: str, first: int, table: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = first
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            rule = "file-cell-too-long" if "field limit" in str(fault) else "file-broken-quote"
            raise FileFault(rule, table=table, row=row) from None
        if cells:
            yield row, cells
        row += 1


def _try(text: bytes, *, delimiter: str, known: frozenset[str]) -> Delimited | None:
    start = len(codecs.BOM_UTF8) if text.startswith(codecs.BOM_UTF8) else 0
    heads = _heads(text, start=start, delimiter=delimiter)
    header = find_header([record for record, _ in heads], known=known)
    if header is None:
        return None
    return Delimited(text=text, delimiter=delimiter, header=header, data_at=heads[header.row - 1][1])


def _heads(text: bytes, *, start: int, delimiter: str) -> list[tuple[Record, int]]:
    """The first records, each with the place at which the next one begins."""
    ends: list[int] = []
    reader = csv.reader(_lines(text[start : start + _HEAD], start=start, ends=ends), delimiter=delimiter)
    heads: list[tuple[Record, int]] = []
    try:
        for cells in reader:
            heads.append(((len(heads) + 1, cells), ends[-1]))
            if len(heads) == HEADER_WITHIN:
                break
    except csv.Error:
        pass  # an impossible cell further down is reported when the table is read
    return heads


def _lines(head: bytes, *, start: int, ends: list[int]) -> Iterator[str]:
    at = start
    for line in head.splitlines(keepends=True):
        at += len(line)
        ends.append(at)
        yield line.decode("utf-8", errors="replace")
