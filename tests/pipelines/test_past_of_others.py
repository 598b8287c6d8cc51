"""A check tells an organisation nothing of a school from a time when it was not the organisation's; the school, all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines import moving, register, returns
from pipelines.history import history_issues
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, default_terms
from schemas.errors import RefusedError
from tests.factories import KEY, OFFICER, URN, checked, child, incident, officer_of, register_csv, submit, warehouse

# 900001 was of trust 99002 and authority 991 to the end of August 2025, then of 99001 and 990.
OTHER = "900002"
GROUPS = f"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
{URN},99002,Then,06,Multi-academy trust,01/09/2019,31/08/2025,
{URN},99001,Since,06,Multi-academy trust,01/09/2025,,
"""
BEFORE = tuple(("202425", term) for term in Term)
SINCE = (("202526", Term.AUTUMN), ("202526", Term.SPRING))
JOINED, LEFT = ("trust:99001", "la:990"), ("trust:99002", "la:991")
SCHOOL = officer_of(f"school:{URN}")
LONG_AGO, MOVED = datetime(2020, 1, 1), datetime(2025, 9, 1)  # noqa: DTZ001 - as the warehouse keeps moments
Place = tuple[str, Term]
Told = tuple[int, int, int, bool]  # reference, day of the term, child, and whether it is closed


def school_that_moved() -> Warehouse:
    """A school that changed trust and authority, and one that never was of any of these."""
    then, now = ([{"URN": URN, "LA (code)": code}, {"URN": OTHER, "LA (code)": "995"}] for code in ("991", "990"))
    store = warehouse(*then, when=LONG_AGO)
    register.load_register(store, [NamedFile("groups.csv", GROUPS.encode())], actor=OFFICER, when=LONG_AGO)
    register.load_register(store, [NamedFile("register.csv", register_csv(now))], actor=OFFICER, when=MOVED)
    return store


def return_of(place: Place, rows: Sequence[Told], *, more: int = 0, urn: str = URN) -> returns.Checked:
    """A return of these incidents and so many others, which has passed."""
    year, term = place
    first = next(band.first_day for band in default_terms(year) if band.term is term)
    found = [_row(f"R{ref}", first + timedelta(days=day), closed, urn) for ref, day, _, closed in rows]
    involved = [child(incident_ref=f"R{ref}", child_key=f"{who:016x}", school_urn=urn) for ref, _, who, _ in rows]
    others = [_row(f"{year}{term}{number}", first, False, urn) for number in range(more)]
    involved += [
        child(incident_ref=row["incident_ref"], child_key=f"{number:016x}", school_urn=urn)
        for number, row in enumerate(others, start=100)
    ]
    return checked([*found, *others], involved, year=year, term=term)


def _row(reference: str, told: date, closed: bool, urn: str) -> dict[str, str]:
    days = {"reported_date": str(told), "dsl_informed_date": str(told)}
    done = {"status": "closed", "closed_date": str(told)} if closed else {}
    return incident(incident_ref=reference, school_urn=urn, **days, **done)


def told(store: Warehouse, scope: str, file: returns.Checked) -> list[object]:
    """Everything that an organisation learns of a school by checking a file, and by asking for a nil return."""
    actor, place = officer_of(scope), (file.academic_year or "", file.term or Term.AUTUMN)
    asked = {"school_urn": URN, "academic_year": place[0], "term": place[1]}
    with store.reading() as cursor:
        found = history_issues(cursor, file, key=KEY, actor=actor)
    doors = (
        lambda: returns.preview(store, file, actor=actor, key=KEY),
        lambda: moving.moved(store, file, actor=actor, key=KEY),
        lambda: returns.nil_queries(store, actor.scope, **asked),  # type: ignore[arg-type]
        lambda: returns.last_return(store, actor.scope, URN, on=place),
    )
    return [found, *map(_answer, doors)]


def _answer(door: Any) -> object:
    try:
        return door()
    except RefusedError as error:
        return f"refused: {error}"


def rules(store: Warehouse, scope: str, file: returns.Checked) -> set[str]:
    with store.reading() as cursor:
        actor = OFFICER if scope == "operator" else officer_of(scope)
        return {one.rule for one in history_issues(cursor, file, key=KEY, actor=actor)}


# -- what a school is told, and who joined it later is not --------------------------------------------------

AGAIN: Told = (1, 3, 7, False)
ASKED = {  # by rule: what stands of the time before, and the rows of a file and how many more
    "whole-count-far": (("202425", Term.AUTUMN), (), 7, (), 40),
    "history-reference-used": (("202425", Term.SUMMER), (AGAIN,), 0, ((1, 5, 8, False),), 0),
    "history-same-content": (("202425", Term.SUMMER), (AGAIN,), 0, ((2, 5, 7, False),), 0),
    "history-involved-before": (("202425", Term.SUMMER), (AGAIN,), 0, ((2, 5, 7, True),), 0),
}


@pytest.mark.parametrize("rule", ASKED)
def test_of_what_was_sent_before_it_joined_only_the_school_is_told(rule: str) -> None:
    place, stands, many, arrives, more = ASKED[rule]
    store = school_that_moved()
    submit(store, return_of(place, stands, more=many), when=datetime(2025, 7, 30))  # noqa: DTZ001
    file = return_of(SINCE[0], arrives, more=more)
    for scope in (f"school:{URN}", "operator"):
        assert rule in rules(store, scope, file)
    for scope in JOINED:
        assert rules(store, scope, file) == set()


def test_the_same_reference_and_day_in_a_term_before_is_told_to_the_school_only() -> None:
    store = school_that_moved()
    row = incident(incident_ref="SAME", reported_date="2025-09-02", dsl_informed_date="2025-09-02")
    submit(store, checked([row], year="202425", term=Term.SUMMER))
    file = checked([row])
    assert "history-sent-in-another-term" in rules(store, f"school:{URN}", file)
    [mine] = returns.preview(store, file, actor=SCHOOL, key=KEY)
    assert mine.elsewhere == (("202425", Term.SUMMER, 1),)
    for scope in JOINED:
        assert "history-sent-in-another-term" not in rules(store, scope, file)
        [found] = returns.preview(store, file, actor=officer_of(scope), key=KEY)
        assert found.elsewhere == ()


def test_a_nil_return_is_held_only_against_terms_of_ones_own() -> None:
    store = school_that_moved()
    for place in BEFORE:
        submit(store, return_of(place, (), more=20))
    asked = {"school_urn": URN, "academic_year": "202526", "term": Term.AUTUMN}
    [issue] = returns.nil_queries(store, SCHOOL.scope, **asked)  # type: ignore[arg-type]
    assert (issue.rule, "60" in issue.message) == ("whole-nil-after-many", True)
    for scope in JOINED:
        assert returns.nil_queries(store, Scope.parse(scope), **asked) == ()  # type: ignore[arg-type]
    sent = returns.record_nil(store, actor=officer_of("trust:99001"), **asked)  # type: ignore[arg-type]
    assert sent.queries == 0
    submit(store, return_of(SINCE[0], (), more=20))
    spring = asked | {"term": Term.SPRING}
    [own] = returns.nil_queries(store, Scope.parse("trust:99001"), **spring)  # type: ignore[arg-type]
    assert "20" in own.message


# -- whatever was sent in the other's time ------------------------------------------------------------------


@cache
def history(hidden: tuple[Place, ...], seed: int, *, urn: str) -> Warehouse:
    """A store in which returns of these terms were sent for a school, beside one of each time for ours."""
    store, dice = school_that_moved(), Random(seed)
    for place in (BEFORE[0], SINCE[0]):
        submit(store, return_of(place, [(1, 1, 1, True)], more=7))
    for place in hidden:
        rows = [(ref, dice.randrange(3), dice.randrange(3), dice.random() < 0.5) for ref in range(4)]
        submit(store, return_of(place, rows, more=dice.choice((7, 30)), urn=urn))
    return store


rows_of = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=5,
    unique_by=lambda row: row[0],
)  # fmt: skip


@pytest.mark.parametrize(("scopes", "hidden", "own"), [(JOINED, BEFORE, SINCE), (LEFT, SINCE, BEFORE)])
@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_what_is_told_is_the_same_whatever_was_sent_when_the_school_was_anothers(
    scopes: tuple[str, ...], hidden: tuple[Place, ...], own: tuple[Place, ...], data: st.DataObject
) -> None:
    scope, seed = data.draw(st.sampled_from(scopes)), data.draw(st.integers(1, 2))
    place = data.draw(st.sampled_from((*own, *own, hidden[0])))
    file = return_of(place, data.draw(rows_of), more=data.draw(st.sampled_from([1, 40])))
    # in the one world another school sent it, so that the numbers of returns are the same in both
    assert told(history(hidden, seed, urn=URN), scope, file) == told(history(hidden, seed, urn=OTHER), scope, file)


@pytest.mark.parametrize(("hidden", "own"), [(BEFORE, SINCE[0]), (SINCE, BEFORE[2])])
def test_the_worlds_of_that_comparison_differ_for_the_school_itself(hidden: tuple[Place, ...], own: Place) -> None:
    file = return_of(own, [(2, 2, 1, False), (9, 2, 2, False)])
    this, other = (told(history(hidden, 1, urn=urn), f"school:{URN}", file) for urn in (URN, OTHER))
    assert this[0] != other[0]
    assert this[1] != other[1]


# -- and nothing sent is lost by it ---------------------------------------------------------------------------


def counted(store: Warehouse, scope: str) -> dict[tuple[str, str], int | None]:
    found = Reporting(store).figures(Scope.parse(scope), Question("incidents", by=("term",))).rows
    return {(row.by["year"], row.by["term"]): row.count for row in found if row.count}


def test_a_reference_that_stands_unseen_for_another_day_is_another_incident_and_both_count() -> None:
    store = school_that_moved()
    submit(store, return_of(("202425", Term.SUMMER), [AGAIN]))
    arriving = return_of(SINCE[0], [(1, 5, 8, False)])
    assert rules(store, "trust:99001", arriving) == set()
    returns.submit(store, arriving, actor=officer_of("trust:99001"), key=KEY)
    assert counted(store, f"school:{URN}") == {("202425", "summer"): 1, ("202526", "autumn"): 1}
    assert counted(store, "la:991") == counted(store, "trust:99002") == {("202425", "summer"): 1}
    assert counted(store, "la:990") == counted(store, "trust:99001") == {("202526", "autumn"): 1}
    for place, rows in ((SINCE[0], [(1, 5, 8, False)]), (("202425", Term.SUMMER), [AGAIN])):
        assert "history-reference-used" in rules(store, f"school:{URN}", return_of(place, rows))


def test_a_reference_that_stands_unseen_for_the_same_day_is_the_same_incident_and_counts_once() -> None:
    store = school_that_moved()
    row = incident(incident_ref="SAME", reported_date="2025-08-30", dsl_informed_date="2025-08-30")
    submit(store, checked([row], year="202425", term=Term.SUMMER))
    returns.submit(store, checked([row]), actor=officer_of("trust:99001"), key=KEY)
    assert sum(number or 0 for number in counted(store, f"school:{URN}").values()) == 1
    assert counted(store, "trust:99001") == {}


def test_what_another_sends_in_its_own_time_makes_nothing_stale_that_was_read_before() -> None:
    store = school_that_moved()
    trust, arriving = officer_of("trust:99002"), return_of(BEFORE[2], [AGAIN])
    [read] = returns.preview(store, arriving, actor=trust, key=KEY)
    submit(store, return_of(SINCE[0], [(2, 1, 1, False)]))  # of a time that is not the former trust's
    assert returns.submit(store, arriving, actor=trust, key=KEY, seen={URN: read.seen})
