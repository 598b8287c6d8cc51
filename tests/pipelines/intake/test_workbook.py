"""Workbooks: real ones as openpyxl writes them, and parts that no spreadsheet program would write."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl.comments import Comment

from pipelines.intake.cell_values import CellReader
from pipelines.intake.reading import read
from pipelines.intake.sheets import SheetRows
from pipelines.intake.tables import NamedFile
from pipelines.intake.wordings import FileFault
from tests.uploads import (
    CHILD_ROWS,
    CHILDREN,
    INCIDENT_HEADER,
    INCIDENT_ROWS,
    INCIDENTS,
    MAIN,
    cells,
    raw_workbook,
    row_numbers,
    rules,
    saved,
    text_cells,
    with_part,
    workbook,
)

HEADER_ROW = f'<row r="1">{text_cells("incident_ref", "school_urn")}</row>'
ONLY_CHILDREN_MISSING = ["file-missing-table"]


def read_sheet(rows, **others):
    return read([saved(workbook(rows, **others))])


def read_raw(*rows: str, **parts: str):
    return read([raw_workbook(HEADER_ROW + "".join(rows), **parts)])


def test_a_workbook_gives_both_tables_without_issues():
    reading = read([saved(workbook())])
    assert reading.issues == ()
    assert cells(reading) == INCIDENT_ROWS
    assert cells(reading, "children") == CHILD_ROWS
    assert row_numbers(reading) == [2, 3]


def test_leading_title_rows_and_blank_rows_keep_the_numbers_of_the_spreadsheet():
    reading = read_sheet([[], ["Spring return"], [], *INCIDENTS[:2], [], [None, None], INCIDENTS[2]])
    assert reading.issues == ()
    assert reading.tables["incidents"].header_row == 4
    assert row_numbers(reading) == [5, 8]


def test_cells_of_every_kind_become_the_text_that_people_see():
    moment = datetime.fromisoformat("2026-02-03T14:30")
    row = ["INC-1", 900001, date(2026, 2, 3), True]
    reading = read_sheet([INCIDENT_HEADER, row, [7.0, 4.5, moment, "#N/A"], [0, 45000, None, False]])
    assert cells(reading) == [
        ["INC-1", "900001", "2026-02-03", "TRUE"],
        ["7", "4.5", "2026-02-03T14:30:00", "#N/A"],
        ["0", "45000", "", "FALSE"],
    ]
    assert [(issue.rule, issue.row, issue.column) for issue in reading.issues] == [("file-cell-error", 3, "status")]


def test_keys_that_look_like_numbers_stay_text_and_rounded_ones_are_refused():
    rows = [CHILDREN[0], ["INC-1", "0012345678901234", "pictured", 9], ["INC-2", 12345678901234567890, "other", 9]]
    reading = read([saved(workbook(children=rows))])
    assert cells(reading, "children")[0] == ["INC-1", "0012345678901234", "pictured", "9"]
    assert [(issue.rule, issue.row) for issue in reading.issues] == [("file-rounded-number", 3)]


def test_a_workbook_that_counts_from_1904_gives_the_right_dates():
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    row = '<row r="2"><c t="inlineStr"><is><t>A</t></is></c><c s="1"><v>44594</v></c></row>'
    from_1904 = '<workbookPr date1904="1"/>'
    assert cells(read_raw(row, styles=styles, properties=from_1904)) == [["A", "2026-02-03"]]
    assert cells(read_raw(row, styles=styles)) == [["A", "2022-02-02"]]


def test_plain_numbers_that_may_be_dates_are_queried_in_a_1904_workbook():
    row = '<row r="2"><c t="inlineStr"><is><t>A</t></is></c><c><v>44594</v></c></row>'
    assert "file-1904-dates" in rules(read_raw(row, properties='<workbookPr date1904="1"/>'))


def test_a_formula_without_a_stored_result_is_named():
    reading = read_raw('<row r="2"><c><f>A1</f></c><c><v>900001</v></c></row>')
    assert ("file-formula-without-value", 2) in [(issue.rule, issue.row) for issue in reading.issues]


def test_a_hidden_table_is_refused_and_said_to_be_hidden():
    book = workbook()
    book["incidents"].sheet_state = "veryHidden"
    reading = read([saved(book)])
    assert [(issue.rule, issue.table) for issue in reading.issues] == [("file-hidden-sheet", "incidents")]
    assert list(reading.tables) == ["children"]


def test_other_sheets_are_queried_when_visible_refused_when_hidden_and_fine_when_empty():
    book = workbook(Empty=[], Working=[["anything"]], Hidden=[["anything"]])
    book["Hidden"].sheet_state = "hidden"
    assert rules(read([saved(book)])) == ["file-extra-sheet", "file-hidden-sheet"]


def test_guidance_sheets_are_ignored_with_their_help_addresses_but_searched_for_identifiers():
    assert rules(read_sheet(INCIDENTS, **{"Read me": [["Help: team@example.org or https://example.org"]]})) == []
    reading = read_sheet(INCIDENTS, codes=[["for example B801200005001"]])
    assert rules(reading) == ["personal-upn"]


def test_identifiers_on_another_sheet_above_a_header_or_in_a_sheet_name_are_refused():
    upn = "A801200005001"
    readings = [
        read_sheet(INCIDENTS, Working=[[upn]]),
        read_sheet([["Return for", upn], *INCIDENTS]),
        read_sheet(INCIDENTS, **{upn: []}),
    ]
    for reading in readings:
        assert "personal-upn" in rules(reading)
        assert not any(upn in issue.message + issue.fix for issue in reading.issues)


@pytest.mark.parametrize(
    "rows",
    [
        [["school_urn", "academic_year", "term", "key_version"], [900001, "202526", "spring", 2]],
        [
            ["Field", "Value"],
            ["school_urn", 900001],
            ["academic_year", "202526"],
            ["term", "spring"],
            ["key_version", 2],
        ],
        [[], ["school_urn", 900001], ["academic_year", "202526"], [], ["term", "spring"], ["key_version", 2]],
    ],
)
def test_the_return_sheet_is_read_across_or_down(rows):
    reading = read_sheet(INCIDENTS, **{"return": rows})
    assert reading.issues == ()
    frame = reading.tables["return"].frame
    assert list(frame.columns) == ["school_urn", "academic_year", "term", "key_version"]
    assert cells(reading, "return") == [["900001", "202526", "spring", "2"]]


def test_a_return_sheet_that_names_no_field_is_refused():
    assert rules(read_sheet(INCIDENTS, **{"return": [["hello", "world"]]})) == ["file-no-header"]


def test_a_comment_is_refused_without_being_repeated():
    book = workbook()
    book["incidents"]["A2"].comment = Comment("this is Ann Example", "Ann Example")
    reading = read([saved(book)])
    assert rules(reading) == ["personal-attachment"]
    assert "comments" in reading.issues[0].message
    assert "Ann" not in str(reading)


@pytest.mark.parametrize(
    ("part", "content", "rule"),
    [
        ("xl/media/image1.png", b"\x89PNG", "personal-attachment"),
        ("xl/embeddings/oleObject1.bin", b"x", "personal-attachment"),
        ("xl/drawings/drawing1.xml", b"<xdr:wsDr><xdr:twoCellAnchor/></xdr:wsDr>", "personal-attachment"),
        ("XL\\Media\\photo.JPG", b"x", "personal-attachment"),
        ("xl/pivotCache/pivotCacheRecords1.xml", b"<r/>", "personal-attachment"),
        ("xl/externalLinks/externalLink1.xml", b"<r/>", "personal-attachment"),
        ("letter.pdf", b"%PDF", "personal-attachment"),
        ("xl/vbaProject.bin", b"x", "file-macros"),
        ("xl/workbook.bin", b"x", "file-wrong-kind"),
    ],
)
def test_whatever_a_workbook_carries_beside_its_cells_is_refused(part, content, rule):
    assert rules(read([with_part(saved(workbook()), part, content)])) == [rule]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/drawings/drawing1.xml", b"<xdr:wsDr/>"),
        ("docProps/thumbnail.jpeg", b"x"),
        ("xl/printerSettings/printerSettings1.bin", b"x"),
        ("customXml/item1.xml", b"<x/>"),
    ],
)
def test_what_spreadsheet_programs_add_by_themselves_is_not_refused(part, content):
    assert rules(read([with_part(saved(workbook()), part, content)])) == []


def test_macros_are_told_by_the_content_type_whatever_the_name():
    types = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    assert rules(read([with_part(saved(workbook()), "[Content_Types].xml", types)])) == ["file-macros"]


def test_a_document_type_declaration_is_refused_before_an_entity_can_grow():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert rules(read_raw(before=bomb)) == ["file-unsafe-xml", "file-missing-table"]


def test_a_strict_workbook_is_refused_by_name():
    strict = b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'
    assert rules(read([with_part(saved(workbook()), "xl/workbook.xml", strict)])) == ["file-strict-workbook"]


def test_a_cell_seventeen_thousand_million_cells_away_costs_nothing():
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "file-too-wide" in rules(read_raw('<row r="2"><c><v>1</v></c></row>', far))
    deep = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert row_numbers(read_raw(deep)) == [1048576]


def test_a_claimed_dimension_is_not_believed():
    book = raw_workbook(HEADER_ROW + '<row r="2"><c><v>1</v></c></row>')
    sheet = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
        f'{HEADER_ROW}<row r="2"><c><v>1</v></c></row></sheetData></worksheet>'
    )
    assert cells(read([with_part(book, "xl/worksheets/sheet1.xml", sheet)])) == [["1", ""]]


def test_millions_of_blank_formatted_cells_are_refused():
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row>{"<c/>" * 1001}</row></sheetData></worksheet>'
    cell_texts = CellReader(strings=(), date_styles=frozenset(), dates_from_1904=False)
    assert list(SheetRows(cell_texts, max_cells=1001).read([sheet.encode()])) == []
    with pytest.raises(FileFault, match="file-too-many-cells"):
        list(SheetRows(cell_texts, max_cells=1000).read([sheet.encode()]))


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c><v>1</v></c></row>',
        '<row r="-4"><c><v>1</v></c></row>',
        '<row r="9999999"><c><v>1</v></c></row>',
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="77"><v>1</v></c></row>',
        '<row r="2"><c t="s"><v>99</v></c></row>',
        '<row r="2"><c s="x"><v>1</v></c></row>',
        '<row r="2"><c>',
    ],
)
def test_damaged_rows_and_cells_are_refused_in_one_sentence(row):
    reading = read_raw(row)
    assert "file-unreadable" in rules(reading)
    assert "incidents" not in reading.tables


def test_rich_text_is_joined_and_its_phonetic_guide_left_out():
    rich = '<c t="inlineStr"><is><r><t>IN</t></r><r><t>C-1</t></r><rPh><t>guide</t></rPh></is></c>'
    assert cells(read_raw(f'<row r="2">{rich}<c><v>900001</v></c></row>')) == [["INC-1", "900001"]]


def test_numbers_that_are_not_numbers_or_dates_that_no_calendar_has_stay_as_they_are():
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    row = '<row r="2"><c s="0"><v>99999999</v></c><c><v>NaN</v></c></row>'
    assert cells(read_raw(row, styles=styles)) == [["99999999", "NaN"]]


def test_a_broken_or_cut_off_workbook_is_refused():
    whole = saved(workbook()).content
    for content in (whole[:200], whole[:-200], whole[: len(whole) // 2], b"PK\x03\x04" + b"x" * 100):
        assert rules(read([NamedFile("return.xlsx", content)])) == ["file-unreadable"]


def test_a_password_is_named_as_the_reason():
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    assert rules(read([NamedFile("return.xlsx", ole)])) == ["file-password-protected"]
