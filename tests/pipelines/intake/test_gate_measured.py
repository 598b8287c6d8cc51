"""The figures of the gate: what it finds and what it leaves alone, on others' sets and on what schools would send."""

from __future__ import annotations

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.checking import known_headers
from pipelines.intake.identifiers import find_all, find_in
from pipelines.intake.names_in_cells import names_among_answers, names_among_references
from pipelines.intake.people import person_in_answer, person_in_title
from pipelines.intake.personal_data import inspect
from schemas.lexicon import lexicon
from tests.pipelines.intake.gate_sets import (
    DATA,
    IDENTIFIERS_ALL_THE_SAME,
    detector_strings,
    names_of_people,
    one_column,
    pupil_keys,
    register_columns,
    styles_of_reference,
)
from tests.pipelines.intake.identifier_makers import MAKERS, MAY_BE_MISTYPED, mistyped


@pytest.mark.parametrize("kind", sorted(MAKERS))
@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_an_identifier_of_every_kind_is_found_in_every_way_of_writing_it(kind: str, seed: int) -> None:
    text = MAKERS[kind](Random(seed))
    assert find_in(text), text
    assert find_in(f"  {text}\u200b ")
    if kind in MAY_BE_MISTYPED - {"police crime number"}:
        assert find_in(mistyped(Random(seed), text))


def test_nothing_in_the_vocabulary_is_an_identifier_or_a_name() -> None:
    codes = [word for codes in lexicon().lists.values() for code in codes.codes for word in (*code.words, codes.title)]
    headers = [word for table in lexicon().tables.values() for column in table.columns for word in column.words]
    said = sorted({*codes, *headers, *map(str.upper, codes), *map(str.title, codes)})
    assert find_all(said) == {}
    assert [word for word in said if person_in_answer(word) or person_in_title(word)] == []
    assert names_among_references(pa.array([word.replace(" ", "_").lower() for word in said])) == []


def test_dates_in_every_accepted_form_pass_where_dates_belong() -> None:
    dates = [
        "2026-02-03",
        "3/2/2026",
        "03/02/2026 14:30",
        "3 Feb 2026",
        "3rd February 2026",
        "46056",
        "03.02.26",
        "3-Feb-26",
    ]
    assert inspect(one_column("incidents", "reported_date", dates), known=known_headers()) == []


def test_year_groups_as_schools_write_them_pass() -> None:
    years = ["9", "Year 9", "Yr 9", "Y09", "YR", "Rec", "R", "N1", "N2", "Year 12/13", "9/10", "13", "Reception", "Y9"]
    assert inspect(one_column("children", "year_group", years), known=known_headers()) == []


def test_no_pupil_key_is_taken_for_anything() -> None:
    assert inspect(one_column("children", "child_key", list(pupil_keys(30_000))), known=known_headers()) == []


@pytest.mark.parametrize(("style", "references"), styles_of_reference(1_500).items())
def test_no_reference_of_a_school_is_taken_for_anything(style: str, references: list[str]) -> None:
    assert inspect(one_column("incidents", "incident_ref", references), known=known_headers()) == [], style


def test_no_urn_is_taken_for_anything() -> None:
    urns = [str(urn) for urn in range(100_000, 160_000)]
    assert inspect(one_column("incidents", "school_urn", urns), known=known_headers()) == []


def ten_digits(*references: str) -> list[tuple[str, str, int | None]]:
    issues = inspect(one_column("incidents", "incident_ref", list(references)), known=known_headers())
    return sorted((str(issue.severity), issue.rule, issue.row) for issue in issues)


def test_ten_digits_are_refused_with_a_right_check_digit_and_asked_about_with_a_wrong_one() -> None:
    assert ten_digits("9434765870") == [("error", "personal-nhs-number", 2)]
    assert ten_digits("9434765871") == [("query", "personal-ten-digits", 2)]
    assert ten_digits("2025000014", "0000000014") == []


def test_ten_digits_that_run_on_are_the_schools_own_and_a_persons_among_them_is_not() -> None:
    running = [f"10345000{number}" for number in range(10, 20)]
    assert ten_digits(*running) == []
    assert ten_digits(*running, "9434765870") == [("error", "personal-nhs-number", 12)]


def test_a_persons_number_is_found_behind_very_many_numbers_of_the_schools_own() -> None:
    own = [f"2025{number:06}" for number in range(120_000)]
    assert ten_digits(*own, "9434765870") == [("error", "personal-nhs-number", 120_002)]


def test_ten_digits_in_a_key_or_an_answer_are_refused_whatever_their_check_digit() -> None:
    for table, column in (("children", "child_key"), ("incidents", "status")):
        [one] = inspect(one_column(table, column, ["9434765871"]), known=known_headers())
        assert one.rule == "personal-uln"


@pytest.mark.parametrize("reference", ["Oliver-014", "khan2", "JBloggs01", "jbloggs2", "oliver_smith", "Ann Example"])
def test_a_name_in_a_reference_is_refused(reference: str) -> None:
    [one] = inspect(one_column("incidents", "incident_ref", [reference, "INC-2"]), known=known_headers())
    assert (one.rule, one.row) == ("personal-name", 2)
    assert "reference of your own" in one.fix


def test_a_name_that_all_references_share_is_the_schools() -> None:
    shared = [f"Hollins-{number}" for number in range(5)]
    assert names_among_references(pa.array(shared)) == []
    assert names_among_references(pa.array([*shared, "INC-1"])) == shared


def test_a_name_among_answers_is_found_and_an_answer_is_not() -> None:
    answers = ["yes", "Told Sarah", "Khan", "j bloggs", "aisha begum", "not known", "Snapchat", "MASH", "MS Teams"]
    assert names_among_answers(pa.array(answers)) == ["Told Sarah", "Khan", "j bloggs", "aisha begum"]


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the public files are not beside the repository")
def test_of_the_strings_of_other_detectors_all_are_found_but_one_without_a_number() -> None:
    strings = detector_strings()
    should = [text for text, wanted, _ in strings if wanted]
    missed = [text for text in should if not find_in(text)]
    assert missed == ["My phone number is %s"]
    assert 1 - len(missed) / len(should) >= 0.98
    alarms = {text for text, wanted, _ in strings if not wanted and find_in(text)}
    assert alarms == set(IDENTIFIERS_ALL_THE_SAME)


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the public files are not beside the repository")
def test_the_codes_and_numbers_of_every_reference_file_are_left_alone() -> None:
    columns = list(register_columns(every=20))
    assert len(columns) > 500
    assert {name for _, name, texts in columns if find_all(texts)} == set()


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason="the public files are not beside the repository")
def test_names_in_the_fixtures_of_another_service_are_found() -> None:
    names = names_of_people()
    found = [name for name in names if person_in_answer(name)]
    assert len(found) >= 0.8 * len(names)
