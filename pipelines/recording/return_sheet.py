"""What the return sheet of a school's own workbook says: which school, year and term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from pipelines.intake.cell_values import cell_reader
from pipelines.intake.kinds import Kind, kind_of
from pipelines.intake.return_sheet import ROWS_READ, read_return_sheet
from pipelines.intake.sheets import SheetRows
from pipelines.intake.structure import shape
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import NamedFile, TextTable
from pipelines.intake.wordings import FileFault
from pipelines.intake.workbook_parts import open_workbook
from pipelines.recording.exports import INSIDE_LIMIT, RETURN, refusal, role_by_name
from schemas.errors import UnreadableError
from schemas.recording_systems import Layout, RecordingSystem


def said_on_return_sheet(files: Sequence[NamedFile], system: RecordingSystem) -> Stated:
    """The school, year and term of the return sheet, blank where there is none; an UnreadableError when there are
    two such sheets, or one says what cannot be understood."""
    if system.layout is not Layout.TWO_TABLES:
        return Stated()
    try:
        found = [table for file in files for table in _return_sheets(file)]
    except FileFault as fault:
        raise refusal(fault.as_issue(where="The return sheet")) from None
    if len(found) > 1:
        raise UnreadableError("There is more than one return sheet. Keep the one that is right. Nothing was written.")
    shaped = shape(dict.fromkeys((RETURN,), found[0]) if found else {}, stated=Stated())
    if shaped.issues:
        raise refusal(shaped.issues[0])
    return shaped.stated


def _return_sheets(file: NamedFile) -> Iterator[TextTable]:
    kind, parts = kind_of(file.content, inside_limit=INSIDE_LIMIT)
    if parts is None or kind is Kind.ARCHIVE:
        return
    book = open_workbook(parts)
    for sheet in book.sheets:
        if sheet.visible and role_by_name(sheet) == RETURN:
            records = SheetRows(cell_reader(book)).read(book.parts.chunks(sheet.part))
            yield read_return_sheet(list(takewhile(lambda record: record[0] <= ROWS_READ, records)))[0]
