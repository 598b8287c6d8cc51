"""The curve, the differences and the incidents per child that the door gives equal slow oracles."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.reporting import Question, Reporting, Scope
from schemas.errors import QuestionError, RefusedError
from tests.oracles import again as oracle
from tests.oracles.repeats import LEAST_FOLLOWED, kaplan_meier
from tests.oracles.world import Asked, World
from tests.worlds import kept_world, sample_world

NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
MEASURE = "involved_again_365_days"
BREAKDOWNS = ("type", "escalated", "support", "action", "role", "year", "sex")
PLACES = (
    ("sample", "la:990", None), ("sample", "la:990", "202425"), ("sample", "school:900001", None),
    ("sample", "trust:99001", None), ("random", "la:990", None), ("random", "trust:99001", "202526"),
)  # fmt: skip


def opened(which: str, scope: str, year: str | None) -> tuple[World, Reporting, Asked]:
    world, store = sample_world() if which == "sample" else kept_world(5)
    return world, Reporting(store), Asked(*scope.split(":"), year=year, as_at=NOW)


def question(asked: Asked, *by: str) -> Question:
    return Question(MEASURE, by=by, year=asked.year, as_at=NOW)


@pytest.mark.parametrize(("which", "scope", "year"), PLACES)
def test_the_curve_is_kaplan_meier_by_hand_on_every_day_that_it_gives(which: str, scope: str, year: str | None) -> None:
    world, reporting, asked = opened(which, scope, year)
    children = oracle.first_incidents(world, asked)
    found = reporting.again_curve(Scope.parse(scope), question(asked))
    assert found.children == len(children)
    for point in (*found.steps, *found.listed):
        right = kaplan_meier(children, point.day)
        assert (point.at_risk, point.events) == (right["at_risk"], right["count"])
        assert point.again == (None if right["value"] is None else pytest.approx(right["value"], abs=1e-9))


@pytest.mark.parametrize(("which", "scope", "year"), PLACES)
def test_the_curve_rises_wherever_a_child_is_involved_again_and_ends_where_fewer_than_ten_are_followed(
    which: str, scope: str, year: str | None
) -> None:
    world, reporting, asked = opened(which, scope, year)
    children = oracle.first_incidents(world, asked)
    steps = reporting.again_curve(Scope.parse(scope), question(asked)).steps
    followed = [day for day in range(366) if sum(child["days"] >= day for child in children) >= LEAST_FOLLOWED]
    if not followed:
        assert steps == ()
        return
    rises = {child["days"] for child in children if child["again"] and child["days"] <= followed[-1]}
    assert [point.day for point in steps] == sorted({0, *rises, followed[-1]})
    assert all(point.lower is not None and point.upper is not None for point in steps)


@pytest.mark.parametrize(("which", "scope", "year"), PLACES)
def test_groups_are_compared_by_log_rank_with_all_tests_of_the_page_allowed_for(
    which: str, scope: str, year: str | None
) -> None:
    world, reporting, asked = opened(which, scope, year)
    groups = {}
    for by in BREAKDOWNS:
        every = Asked(asked.kind, asked.code, year=None if by == "year" else year, as_at=NOW)
        groups[by] = oracle.compared(oracle.first_incidents(world, every), by)
    p = {by: None if by in ("action", "role") else oracle.tested(several) for by, several in groups.items()}
    q = oracle.false_discovery(p)
    found = reporting.again_differences(Scope.parse(scope), question(asked, *BREAKDOWNS))
    assert list(found) == list(BREAKDOWNS)
    for by, one in found.items():
        assert one.groups == len(groups[by])
        assert one.p == (None if p[by] is None else pytest.approx(p[by], rel=1e-6))
        assert one.q == (None if q[by] is None else pytest.approx(q[by], rel=1e-6))
        assert one.clear == (one.q is not None and one.q <= 0.05)


@pytest.mark.parametrize(("which", "scope", "year"), PLACES)
def test_incidents_are_counted_for_each_child(which: str, scope: str, year: str | None) -> None:
    world, reporting, asked = opened(which, scope, year)
    found = reporting.incidents_per_child(Scope.parse(scope), question(asked))
    right = oracle.incidents_per_child(world, asked)
    assert found.counts == right
    assert (found.children, found.several) == (sum(right.values()), right[2] + right[3] + right[4])


@pytest.mark.parametrize("ask", ["again_curve", "again_differences", "incidents_per_child"])
def test_none_of_it_is_told_of_others(ask: str) -> None:
    _, reporting, _ = opened("sample", "la:990", None)
    about = Question(MEASURE, about=Scope.parse("la:990"))
    with pytest.raises(RefusedError, match="only for your own organisation"):
        getattr(reporting, ask)(Scope.parse("school:900001"), about)
    with pytest.raises(QuestionError):
        getattr(reporting, ask)(Scope.parse("la:123"), Question(MEASURE))
