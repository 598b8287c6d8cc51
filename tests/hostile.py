"""Files made to break readers, each with what it is and the rule that must answer; small, and made in code."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.comments import Comment

from pipelines.intake.tables import NamedFile
from tests.uploads import (
    CHILDREN,
    INCIDENTS,
    children_file,
    csv_text,
    raw_workbook,
    saved,
    text_cells,
    with_part,
    workbook,
    zip_of,
)

READ = "is read"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = f'<row r="1">{text_cells("incident_ref", "school_urn")}</row>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@dataclass(frozen=True)
class Hostile:
    """What it is, the files sent, and the rule of the sentence that answers (or that it is read)."""

    what: str
    files: tuple[NamedFile, ...]
    rule: str


def made() -> Iterator[Hostile]:
    """All of them."""
    for what, content, rule in [*_texts(), *_other_kinds()]:
        yield Hostile(what, (NamedFile("incidents.csv", content), children_file()), rule)
    for what, content, rule in _zips():
        yield Hostile(what, (NamedFile("return.zip", content),), rule)
    for what, file, rule in _workbooks():
        yield Hostile(what, (file,), rule)


def _texts() -> Iterator[tuple[str, bytes, str]]:
    plain = csv_text(INCIDENTS)
    named = csv_text([*INCIDENTS, ["INC-3", "900001", "2026-02-05", "é"]])
    late = csv_text([INCIDENTS[0], *[["INC-1", "900001", "2026-02-03", "open"]] * 40_000])
    broken = plain.replace("INC-2", '"INC-2')
    ids = csv_text([["incident_ref", "school_urn"], *[[one, "900001"] for one in ("48e87257", "00012", "1E5")]])
    yield "A file of no bytes", b"", "file-empty"
    yield "Only white space", b" \r\n\t\r\n", "file-empty"
    yield "Only a header", csv_text(INCIDENTS[:1]).encode(), READ
    yield "A null byte in a cell", plain.replace("open", "op\0en").encode(), "file-null-bytes"
    yield "UTF-16 with a mark, as Excel's “Unicode text”", plain.replace(",", "\t").encode("utf-16"), READ
    yield "UTF-16 without a mark", plain.encode("utf-16-le"), READ
    yield "UTF-16 without a mark, the other way round", plain.encode("utf-16-be"), READ
    yield "UTF-16 cut in the middle of a character", plain.encode("utf-16")[:-1], "file-encoding"
    yield "The first byte beyond ASCII after 1.6 MB, in UTF-8", (late + "INC-2,900001,2026-02-04,é\r\n").encode(), READ
    yield "The same in Windows-1252", (late + "INC-2,900001,2026-02-04,é\r\n").encode("cp1252"), READ
    yield "Windows-1252", named.encode("cp1252"), READ
    yield "UTF-8 with its mark twice", b"\xef\xbb\xbf\xef\xbb\xbf" + named.encode(), READ
    yield "Bytes of no character set", plain.encode() + b"INC-3,900001,2026-02-05,\x81\x8d\xff\r\n", "file-encoding"
    yield "Three kinds of line end in one file", plain.replace("\r\n", "\r", 1).replace("\r\n", "\n", 1).encode(), READ
    yield (
        "A row with more cells than the header",
        (plain + "INC-3,900001,2026-02-05,open,x\r\n").encode(),
        "file-ragged-row",
    )
    yield "A row with fewer cells than the header", (plain + "INC-3,900001\r\n").encode(), "file-ragged-row"
    yield "A quotation mark that never closes", broken.encode(), "file-broken-quote"
    yield "A quotation mark in the middle of a cell", plain.replace("INC-2", '"INC"-2').encode(), "file-broken-quote"
    yield "A cell of 200,000 characters", plain.replace("open", "x" * 200_000).encode(), "file-cell-too-long"
    yield "Identifiers that look like numbers (48e87257)", ids.encode(), READ
    yield "Commas and nothing else", b"," * 2_000_000, "file-no-header"
    yield "A header, then a row of 500,000 commas", (plain + "," * 500_000 + "\r\n").encode(), READ
    yield (
        "A header of 600 columns",
        (",".join(["incident_ref", "school_urn", *map(str, range(600))]) + "\n").encode(),
        "file-too-wide",
    )
    yield "The same column name twice", plain.replace("status", "school_urn", 1).encode(), "file-duplicate-column"
    yield "No column names", csv_text(INCIDENTS[1:]).encode(), "file-no-header"
    yield "Random bytes", bytes(range(256)) * 40, "file-encoding"
    yield "Formulas that would run a program", plain.replace("open", "=cmd|'/C calc'!A0").encode(), READ


def _other_kinds() -> Iterator[tuple[str, bytes, str]]:
    table = "<table><tr><td>incident_ref</td><td>school_urn</td></tr></table>"
    yield "An old workbook (.xls)", OLE + bytes(600), "file-wrong-kind"
    yield (
        "A workbook saved with a password",
        OLE + bytes(64) + "EncryptedPackage".encode("utf-16-le"),
        "file-password-protected",
    )
    yield "A web page that bears the name of a workbook", f"\n<html>{table}</html>".encode(), "file-wrong-kind"
    yield "An XML spreadsheet of 2003", f'<?xml version="1.0"?><Workbook>{table}</Workbook>'.encode(), "file-wrong-kind"
    yield "A PDF", b"%PDF-1.7\n1 0 obj", "file-no-spreadsheet"
    yield "A picture", b"\x89PNG\r\n\x1a\n" + bytes(99), "file-no-spreadsheet"
    yield "A packed file (gzip)", b"\x1f\x8b\x08" + bytes(99), "file-packed"
    yield "A text document (RTF)", b"{\\rtf1 incident_ref}", "file-no-spreadsheet"
    yield "JSON", b'[{"incident_ref": "INC-1", "school_urn": "900001"}]', "file-no-header"


# -- archives -------------------------------------------------------------------------------------------------

BOTH = {"incidents.csv": csv_text(INCIDENTS), "children.csv": csv_text(CHILDREN)}


def _zips() -> Iterator[tuple[str, bytes, str]]:
    both = zip_of(BOTH)
    yield "A ZIP of the two tables", both, READ
    yield (
        "A ZIP with names that lead out of it",
        zip_of({f"../../etc/{name}": text for name, text in BOTH.items()}),
        READ,
    )
    yield "An empty ZIP", zip_of({}), "file-empty"
    yield "A ZIP in a ZIP", zip_of({**BOTH, "more.zip": both}), "file-zip-nested"
    yield "A ZIP with a document in it", zip_of({**BOTH, "letter.pdf": b"%PDF-1.7"}), "file-zip-names"
    yield "A ZIP of 3,000 files", zip_of({f"{number}.csv": b"" for number in range(3_000)}), "file-zip-entries"
    yield "A ZIP that says it unpacks to 4 GB", declared(both, size=4_000_000_000), "file-zip-size"
    yield "A ZIP that says it unpacks to less than it does", declared(both, size=9), "file-unreadable"
    yield "A ZIP whose entries are one and the same", overlapping(), "file-unreadable"
    yield "A ZIP with a password", flagged(both, bit=1), "file-password-protected"
    yield "A ZIP packed in an unknown way", method(both, number=97), "file-unreadable"
    yield "A ZIP cut in half", both[: len(both) // 2], "file-unreadable"


def _entries(content: bytes) -> Iterator[int]:
    """Where each entry of the central directory begins."""
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        yield at
        at = content.find(b"PK\x01\x02", at + 4)


def _patched(content: bytes, *, offset: int, form: str, value: int) -> bytes:
    changed = bytearray(content)
    for at in _entries(content):
        struct.pack_into(form, changed, at + offset, value)
    return bytes(changed)


def declared(content: bytes, *, size: int) -> bytes:
    """The same ZIP, each entry saying that it unpacks to so many bytes."""
    return _patched(content, offset=24, form="<I", value=size)


def flagged(content: bytes, *, bit: int) -> bytes:
    """The same ZIP with a flag set on each entry."""
    return _patched(content, offset=8, form="<H", value=bit)


def method(content: bytes, *, number: int) -> bytes:
    """The same ZIP, each entry saying that it is packed in that way."""
    return _patched(content, offset=10, form="<H", value=number)


def overlapping() -> bytes:
    """A ZIP of which every entry has the same bytes."""
    return _patched(zip_of(BOTH), offset=42, form="<I", value=0)


# -- workbooks ------------------------------------------------------------------------------------------------


def _workbooks() -> Iterator[tuple[str, NamedFile, str]]:
    plain = saved(workbook())
    yield "A workbook", plain, READ
    for what, part, rule in [
        ("macros (.xlsm)", "xl/vbaProject.bin", "file-macros"),
        ("comments", "xl/comments1.xml", "personal-attachment"),
        ("threaded comments", "xl/threadedComments/threadedComment1.xml", "personal-attachment"),
        ("a pivot cache", "xl/pivotCache/pivotCacheRecords1.xml", "personal-attachment"),
        ("a picture", "xl/media/image1.png", "personal-attachment"),
        ("an embedded document", "xl/embeddings/oleObject1.bin", "personal-attachment"),
        ("values of another workbook", "xl/externalLinks/externalLink1.xml", "personal-attachment"),
        ("a data connection", "xl/connections.xml", "personal-attachment"),
    ]:
        yield f"A workbook with {what}", with_part(plain, part, b"<x/>"), rule
    commented = workbook()
    commented["incidents"]["A2"].comment = Comment("a name", "a name")
    yield "A workbook with a comment, as Excel saves it", saved(commented), "personal-attachment"
    yield "A binary workbook (.xlsb)", with_part(plain, "xl/workbook.bin", b"x"), "file-wrong-kind"
    ods = zip_of({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
    yield "An OpenDocument spreadsheet (.ods)", NamedFile("return.ods", ods), "file-wrong-kind"
    yield (
        "A Word document",
        NamedFile("x.docx", zip_of({"[Content_Types].xml": "", "word/document.xml": ""})),
        "file-no-spreadsheet",
    )
    for state in ("hidden", "veryHidden"):
        book = workbook(Working=[["anything"]])
        book["Working"].sheet_state = state
        yield f"A {state} sheet with content", saved(book), "file-hidden-sheet"
    merged = workbook()
    merged["incidents"].merge_cells("A3:B3")
    yield "Merged cells", saved(merged), READ
    plain = saved(workbook())
    yield from _entity_bombs(plain)
    yield from _odd_sheets(plain)
    yield from _odd_packages(plain)


def _entity_bombs(plain: NamedFile) -> Iterator[tuple[str, NamedFile, str]]:
    yield "An entity bomb in a sheet", raw_workbook(HEADER, before=DOCTYPE), "file-unsafe-xml"
    relations = _part(plain, "xl/_rels/workbook.xml.rels").replace(
        b"</Relationships>",
        f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="t.xml"/></Relationships>'.encode(),
    )
    with_texts = with_part(plain, "xl/_rels/workbook.xml.rels", relations)
    yield "An entity bomb in the shared texts", with_part(with_texts, "xl/t.xml", f"{DOCTYPE}<x/>"), "file-unsafe-xml"
    for part in ("xl/workbook.xml", "xl/styles.xml", "_rels/.rels"):
        yield f"An entity bomb in {part}", with_part(plain, part, f"{DOCTYPE}<x>&b;</x>"), "file-unsafe-xml"


def _odd_sheets(plain: NamedFile) -> Iterator[tuple[str, NamedFile, str]]:
    row = f'<row r="2">{text_cells("INC-1", "900001")}</row>'
    yield (
        "A cell at XFD1048576, far from all others",
        raw_workbook(HEADER + row + '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'),
        "file-too-wide",
    )
    yield (
        "A blank formatted cell at XFD1048576",
        raw_workbook(HEADER + row + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'),
        READ,
    )
    dimension = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    sheet = _part(plain, "xl/worksheets/sheet1.xml").replace(b"<sheetData>", dimension)
    yield "A sheet that says it has 17 billion cells", with_part(plain, "xl/worksheets/sheet1.xml", sheet), READ
    yield "Rows out of order", raw_workbook(HEADER + row + row), "file-unreadable"
    yield "A row beyond the last", raw_workbook(HEADER + '<row r="1048577"><c><v>1</v></c></row>'), "file-unreadable"
    yield (
        "A text that is not among the workbook's texts",
        raw_workbook(HEADER + '<row r="2"><c t="s"><v>9</v></c></row>'),
        "file-unreadable",
    )
    yield "Tags that do not close", raw_workbook(HEADER + "<row><c><v>1</c></row>"), "file-unreadable"
    yield "Tags 20,000 deep", raw_workbook(HEADER + "<g>" * 20_000 + "</g>" * 20_000 + row), READ
    from_1904 = raw_workbook(
        HEADER + '<row r="2"><c t="str"><v>A</v></c><c><v>44594</v></c></row>', properties='<workbookPr date1904="1"/>'
    )
    yield "Plain numbers in a workbook that counts from 1904", from_1904, "file-1904-dates"


def _odd_packages(plain: NamedFile) -> Iterator[tuple[str, NamedFile, str]]:
    yield (
        "Strict Open XML",
        with_part(plain, "xl/workbook.xml", '<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'),
        "file-strict-workbook",
    )
    yield (
        "A workbook without its sheet",
        with_part(
            plain,
            "xl/_rels/workbook.xml.rels",
            _part(plain, "xl/_rels/workbook.xml.rels").replace(b"sheet1", b"sheet9"),
        ),
        "file-unreadable",
    )
    yield (
        "A workbook that says it unpacks to 4 GB",
        NamedFile("a.xlsx", declared(plain.content, size=2**32 - 1)),
        "file-zip-size",
    )
    yield (
        "A workbook with a password on its ZIP",
        NamedFile("a.xlsx", flagged(plain.content, bit=1)),
        "file-password-protected",
    )
    yield "A workbook cut in half", NamedFile("a.xlsx", plain.content[: len(plain.content) // 2]), "file-unreadable"


def _part(file: NamedFile, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return archive.read(name)
