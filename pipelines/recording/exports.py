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
from pipelines.intake.workbook import GUIDANCE
from pipelines.intake.workbook_parts import SheetPart, WorkbookParts, open_workbook
from pipelines.intake.zip_parts import MEGABYTE, Parts
from schemas.errors import UnreadableError
from schemas.issues import Issue
from schemas.lexicon import normalise
from schemas.recording_systems import IDENTIFYING, Layout, Meaning, Part, RecordingSystem

EXPORT, INCIDENTS, CHILDREN, RETURN = "export", "incidents", "children", "return"
KEY = Meaning(Part.COLUMN, "child_key")
"""The return's own column of keys, in which a school may write the identifiers that keys are made from."""
INSIDE_LIMIT = 400 * MEGABYTE
_TWICE = {
    EXPORT: "More than one sheet of the export, or more than one file, holds a table, and this format reads one. Keep "
    "that one; a workbook with the sheets incidents and children has the format canonical. Nothing was written.",
    INCIDENTS: "Two sheets or files look like the incidents. Keep one; and if the other is the children, see that it "
    "has the column child_key or UPN. Nothing was written.",
    CHILDREN: "Two sheets or files look like the children. Keep one; and if the other is the incidents, take its "
    "columns of pupils' numbers and dates of birth out. Nothing was written.",
}
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
                raise UnreadableError(_TWICE[name])
            found[name] = RawTable(name, table.labels, table.rows)
    wanted = {INCIDENTS, CHILDREN} if system.layout is Layout.TWO_TABLES else {EXPORT}
    if missing := sorted(wanted - set(found)):
        raise UnreadableError(
            f"The {' and the '.join(missing)} table was not found: no sheet or file has the headers that this format "
            "knows. Choose the format that fits (docs/formats.md), or add your headers to a file of your own. "
            "Nothing was written."
        )
    return found


def _role(table: RawTable, system: RecordingSystem) -> str:
    if system.layout is not Layout.TWO_TABLES:
        return EXPORT
    if table.name != EXPORT:
        return table.name
    meanings = [system.meaning(label) for _, label in table.labels]
    of_a_child = {*map(Meaning, IDENTIFYING), Meaning(Part.DATE_OF_BIRTH), KEY}
    return CHILDREN if of_a_child.intersection(meanings) else INCIDENTS


def role_by_name(sheet: SheetPart) -> str | None:
    """What a sheet of the return's own workbook is by its name; None for any other name, "" for one to be read by
    people."""
    name = normalise(sheet.name)
    return "" if name in GUIDANCE else name if name in (INCIDENTS, CHILDREN, RETURN) else None


def _tables(file: NamedFile, system: RecordingSystem) -> Iterator[RawTable]:
    try:
        kind, parts = kind_of(file.content, inside_limit=INSIDE_LIMIT)
        if kind is Kind.ARCHIVE:
            raise UnreadableError("The export is a ZIP. Unpack it, and name the files in it.")
        yield from _sheets(parts, system) if parts is not None else [_delimited(file.content, system)]
    except FileFault as fault:
        raise refusal(fault.as_issue(where="The export")) from None


def _delimited(content: bytes, system: RecordingSystem) -> RawTable:
    text = open_delimited(content, known=system.known_headers)
    return _raw(text.header, *read_delimited(text, name=EXPORT))


def _sheets(parts: Parts, system: RecordingSystem) -> Iterator[RawTable]:
    book = open_workbook(parts)
    for sheet in book.sheets:
        name = role_by_name(sheet) if system.layout is Layout.TWO_TABLES else None
        to_read = sheet.visible and name not in ("", RETURN)
        if to_read and (found := _sheet(book, sheet, system, name=name or EXPORT)):
            yield found


def _sheet(book: WorkbookParts, sheet: SheetPart, system: RecordingSystem, *, name: str) -> RawTable | None:
    rows = SheetRows(cell_reader(book))
    records = rows.read(book.parts.chunks(sheet.part))
    head = _head(records)
    header = find_header(head, known=system.known_headers)
    if header is None:
        return None
    below = [record for record in head if record[0] > header.row]
    table, issues = assemble(header, chain(below, records), name=name, short_rows=True)
    if rows.uncalculated:
        issues.append(issue("file-formula-without-value", table=name, row=rows.uncalculated[0]))
    if rows.bare_serials and book.dates_from_1904:
        issues.append(issue("file-1904-dates", table=name))
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
        raise refusal(stopping[0])
    labels = tuple((header.labels.index(str(label)), str(label)) for label in table.frame.columns)
    texts = [table.frame.iloc[:, place].astype(object).tolist() for place in range(len(labels))]
    rows = zip(map(int, table.frame.index), zip(*texts, strict=True), strict=True)
    return RawTable(table.name, labels, tuple(rows))


def refusal(found: Issue) -> UnreadableError:
    """The error that says an issue of reading, which ends the work."""
    row = f" (row {found.row})" if found.row else ""
    return UnreadableError(f"{found.message}{row} {found.fix} Nothing was written.")
