"""CSV and its cousins: whatever an office's programs write is read, or refused with its row."""

from __future__ import annotations

import codecs

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.columnar import read_plain
from pipelines.intake.delimited import Delimited, open_delimited, read_delimited, read_strictly
from pipelines.intake.reading import read
from pipelines.intake.tables import INVISIBLE, tidy
from pipelines.intake.wordings import SHOWN_ROWS, FileFault
from tests.uploads import (
    INCIDENT_HEADER,
    INCIDENT_ROWS,
    INCIDENTS,
    cells,
    children_file,
    csv_text,
    incidents_file,
    row_numbers,
    rules,
)

KNOWN = frozenset({"a", "b", "c"})


def read_incidents(text: str | bytes):
    return read([incidents_file(text), children_file()])


def test_two_plain_files_become_two_tables_without_issues():
    reading = read_incidents(csv_text(INCIDENTS))
    assert reading.issues == ()
    assert list(reading.tables) == ["children", "incidents"]
    assert cells(reading) == INCIDENT_ROWS
    assert row_numbers(reading) == [2, 3]
    assert reading.tables["incidents"].header_row == 1


def test_every_column_is_categorical_text_and_the_index_whole_numbers():
    frame = read_incidents(csv_text(INCIDENTS)).tables["incidents"].frame
    assert all(isinstance(dtype, pd.CategoricalDtype) and not dtype.ordered for dtype in frame.dtypes)
    assert frame.index.dtype == "int64"
    assert not frame.isna().any().any()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_gives_the_same_table(delimiter, line_end):
    reading = read_incidents(csv_text(INCIDENTS, delimiter=delimiter, line_end=line_end))
    assert reading.issues == ()
    assert cells(reading) == INCIDENT_ROWS


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
    ],
)
def test_any_encoding_gives_the_same_text(encoding, mark):
    rows = [INCIDENT_HEADER, ["INC-é–1", "900001", "2026-02-03", "open"]]
    reading = read_incidents(mark + csv_text(rows).encode(encoding))
    assert reading.issues == ()
    assert cells(reading) == rows[1:]


def test_a_mark_before_a_quoted_header_is_not_part_of_it():
    text = '"incident_ref","school_urn"\nINC-1,900001\n'
    reading = read_incidents(codecs.BOM_UTF8 + text.encode())
    assert list(reading.tables["incidents"].frame.columns) == ["incident_ref", "school_urn"]


def test_a_semicolon_file_with_commas_inside_cells_is_told_by_its_header():
    reading = read_incidents("incident_ref;school_urn;shared_via\nA;900001;messaging,gaming,website\n")
    assert cells(reading) == [["A", "900001", "messaging,gaming,website"]]


def test_title_rows_blank_rows_and_trailing_blanks_do_not_shift_row_numbers():
    text = "Spring return\n\n" + csv_text([INCIDENT_HEADER, INCIDENT_ROWS[0]], line_end="\n")
    reading = read_incidents(text + ",,,\n\n" + ",".join(INCIDENT_ROWS[1]) + "\n\n,,,\n\n\n")
    assert reading.issues == ()
    assert reading.tables["incidents"].header_row == 3
    assert row_numbers(reading) == [4, 7]


def test_a_quoted_line_break_counts_as_one_row():
    reading = read_incidents('incident_ref,school_urn\n"INC\n1",900001\nINC-2,900001\n')
    assert cells(reading) == [["INC\n1", "900001"], ["INC-2", "900001"]]
    assert row_numbers(reading) == [2, 3]


def test_cells_and_headers_lose_the_marks_that_cannot_be_seen():
    text = "\u00a0incident_ref\u200b ,school_urn\n\u200b INC-1\u00a0,\ufeff900001\t\n"
    reading = read_incidents(text)
    assert list(reading.tables["incidents"].frame.columns) == ["incident_ref", "school_urn"]
    assert cells(reading) == [["INC-1", "900001"]]


def test_a_cell_of_nothing_but_spaces_is_blank_and_such_a_row_is_left_out():
    reading = read_incidents("incident_ref,school_urn\nINC-1,  \n \u00a0,\t\nINC-2,900001\n")
    assert cells(reading) == [["INC-1", ""], ["INC-2", "900001"]]
    assert row_numbers(reading) == [2, 4]


def test_ragged_rows_are_named_by_number_and_left_out():
    text = "incident_ref,school_urn,status\nA,900001,open\nB,900001,open,more\nC,900001\nD,900001,open,,\n"
    reading = read_incidents(text)
    assert [(issue.rule, issue.row) for issue in reading.issues] == [
        ("file-ragged-row", 3),
        ("file-ragged-row", 4),
    ]
    assert "more cells" in reading.issues[0].message
    assert "fewer cells" in reading.issues[1].message
    assert row_numbers(reading) == [2, 5]


def test_very_many_ragged_rows_give_a_bounded_list_that_counts_the_rest():
    reading = read_incidents("incident_ref,school_urn\n" + "A\n" * 3000)
    ragged = [issue for issue in reading.issues if issue.rule == "file-ragged-row"]
    assert len(ragged) == SHOWN_ROWS + 1
    assert ragged[-1].row is None
    assert "2,950" in ragged[-1].message


def test_a_column_name_that_stands_twice_is_refused():
    reading = read_incidents("incident_ref,school_urn,School URN\nA,900001,900001\n")
    assert rules(reading) == ["file-duplicate-column"]
    assert reading.issues[0].column == "column C"


def test_a_column_with_content_but_no_name_is_refused_and_an_empty_one_ignored():
    assert rules(read_incidents("incident_ref,,school_urn\nA,secret,900001\n")) == ["file-unnamed-column"]
    assert rules(read_incidents("incident_ref,,school_urn,,\nA,,900001,,\n")) == []


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row():
    reading = read_incidents('incident_ref,school_urn\nA,900001\n"B,900001\nC,900001\n')
    assert [(issue.rule, issue.table, issue.row) for issue in reading.issues] == [("file-broken-quote", "incidents", 3)]
    assert "incidents" not in reading.tables


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file-empty"),
        (b" \r\n\r\n", "file-empty"),
        (b"a,b\n1,2\n", "file-no-header"),
        (b"incident_ref\nA\n", "file-no-header"),
        (b"incident_ref,school_urn\nA\0,1\n", "file-null-bytes"),
        (b"incident_ref,school_urn\n\x81\x8d,1\n", "file-encoding"),
        (codecs.BOM_UTF16_LE + b"a\x00\x00\xd8", "file-encoding"),
        (b"<html></html>", "file-wrong-kind"),
        (b"%PDF-1.7", "file-no-spreadsheet"),
        (b"\n" * 30 + b"incident_ref,school_urn\nA,900001\n", "file-no-header"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(content, rule):
    reading = read_incidents(content)
    assert rules(reading) == [rule]
    assert list(reading.tables) == ["children"]


def test_spreadsheet_errors_and_rounded_numbers_are_named_where_they_stand():
    reading = read_incidents("incident_ref,school_urn\n#N/A,900001\n1.23457E+19,900001\n")
    assert [(issue.rule, issue.row, issue.column) for issue in reading.issues] == [
        ("file-cell-error", 2, "incident_ref"),
        ("file-rounded-number", 3, "incident_ref"),
    ]


def test_a_cell_longer_than_a_spreadsheet_holds_is_refused():
    assert rules(read_incidents("incident_ref,school_urn\n" + "x" * 40_000 + ",1\n")) == ["file-cell-too-long"]
    assert rules(read_incidents("incident_ref,school_urn\n" + "x" * 200_000 + ',"1\n2"\n')) == ["file-cell-too-long"]


def test_more_columns_than_any_return_has_are_refused():
    header = ",".join(["incident_ref", "school_urn", *map(str, range(600))])
    assert rules(read_incidents(f"{header}\n")) == ["file-too-wide"]


def test_a_header_without_rows_is_an_empty_table():
    reading = read_incidents("incident_ref,school_urn\n")
    assert reading.issues == ()
    assert reading.tables["incidents"].frame.shape == (0, 2)


def opened(text: str) -> Delimited:
    return open_delimited(text.encode(), known=KNOWN)


def test_plain_files_go_the_quick_way_and_others_do_not():
    quick = opened('a,b\n"1,2","x""y"\n\n3,"4\n5"\n')
    assert read_plain(quick.text, data_at=4, delimiter=",", header=quick.header, name="incidents")
    for text in ("a,b\n1\n", 'a,b\n1,"2\n', 'a,b\n"1"2,3\n', 'a,b\n1"2,3"\n', "a,b\n1,2,3\n"):
        slow = opened(text)
        plain = read_plain(slow.text, data_at=4, delimiter=",", header=slow.header, name="incidents")
        assert plain is None, text


pieces = st.sampled_from(["x", "yé", " ", '"', '""', ",", ";", "\n", "\r", "\r\n", "\u00a0", "\u2028", "#N/A", ""])
cell_texts = st.lists(pieces, max_size=4).map("".join)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(cell_texts, min_size=2, max_size=3), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    written=st.booleans(),
)
def test_the_quick_and_the_strict_way_give_the_same_table(rows, delimiter, line_end, written):
    """Well-written rows as well as bare text with marks, separators and line ends anywhere."""
    header = delimiter.join("abc") + line_end
    body = (
        csv_text(rows, delimiter=delimiter, line_end=line_end)
        if written
        else line_end.join(delimiter.join(row) for row in rows)
    )
    file = open_delimited((header + body).encode(), known=KNOWN)
    plain = read_plain(file.text, data_at=file.data_at, delimiter=file.delimiter, header=file.header, name="incidents")
    if plain is None:
        return
    table, issues = read_strictly(file, name="incidents")
    pd.testing.assert_frame_equal(plain[0].frame.astype(str), table.frame.astype(str))
    assert plain[1] == issues
    assert plain[0].header_row == table.header_row


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(cell_texts, min_size=3, max_size=3), max_size=6))
def test_what_is_written_comes_back_tidied_with_its_row_numbers(rows):
    file = opened(csv_text([["a", "b", "c"], *rows]))
    table, _ = read_delimited(file, name="incidents")
    expected = {number: [tidy(cell) for cell in row] for number, row in enumerate(rows, start=2) if any(map(tidy, row))}
    found = dict(zip(table.frame.index, table.frame.astype(str).to_numpy().tolist(), strict=True))
    assert found == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='ab,;\t"\r\n\0é', max_size=60).map(str.encode))
def test_no_bytes_whatever_raise_more_than_a_fault(noise):
    try:
        file = open_delimited(b"a,b\n" + noise, known=KNOWN)
        read_delimited(file, name="incidents")
    except FileFault:
        pass


def test_all_invisible_characters_are_trimmed_alike_by_both_ways():
    reading = read_incidents(f"incident_ref,school_urn\n{INVISIBLE.translate({0: None, 10: None, 13: None})}A,1\n")
    assert cells(reading) == [["A", "1"]]
