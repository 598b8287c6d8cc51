"""The report as a workbook: *Fix first*, *All issues*, *Your rows*, *History*."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from pipelines.cells_given_out import Cell, new_workbook, put
from pipelines.report import issues_file
from pipelines.report.fix_first import to_fix
from pipelines.report.holding import Held
from pipelines.report.own_rows import header, own_rows, said_of_rows
from pipelines.report.past import Past
from schemas.issues import errors, queries

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

TITLE = "Plumbline: report of a check"
FIX_FIRST = ("What is wrong", "What to do", "Table", "Columns", "Rows", "First rows", "Rule")
HISTORY = ("When", "School", "What", "By", "Incidents", "Rows of children", "Queries", "Errors")
NARROWEST, WIDEST = 9, 60
_SAMPLED = 500  # rows by which a column's width is fitted


@dataclass(frozen=True)
class _Look:
    head: Format
    cell: Format
    moment: Format
    day: Format
    note: Format


def report_workbook(held: Held, before: Iterable[Past] = ()) -> bytes:
    """The report (.xlsx); no cell of it is a formula, and none holds what the gate refused."""
    out = io.BytesIO()
    with new_workbook(out, title=TITLE) as book:
        look = _look(book)
        fixes = [astuple(one) for one in to_fix(held.issues)]
        _sheet(book, "Fix first", look, note=_summary(held), header=FIX_FIRST, rows=fixes)
        _sheet(book, "All issues", look, header=issues_file.HEADER, rows=issues_file.issue_rows(held.issues))
        _sheet(book, "Your rows", look, note=said_of_rows(held), header=header(), rows=own_rows(held))
        past = [astuple(one) for one in before]
        _sheet(book, "History", look, note=_of_history(past), header=HISTORY, rows=past)
    return out.getvalue()


def _look(book: Workbook) -> _Look:
    top = {"valign": "top", "text_wrap": True}
    return _Look(
        head=book.add_format({**top, "bold": True, "bg_color": "#D9E6F0", "bottom": 1}),
        cell=book.add_format(top),
        moment=book.add_format({**top, "num_format": "dd/mm/yyyy hh:mm"}),
        day=book.add_format({**top, "num_format": "dd/mm/yyyy"}),
        note=book.add_format({"bold": True}),
    )


def _sheet(
    book: Workbook, name: str, look: _Look, *, header: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = ""
) -> None:
    """A table with its header frozen and its columns as wide as what stands in them."""
    sheet, start = book.add_worksheet(name), 0
    if note:
        put(sheet, 0, 0, note, look.note)
        start = 2
    for column, title in enumerate(header):
        sheet.set_column(column, column, _width(title, [row[column] for row in rows[:_SAMPLED]]))
        put(sheet, start, column, title, look.head)
    for number, row in enumerate(rows, start=start + 1):
        for column, cell in enumerate(row):
            if cell is not None:
                put(sheet, number, column, cell, _style(cell, look))
    sheet.freeze_panes(start + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(start)
    if rows:
        sheet.autofilter(start, 0, start + len(rows), len(header) - 1)


def _style(cell: Cell, look: _Look) -> Format:
    if hasattr(cell, "hour"):
        return look.moment
    return look.day if hasattr(cell, "year") else look.cell


def _width(title: str, cells: Iterable[Cell]) -> int:
    longest = max((max(map(len, str(cell).splitlines() or [""])) for cell in cells if cell is not None), default=0)
    return min(max(longest + 2, len(title) + 4, NARROWEST), WIDEST)


def _summary(held: Held) -> str:
    wrong, doubtful = len(errors(held.issues)), len(queries(held.issues))
    if wrong:
        return f"{wrong:,} to correct, {doubtful:,} to correct or explain. Start at the top."
    return f"Nothing must be corrected; {doubtful:,} to correct or explain (see All issues)."


def _of_history(rows: Sequence[object]) -> str:
    if rows:
        return "What was sent and tried before for this term."
    return "Nothing was sent or tried before for this term, or the term is not known yet."
