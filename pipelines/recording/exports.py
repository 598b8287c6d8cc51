"""The files of an export → tables of text; nothing of them is kept, and no sentence repeats a cell, header or name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pipelines.intake.assembling import assemble
from pipelines.intake.cell_values import cell_reader
from pipelines.intake.delimited import open_delimited, read_delimited
from pipelines.intake.kinds import Kind, kind_of
from pipelines.intake.layout import HEADER_WITHIN, Header, Record, find_header
from pipelines.intake.sheets import SheetRows
from pipelines.intake.tables import NamedFile, TextTable
from pipelines.intake.wordings import FileFault, issue
from pipelines.intake.workbook_parts import SheetPart, WorkbookParts, open_workbook
from pipelines.intake.zip_parts import MEGABYTE, Parts
from schemas.errors import UnreadableError
from schemas.issues import Issue
from schemas.recording_systems import IDENTIFYING, Layout, Part, RecordingSystem

EXPORT, INCIDENTS, CHILDREN = "export", "incidents", "children"
_INSIDE_LIMIT = 400 * MEGABYTE
# With these, rows or columns would be missing or stand under the wrong header without anyone seeing it.
_STOPPING = frozenset({"file-ragged-row", "file-duplicate-column", "file-formula-without-value", "file-1904-dates"})


@dataclass(frozen=True)
class RawTable:
    """One table of an export: `labels` are its headers by position; `rows` the cells by position, with row numbers."""

    name: str
    labels: tuple[tuple[int, str], ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_export(files: Sequence[NamedFile], system: RecordingSystem) -> dict[str, RawTable]:
    """The tables of an export by what they hold; an UnreadableError says what stands in the way and what to do."""
    found: dict[str, RawTable] = {}
    for file in files:
        for table in _tables(file, system):
            name = _role(table, system)
            if name in found:
                raise UnreadableError(
                    "More than one sheet or file looks like the same table of the export. Keep the one to be read."
                )
            found[name] = RawTable(name, table.labels, table.rows)
    wanted = {INCIDENTS, CHILDREN} if system.layout is Layout.TWO_TABLES else {EXPORT}
    if missing := sorted(wanted - set(found)):
        raise UnreadableError(
            f"The {' and the '.join(missing)} table was not found: no sheet or file has the headers that this format "
            "knows. Choose the format that fits (docs/formats.md), or add your headers to a file of your own."
        )
    return found


def _role(table: RawTable, system: RecordingSystem) -> str:
    if system.layout is not Layout.TWO_TABLES:
        return EXPORT
    meanings = [system.meaning(label) for _, label in table.labels]
    parts = {meaning.part for meaning in meanings if meaning}
    return CHILDREN if parts & {*IDENTIFYING, Part.DATE_OF_BIRTH} else INCIDENTS


def _tables(file: NamedFile, system: RecordingSystem) -> Iterator[RawTable]:
    try:
        kind, parts = kind_of(file.content, inside_limit=_INSIDE_LIMIT)
        if kind is Kind.ARCHIVE:
            raise UnreadableError("The export is a ZIP. Unpack it, and name the files in it.")
        yield from _sheets(parts, system) if parts is not None else [_delimited(file.content, system)]
    except FileFault as fault:
        raise _refusal(fault.as_issue(where="The export")) from None


def _delimited(content: bytes, system: RecordingSystem) -> RawTable:
    text = open_delimited(content, known=system.known_headers)
    return _raw(text.header, *read_delimited(text, name=EXPORT))


def _sheets(parts: Parts, system: RecordingSystem) -> Iterator[RawTable]:
    book = open_workbook(parts)
    for sheet in book.sheets:
        if sheet.visible and (found := _sheet(book, sheet, system)):
            yield found


def _sheet(book: WorkbookParts, sheet: SheetPart, system: RecordingSystem) -> RawTable | None:
    rows = SheetRows(cell_reader(book))
    records = rows.read(book.parts.chunks(sheet.part))
    head = _head(records)
    header = find_header(head, known=system.known_headers)
    if header is None:
        return None
    below = [record for record in head if record[0] > header.row]
    table, issues = assemble(header, chain(below, records), name=EXPORT, short_rows=True)
    if rows.uncalculated:
        issues.append(issue("file-formula-without-value", table=EXPORT, row=rows.uncalculated[0]))
    if rows.bare_serials and book.dates_from_1904:
        issues.append(issue("file-1904-dates", table=EXPORT))
    return _raw(header, table, issues)


def _head(records: Iterator[Record]) -> list[Record]:
    head: list[Record] = []
    for record in records:
        head.append(record)
        if record[0] >= HEADER_WITHIN:
            break
    return head


def _raw(header: Header, table: TextTable, issues: Sequence[Issue]) -> RawTable:
    if stopping := [one for one in issues if one.rule in _STOPPING]:
        raise _refusal(stopping[0])
    labels = tuple((header.labels.index(str(label)), str(label)) for label in table.frame.columns)
    texts = [table.frame.iloc[:, place].astype(object).tolist() for place in range(len(labels))]
    rows = zip(map(int, table.frame.index), zip(*texts, strict=True), strict=True)
    return RawTable(table.name, labels, tuple(rows))


def _refusal(found: Issue) -> UnreadableError:
    row = f" (row {found.row})" if found.row else ""
    return UnreadableError(f"{found.message}{row} {found.fix} Nothing was written.")
