"""The ways in which a sound return is broken, and the forms in which it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl import Workbook
from openpyxl.comments import Comment

from pipelines.sample.broken_base import Draft
from pipelines.sample.workbook import Cell, archive, with_part, workbook
from pipelines.sample.writing import csv_bytes, typed

Edit = Callable[[Draft], None]
Pack = Callable[[Draft], dict[str, bytes]]
Expected = tuple[str, str, int | None, str | None]
"""The rule, the table, the row and the column of an issue."""

# The first bytes of Microsoft's old wrapper, and the name under which it keeps an encrypted workbook.
_WRAPPER = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1016)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def cell(table: str, row: int, column: str, value: Cell) -> Edit:
    """Write one cell, by its row number as the spreadsheet shows it."""
    return lambda draft: draft.put(table, row, column, value)


def cells(table: str, row: int, values: dict[str, Cell]) -> Edit:
    """Write several cells of one row."""

    def edit(draft: Draft) -> None:
        for column, value in values.items():
            draft.put(table, row, column, value)

    return edit


def without_column(table: str, column: str) -> Edit:
    """Take a column out."""

    def edit(draft: Draft) -> None:
        place = draft.place(table, column)
        for row in draft.sheets[table]:
            del row[place]

    return edit


def column_called(table: str, column: str, header: str) -> Edit:
    """Give a column another header."""

    def edit(draft: Draft) -> None:
        draft.sheets[table][0][draft.place(table, column)] = header

    return edit


def with_column(table: str, header: str, values: Sequence[Cell]) -> Edit:
    """Add a column; the values are used again and again until the rows are full."""

    def edit(draft: Draft) -> None:
        for number, row in enumerate(draft.sheets[table]):
            row.append(values[(number - 1) % len(values)] if number else header)

    return edit


def column_retyped(table: str, column: str, form: str) -> Edit:
    """Turn the dates of a column into text of another form."""

    def edit(draft: Draft) -> None:
        place = draft.place(table, column)
        for row in draft.sheets[table][1:]:
            day = row[place]
            row[place] = day.strftime(form) if isinstance(day, date) else day

    return edit


def dates_as_numbers(draft: Draft) -> None:
    """Leave every date as the number of days that a spreadsheet keeps, as when the format is lost."""
    for row in draft.sheets["incidents"][1:]:
        row[:] = [(each - date(1899, 12, 30)).days if isinstance(each, date) else each for each in row]


def row_again(table: str, row: int) -> Edit:
    """Add a copy of a row at the end."""
    return lambda draft: draft.sheets[table].append(list(draft.sheets[table][row - 1]))


def without_rows(table: str, first: int, last: int) -> Edit:
    """Take out rows, by their numbers as the spreadsheet shows them."""

    def edit(draft: Draft) -> None:
        del draft.sheets[table][first - 1 : last]

    return edit


def without_table(table: str) -> Edit:
    """Take out a whole sheet."""
    return lambda draft: draft.sheets.__delitem__(table)


def row_longer(table: str, row: int, extra: Cell) -> Edit:
    """Let a row run on past the last header."""
    return lambda draft: draft.sheets[table][row - 1].append(extra)


def title_above(table: str, title: str) -> Edit:
    """Put a title row above the header."""
    return lambda draft: draft.sheets[table].insert(0, [title])


def as_workbook(draft: Draft) -> dict[str, bytes]:
    """One workbook."""
    return {"return.xlsx": workbook(draft.sheets)}


def as_csv_pair(draft: Draft) -> dict[str, bytes]:
    """Two CSV files in UTF-8 with a mark, as Excel saves them."""
    return {f"{name}.csv": _csv(draft, name) for name in ("incidents", "children") if name in draft.sheets}


def as_csv_pair_in(**encodings: str) -> Pack:
    """Two CSV files, each in an encoding of its own."""
    return lambda draft: {f"{name}.csv": _csv(draft, name, as_=code) for name, code in encodings.items()}


def as_zip(draft: Draft) -> dict[str, bytes]:
    """The two CSV files in a ZIP."""
    return {"return.zip": archive(as_csv_pair(draft))}


def cut_off(pack: Pack) -> Pack:
    """What came through when the connection broke: two thirds of each file."""
    return lambda draft: {name: body[: len(body) * 2 // 3] for name, body in pack(draft).items()}


def bytes_changed(pack: Pack, old: bytes, new: bytes) -> Pack:
    """The files with the first find of some bytes replaced."""
    return lambda draft: {name: body.replace(old, new, 1) for name, body in pack(draft).items()}


def empty(draft: Draft) -> dict[str, bytes]:
    """A file of no bytes at all."""
    return {"return.xlsx": b""}


def password_protected(draft: Draft) -> dict[str, bytes]:
    """What looks like a workbook saved with a password (it holds nothing)."""
    return {"return.xlsx": _WRAPPER + _ENCRYPTED + bytes(1024 - len(_ENCRYPTED))}


def with_comment(text: str) -> Pack:
    """A workbook with a comment on a cell."""

    def add(book: Workbook) -> None:
        book["incidents"]["B2"].comment = Comment(text, "School office")

    return lambda draft: {"return.xlsx": workbook(draft.sheets, add=add)}


def with_hidden_sheet(rows: Sequence[Sequence[Cell]]) -> Pack:
    """A workbook with a sheet that nobody sees."""

    def add(book: Workbook) -> None:
        sheet = book.create_sheet("Sheet4")
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden"

    return lambda draft: {"return.xlsx": workbook(draft.sheets, add=add)}


def with_picture(draft: Draft) -> dict[str, bytes]:
    """A workbook that carries a picture (of one clear dot)."""
    content = as_workbook(draft)["return.xlsx"]
    return {"return.xlsx": with_part(content, "xl/media/image1.png", _PICTURE, kind="image/png")}


def with_macros(draft: Draft) -> dict[str, bytes]:
    """A workbook that carries what looks like a macro project (it holds nothing)."""
    content, kind = as_workbook(draft)["return.xlsx"], "application/vnd.ms-office.vbaProject"
    return {"return.xlsx": with_part(content, "xl/vbaProject.bin", _WRAPPER, kind=kind)}


def _csv(draft: Draft, name: str, *, as_: str = "utf-8-sig") -> bytes:
    return csv_bytes([[typed(value) for value in row] for row in draft.sheets[name]], encoding=as_)


@dataclass(frozen=True)
class Fault:
    """How the sound return is broken and packed. One whose name starts with "accepted" is none: it loads."""

    name: str
    fault: str
    edits: tuple[Edit, ...] = ()
    pack: Pack = as_workbook
    expects: tuple[Expected, ...] = ()
