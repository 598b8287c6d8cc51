"""Files as people send them, made for tests: CSV text, real workbooks and hand-made workbook parts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from pipelines.intake.tables import NamedFile, Reading

INCIDENT_HEADER = ["incident_ref", "school_urn", "reported_date", "status"]
CHILD_HEADER = ["incident_ref", "child_key", "role", "year_group"]
INCIDENT_ROWS = [["INC-1", "900001", "2026-02-03", "open"], ["INC-2", "900001", "2026-02-04", "closed"]]
CHILD_ROWS = [["INC-1", "0f" * 16, "pictured", "9"], ["INC-2", "1e" * 16, "received", "10"]]
INCIDENTS = [INCIDENT_HEADER, *INCIDENT_ROWS]
CHILDREN = [CHILD_HEADER, *CHILD_ROWS]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def csv_text(rows: Iterable[Sequence[str]], *, delimiter: str = ",", line_end: str = "\r\n") -> str:
    """Rows as a spreadsheet program writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def incidents_file(text: str | bytes | None = None) -> NamedFile:
    """The incidents as a CSV file."""
    content = csv_text(INCIDENTS) if text is None else text
    return NamedFile("incidents.csv", content if isinstance(content, bytes) else content.encode())


def children_file(text: str | bytes | None = None) -> NamedFile:
    """The children as a CSV file."""
    content = csv_text(CHILDREN) if text is None else text
    return NamedFile("children.csv", content if isinstance(content, bytes) else content.encode())


def zip_of(entries: Mapping[str, bytes | str]) -> bytes:
    """A ZIP with those entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(
    incidents: Sequence[Sequence[Any]] = INCIDENTS,
    children: Sequence[Sequence[Any]] = CHILDREN,
    **others: Sequence[Sequence[Any]],
) -> Workbook:
    """A real workbook with one sheet for each table."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in {"incidents": incidents, "children": children, **others}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def saved(book: Workbook) -> NamedFile:
    """A workbook as the file that is sent."""
    out = io.BytesIO()
    book.save(out)
    return NamedFile("return.xlsx", out.getvalue())


def with_part(file: NamedFile, name: str, content: bytes | str) -> NamedFile:
    """The same workbook with one part added or replaced."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        entries: dict[str, bytes | str] = {entry: archive.read(entry) for entry in archive.namelist()}
    return NamedFile(file.name, zip_of({**entries, name: content}))


def raw_workbook(sheet_data: str, *, before: str = "", properties: str = "", styles: str = "") -> NamedFile:
    """A workbook whose incidents sheet is the given XML, for cells that no library would write."""
    entries = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{properties}'
            '<sheets><sheet name="incidents" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/worksheets/sheet1.xml": (
            f'{before}<worksheet xmlns="{MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>'
        ),
    }
    return NamedFile("return.xlsx", zip_of(entries))


def _relations(*relations: tuple[str, str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in relations
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inside}</Relationships>'


def text_cells(*texts: str) -> str:
    """Cells of inline text, one after another."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def rules(reading: Reading) -> list[str]:
    """The rules of all issues, in order."""
    return [issue.rule for issue in reading.issues]


def cells(reading: Reading, table: str = "incidents") -> list[list[str]]:
    """The cells of a table as plain lists."""
    return reading.tables[table].frame.astype(str).to_numpy().tolist()


def row_numbers(reading: Reading, table: str = "incidents") -> list[int]:
    """The row numbers of a table."""
    return [int(row) for row in reading.tables[table].frame.index]
