"""The template filled in by hand with pupils' UPNs, at a school without a recording system."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from pipelines.intake.tables import NamedFile
from pipelines.recording.anonymising import Anonymised, Stated, anonymise
from pipelines.recording.key_files import SchoolKey
from pipelines.recording.pseudonyms import Pseudonyms
from pipelines.recording.report import Kind
from schemas.calendar import Term
from schemas.errors import PlumblineError
from schemas.issues import Severity
from schemas.recording_systems import Part, recording_systems
from tests.factories import child
from tests.filling import INCIDENTS, check, edited, fill, made, without_example
from tests.recording.leaks import leaks
from tests.recording.raw_exports import OKON, QUILL, THISTLE, URN, Rows, as_csv

KEY = SchoolKey(bytes(range(32)), "2", "2026-09-01")
CHILDREN = [
    child(incident_ref="INC-1", child_key=QUILL.upn, year_group="9"),
    child(incident_ref="INC-1", child_key=OKON.upn, year_group="9", role="received"),
    child(incident_ref="INC-2", child_key=THISTLE.upn, year_group="11"),
]
UPN_COLUMN = 2
FINISHED = "48e87257" * 4


def filled(*edits: Callable[[Workbook], object]) -> bytes:
    """The template with two incidents and three children under their UPNs, then edited."""

    def edit(book: Workbook) -> None:
        without_example(book)
        fill(book, {"incidents": INCIDENTS, "children": CHILDREN})
        for one in edits:
            one(book)

    return edited(edit)


def cell(sheet: str, row: int, column: int, value: str) -> Callable[[Workbook], object]:
    return lambda book: setattr(book[sheet].cell(row, column), "value", value)


def as_files(content: bytes) -> list[NamedFile]:
    """The two tables of a workbook as a school saves them as CSV."""
    book = load_workbook(io.BytesIO(content))
    tables: list[Rows] = [
        [["" if value is None else str(value).removesuffix(" 00:00:00") for value in row] for row in rows]
        for rows in (book[name].iter_rows(values_only=True) for name in ("incidents", "children"))
    ]
    return [NamedFile("export", as_csv(rows)) for rows in tables]


def de_identified(*content: bytes | NamedFile, stated: Stated | None = None, name: str = "canonical") -> Anonymised:
    files = [one if isinstance(one, NamedFile) else NamedFile("export", one) for one in content]
    return anonymise(files, recording_systems()[name], KEY, stated or Stated())


def keys(done: Anonymised) -> list[str]:
    sheet = load_workbook(io.BytesIO(done.content))["children"]
    return [str(row[1]) for row in sheet.iter_rows(min_row=2, values_only=True)]


def said(done: Anonymised) -> dict[Kind, tuple[int, ...]]:
    return {line.kind: line.rows for line in done.lines}


def expected() -> list[str]:
    maker = Pseudonyms(KEY.secret, URN)
    return [maker.child_key(Part.UPN, person.upn) for person in (QUILL, OKON, THISTLE)]


@pytest.mark.parametrize("header", ["child_key", "UPN"])
def test_a_template_filled_in_with_upns_becomes_a_return_that_passes(header: str) -> None:
    done = de_identified(filled(cell("children", 1, UPN_COLUMN, header)))
    assert keys(done) == expected()
    assert [line for line in done.lines if line.to_look_at] == []
    assert leaks([("return.xlsx", b"\n" + done.content)]) == []
    passed = check(done.content)
    of_keys = filled(*(cell("children", row, UPN_COLUMN, key) for row, key in enumerate(expected(), start=2)))
    assert passed.issues == check(of_keys).issues
    assert Severity.ERROR not in {issue.severity for issue in passed.issues}
    assert (passed.academic_year, passed.term, passed.key_version) == ("202526", Term.AUTUMN, "2")


@pytest.mark.parametrize("header", ["child_key", "upn"])
def test_its_two_tables_as_csv_give_the_same_keys(header: str) -> None:
    files = as_files(filled(cell("children", 1, UPN_COLUMN, header)))
    assert keys(de_identified(*files, stated=Stated(URN))) == expected()
    assert keys(de_identified(*reversed(files), stated=Stated(URN))) == expected()


def test_the_return_sheet_says_the_school_year_and_term() -> None:
    content = filled(cell("return", 4, 2, "spring"), lambda book: book["incidents"].delete_cols(2))
    sheet = load_workbook(io.BytesIO(de_identified(content).content))["return"]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == [URN, "202526", "spring", "2"]
    assert "autumn" in str(
        list(
            load_workbook(io.BytesIO(de_identified(content, stated=Stated(term=Term.AUTUMN)).content))["return"].values
        )
    )


FAULTS = {
    "a finished key": ([cell("children", 3, UPN_COLUMN, FINISHED)], "finished keys already.*row 3"),
    "a finished key in capitals": ([cell("children", 3, UPN_COLUMN, FINISHED.upper())], "finished keys.*row 3"),
    "a finished key in pieces": ([cell("children", 3, UPN_COLUMN, "48e8-7257 48e8-7257")], "finished keys.*row 3"),
    "a finished key under UPN": (
        [cell("children", 1, UPN_COLUMN, "UPN"), cell("children", 4, UPN_COLUMN, FINISHED)],
        "finished keys.*row 4",
    ),
    "another school on the return sheet": ([cell("return", 2, 2, "900002")], "several schools"),
    "no URN of a school": ([cell("return", 2, 2, "Anytown")], "six digits"),
    "a term that is none": ([cell("return", 4, 2, "Michaelmas")], "term"),
    "no reference": ([cell("children", 2, 1, "")], "Row 2 of the children"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_stands_in_the_way_is_said_by_its_place_and_nothing_is_made(fault: str) -> None:
    edits, sentence = FAULTS[fault]
    with pytest.raises(PlumblineError, match=sentence) as refused:
        de_identified(filled(*edits))
    assert "Nothing was written" in str(refused.value)
    assert leaks([("said", str(refused.value).encode())]) == []


def test_the_worked_example_is_named_by_its_rows_and_never_hashed() -> None:
    with pytest.raises(PlumblineError, match=r"worked example.*incidents: row 2; children: rows 2, 3"):
        de_identified(made())


def test_a_return_is_not_de_identified_a_second_time() -> None:
    with pytest.raises(PlumblineError, match=r"finished keys already.*rows 2, 3, 4"):
        de_identified(de_identified(filled()).content)


def test_two_tables_that_look_alike_are_named(tmp_path: Path) -> None:
    incidents, children = as_files(filled())
    for files, sentence in (
        ([incidents, incidents, children], "look like the incidents"),
        ([incidents, children, children], "look like the children"),
        ([children], "incidents table was not found"),
    ):
        with pytest.raises(PlumblineError, match=sentence):
            de_identified(*files, stated=Stated(URN))
    with pytest.raises(PlumblineError, match="format canonical"):
        de_identified(filled(), name="row-per-child")


def test_a_upn_with_a_wrong_check_letter_keeps_its_key_and_is_told_on_a_line_of_its_own() -> None:
    wrong = "A" + QUILL.upn[1:]
    done = de_identified(filled(cell("children", 2, UPN_COLUMN, wrong)))
    (line,) = (line for line in done.lines if line.to_look_at)
    assert (line.kind, line.rows) == (Kind.CHECK_LETTER, (2,))
    assert keys(done) == [Pseudonyms(KEY.secret, URN).child_key(Part.UPN, wrong), *expected()[1:]]


@pytest.mark.parametrize("text", ["B80120000500", "BO01200005001", "Zephyrine", "IB801200005001"])
def test_what_is_no_identifier_is_left_blank_and_told(text: str) -> None:
    done = de_identified(filled(cell("children", 2, UPN_COLUMN, text)))
    assert said(done)[Kind.NO_IDENTIFIER] == (2,)
    assert keys(done)[0] == "None"


def test_the_school_s_own_number_in_the_column_of_keys_is_hashed_and_told() -> None:
    done = de_identified(filled(cell("children", 2, UPN_COLUMN, QUILL.admission)))
    assert said(done)[Kind.OTHER_NUMBER] == (2,)
    assert keys(done)[0] == Pseudonyms(KEY.secret, URN).child_key(Part.ADMISSION_NUMBER, "4417")


def with_column(header: str, *values: str) -> Callable[[Workbook], object]:
    """A column that the school has added to the children."""

    def edit(book: Workbook) -> None:
        at = book["children"].max_column + 1
        for row, value in enumerate((header, *values), start=1):
            book["children"].cell(row, at).value = value

    return edit


def test_two_upns_in_one_row_are_told_and_that_of_its_own_column_counts() -> None:
    done = de_identified(filled(with_column("UPN", QUILL.upn, QUILL.upn, THISTLE.upn)))
    assert said(done)[Kind.TWO_UPNS] == (3,)
    assert keys(done)[1] == expected()[0]


def test_a_upn_goes_before_a_number_in_another_column() -> None:
    done = de_identified(filled(with_column("Admission number", QUILL.admission, OKON.admission, "")))
    assert keys(done) == expected()


def test_the_report_says_what_became_of_a_date_of_birth() -> None:
    born = with_column("Date of birth", QUILL.born, OKON.born, THISTLE.born)
    (used,) = (line for line in de_identified(filled(born)).lines if line.kind is Kind.BIRTH_DATES_USED)
    assert not used.to_look_at
    assert "used for the year groups, and dropped (children: column" in used.sentence
    (dropped,) = de_identified(filled(with_column("DOB", "", "", ""))).lines
    assert (dropped.kind, dropped.column) == (Kind.DROPPED, "a date of birth")
