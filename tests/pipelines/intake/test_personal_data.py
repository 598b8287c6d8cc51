"""The gate: what identifies is refused by row, column and kind; what does not passes; nothing is repeated."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake.check_digits import is_valid_nhs_number, is_valid_upn
from pipelines.intake.identifiers import find_all, find_in
from pipelines.intake.personal_data import inspect
from pipelines.intake.tables import TextTable
from pipelines.intake.wordings import SHOWN_ROWS
from schemas.lexicon import lexicon

KNOWN = {name: frozenset(table.by_header) for name, table in lexicon().tables.items()}


def table(name: str = "incidents", **columns: list[str]) -> dict[str, TextTable]:
    length = len(next(iter(columns.values())))
    frame = pd.DataFrame(
        {label: pd.Categorical(values) for label, values in columns.items()}, index=range(2, 2 + length)
    )
    return {name: TextTable(name=name, frame=frame, header_row=1)}


def found(name: str = "incidents", **columns: list[str]) -> list[tuple[str, int | None, str | None]]:
    return [(i.rule, i.row, i.column) for i in inspect(table(name, **columns), known=KNOWN)]


@pytest.mark.parametrize(
    ("name", "column", "advice"),
    [
        ("incidents", "incident_ref", "a reference of your own, the same in both tables"),
        ("children", "incident_ref", "a reference of your own, the same in both tables"),
        ("children", "child_key", "a key of your own, made at your school"),
        ("incidents", "age_difference", "Take it out"),
    ],
)
def test_what_to_do_fits_the_column_in_which_an_identifier_stands(name: str, column: str, advice: str) -> None:
    [one] = inspect(table(name, **{column: ["B801200005001"]}), known=KNOWN)
    assert one.rule == "personal-upn"
    assert advice in one.fix


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("B801200005001", "personal-upn"),
        ("A801200005001", "personal-upn"),
        ("a801200005001", "personal-upn"),
        ("B 801 2000 05001", "personal-upn"),
        ("X06805040829A", "personal-upn"),
        ("INC_A801200005001", "personal-upn"),
        ("943 476 5870", "personal-nhs-number"),
        ("943-476-5871", "personal-nhs-number"),
        ("9434765870", "personal-nhs-number"),
        ("9434765870.0", "personal-nhs-number"),
        ("1234567890", "personal-uln"),
        ("someone@example.org", "personal-email"),
        ("07700 900123", "personal-phone"),
        ("07700900123", "personal-phone"),
        ("(020) 7946 0123", "personal-phone"),
        ("+44 20 7946 0123", "personal-phone"),
        ("447700900123", "personal-phone"),
        ("SK1 3XE", "personal-postcode"),
        ("sk13xe", "personal-postcode"),
        ("GIR 0AA", "personal-postcode"),
        ("04/05/2011", "personal-date-of-birth"),
        ("2011-05-04", "personal-date-of-birth"),
        ("4th May 2011", "personal-date-of-birth"),
        ("born 4.5.11", "personal-date-of-birth"),
        ("https://example.org/a", "personal-web-address"),
        ("www.example.org", "personal-web-address"),
        ("example.co.uk/profile", "personal-web-address"),
        ("@some_name", "personal-handle"),
        ("snap: some_name", "personal-handle"),
        ("192.168.10.24", "personal-ip-address"),
        ("490154203237518", "personal-device"),
        ("00:1A:2B:3C:4D:5E", "personal-device"),
        ("06/12345/24", "personal-crime-number"),
        ("AB 12 34 56 C", "personal-national-insurance-number"),
        ("482380190017X", "personal-candidate-number"),
        ("Mrs Example", "personal-name"),
        ("She told a friend, who then told a member of staff about it the next day", "personal-free-text"),
    ],
)
def test_an_identifier_is_recognised_alone_and_inside_a_text(text, rule):
    assert find_in(text).rule == rule
    assert find_all([text, "nothing"])[text].rule == rule
    assert find_in(f"see {text} please") is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "INC-2026-0012", "2026-0012", "INC-2026-03-04", "INC-0123-456-789", "20260304-1", "S-2026-001",
        "900001", "E06000001", "10006841", "202526", "2025/26", "outcome_21", "made_imagery", "Year 9", "9/10",
        "messaging;gaming;social_media", "0f" * 16, "1234567890123456", "deadbeefdeadbeef", "N1", "Y13", "#N/A",
        "4.5", "45000", "@SUM(1+9)*cmd|' /C calc'!A0", "=10+20", "TRUE", "parents' meeting", "1.2.3",
        "education for the year group; counselling or pastoral support; parents' meeting; police input; policy change",
    ],
)  # fmt: skip
def test_references_codes_and_keys_are_left_alone(text):
    assert find_in(text) is None
    assert find_all([text]) == {}


def test_the_check_letter_and_digit_are_as_published():
    assert is_valid_upn("B801200005001")
    assert not is_valid_upn("A801200005001")
    assert is_valid_nhs_number("9434765870")
    assert not is_valid_nhs_number("9434765871")


@settings(deadline=None)
@given(st.from_regex(r"[0-9a-f]{16,64}", fullmatch=True))
def test_a_child_key_is_never_an_identifier(key):
    assert find_in(key) is None


@settings(deadline=None)
@given(st.from_regex(r"INC-20[0-9]{2}-[0-9]{4}", fullmatch=True))
def test_an_ordinary_reference_is_never_an_identifier(reference):
    assert find_in(reference) is None


@settings(deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[A-Z0-9 @./:+-]{0,40}", fullmatch=True))
def test_the_quick_search_and_the_careful_one_agree(text):
    assert find_all([text]).get(text) == find_in(text)


def test_every_code_label_and_alias_of_the_vocabulary_passes():
    words = [word for codes in lexicon().lists.values() for code in codes.codes for word in code.words]
    assert find_all(words) == {}


def test_every_header_of_the_vocabulary_passes():
    for name, columns in lexicon().tables.items():
        headers = {header: ["", ""] for column in columns.columns for header in column.words}
        assert found(name, **headers) == []


def test_a_stray_identifier_is_named_by_row_column_and_kind_and_not_repeated():
    issues = inspect(table(incident_ref=["INC-1", "B801200005001"], status=["open", "open"]), known=KNOWN)
    assert [(i.rule, i.table, i.row, i.column) for i in issues] == [("personal-upn", "incidents", 3, "incident_ref")]
    assert "UPN" in issues[0].message
    assert "B801200005001" not in str(issues)


def test_dates_belong_in_date_columns_and_nowhere_else():
    assert found(reported_date=["2026-02-03", "03/02/2026 14:30"]) == []
    assert found(status=["open", "03/02/2011"]) == [("personal-date-of-birth", 3, "status")]


def test_an_e_mail_address_in_a_date_column_is_still_found():
    assert found(reported_date=["2026-02-03", "a.b@example.org"]) == [("personal-email", 3, "reported_date")]


def test_two_capitalised_words_in_a_reference_are_a_name():
    refs = ["Ann Example", "Example, Ann", "Ann_Example", "INC-1", "Ab12"]
    assert found(incident_ref=refs) == [("personal-name", row, "incident_ref") for row in (2, 3, 4)]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Surname", "name"), ("Pupil Name", "name"), ("DateOfBirth", "date of birth"), ("D.O.B.", "date of birth"),
        ("UPN", "UPN"), ("nhs_no", "NHS"), ("Home Postcode", "postcode"), ("Email address", "e-mail"),
        ("Snapchat username", "account"), ("Notes", "free text"), ("Crime ref", "crime"), ("IMEI", "device"),
        ("mobile", "phone"), ("address line 1", "address"), ("firstname", "name"), ("Initials", "name"),
        ("ULN", "ULN"), ("photo", "picture"), ("recorded by", "name"),
    ],
)  # fmt: skip
def test_a_column_that_announces_personal_data_is_refused_by_its_name(header, kind):
    issues = inspect(table(**{header: ["", "x"]}), known=KNOWN)
    assert [(i.rule, i.column) for i in issues] == [("personal-unknown-column", header)]
    assert kind in issues[0].message


def test_any_other_unknown_column_is_refused_too_and_its_cells_are_searched():
    assert found(**{"risk level": ["high", "07700 900123"]}) == [
        ("structure-unknown-column", None, "risk level"),
        ("personal-phone", 3, "risk level"),
    ]
    assert found(**{"School name": ["x"]}) == [("structure-unknown-column", None, "School name")]


def test_a_header_that_may_be_a_child_is_named_by_its_place():
    columns = {"incident_ref": ["A"], "Zebedee Example": ["yes"], "z.e@example.org": ["yes"]}
    issues = inspect(table(**columns), known=KNOWN)
    assert [(i.rule, i.column) for i in issues] == [
        ("personal-unknown-column", "column B"),
        ("personal-unknown-column", "column C"),
    ]
    assert "ebedee" not in str(issues)
    assert "z.e" not in str(issues)


def test_very_many_identifiers_in_a_column_give_a_bounded_list_that_counts_the_rest():
    issues = inspect(table(status=[f"0770090{n:04}" for n in range(200)]), known=KNOWN)
    assert len(issues) == SHOWN_ROWS + 1
    assert issues[-1].row is None
    assert "150 further rows" in issues[-1].message


@pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 100_000, "a " * 100_000, "1" * 200_000, "Mr " * 60_000])
def test_hostile_lengths_are_searched_in_bounded_time(text):
    find_in(text)
    find_all([text])
