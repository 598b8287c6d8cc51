"""The door to comparisons: what is found in the sample, what nobody is shown, and positions by a slow second way."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

import pytest

from pipelines import comparing, returns
from pipelines.comparing import Comparator, Comparison, Position, Why, compare
from pipelines.figures import Question
from pipelines.reporting import Reporting
from pipelines.sample.faults import CHANGE, DECIDES_LATE, MISSES_ESCALATIONS, NEVER_RETURNS
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, RefusedError
from schemas.measurement import Kind, measures
from tests import factories
from tests.factories import incident
from tests.worlds import sample_world

LA, TRUST, SCHOOL = (Scope.parse(text) for text in ("la:990", "trust:99001", "school:900001"))
OFFICER = Actor("Rowan Ashby", "officer", LA)
COMPARED = [one.id for one in measures().values() if one.kind in (Kind.SHARE, Kind.RATE)]
# What the sample draws for every school alike; where schools differ here, chance alone did it.
ALIKE = ["parents_informed", "risk_assessment_done", "support_offered_to_all", "imagery_not_copied", "device_secured",
         "removal_confirmed", "viewing_justified", "reviewed", "host_reported_when_online"]  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> Reporting:
    return Reporting(sample_world()[1])


def asked(reporting: Reporting, scope: Scope, measure: str, comparator: str, **more: str) -> Comparison:
    rules = "ukcis-2024" if measures()[measure].uses_rule_set else None
    question = Question(measure, rule_set=rules, **more)  # type: ignore[arg-type]
    return compare(reporting, scope, question, Comparator.parse(comparator))


def differing(found: Comparison) -> set[int]:
    return {int(one.urn) for one in found.differing}


# -- the sample ---------------------------------------------------------------------------------------------------


def test_the_schools_that_miss_escalations_are_found(sample: Reporting) -> None:
    whole = asked(sample, LA, "escalation_rate", "la:990")
    assert differing(whole) >= MISSES_ESCALATIONS
    called_for = asked(sample, LA, "escalated_when_called_for", "phase:secondary")
    assert next(one for one in called_for.schools if one.urn == "900009").position is Position.LOWER_998


def test_the_school_that_decides_late_is_found_and_the_one_without_a_comparator_is_said_to_have_none(
    sample: Reporting,
) -> None:
    found = asked(sample, LA, "decided_same_day", "la:990")
    assert DECIDES_LATE & differing(found) == {900012}
    assert next(one for one in found.schools if one.urn == "900012").position is Position.LOWER_998
    beside_none = asked(sample, Scope.parse("la:991"), "decided_same_day", "la:991")
    assert "more than half" in str(beside_none.why_not)


@pytest.mark.parametrize("measure", ALIKE)
@pytest.mark.parametrize("comparator", ["la:990", "phase:secondary"])
def test_where_the_sample_makes_all_schools_alike_none_is_said_to_differ(
    measure: str, comparator: str, sample: Reporting
) -> None:
    assert differing(asked(sample, LA, measure, comparator)) == set()


@pytest.mark.parametrize("measure", COMPARED)
def test_nothing_is_called_significant_without_its_multiple_testing_note(measure: str, sample: Reporting) -> None:
    for comparator in comparing.offers(sample, LA, Question("returns_received")):
        found = compare(sample, LA, Question(measure, rule_set="ukcis-2024"), comparator)
        for one in found.schools:
            assert (one.kept is None) == bool(found.why_not)
            assert not one.differs or one.position in (Position.LOWER_998, Position.HIGHER_998) or one.kept


def test_who_differs_in_escalation_was_planted_to(sample: Reporting) -> None:
    planted = MISSES_ESCALATIONS | set(CHANGE.urns) | {900025}
    for measure in ("escalation_rate", "escalated_when_called_for"):
        assert differing(asked(sample, LA, measure, "la:990")) <= planted


def test_the_school_that_never_returns_is_set_aside_and_not_drawn_at_nought(sample: Reporting) -> None:
    found = asked(sample, LA, "incidents_per_1000", "la:990")
    (aside,) = [one for one in found.set_aside if int(one.urn) in NEVER_RETURNS]
    assert aside.why is Why.NO_RETURN
    assert not {one.urn for one in found.schools} & {str(urn) for urn in NEVER_RETURNS}


def test_a_school_with_nil_returns_only_says_so(sample: Reporting) -> None:
    share, rate = (asked(sample, LA, name, "la:990") for name in ("escalation_rate", "incidents_per_1000"))
    assert {"900007": Why.NIL}.items() <= {one.urn: one.why for one in share.set_aside}.items()
    junior = next(one for one in rate.schools if one.urn == "900007")
    assert (junior.count, junior.only_nil) == (0, True)


def test_a_year_with_a_missing_return_is_left_out_of_a_rate(sample: Reporting) -> None:
    year = asked(sample, LA, "incidents_per_1000", "la:990", year="202526")
    assert {"900015": Why.INCOMPLETE}.items() <= {one.urn: one.why for one in year.set_aside}.items()
    every = asked(sample, LA, "incidents_per_1000", "la:990")
    assert "900015" in {one.urn for one in every.schools}
    assert every.years_left_out


def test_schools_stand_in_the_order_of_their_names_never_of_their_figures(sample: Reporting) -> None:
    found = asked(sample, LA, "escalation_rate", "la:990")
    names = [one.name for one in found.schools]
    assert names == sorted(names)


# -- what nobody is shown -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [LA, TRUST, SCHOOL, Scope.parse("la:991")], ids=str)
def test_a_comparison_holds_ones_own_schools_only(scope: Scope, sample: Reporting) -> None:
    own = set(sample.schools(scope))
    for comparator in comparing.offers(sample, scope, Question("returns_received")):
        found = compare(sample, scope, Question("escalation_rate"), comparator)
        assert {one.urn for one in (*found.schools, *found.set_aside)} <= own


def test_a_school_is_told_which_schools_are_similar_and_no_figure_of_them(sample: Reporting) -> None:
    found = asked(sample, SCHOOL, "escalation_rate", "similar:900001")
    assert found.why_not == comparing.NOT_GIVEN
    assert found.target is None
    assert [one.urn for one in found.schools] == ["900001"]
    _, similar = comparing.similar_to(sample, SCHOOL, Question("escalation_rate"))
    assert [one.school.urn for one in similar] == ["900011", "900002", "900003", "900009", "900025"]


def test_similar_schools_come_from_ones_own(sample: Reporting) -> None:
    _, similar = comparing.similar_to(sample, TRUST, Question("escalation_rate", school="900001"))
    assert {one.school.urn for one in similar} <= set(sample.schools(TRUST))


def test_a_schools_own_point_is_judged_against_the_shared_figure_or_not_at_all(sample: Reporting) -> None:
    found = asked(sample, SCHOOL, "escalation_rate", "la:990", year="202425")
    assert found.protected
    shared = [row for row in shared_rows(sample, "escalation_rate", "202425") if row is not None]
    if found.why_not:
        assert shared == []
        assert all(one.position is None for one in found.schools)
    else:
        assert shared == [found.target]
        assert found.first_looks == ()


def shared_rows(sample: Reporting, measure: str, year: str) -> list[float | None]:
    try:
        return [row.value for row in sample.figures(SCHOOL, Question(measure, year=year, about=LA)).rows]
    except RefusedError:  # then there must be no comparison either
        return []


# -- small worlds -------------------------------------------------------------------------------------------------

COUNTS = {"900001": (9, 10), "900002": (6, 10), "900003": (0, 9), "900004": (5, 8)}


@pytest.fixture
def small() -> Iterator[Warehouse]:
    """Four schools of la:990 with so many incidents escalated of so many, and one with a nil return."""
    with factories.warehouse(*({"URN": urn} for urn in (*COUNTS, "900005", "900006"))) as store:
        for urn, (count, of) in COUNTS.items():
            rows = [incident(school_urn=urn, police_contacted="yes" if n < count else "no") for n in range(of)]
            factories.submit(store, factories.checked(rows))
        returns.record_nil(
            store, school_urn="900005", academic_year="202526", term=Term.AUTUMN, actor=factories.OFFICER
        )
        yield store


def kept(house: Warehouse, *urns: str) -> Comparison:
    number = comparing.keep(house, Reporting(house), " and ".join(urns), urns, actor=OFFICER)
    question = Question("escalation_rate", year="202526", term="autumn")
    groups = comparing.groups(house, LA)
    return compare(Reporting(house), LA, question, Comparator.parse(f"group:{number}"), groups)


def test_positions_are_those_of_exact_fractions(small: Warehouse) -> None:
    found = asked(Reporting(small), LA, "escalation_rate", "la:990", year="202526", term="autumn")
    counts = list(COUNTS.values())
    target = Fraction(sum(count for count, _ in counts), sum(of for _, of in counts))
    assert found.target == pytest.approx(float(target), rel=1e-12)
    assert [one.position for one in found.schools] == [position(count, of, target) for count, of in counts]
    assert {one.urn: one.why for one in found.set_aside} == {"900005": Why.NIL, "900006": Why.NO_RETURN}


def position(count: int, of: int, target: Fraction) -> Position:
    chances = [comb(of, k) * target**k * (1 - target) ** (of - k) for k in range(of + 1)]
    lower, upper = sum(chances[: count + 1]), sum(chances[count:])
    for tail, at_998, at_95 in (
        (lower, Position.LOWER_998, Position.LOWER_95), (upper, Position.HIGHER_998, Position.HIGHER_95)
    ):  # fmt: skip
        if tail <= Fraction(25, 1000):
            return at_998 if tail <= Fraction(1, 1000) else at_95
    return Position.SIMILAR


def test_a_group_of_two_schools_gives_no_comparison(small: Warehouse) -> None:
    found = kept(small, "900001", "900002")
    assert found.why_not == comparing.TOO_FEW
    assert found.target is found.lines is None
    assert all(one.position is None for one in found.schools)


def test_schools_without_anything_to_compare_do_not_make_up_the_number(small: Warehouse) -> None:
    assert kept(small, "900001", "900002", "900005", "900006").why_not == comparing.TOO_FEW


def test_no_school_contributes_more_than_half(small: Warehouse) -> None:
    assert kept(small, "900001", "900002", "900004").why_not is None
    assert kept(small, "900001", "900003", "900004").why_not == comparing.MOST_OF_IT


def test_a_period_without_returns_compares_nothing(small: Warehouse) -> None:
    found = asked(Reporting(small), LA, "escalation_rate", "la:990", year="202526", term="summer")
    assert found.why_not == comparing.TOO_FEW
    assert found.schools == ()


@pytest.mark.parametrize("measure", ["incidents", "days_to_escalation", "involved_again_365_days",
                                     "recording_completeness", "returns_received"])  # fmt: skip
def test_other_measures_are_refused_with_what_to_choose_instead(measure: str, small: Warehouse) -> None:
    with pytest.raises(QuestionError, match=r"cannot be compared fairly.*(Choose|page)"):
        asked(Reporting(small), LA, measure, "la:990")


def test_a_comparator_that_is_not_offered_is_a_question(small: Warehouse) -> None:
    for text in ("la:991", "trust:99001", "similar:900001", "group:1"):
        with pytest.raises(QuestionError, match="no such comparator"):
            asked(Reporting(small), LA, "escalation_rate", text)
