"""The door: who may ask what about whom, and how a number, its state and its moment are told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from pipelines import audit, register, returns
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting, Scope, State
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import ForbiddenError, PlumblineError, QuestionError, RefusedError
from tests.factories import OFFICER, checked, incident, officer_of, register_csv, submit, warehouse

LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
FIRST, SECOND, THIRD = (datetime(2026, 1, day, 9) for day in (10, 20, 30))  # noqa: DTZ001
WHY = "return_quality"
AUTUMN = {"year": "202526", "term": "autumn"}
COUNT = Question("incidents", **AUTUMN)

# 900001 joined the trust in November; 900003 was in it all along and is in another authority; 900004 left it.
SCHOOLS = (
    {"URN": "900001"},
    {"URN": "900002", "PhaseOfEducation (code)": "2", "PhaseOfEducation (name)": "Primary"},
    {"URN": "900003", "LA (code)": "991"},
    {"URN": "900004"},
    {"URN": "900005"},
)
GROUPS = b"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
900001,99001,Trust,06,Multi-academy trust,01/11/2025,,
900003,99001,Trust,06,Multi-academy trust,01/09/2019,,
900004,99001,Trust,06,Multi-academy trust,01/09/2019,31/10/2025,
"""
COUNTS = {"900001": 6, "900002": 7, "900003": 8, "900004": 9}  # 900005 sends a nil return
ESCALATED = {"police_contacted": "yes", "police_contact_date": "2025-10-01"}


def on(day: str, count: int, urn: str, **answers: str) -> list[dict[str, str]]:
    return [
        incident(
            school_urn=urn, reported_date=day, dsl_informed_date=day, incident_ref=f"{day[5:7]}-{place}", **answers
        )
        for place in range(count)
    ]


def nil(store: Warehouse, urn: str, *, year: str = "202526", term: Term = Term.AUTUMN, **more: Any) -> None:
    returns.record_nil(store, school_urn=urn, academic_year=year, term=term, actor=OFFICER, **more)


@pytest.fixture(scope="module")
def store() -> Warehouse:
    """Five schools, two authorities and a trust that changes during the autumn of 2025."""
    made = warehouse(*SCHOOLS)
    register.load_register(made, [NamedFile("groups.csv", GROUPS)], actor=OFFICER, when=LONG_AGO)
    october = [row for urn, count in COUNTS.items() for row in on("2025-10-10", count, urn)]
    later = [*on("2025-12-05", 5, "900001", **ESCALATED), *on("2025-12-05", 3, "900003")]
    submit(made, checked([*october, *later]), when=FIRST)
    nil(made, "900005", when=FIRST)
    return made


@pytest.fixture(scope="module")
def door(store: Warehouse) -> Reporting:
    return Reporting(store)


def count(door: Reporting, scope: str, **more: Any) -> int | None:
    return door.figures(Scope.parse(scope), Question("incidents", **{**AUTUMN, **more})).rows[0].count


# -- scope and membership ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("school:900001", 11),
        ("school:900002", 7),
        ("la:990", 6 + 5 + 7 + 9),
        ("la:991", 8 + 3),
        ("trust:99001", 5 + 8 + 3 + 9),  # not what 900001 had before it joined, but what 900004 had before it left
    ],
)
def test_an_organisation_sees_what_happened_in_its_schools_while_they_were_its_own(
    door: Reporting, scope: str, expected: int
) -> None:
    assert count(door, scope) == expected


def test_a_return_is_expected_of_those_who_are_members_at_the_end_of_the_term(door: Reporting) -> None:
    found = door.returns(Scope.parse("trust:99001"), COUNT)
    assert list(found["school_urn"]) == ["900001", "900003"]
    assert set(door.returns(Scope.parse("trust:99001"), Question("incidents"))["academic_year"]) == {"202526"}


WHO = ["school:900001", "school:900002", "school:900003", "la:990", "la:991", "trust:99001"]
COMPARABLE = {
    "school:900001": {"la:990", "trust:99001"},
    "school:900002": {"la:990"},
    "school:900003": {"la:991", "trust:99001"},
    "trust:99001": {"la:990", "la:991"},  # it has schools in both
    "la:990": {"trust:99001"},
    "la:991": {"trust:99001"},
}


@pytest.mark.parametrize("about", WHO)
@pytest.mark.parametrize("scope", WHO)
def test_who_may_ask_about_whom(door: Reporting, scope: str, about: str) -> None:
    question = Question("incidents", about=Scope.parse(about), **AUTUMN)
    if about == scope:
        assert door.figures(Scope.parse(scope), question).protected is False
    elif about in COMPARABLE[scope]:
        assert door.figures(Scope.parse(scope), question).protected is True
    else:
        with pytest.raises(RefusedError):
            door.figures(Scope.parse(scope), question)


@pytest.mark.parametrize("about", [one for one in WHO if one != "la:990"])
def test_rows_outcomes_and_returns_are_for_ones_own_only(store: Warehouse, door: Reporting, about: str) -> None:
    scope, question = Scope.parse("la:990"), Question("incidents", about=Scope.parse(about))
    for ask in (door.outcomes, door.returns):
        with pytest.raises(RefusedError):
            ask(scope, question)
    with pytest.raises(RefusedError):
        door.missed(scope, question, actor=officer_of("la:990"))
    with pytest.raises(RefusedError, match="signed in"):  # the scope asked is not the actor's
        door.missed(Scope.parse(about), Question("incidents"), actor=officer_of("la:990"))


def test_reading_rows_is_recorded_and_refusals_give_none(store: Warehouse, door: Reporting) -> None:
    asked = Question("incidents", rule_set="uksic-advice")
    found = door.missed(Scope.parse("school:900001"), asked, actor=officer_of("school:900001", purpose=WHY))
    assert set(found["school_urn"]) <= {"900001"}
    with store.reading() as cursor:
        [event] = cursor.rows("SELECT * FROM audit WHERE action = 'incidents read' AND subject = 'school:900001'")
        schools = {"900001": len(found)} if len(found) else {}
        assert json.loads(event["detail"]) == {"rows": len(found), "rule_set": "uksic-advice", "schools": schools}
        assert event["purpose"] == WHY
        assert not event["changes_figures"]
        assert audit.first_broken(cursor) is None


@pytest.mark.parametrize("purpose", ["", "curiosity", "own_handling"])
def test_nobody_reads_rows_without_a_purpose_of_their_organisation_and_that_they_tried_is_kept(purpose: str) -> None:
    kept = warehouse()
    with pytest.raises(ForbiddenError, match="stated purpose"):
        Reporting(kept).missed(
            Scope.parse("la:990"), Question("incidents"), actor=officer_of("la:990", purpose=purpose)
        )
    with kept.reading() as cursor:
        last = cursor.rows("SELECT action, scope FROM audit ORDER BY sequence DESC LIMIT 1")
    assert last == [{"action": "access refused", "scope": "la:990"}]


def test_a_reading_of_an_authority_tells_which_schools_rows_were_read() -> None:
    kept = warehouse({"URN": "900001"}, {"URN": "900002"}, {"URN": "900003"})
    not_escalated = {"age_difference": "yes", "police_contacted": "no", "social_care_contacted": "no"}
    for urn, number in (("900001", 2), ("900002", 1)):
        submit(kept, checked(on("2025-10-10", number, urn, **not_escalated)))
    asked = Question("incidents", rule_set="uksic-advice")
    Reporting(kept).missed(Scope.parse("la:990"), asked, actor=officer_of("la:990", purpose=WHY))
    with kept.reading() as cursor:
        [event] = cursor.rows("SELECT detail FROM audit WHERE action = 'incidents read'")
    assert json.loads(event["detail"])["schools"] == {"900001": 2, "900002": 1}


@pytest.mark.parametrize(
    "more",
    [{"by": ("school",)}, {"by": ("sex",)}, {"by": ("term", "sex")}, {"school": "900002"}, {"as_at": SECOND}],
)
def test_of_others_only_the_shared_family_as_it_was_released(door: Reporting, more: dict[str, Any]) -> None:
    with pytest.raises((RefusedError, QuestionError)):
        door.figures(Scope.parse("school:900001"), Question("incidents", about=Scope.parse("la:990"), **more))


def test_of_others_what_is_small_is_withheld_whichever_way_it_is_asked(door: Reporting) -> None:
    for by in ((), ("year",), ("term",)):
        table = door.figures(Scope.parse("school:900003"), Question("incidents", by=by, about=Scope.parse("la:991")))
        assert {str(row.state) for row in table.rows} - {"not_submitted"} == {"withheld"}  # one school only
        assert {row.count for row in table.rows} == {None}
        assert table.coverage.nil == 0


def test_of_a_whole_authority_the_total_is_shown(door: Reporting) -> None:
    table = door.figures(Scope.parse("school:900002"), Question("incidents", about=Scope.parse("la:990")))
    # Without 7 of its own: 11, 9 and 0, of which one contributes more than half.
    assert table.rows[0].state is State.WITHHELD
    returned = Question("returns_received", about=Scope.parse("la:990"), **AUTUMN)
    assert door.figures(Scope.parse("school:900002"), returned).rows[0].count == 4  # says nothing of a child


def test_six_even_schools_are_shown_to_one_of_them_and_one_small_term_is_not() -> None:
    urns = [f"90000{number}" for number in range(1, 7)]
    store = warehouse(*({"URN": urn} for urn in urns))
    submit(store, checked([row for urn in urns for row in on("2025-10-10", 5, urn)]))
    submit(store, checked(on("2026-02-02", 1, "900002"), term=Term.SPRING))
    for urn in urns:
        if urn != "900002":
            nil(store, urn, term=Term.SPRING)
    ask, scope = Reporting(store).figures, Scope.parse("school:900001")

    def states(**more: Any) -> list[str]:
        rows = ask(scope, Question("incidents", about=Scope.parse("la:990"), **more)).rows
        return [str(row.state) for row in rows if row.state is not State.NOT_SUBMITTED]

    assert states() == ["value"]
    assert states(by=("year",)) == ["value"]
    assert states(by=("term",)) == states(year="202526", by=("term",)) == ["withheld", "withheld"]
    assert states(year="202526", term="autumn") == ["withheld"]
    assert states(term="autumn") == ["withheld"]  # of several years: never


def test_an_answer_kept_for_one_is_not_given_to_another(store: Warehouse) -> None:
    warm = Reporting(store)
    la = Scope.parse("la:990")
    asked = [(Scope.parse(scope), COUNT) for scope in ("school:900001", "la:990", "trust:99001")]
    asked += [(Scope.parse(scope), replace(COUNT, about=la)) for scope in ("la:990", "school:900001", "trust:99001")]
    alone = [Reporting(store).figures(scope, question).rows for scope, question in asked]
    for _ in range(2):
        for (scope, question), rows in zip(asked, alone, strict=True):
            found = warm.figures(scope, question)
            assert (found.scope, found.rows) == (scope, rows)


# -- states of a number -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def states() -> Reporting:
    """One school with incidents, one with a nil return, one with none; too few children are followed."""
    made = warehouse({"URN": "900001"}, {"URN": "900002"}, {"URN": "900003"})
    submit(made, checked(on("2025-10-10", 3, "900001")))
    nil(made, "900002")
    return Reporting(made)


@pytest.mark.parametrize(
    ("measure", "school", "state", "value"),
    [
        ("incidents", "900001", "value", 3.0),
        ("incidents", "900002", "nil_return", 0.0),
        ("incidents", "900003", "not_submitted", None),
        ("escalation_rate", "900001", "zero", 0.0),
        ("escalation_rate", "900002", "nil_return", None),
        ("escalation_rate", "900003", "not_submitted", None),
        ("police_told_when_adult_involved", "900001", "not_applicable", None),
        ("days_to_escalation", "900001", "not_applicable", None),
        ("involved_again_365_days", "900001", "too_few", None),
        ("involved_again_365_days", "900002", "nil_return", None),
        ("incidents_per_1000", "900001", "value", 6.0),
        ("incidents_per_1000", "900002", "nil_return", 0.0),
        ("returns_received", "900003", "zero", 0.0),
    ],
)
def test_a_number_says_what_it_is(
    states: Reporting, measure: str, school: str, state: str, value: float | None
) -> None:
    for scope, more in ((f"school:{school}", {}), ("la:990", {"school": school})):
        row = states.figures(Scope.parse(scope), Question(measure, **AUTUMN, **more)).rows[0]
        assert (str(row.state), row.value) == (state, value)
    by_school = states.figures(Scope.parse("la:990"), Question(measure, by=("school",), **AUTUMN)).rows
    [row] = [row for row in by_school if row.by["school"] == school]
    assert (str(row.state), row.value) == (state, value)


def test_a_number_that_is_not_there_leaves_nothing_behind(states: Reporting) -> None:
    row = states.figures(Scope.parse("school:900003"), Question("escalation_rate", **AUTUMN)).rows[0]
    assert (row.value, row.count, row.denominator, row.lower95, row.upper95) == (None,) * 5
    assert (row.coverage.returned, row.coverage.expected) == (0, 1)


# -- moments ----------------------------------------------------------------------------------------------


def test_a_figure_is_given_as_it_was_at_each_moment_with_its_data_version() -> None:
    store = warehouse()
    submit(store, checked(on("2025-10-10", 2, "900001")), when=FIRST)
    submit(store, checked(on("2025-10-10", 5, "900001")), when=SECOND)
    door, scope = Reporting(store), Scope.parse("school:900001")
    days = {day: datetime(2026, 1, day, 12) for day in (9, 10, 19, 20, 25)}  # noqa: DTZ001
    for _ in range(2):  # the second time from what was kept
        found = {
            day: door.figures(scope, Question("incidents", **AUTUMN, as_at=moment)) for day, moment in days.items()
        }
        assert {day: table.rows[0].count for day, table in found.items()} == {9: None, 10: 2, 19: 2, 20: 5, 25: 5}
        assert all(found[day].as_at == moment for day, moment in days.items())
    versions = [found[day].data_version for day in days]
    assert versions == sorted(versions)
    assert found[10].data_version == found[19].data_version < found[20].data_version == door.data_version()


def test_a_new_return_is_seen_at_once_and_reading_rows_makes_no_new_version() -> None:
    store = warehouse()
    door, scope = Reporting(store), Scope.parse("school:900001")
    for number in (1, 4):
        submit(store, checked(on("2025-10-10", number, "900001")))
        assert count(door, "school:900001") == number
    version = door.data_version()
    door.missed(scope, Question("incidents"), actor=officer_of("school:900001", purpose=WHY))
    assert door.data_version() == version


def test_a_register_loaded_later_does_not_change_what_was_known() -> None:
    store = warehouse({"URN": "900001", "NumberOfPupils": "500"})
    submit(store, checked(on("2025-10-10", 5, "900001")), when=FIRST)
    later = register_csv([{"URN": "900001", "NumberOfPupils": "1000"}])
    register.load_register(store, [NamedFile("register.csv", later)], actor=OFFICER, when=THIRD)
    door, scope = Reporting(store), Scope.parse("school:900001")
    rates = [door.figures(scope, Question("incidents_per_1000", **AUTUMN, as_at=moment)).rows[0].value
             for moment in (SECOND, None)]  # fmt: skip
    assert rates == [10.0, 5.0]


# -- conversion, filters ----------------------------------------------------------------------------------

LINKS = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n900002,900001,Old,Predecessor,01-01-2026\n"


def test_a_converted_school_is_counted_once_in_the_roll_of_a_year() -> None:
    closed = {"EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed", "CloseDate": "31-12-2025"}
    store = warehouse({"URN": "900001", **closed}, {"URN": "900002", "OpenDate": "01-01-2026"}, {"URN": "900003"})
    register.load_register(store, [NamedFile("links.csv", LINKS)], actor=OFFICER, when=LONG_AGO)
    for urn, day, term in (("900001", "2025-10-10", Term.AUTUMN), ("900002", "2026-02-02", Term.SPRING)):
        submit(store, checked(on(day, 2, urn), term=term))
    nil(store, "900003")
    row = Reporting(store).figures(Scope.parse("la:990"), Question("incidents_per_1000", year="202526")).rows[0]
    assert (row.count, row.denominator, row.value) == (4, 1000, 4.0)  # two schools of 500, not three


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"phase": "primary"}, 7),
        ({"phase": "secondary"}, 20),
        ({"phase": "nursery"}, None),  # a phase, but none of theirs
        ({"school": "900004"}, 9),
        ({"year": None, "term": None}, 27),
        ({"year": "202425"}, None),
        ({"term": "spring"}, None),
    ],
)
def test_filters_leave_what_they_name(door: Reporting, more: dict[str, Any], expected: int | None) -> None:
    assert count(door, "la:990", **more) == expected


@pytest.mark.parametrize(
    ("scope", "more", "said"),
    [
        ("la:990", {"measure": "no_such"}, "measure"),
        ("la:990", {"phase": "tertiary"}, "phase is one of"),
        ("la:990", {"year": "202527"}, "academic year"),
        ("la:990", {"year": "25/26"}, "six digits"),
        ("la:990", {"term": "winter"}, "term is one of"),
        ("la:990", {"school": "900003"}, "not one of the schools"),  # another authority's
        ("la:990", {"school": "999999"}, "not one of the schools"),  # said in the same words: nothing is given away
        ("la:990", {"rule_set": "none-such"}, "rule set"),
        ("la:990", {"measure": "escalated_when_called_for", "rule_set": "none-such"}, "rule set"),
        ("la:990", {"by": ("colour",)}, "broken down by"),
        ("la:990", {"by": ("term", "term")}, "once"),
        ("la:990", {"measure": "returns_received", "by": ("sex",)}, "broken down by"),
        ("la:990", {"measure": "incidents_per_1000", "by": ("year_group",)}, "year group"),
        ("la:990", {"as_at": datetime(1990, 1, 1)}, "before"),  # noqa: DTZ001
        ("la:999", {}, "no school of la:999"),
        ("trust:12345", {}, "no school of trust:12345"),
        ("school:900099", {}, "no school of school:900099"),
    ],
)
def test_a_question_that_does_not_fit_is_said_to_be_so(
    door: Reporting, scope: str, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(QuestionError, match=f"(?i){said}"):
        door.figures(Scope.parse(scope), Question(**{"measure": "incidents", **more}))


@pytest.mark.parametrize(
    "text", ["", "la", "la:", "la:99", "la:9900", "school:90000a", "county:990", "LA:990", "operator"]
)
def test_a_scope_is_written_in_one_way(text: str) -> None:
    with pytest.raises(QuestionError, match="written like"):
        Scope.parse(text)


def test_an_organisation_that_is_not_known_has_no_rows_outcomes_or_returns(door: Reporting) -> None:
    nobody = Scope.parse("la:999")
    asks = (
        lambda: door.outcomes(nobody, Question("incidents")),
        lambda: door.returns(nobody, Question("incidents")),
        lambda: door.missed(nobody, Question("incidents"), actor=officer_of("la:999", purpose=WHY)),
        lambda: Reporting(Warehouse(None)).figures(Scope.parse("la:990"), COUNT),
    )
    for ask in asks:
        with pytest.raises(PlumblineError, match="holds no school"):
            ask()
