"""The stages after reading: structure, mapping, formats, relations; and one return in three kinds of file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from openpyxl import Workbook

from pipelines.intake import checking
from pipelines.intake.checking import Checked
from pipelines.intake.findings import SHOWN
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from schemas.calendar import Term
from schemas.lexicon import lexicon
from tests.factories import TODAY, child, complete_incident, incident
from tests.uploads import zip_of

Rows = Sequence[Mapping[str, str]]
AUTUMN = Stated(None, "202526", Term.AUTUMN)


def _rows() -> list[dict[str, str]]:
    return [complete_incident(incident_ref=f"R{number}") for number in range(3)]


def _children(rows: Rows) -> list[dict[str, str]]:
    return [child(incident_ref=row["incident_ref"], child_key=f"{n:016x}") for n, row in enumerate(rows)]


def _csv(rows: Rows) -> bytes:
    return pd.DataFrame(rows).to_csv(index=False).encode()


def _check(
    incidents: Rows, children: Rows | None = None, *, stated: Stated = AUTUMN, around: Surroundings | None = None
) -> Checked:
    involved = _children(incidents) if children is None else children
    files = [NamedFile("incidents.csv", _csv(incidents)), NamedFile("children.csv", _csv(involved))]
    return checking.check(files, stated=stated, around=around or Surroundings(TODAY))


def _found(checked: Checked) -> list[tuple[str, str, int | None, str | None]]:
    return [(one.rule, one.table, one.row, one.column) for one in checked.issues]


def test_a_complete_return_has_nothing_to_say() -> None:
    rows = [row | {"reported_date": "2025-10-01", "dsl_informed_date": "2025-10-01"} for row in _rows()]
    plain = {"external_coercion": "no", "police_contacted": "yes", "social_care_contacted": "yes",
             "incident_type": "experimental_other", "status": "closed", "device_searched": "yes",
             "actions_taken": "sanction", "incident_date": "2025-10-01"}  # fmt: skip
    assert _found(_check([row | plain for row in rows])) == []


@pytest.mark.parametrize(
    ("column", "words", "code"),
    [
        ("external_coercion", "Yes", "yes"),
        ("external_coercion", "N/K", "not_known"),
        ("external_coercion", "TRUE", "yes"),
        ("device_secured", "n/a", "not_applicable"),
        ("shared_via", "Social media; Gaming", "social_media;gaming"),
        ("reported_date", "01/10/2025", pd.Timestamp("2025-10-01")),
        ("reported_date", "45931", pd.Timestamp("2025-10-01")),
    ],
)
def test_what_schools_write_is_read_as_the_code_it_means(column: str, words: str, code: object) -> None:
    checked = _check([incident(incident_ref="A", **{column: words})])
    assert not checked.has_errors
    assert checked.incidents is not None
    assert checked.incidents[column].iloc[0] == code


@pytest.mark.parametrize("words", ["9", "Yr 9", "Year 9", "Y09", "year 9"])
def test_year_groups_are_read_as_schools_write_them(words: str) -> None:
    checked = _check([incident(incident_ref="A")], [child(incident_ref="A", year_group=words)])
    assert checked.children is not None
    assert checked.children["year_group"].iloc[0] == "9"


def test_headers_are_read_in_the_words_of_a_school() -> None:
    rows = pd.DataFrame([incident(incident_ref="A")]).rename(columns={"police_contacted": "Police contacted?"})
    files = [NamedFile("incidents.csv", rows.to_csv(index=False).encode()),
             NamedFile("children.csv", _csv([child(incident_ref="A")]))]  # fmt: skip
    checked = checking.check(files, stated=AUTUMN, around=Surroundings(TODAY))
    assert not checked.has_errors
    assert checked.incidents is not None
    assert checked.incidents["police_contacted"].iloc[0] == "no"


def test_a_blank_in_the_core_is_an_error_and_elsewhere_a_query() -> None:
    rows = _rows()
    rows[1] |= {"adult_involved": "", "staff_informed": ""}
    found = _found(_check(rows))
    assert ("format-core-blank", "incidents", 3, "adult_involved") in found
    assert ("format-blank", "incidents", 3, "staff_informed") in found


def test_a_blank_is_not_asked_about_where_no_answer_is_due() -> None:
    found = _found(_check([incident(incident_ref="A", police_contacted="no")]))
    assert "police_contact_date" not in [column for *_, column in found]
    found = _found(_check([incident(incident_ref="A", police_contacted="yes")]))
    assert "police_contact_date" in [column for *_, column in found]


def test_all_issues_are_given_and_beyond_a_thousand_the_rest_is_counted() -> None:
    rows = [incident(incident_ref=f"A{number}", adult_involved="perhaps") for number in range(SHOWN + 7)]
    found = [one for one in _check(rows).issues if one.rule == "format-code"]
    assert len(found) == SHOWN + 1
    assert "7 further rows" in found[-1].message


def test_no_issue_repeats_what_stands_in_a_cell() -> None:
    secret = "Xyzzyq"
    rows = [incident(incident_ref="A") | {name: secret} for name in ("adult_involved", "reported_date", "shared_via")]
    for row in rows:
        assert secret.lower() not in str(_check([row]).issues).lower()


def test_the_term_is_found_from_the_dates_when_they_all_fall_in_one() -> None:
    checked = _check([incident(incident_ref="A")], stated=Stated())
    assert (checked.academic_year, checked.term) == ("202526", Term.AUTUMN)


def test_a_file_whose_dates_fall_in_two_terms_must_say_which_it_is_for() -> None:
    rows = [incident(incident_ref="A"), incident(incident_ref="B", reported_date="2026-02-01")]
    assert "structure-term-not-stated" in [rule for rule, *_ in _found(_check(rows, stated=Stated()))]


def test_several_schools_need_the_school_beside_each_child() -> None:
    rows = [incident(incident_ref="A"), incident(incident_ref="A", school_urn="900002")]
    children = [{key: value for key, value in child(incident_ref="A").items() if key != "school_urn"}]
    assert "structure-children-without-school" in [rule for rule, *_ in _found(_check(rows, children))]
    both = [child(incident_ref="A"), child(incident_ref="A", school_urn="900002")]
    assert not _check(rows, both).has_errors


def test_the_same_reference_may_stand_in_two_schools_but_not_twice_in_one() -> None:
    rows = [incident(incident_ref="A"), incident(incident_ref="A", school_urn="900002"), incident(incident_ref="A")]
    children = [child(incident_ref="A"), child(incident_ref="A", school_urn="900002")]
    found = [one for one in _found(_check(rows, children)) if one[0] == "structure-reference-twice"]
    assert [row for _, _, row, _ in found] == [2, 4]


@pytest.mark.parametrize(
    ("group", "outside"), [("6", True), ("7", False), ("11", False), ("13", False), ("14", True), ("R", True)]
)
def test_a_year_group_is_held_against_the_ages_that_the_school_takes(group: str, outside: bool) -> None:
    schools = pd.DataFrame({"low_age": [11], "high_age": [18]}, index=["900001"])
    checked = _check(
        [incident(incident_ref="A")], [child(incident_ref="A", year_group=group)], around=Surroundings(TODAY, schools)
    )
    assert ("cross-year-group-outside-phase" in [rule for rule, *_ in _found(checked)]) is outside


def _workbook(rows: Rows, children: Rows) -> bytes:
    book = Workbook()
    for name, table in (("incidents", rows), ("children", children)):
        sheet = book.create_sheet(name)
        sheet.append(list(table[0]))
        for row in table:
            sheet.append(list(row.values()))
    book.remove(book["Sheet"])
    sheet = book.create_sheet("return")
    for pair in (("field", "value"), ("Academic year", "2025/26"), ("Term", "Autumn term"), ("school_urn", "900001")):
        sheet.append(pair)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_two_csv_files_and_a_zip_of_them_are_the_same_return() -> None:
    rows = _rows()
    children = [{key: value for key, value in row.items() if key != "school_urn"} for row in _children(rows)]
    pair = {"incidents.csv": _csv(rows), "children.csv": _csv(children)}
    sendings = [
        [NamedFile(name, content) for name, content in pair.items()],
        [NamedFile("both.zip", zip_of(pair))],
        [NamedFile("return.xlsx", _workbook(rows, children))],
    ]
    checks = [checking.check(files, stated=Stated(), around=Surroundings(TODAY)) for files in sendings]
    first = checks[0]
    for other in checks[1:]:
        assert _found(other) == _found(first)
        assert (other.academic_year, other.term) == (first.academic_year, first.term)
        for table in ("incidents", "children"):
            left, right = getattr(first, table).astype(str), getattr(other, table).astype(str)
            pd.testing.assert_frame_equal(left, right)


def test_every_column_of_the_vocabulary_reaches_the_typed_rows() -> None:
    checked = _check([incident(incident_ref="A")])
    assert checked.incidents is not None
    assert list(checked.incidents.columns) == [column.name for column in lexicon().tables["incidents"].columns]
