"""Rows in the usual shape are read at once: always with the same result as when the parser reads every byte."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.cell_values import CellReader
from pipelines.intake.sheets import SheetRows
from pipelines.intake.usual_rows import UsualRows
from pipelines.intake.wordings import FileFault
from tests.uploads import MAIN

CELLS = CellReader(strings=("INC-1", "", "a b"), date_styles=frozenset({1}), dates_from_1904=False)
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
WORKSHEET = f'{DECLARATION}\n<worksheet xmlns="{MAIN}" xmlns:x14ac="urn:x"><sheetData>'


class Parsed(SheetRows):
    """The same sheet with every row left to the parser."""

    def _take(self, text: str) -> bool:
        return False


def outcome(kind, content: bytes, *, size: int):
    rows = kind(CELLS, max_cells=40)
    found, fault = [], None
    try:
        found.extend(rows.read(content[at : at + size] for at in range(0, len(content), size)))
    except FileFault as raised:
        fault = raised.rule
    return found if fault is None else fault, rows.uncalculated, fault is None and rows.bare_serials


STORED = st.sampled_from(
    [
        "0",
        "1",
        "2",
        "9",
        "44594",
        "46100.5",
        "1e400",
        "-1",
        "",
        "yes",
        "#N/A",
        "a &amp; b",
        "_x0041_",
        " x ",
        "é",
        "]]>",
    ]
)
ATTRIBUTES = st.sampled_from(
    ["", ' s="1"', ' t="s"', ' s="1" t="n"', ' t="str"', ' t="e"', ' t="b"', ' t="d"', ' s="x"']
)
SHAPES = st.sampled_from(
    [
        "<v>{}</v>",
        "<is><t>{}</t></is>",
        '<is><t xml:space="preserve">{}</t></is>',
        "",
        "<f>A1</f><v>{}</v>",
        "<f>A1</f>",
        "<is><r><t>{}</t></r><rPh><t>x</t></rPh></is>",
        "<!-- {} --><v>1</v>",
        "<v><![CDATA[{}]]></v>",
        "<v>{}</is>",
    ]
)
LETTERS = st.sampled_from(["A", "B", "C", "Z", "AB", "XFD", "b", ""])
OPENINGS = st.sampled_from(
    [
        "<row>",
        '<row r="{}">',
        '<row r="{}" spans="1:3" x14ac:dyDescent="0.25">',
        '\n<row r="{}" ht="15">',
        '<row r="0">',
        '<row r="99"/><row r="{}">',
        '<!-- <row r="1"> --><row r="{}">',
        '<row r="{}" xmlns="other">',
        '<row r="{}" r="2">',
    ]
)


@st.composite
def sheets(draw):
    rows = ""
    for number in range(1, draw(st.integers(1, 5)) + 1):
        letters = draw(st.lists(LETTERS, max_size=3) | st.just(["A", "B", "C"]))
        cells = "".join(
            f'<c r="{letter}{number}"{draw(ATTRIBUTES)}>{draw(SHAPES).format(draw(STORED))}</c>' for letter in letters
        )
        rows += draw(OPENINGS).format(number) + cells + "</row>"
    return f"{WORKSHEET}{rows}</sheetData></worksheet>"


@settings(max_examples=150, deadline=None)
@given(sheets(), st.integers(1, 600))
def test_both_ways_of_reading_a_sheet_agree(sheet, size):
    assert outcome(SheetRows, sheet.encode(), size=size) == outcome(Parsed, sheet.encode(), size=size)


@settings(max_examples=150, deadline=None)
@given(sheets(), st.integers(0, 2_000), st.sampled_from([b"", b"<", b"\xff", b"\0", b"-->", b"<!--", b"&", b"</row>"]))
def test_both_ways_agree_on_damaged_sheets(sheet, place, damage):
    whole = sheet.encode()
    content = whole[: place % len(whole)] + damage + whole[place % len(whole) + 1 :]
    assert outcome(SheetRows, content, size=200) == outcome(Parsed, content, size=200)


def test_other_declarations_leave_every_row_to_the_parser():
    row = '<row r="1"><c r="A1" t="str"><v>x</v></c></row>'
    for head in (
        f'<x:worksheet xmlns:x="{MAIN}" xmlns="other"><sheetData>',
        '<worksheet xmlns="other"><sheetData>',
        f'<?xml version="1.0" encoding="ISO-8859-1"?><worksheet xmlns="{MAIN}"><sheetData>',
        f'<worksheet xmlns="{MAIN}"><!-- <sheetData>',
    ):
        content = (head + row).encode()
        assert outcome(SheetRows, content, size=90) == outcome(Parsed, content, size=90), head


def test_a_row_as_excel_writes_it_is_taken_at_once():
    cells = '<c r="A7" t="s"><v>0</v></c><c r="C7" s="1"><v>46056</v></c><c r="D7" s="2"/>'
    row = UsualRows(CELLS).read(f'<row r="7" spans="1:4">{cells}')
    assert row is not None
    assert (row.number, row.stored, row.line) == (7, 3, ["INC-1", "", "2026-02-03"])
