"""Before and after a dated change: whole terms, the same schools on both sides, and states told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest

from pipelines import changing, register, returns
from pipelines.changing import (
    DEFAULT_MEASURES,
    Applies,
    BeforeAfter,
    Estimate,
    Finding,
    NewChange,
    ProcedureChange,
    RateRatio,
    Where,
    before_and_after,
)
from pipelines.decisions import DecisionKind, decide
from pipelines.demo import record_change
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting, Scope, State
from pipelines.sample.faults import CHANGE
from pipelines.scope import Actor
from pipelines.statistics.comparison import newcombe, rate_ratio
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, default_terms
from schemas.errors import QuestionError, RefusedError
from schemas.rulesets import DEFAULT
from tests.factories import OFFICER, checked, incident, register_csv, submit
from tests.oracles.world import World
from tests.worlds import sample_world

LA = Scope.parse("la:990")
SCHOOL = Scope.parse("school:900001")
LEAD = Actor("Rowan Ashby", "officer", LA)
NEIGHBOUR = Actor("Marian Oakhurst", "officer", Scope.parse("la:991"))
YEARS = ("202324", "202425")
TERMS = [(year, term) for year in YEARS for term in Term]
SAME_DAY = "dsl_informed_same_day"
FIRST_DAY = date(2024, 9, 1)
URNS = ("900001", "900002", "900003", "900004")
# 900003 sends nothing after the change, 900004 says each term that it had none; the change applies to the first two.
TOLD_AT_ONCE = {("900001", 0): 2, ("900001", 1): 5, ("900002", 0): 3, ("900002", 1): 6, ("900003", 0): 4}
OF = 7
HERE = Applies(Where.SCHOOLS, schools=("900001", "900002"))


def change(from_day: date = FIRST_DAY, applies: Applies = HERE) -> ProcedureChange:
    return ProcedureChange(1, "Title", "What.", from_day, applies, datetime(2025, 1, 1), "Someone", "officer")  # noqa: DTZ001


@pytest.fixture(scope="module")
def store() -> Iterator[Warehouse]:
    """Two years, four secondary schools of 500 pupils; seven incidents a school and term, so many told at once."""
    made = Warehouse(None)
    primary = {"PhaseOfEducation (code)": "2", "PhaseOfEducation (name)": "Primary", "StatutoryLowAge": "4"}
    schools = [{"URN": "900001"}, {"URN": "900002"}, {"URN": "900003"}, {"URN": "900004", **primary}]
    content = register_csv([*schools, {"URN": "900005", "LA (code)": "991"}])
    when = datetime(2020, 1, 1)  # noqa: DTZ001
    register.load_register(made, [NamedFile("register.csv", content)], actor=OFFICER, when=when)
    for year, term in TERMS:
        for urn in URNS[:2] if year == YEARS[1] else URNS[:3]:
            submit(made, checked(_incidents(urn, year, term), year=year, term=term))
        returns.record_nil(made, school_urn="900004", academic_year=year, term=term, actor=OFFICER)
    yield made
    made.close()


def _incidents(urn: str, year: str, term: Term) -> list[dict[str, str]]:
    dates = next(one for one in default_terms(year) if one.term is term)
    day = dates.first_day + timedelta(days=40)
    next_day = (day + timedelta(days=1)).isoformat()
    at_once = TOLD_AT_ONCE[urn, YEARS.index(year)]
    return [
        incident(
            school_urn=urn, incident_ref=f"{year}{term}{place}", reported_date=day.isoformat(),
            dsl_informed_date=day.isoformat() if place < at_once else next_day,
        )
        for place in range(OF)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def door(store: Warehouse) -> Reporting:
    return Reporting(store)


# -- windows ----------------------------------------------------------------------------------------------


def test_a_change_on_a_terms_first_day_leaves_no_term_out(door: Reporting) -> None:
    found = before_and_after(door, LA, change(), SAME_DAY, window=3)
    assert found.window.before == tuple((YEARS[0], str(term)) for term in Term)
    assert found.window.after == tuple((YEARS[1], str(term)) for term in Term)
    assert found.window.left_out is None
    assert found.window.same_seasons


def test_the_term_in_which_it_fell_is_left_out(door: Reporting) -> None:
    found = before_and_after(door, LA, change(date(2024, 10, 15)), SAME_DAY, window=2)
    assert found.window.left_out == (YEARS[1], "autumn")
    assert [term for _, term in found.window.after] == ["spring", "summer"]
    assert [term for _, term in found.window.before] == ["spring", "summer"]
    assert found.window.same_seasons
    assert not before_and_after(door, LA, change(date(2024, 10, 15)), SAME_DAY, window=1).window.same_seasons
    assert found.applied.after.denominator == 2 * 2 * OF


def test_no_more_terms_are_compared_than_are_asked_for(door: Reporting) -> None:
    found = before_and_after(door, LA, change(), SAME_DAY, window=1)
    assert (found.window.before, found.window.after) == (((YEARS[0], "summer"),), ((YEARS[1], "autumn"),))


def test_without_a_term_before_or_after_there_is_nothing_to_compare(door: Reporting) -> None:
    early = before_and_after(door, LA, change(date(2023, 9, 1)), SAME_DAY)
    late = before_and_after(door, LA, change(date(2026, 1, 10)), SAME_DAY)
    for found in (early, late):
        assert found.applied.change is None
        assert found.applied.finding is Finding.NOTHING
        assert found.applied.schools == ()
    assert early.applied.before.state is State.NOT_SUBMITTED
    assert early.applied.before.value is None


# -- what is counted --------------------------------------------------------------------------------------


def test_a_share_is_added_up_over_schools_and_terms(door: Reporting) -> None:
    found = before_and_after(door, LA, change(), SAME_DAY).applied
    assert (found.before.count, found.before.denominator) == (3 * (2 + 3), 3 * 2 * OF)
    assert (found.after.count, found.after.denominator) == (3 * (5 + 6), 3 * 2 * OF)
    assert found.change == newcombe(33, 42, 15, 42)
    assert found.finding is Finding.HIGHER
    assert found.schools == ("900001", "900002")


def test_a_school_that_did_not_return_on_both_sides_is_left_out_and_said_so(door: Reporting) -> None:
    elsewhere = before_and_after(door, LA, change(), SAME_DAY).elsewhere
    assert elsewhere is not None
    assert elsewhere.schools == ("900004",)  # its nil returns are answers
    assert elsewhere.left_out == 1
    assert elsewhere.before.state is elsewhere.after.state is State.NIL_RETURN
    assert elsewhere.change is None
    assert elsewhere.finding is Finding.NOTHING


def test_a_nil_return_counts_in_a_rate_and_what_was_not_sent_does_not(door: Reporting) -> None:
    everywhere = before_and_after(door, LA, change(applies=Applies()), "incidents_per_1000")
    assert everywhere.elsewhere is None
    assert everywhere.applied.before.denominator == 3 * 3 * 500  # 900003 sent nothing after, so it is not here
    assert everywhere.applied.before.count == 3 * 2 * OF
    assert everywhere.applied.change == rate_ratio(42, 4500, 42, 4500)
    assert everywhere.applied.finding is Finding.UNCLEAR
    assert everywhere.applied.before.value == pytest.approx(1000 * 42 / 4500)


def test_every_term_keeps_its_own_figure_and_its_state(door: Reporting) -> None:
    found = before_and_after(door, LA, change(), SAME_DAY)
    assert [(row.by["year"], row.by["term"]) for row in found.applied.terms[:6]] == [(y, str(t)) for y, t in TERMS]
    assert [row.count for row in found.applied.terms[:6]] == [5, 5, 5, 11, 11, 11]
    assert {row.state for row in found.applied.terms[6:]} == {State.NOT_SUBMITTED}
    assert found.elsewhere is not None
    assert {row.state for row in found.elsewhere.terms[:6]} == {State.NIL_RETURN}


def test_few_cases_say_nothing(door: Reporting) -> None:
    one_school = Applies(Where.SCHOOLS, schools=("900001",))
    found = before_and_after(door, LA, change(applies=one_school), SAME_DAY, window=1)
    assert found.applied.before.denominator == OF
    assert isinstance(found.applied.change, Estimate)
    assert found.applied.finding is Finding.TOO_FEW
    assert found.apart_finding is Finding.TOO_FEW


def test_three_terms_on_a_side_are_too_few_for_a_trend(door: Reporting) -> None:
    series = before_and_after(door, LA, change(), SAME_DAY).applied.trend
    assert (series.unit, series.before, series.after, series.found) == ("terms", 3, 3, None)


def test_where_it_applies_can_be_everywhere_a_phase_or_a_group(door: Reporting) -> None:
    of_phase = before_and_after(door, LA, change(applies=Applies(Where.PHASE, phase="primary")), SAME_DAY)
    assert of_phase.applied.schools == ("900004",)
    group = Applies(Where.GROUP, group="North", schools=("900002", "900004"))
    assert before_and_after(door, LA, change(applies=group), SAME_DAY).applied.schools == ("900002", "900004")


def test_the_difference_of_both_changes_is_given_with_its_interval(door: Reporting) -> None:
    first = Applies(Where.SCHOOLS, schools=("900001",))
    found = before_and_after(door, LA, change(applies=first), SAME_DAY)
    assert found.elsewhere is not None
    assert found.elsewhere.schools == ("900002", "900004")
    assert isinstance(found.applied.change, Estimate)
    assert isinstance(found.elsewhere.change, Estimate)
    assert found.apart is not None
    assert found.apart.value == pytest.approx(found.applied.change.value - found.elsewhere.change.value)
    assert found.apart_finding is Finding.UNCLEAR


def test_another_organisations_schools_are_never_in_it(door: Reporting) -> None:
    found = before_and_after(door, SCHOOL, change(applies=Applies()), SAME_DAY)
    assert found.applied.schools == ("900001",)
    assert found.elsewhere is None
    stolen = change(applies=Applies(Where.SCHOOLS, schools=("900002", "900005")))
    assert before_and_after(door, SCHOOL, stolen, SAME_DAY).applied.schools == ()


@pytest.mark.parametrize("measure", ["incidents", "days_to_escalation", "involved_again_365_days", "returns_received"])
def test_what_does_not_add_up_is_not_compared(door: Reporting, measure: str) -> None:
    with pytest.raises(QuestionError, match="Only shares and rates"):
        before_and_after(door, LA, change(), measure)


def test_a_measure_that_is_offered_can_be_compared(door: Reporting) -> None:
    assert set(DEFAULT_MEASURES) <= {one.id for one in changing.comparable()}
    for one in changing.comparable():
        rules = DEFAULT if one.uses_rule_set else None
        assert before_and_after(door, LA, change(), one.id, rule_set=rules).measure == one


def test_several_measures_are_likelier_to_mislead_than_one() -> None:
    assert changing.chance_of_one(1) == pytest.approx(0.05)
    assert changing.chance_of_one(4) == pytest.approx(0.1855, abs=1e-4)


# -- the record -------------------------------------------------------------------------------------------

NEW = NewChange("Told the same day", "Staff tell the lead on the same day.", FIRST_DAY, HERE)


def test_a_change_is_kept_with_who_and_when_until_it_is_withdrawn(store: Warehouse, door: Reporting) -> None:
    number = changing.record(door, store, NEW, actor=LEAD)
    later = changing.record(door, store, replace(NEW, from_day=date(2024, 10, 15), applies=Applies()), actor=LEAD)
    found = changing.recorded(store, LA)
    assert [one.number for one in found] == [later, number]
    assert (found[1].title, found[1].from_day, found[1].applies) == (NEW.title, FIRST_DAY, HERE)
    assert (found[1].recorded_by, found[1].role) == ("Rowan Ashby", "officer")
    assert changing.recorded(store, NEIGHBOUR.scope) == ()
    with pytest.raises(RefusedError):
        changing.withdraw(store, number, actor=NEIGHBOUR)
    for one in (number, later):
        changing.withdraw(store, one, actor=LEAD)
    assert changing.recorded(store, LA) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "  "}, "short title"),
        ({"what": ""}, "in one sentence"),
        ({"title": "x" * 81}, "at most 80"),
        ({"what": "x" * 501}, "at most 500"),
        ({"title": "Ask jo@example.org"}, "looks like"),
        ({"what": "Ring 0117 496 0123 at once."}, "looks like"),
        ({"from_day": date(2050, 1, 1)}, "not come yet"),
        ({"from_day": date(2023, 9, 20)}, "nothing to compare"),
        ({"from_day": date(1999, 1, 1)}, "1 September 2023"),
        ({"applies": Applies(Where.SCHOOLS)}, "at least one school"),
        ({"applies": Applies(Where.SCHOOLS, schools=("900005",))}, "your own schools"),
        ({"applies": Applies(Where.PHASE, phase="all-through")}, "this phase"),
        ({"applies": Applies(Where.GROUP, group="South")}, "no such group"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(
    store: Warehouse, door: Reporting, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises((QuestionError, RefusedError), match=said) as refused:
        changing.record(door, store, replace(NEW, **wrong), actor=LEAD)  # type: ignore[arg-type]
    assert "jo@" not in str(refused.value)
    assert changing.recorded(store, LA) == ()


def test_without_any_return_there_is_nothing_to_record_against(store: Warehouse, door: Reporting) -> None:
    with pytest.raises(QuestionError, match="No return has come yet"):
        changing.record(door, store, replace(NEW, applies=Applies()), actor=NEIGHBOUR)


def test_a_group_keeps_the_schools_it_had_when_the_change_was_recorded(store: Warehouse, door: Reporting) -> None:
    decide(store, DecisionKind.GROUP, {"name": "North", "schools": ["900001", "900004"]}, actor=LEAD)
    number = changing.record(door, store, replace(NEW, applies=Applies(Where.GROUP, group="North")), actor=LEAD)
    (found,) = changing.recorded(store, LA)
    assert found.applies == Applies(Where.GROUP, group="North", schools=("900001", "900004"))
    changing.withdraw(store, number, actor=LEAD)


# -- the sample -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted() -> tuple[World, Reporting, Warehouse]:
    world, warehouse = sample_world()
    if not changing.recorded(warehouse, LA):
        record_change(warehouse)
    return world, Reporting(warehouse), warehouse


def _compared(planted: tuple[World, Reporting, Warehouse], scope: str) -> dict[str, BeforeAfter]:
    _, door, warehouse = planted
    (found,) = changing.recorded(warehouse, Scope.parse(scope))
    return {
        name: before_and_after(door, Scope.parse(scope), found, name, rule_set=DEFAULT) for name in DEFAULT_MEASURES
    }


@pytest.mark.parametrize("scope", ["la:990", "trust:99001"])
def test_the_planted_change_is_found_where_it_was_planted(
    planted: tuple[World, Reporting, Warehouse], scope: str
) -> None:
    found = _compared(planted, scope)
    for name in ("escalated_when_called_for", "escalation_rate", SAME_DAY):
        assert found[name].applied.finding is Finding.HIGHER
        assert found[name].elsewhere is None or found[name].elsewhere.finding is Finding.UNCLEAR
        series = found[name].applied.trend
        assert series.unit == "months"
        assert series.found is not None
        assert series.found.effects["level_change"].lower > 0
    assert found["incidents_per_1000"].applied.finding is Finding.UNCLEAR  # nothing was planted there


def test_beside_the_other_schools_the_planted_measures_rose_more(planted: tuple[World, Reporting, Warehouse]) -> None:
    found = _compared(planted, "la:990")
    for name in ("escalation_rate", SAME_DAY):
        assert found[name].apart_finding is Finding.HIGHER
    assert _compared(planted, "trust:99001")[SAME_DAY].elsewhere is None


def test_the_planted_change_counted_slowly_from_the_files_sent(planted: tuple[World, Reporting, Warehouse]) -> None:
    """Row by row from what was sent: the last version of each return of the schools that sent on both sides."""
    world, _, _ = planted
    found = _compared(planted, "trust:99001")[SAME_DAY].applied
    last: dict[tuple[str, str, str], dict[str, object]] = {}
    for one in sorted(world.returns, key=lambda one: one["recorded_at"]):
        last[one["urn"], one["year"], one["term"]] = one
    counts = {"before": [0, 0], "after": [0, 0]}
    for (urn, year, _), one in last.items():
        if urn not in found.schools or (urn == "900025" and year < "202324"):
            continue
        side = counts["before" if year < "202425" else "after"]
        for row in one["incidents"]:  # type: ignore[attr-defined]
            if row["dsl_informed_date"] and row["reported_date"]:
                side[0] += row["dsl_informed_date"] <= row["reported_date"]
                side[1] += 1
    assert counts == {
        "before": [found.before.count, found.before.denominator],
        "after": [found.after.count, found.after.denominator],
    }


def test_the_neighbour_has_no_change_on_record(planted: tuple[World, Reporting, Warehouse]) -> None:
    assert changing.recorded(planted[2], NEIGHBOUR.scope) == ()
    assert {str(urn) for urn in CHANGE.urns} <= set(planted[1].schools(LA))


def test_a_change_that_never_was_is_seldom_found(planted: tuple[World, Reporting, Warehouse]) -> None:
    """Schools where nothing changed, drawn by lot as if something had: few are called different."""
    _, door, _ = planted
    untouched = sorted(set(door.schools(LA)) - {str(urn) for urn in CHANGE.urns})
    lots = Random(5)
    clear = 0
    trials = 12
    for _ in range(trials):
        applies = Applies(Where.SCHOOLS, schools=tuple(lots.sample(untouched, 4)))
        found = before_and_after(door, LA, change(applies=applies), SAME_DAY).applied
        assert found.change is None or isinstance(found.change, Estimate | RateRatio)
        clear += found.finding in (Finding.HIGHER, Finding.LOWER)
    assert clear <= trials // 3


def test_a_question_about_others_is_refused_at_the_door(door: Reporting) -> None:
    with pytest.raises(RefusedError):
        door.figures(SCHOOL, Question(SAME_DAY, by=("school", "term"), about=LA))
