"""The template: made from the vocabulary, filled in, left empty, and with the example forgotten."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.returns import Stated, look_alone
from pipelines.template import template
from schemas.calendar import Term
from schemas.worked_example import worked_example
from tests.filling import CHILDREN, ROWS, TODAY, check, edited, fill, made, rules, without_example
from tests.uploads import CHILD_HEADER, children_file, csv_text, incidents_file

COLUMNS = Path(__file__).parents[1] / "schemas" / "return_columns.csv"
KEY = min(worked_example().marks["child_key"])
UNFILLED = [("structure-template-unfilled", "incidents", None)]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(io.BytesIO(made()))


def specified() -> list[dict[str, str]]:
    with COLUMNS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def validations(sheet: Worksheet) -> dict[str, DataValidation]:
    """By the name of the column that each one covers, from the second row down."""
    found = {}
    for one in sheet.data_validations.dataValidation:
        for part in one.sqref.ranges:
            assert part.min_row == 2
            assert part.max_row >= 1_000_000
            found |= {sheet.cell(1, at).value: one for at in range(part.min_col, part.max_col + 1)}
    return found


def below(sheet: Worksheet) -> dict[str, ColumnDimension]:
    """How each column of the return is set where no cell is stored yet."""
    spans = [one for one in sheet.column_dimensions.values() if one.min]
    return {get_column_letter(at): one for one in spans for at in range(one.min, min(one.max, 100) + 1)}


def test_the_sheets_stand_in_the_order_of_the_work(book: Workbook) -> None:
    assert book.sheetnames == ["Read me", "return", "incidents", "children", "codes"]


@pytest.mark.parametrize("table", ["incidents", "children"])
def test_the_headers_are_the_columns_of_the_return(book: Workbook, table: str) -> None:
    assert [cell.value for cell in book[table][1]] == [row["column"] for row in specified() if row["table"] == table]


def test_each_drop_down_offers_exactly_the_codes_of_its_column(book: Workbook) -> None:
    offered = {}
    for table in ("incidents", "children"):
        for name, one in validations(book[table]).items():
            if one.type == "list":
                sheet, _, place = one.formula1.partition("!")
                offered[table, name] = [cell.value for row in book[sheet][place.replace("$", "")] for cell in row]
    wanted = {
        (row["table"], row["column"]): row["codes_or_note"].split("|") for row in specified() if row["kind"] == "code"
    }
    assert offered == wanted


def test_columns_of_several_codes_say_how_to_separate_them_and_refuse_nothing(book: Workbook) -> None:
    found = validations(book["incidents"])
    for name in ("shared_via", "actions_taken"):
        assert found[name].type is None
        assert "semicolon" in found[name].prompt


def test_dates_are_dates_and_references_keys_and_codes_are_text(book: Workbook) -> None:
    for row in specified():
        sheet = book[row["table"]]
        at = next(cell.column_letter for cell in sheet[1] if cell.value == row["column"])
        wanted = "dd/mm/yyyy" if row["kind"] == "date" else "@"
        assert sheet[f"{at}2"].number_format == wanted
        assert below(sheet)[at].number_format == wanted
        if row["kind"] == "date":
            assert validations(sheet)[row["column"]].type == "date"
            assert isinstance(sheet[f"{at}2"].value, (date, type(None)))


@pytest.mark.parametrize("table", ["incidents", "children"])
def test_headers_are_locked_and_rows_below_are_free(book: Workbook, table: str) -> None:
    sheet = book[table]
    assert sheet.protection.sheet
    allowed = (sheet.protection.insertRows, sheet.protection.deleteRows, sheet.protection.sort)
    assert allowed == (False, False, False)  # of the file format: false is “not forbidden”
    assert all(cell.protection.locked for cell in sheet[1])
    assert not any(cell.protection.locked for cell in sheet[2])
    assert not any(column.protection.locked for column in below(sheet).values())
    assert sheet.freeze_panes == "B2"


def test_core_columns_differ_by_weight_and_border_and_not_by_colour_alone(book: Workbook) -> None:
    core = {row["column"]: row["core"] == "C" for row in specified() if row["table"] == "incidents"}
    for cell in book["incidents"][1]:
        assert cell.font.bold == core[cell.value]
        assert (cell.border.bottom.style == "thick") == core[cell.value]


def test_there_is_no_comment_and_no_author_of_flesh(book: Workbook) -> None:
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    assert book.properties.creator == "Plumbline"
    assert book.properties.lastModifiedBy in (None, "Plumbline")


def test_what_is_known_of_the_return_stands_on_its_sheet(book: Workbook) -> None:
    said = {row[0].value: row[1].value for row in book["return"].iter_rows(min_row=2)}
    assert said == {"school_urn": "900001", "academic_year": "202526", "term": "autumn", "key_version": "1"}


def test_the_same_template_is_the_same_file() -> None:
    assert made.__wrapped__() == made()


def test_a_filled_template_passes_with_its_keys_and_year_groups_whole() -> None:
    found = check(edited(lambda book: (without_example(book), fill(book))))
    assert not found.has_errors
    assert (found.academic_year, found.term) == ("202526", Term.AUTUMN)
    assert list(found.children["child_key"]) == [row["child_key"] for row in CHILDREN]
    assert list(found.incidents["incident_ref"]) == ["INC-1", "INC-2"]
    assert list(found.incidents.index) == [2, 3]


def test_the_template_as_it_comes_gives_one_sentence_that_names_the_nil_return() -> None:
    found = check(made())
    assert rules(found) == UNFILLED
    assert "send a nil return" in found.issues[0].fix


def test_the_template_for_any_school_and_term_gives_the_same_sentence() -> None:
    assert rules(check(template(today=TODAY))) == UNFILLED


def test_an_empty_template_gives_one_sentence_that_names_the_nil_return() -> None:
    found = check(edited(without_example))
    assert rules(found) == [("structure-no-incidents", "incidents", None)]
    assert "nil return" in found.issues[0].fix


def test_a_forgotten_example_is_an_error_of_its_own_and_its_rows_are_not_among_the_rows() -> None:
    def under_it(book: Workbook) -> None:
        fill(book, {"incidents": ROWS["incidents"]}, first=3)
        fill(book, {"children": ROWS["children"]}, first=4)

    found = check(edited(under_it))
    assert [one for one in rules(found) if one[0].startswith("structure")] == [
        ("structure-example-row", "incidents", 2),
        ("structure-example-row", "children", 2),
        ("structure-example-row", "children", 3),
    ]
    assert found.has_errors
    assert list(found.incidents["incident_ref"]) == ["INC-1", "INC-2"]


def test_an_example_with_another_reference_but_its_own_keys_is_still_the_example() -> None:
    def rename(book: Workbook) -> None:
        for table, row in (("incidents", 2), ("children", 2), ("children", 3)):
            book[table].cell(row, 1).value = "INC-9"

    errors = [one for one in rules(check(edited(rename))) if one[0] == "structure-example-row"]
    assert errors == [("structure-example-row", "children", 2), ("structure-example-row", "children", 3)]


def test_the_example_would_pass_if_it_were_true() -> None:
    def make_own(book: Workbook) -> None:
        for table, row in (("incidents", 2), ("children", 2), ("children", 3)):
            book[table].cell(row, 1).value = "INC-9"
        for row in (2, 3):
            book["children"].cell(row, 2).value = f"{row}f" * 16

    assert rules(check(edited(make_own))) == []


def test_the_example_is_known_by_its_marks_in_a_csv_file_too_in_any_case_of_letters() -> None:
    files = [incidents_file(), children_file(csv_text([CHILD_HEADER, ["INC-1", KEY.upper(), "pictured", "9"]]))]
    found = look_alone(files, stated=Stated())
    assert ("structure-example-row", "children", 2) in rules(found)


def test_the_command_writes_it_and_the_check_reads_it(tmp_path: Path) -> None:
    out = tmp_path / "autumn.xlsx"
    words = ["template", "--out", str(out), "--school", "900001", "--year", "2025/26", "--term", "autumn"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert rules(check(out.read_bytes())) == UNFILLED


def test_the_command_never_replaces_a_file_that_may_be_filled_in(tmp_path: Path) -> None:
    out = tmp_path / "autumn.xlsx"
    out.write_bytes(b"filled in")
    assert CliRunner().invoke(app, ["template", "--out", str(out)]).exception is not None
    assert out.read_bytes() == b"filled in"


@pytest.mark.parametrize("words", [["--school", "12"], ["--year", "2025"], ["--out", "template.csv"]])
def test_the_command_says_what_is_wrong_with_what_it_is_told(tmp_path: Path, words: list[str]) -> None:
    told = CliRunner().invoke(app, ["template", "--out", str(tmp_path / "a.xlsx"), *words])
    assert told.exception is not None
    assert not list(tmp_path.iterdir())
