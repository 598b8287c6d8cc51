"""A workbook → its tables of text, with every sheet either read, searched or refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, takewhile

from pipelines.intake.assembling import assemble
from pipelines.intake.beside_cells import inspect_beside_cells
from pipelines.intake.cell_values import CellReader, cell_reader
from pipelines.intake.layout import HEADER_WITHIN, Record, find_header
from pipelines.intake.personal_data import NOT_IN_GUIDANCE, NOT_IN_LOOSE_TEXT, inspect_loose, inspect_name
from pipelines.intake.return_sheet import ROWS_READ, read_return_sheet
from pipelines.intake.sheets import SheetRows
from pipelines.intake.tables import TextTable
from pipelines.intake.wordings import FileFault, issue, row_issues
from pipelines.intake.workbook_parts import SheetPart, WorkbookParts, open_workbook
from pipelines.intake.zip_parts import Parts
from schemas.issues import Issue
from schemas.lexicon import normalise

ROLES = ("incidents", "children", "return")
GUIDANCE = frozenset({"read me", "readme", "codes", "lists", "guidance", "instructions"})

Found = tuple[list[TextTable], list[Issue]]


def read_workbook(parts: Parts, *, known: frozenset[str]) -> Found:
    """The tables of a workbook and its issues; a FileFault when the workbook as a whole is refused."""
    book = open_workbook(parts)
    cells = cell_reader(book)
    tables: list[TextTable] = []
    issues = inspect_beside_cells(book)
    for sheet in book.sheets:
        found_tables, found_issues = _sheet(book, sheet, cells, known=known)
        tables += found_tables
        issues += [*inspect_name(sheet.name, where=_place(sheet)), *found_issues]
    return tables, issues


def _sheet(book: WorkbookParts, sheet: SheetPart, cells: CellReader, *, known: frozenset[str]) -> Found:
    role = normalise(sheet.name)
    rows = SheetRows(cells)
    records = rows.read(book.parts.chunks(sheet.part))
    if role not in ROLES:
        return [], _search(sheet, records, guidance=role in GUIDANCE)
    try:
        table, issues = _read(sheet, role, records, known=known)
    except FileFault as fault:
        return [], [fault.as_issue(where=f"The {role} sheet", table=role)]
    return [table], [*issues, *_oddities(rows, book, table=role)]


def _read(
    sheet: SheetPart, role: str, records: Iterator[Record], *, known: frozenset[str]
) -> tuple[TextTable, list[Issue]]:
    if not sheet.visible:
        raise FileFault("file-hidden-sheet", table=role)
    if role == "return":
        return read_return_sheet(list(takewhile(lambda record: record[0] <= ROWS_READ, records)))
    head, rest = _head(records)
    header = find_header(head, known=known)
    if header is None:
        raise FileFault("file-no-header" if head else "file-empty", table=role, limit=HEADER_WITHIN)
    below = [record for record in head if record[0] > header.row]
    table, issues = assemble(header, chain(below, rest), name=role, short_rows=True)
    return table, [*issues, *title_issues(header.above, where=f"The {role} sheet")]


def title_issues(above: Sequence[Record], *, where: str) -> list[Issue]:
    """Identifiers in the title rows above a header."""
    texts = [cell for _, cells in above for cell in cells]
    return inspect_loose(texts, where=f"{where}, above its column names,", without=NOT_IN_GUIDANCE)


def _head(records: Iterator[Record]) -> tuple[list[Record], Iterator[Record]]:
    """The rows among which the header must be, and all the others."""
    head: list[Record] = []
    for record in records:
        head.append(record)
        if record[0] >= HEADER_WITHIN:
            break
    return head, records


def _search(sheet: SheetPart, records: Iterator[Record], *, guidance: bool) -> list[Issue]:
    """A sheet that is not read is searched, because the file as a whole was sent."""
    texts = {cell for _, cells in records for cell in cells if cell}
    if not texts:
        return []
    if guidance:
        return inspect_loose(texts, where=_place(sheet), without=NOT_IN_GUIDANCE)
    rule = "file-extra-sheet" if sheet.visible else "file-hidden-sheet"
    return [
        issue(rule, where=_place(sheet)),
        *inspect_loose(texts, where=_place(sheet), without=NOT_IN_LOOSE_TEXT),
    ]


def _oddities(rows: SheetRows, book: WorkbookParts, *, table: str) -> list[Issue]:
    issues = row_issues("file-formula-without-value", rows=sorted(set(rows.uncalculated)), table=table)
    if rows.bare_serials and book.dates_from_1904:
        issues.append(issue("file-1904-dates", table=table))
    return issues


def _place(sheet: SheetPart) -> str:
    return f"Sheet {sheet.position}"
