"""Who belongs to a comparator, in which period, and whose figures stand for what lies beyond one's own schools."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines import register
from pipelines.comparators import Around, Beyond, Comparator, beyond, is_given, members, offered
from pipelines.groups import Group
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import QuestionError
from tests import factories

LA, TRUST, SCHOOL = (Scope.parse(text) for text in ("la:990", "trust:99001", "school:900001"))
IN_TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}
PRIMARY = {"PhaseOfEducation (code)": "2", "PhaseOfEducation (name)": "Primary"}
GROUP = Group(7, "North", ("900001", "900003", "900009"), datetime(2026, 1, 1), "Rowan Ashby", "officer")  # noqa: DTZ001


@pytest.fixture
def house() -> Warehouse:
    """Five schools of la:990, one of la:991; two in the trust, one of them until it closed in February 2025."""
    return factories.warehouse(
        {"URN": "900001", **IN_TRUST},
        {"URN": "900002", **IN_TRUST, "EstablishmentStatus (code)": "2", "CloseDate": "01-02-2025"},
        {"URN": "900003"},
        {"URN": "900004", **PRIMARY},
        {"URN": "900005", **PRIMARY},
        {"URN": "900006", "LA (code)": "991", "LA (name)": "Elsewhere", **IN_TRUST},
    )


def around(house: Warehouse, scope: Scope, **period: str) -> Around:
    question = Question("returns_received", **period)  # type: ignore[arg-type]
    return Around(scope, Reporting(house).school_facts(scope, question), (GROUP,))


@pytest.mark.parametrize(
    ("text", "urns"),
    [
        ("la:990", {"900001", "900002", "900003", "900004", "900005"}),
        ("trust:99001", {"900001", "900002"}),
        ("phase:primary", {"900004", "900005"}),
        ("phase:secondary", {"900001", "900002", "900003"}),
        ("similar:900004", {"900004", "900005"}),
        ("group:7", {"900001", "900003"}),
    ],
)
def test_an_authority_compares_its_own_schools(text: str, urns: set[str], house: Warehouse) -> None:
    found = around(house, LA)
    assert members(found, Comparator.parse(text)) == urns
    assert beyond(found, Comparator.parse(text)) is None


def test_what_is_offered_are_the_comparators_that_have_a_school(house: Warehouse) -> None:
    assert [str(one) for one in offered(around(house, LA))] == [
        "la:990", "trust:99001", "phase:primary", "phase:secondary", "group:7",
    ]  # fmt: skip


def test_for_one_school_only_those_it_belongs_to_are_offered(house: Warehouse) -> None:
    found = offered(around(house, LA), school="900004")
    assert [str(one) for one in found] == ["la:990", "phase:primary", "similar:900004"]


def test_a_trusts_own_schools_come_first_and_its_authorities_lie_beyond(house: Warehouse) -> None:
    found = around(house, TRUST)
    assert [str(one) for one in offered(found)][:3] == ["trust:99001", "la:991", "la:990"]
    assert members(found, Comparator.parse("la:990")) == {"900001", "900002"}
    assert beyond(found, Comparator.parse("la:990")) == Beyond(LA)
    assert beyond(found, Comparator.parse("trust:99001")) is None
    assert beyond(found, Comparator.parse("phase:secondary")) is None


def test_all_that_a_school_compares_with_lies_beyond_it(house: Warehouse) -> None:
    found = around(house, SCHOOL)
    assert beyond(found, Comparator.parse("la:990")) == Beyond(LA)
    assert beyond(found, Comparator.parse("trust:99001")) == Beyond(TRUST)
    assert beyond(found, Comparator.parse("phase:secondary")) == Beyond(LA, "secondary")
    assert not is_given(found, Comparator.parse("similar:900001"))


def test_a_closed_school_belongs_while_it_was_open_and_is_similar_only_then(house: Warehouse) -> None:
    before, after = around(house, LA, year="202324"), around(house, LA, year="202526")
    assert "900002" in members(before, Comparator.parse("similar:900001"))
    assert "900002" not in members(after, Comparator.parse("similar:900001"))


def test_membership_of_a_trust_is_that_of_the_periods_last_day(house: Warehouse) -> None:
    groups = "Group UID,Group Name,Group Type (code),URN,Joined date,Date left\n"
    rows = "99001,Invented Trust,06,900001,01-09-2019,\n99001,Invented Trust,06,900003,01-09-2019,31-12-2024\n"
    register.load_register(house, [NamedFile("groups.csv", (groups + rows).encode())], actor=factories.OFFICER)
    trust = Comparator.parse("trust:99001")
    assert members(around(house, LA, year="202425", term="autumn"), trust) == {"900001", "900003", "900002"}
    assert "900003" not in members(around(house, LA, year="202425", term="spring"), trust)


@pytest.mark.parametrize("text", ["", "la", "ward:3", "phase:"])
def test_a_comparator_that_does_not_read_is_a_question(text: str) -> None:
    with pytest.raises(QuestionError, match="no such comparator"):
        Comparator.parse(text)


def test_a_group_that_does_not_stand_and_a_school_of_others_are_questions(house: Warehouse) -> None:
    with pytest.raises(QuestionError, match="no such group"):
        members(around(house, LA), Comparator.parse("group:8"))
    with pytest.raises(QuestionError, match="Choose a school"):
        members(around(house, LA), Comparator.parse("similar:900006"))
