"""After erasing, every figure is that of a warehouse that never had the rows, or is refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines import erasing
from pipelines.figures import Figure, Question
from pipelines.reporting import Reporting, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import RefusedError
from tests.erasing.worlds import NOW, children, erase, terms, without
from tests.oracles.figures import MEASURES, oracle
from tests.oracles.world import Asked, World
from tests.worlds import keep, random_world

SEEDS = (2, 5, 11, 17)
SCOPES = ("la:990", "la:991", "trust:99001", "school:900001", "school:900002", "school:900004")
OF_SCOPE = {  # the schools that are or were of it
    "la:990": {"900001", "900002", "900003", "900004"}, "la:991": {"900005"}, "school:900001": {"900001"},
    "trust:99001": {"900001", "900002", "900004"}, "school:900002": {"900002"}, "school:900004": {"900003", "900004"},
}  # fmt: skip
BREAKDOWNS: tuple[tuple[str, ...], ...] = ((), ("term",), ("year",), ("school",), ("term", "school"))
WORLDS = {seed: random_world(seed) for seed in SEEDS}


def requests(world: World) -> st.SearchStrategy[erasing.Request]:
    """Anything that can be asked to be erased of a world."""
    return st.one_of(
        st.sampled_from(["202425", "202526"]).map(lambda y: erasing.Request(erasing.Kind.RETENTION, academic_year=y)),
        st.sampled_from(terms(world)).map(lambda place: erasing.of_return(*place)),
        st.sampled_from(children(world)).map(lambda place: erasing.of_child(*place)),
        st.sampled_from(["900001", "900003", "900005"]).map(erasing.of_school),
    )


orders = st.sampled_from(SEEDS).flatmap(
    lambda seed: st.tuples(st.just(seed), st.lists(requests(WORLDS[seed]), min_size=1, max_size=4))
)


def erased(seed: int, wanted: list[erasing.Request]) -> tuple[World, Warehouse]:
    """The world and the store after these erasures, one after another."""
    world, store = WORLDS[seed], keep(WORLDS[seed])
    for request in wanted:
        try:
            erase(store, request)
        except RefusedError:  # there is nothing of it any more
            continue
        world = without(world, request)
    return world, store


def figures(reporting: Reporting, measure: str, asked: Asked) -> dict[Any, Figure]:
    question = Question(measure, by=asked.by, year=asked.year, rule_set=asked.rule_set, as_at=NOW)
    table = reporting.figures(Scope.parse(f"{asked.kind}:{asked.code}"), question)
    return {tuple(sorted(row.by.items())): row for row in table.rows}


def must_agree(world: World, reporting: Reporting, measure: str, asked: Asked) -> None:
    if (asked.year or "9") < world.kept_from or OF_SCOPE[f"{asked.kind}:{asked.code}"] <= world.left:
        with pytest.raises(RefusedError, match="erased"):
            figures(reporting, measure, asked)
        return
    answered = figures(reporting, measure, asked)
    wanted = oracle(world, measure, asked)
    assert set(answered) == set(wanted)
    for key, numbers in wanted.items():
        row = answered[key]
        told = {"value": row.value, "count": row.count, "denominator": row.denominator, "state": str(row.state),
                "returned": row.coverage.returned, "expected": row.coverage.expected}  # fmt: skip
        for name, number in told.items():
            assert number == pytest.approx(numbers[name]), (measure, asked, key, name)


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(orders)
def test_in_whatever_order_rows_are_erased_every_figure_is_as_if_they_had_never_been_sent(
    order: tuple[int, list[erasing.Request]],
) -> None:
    world, store = erased(*order)
    reporting = Reporting(store)
    for place in SCOPES:
        for by in BREAKDOWNS:
            for measure in ("incidents", "involved_again_365_days", "children_per_1000", "returns_received"):
                must_agree(world, reporting, measure, Asked(*place.split(":"), by=by, as_at=NOW))
    store.close()


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_after_a_retention_run_is_as_if_earlier_rows_had_never_been_sent(measure: str) -> None:
    world, store = retained()
    for place in SCOPES:
        for year in (None, "202425", "202526"):
            asked = Asked(*place.split(":"), by=() if measure == "returns_received" else ("term",), as_at=NOW)
            must_agree(world, store, measure, replace(asked, year=year))


_RETAINED: list[tuple[World, Reporting]] = []


def retained() -> tuple[World, Reporting]:
    """A world of which the first year was erased; made once."""
    if not _RETAINED:
        world, store = erased(5, [erasing.Request(erasing.Kind.RETENTION, academic_year="202526")])
        _RETAINED.append((world, Reporting(store)))
    return _RETAINED[0]


def test_a_figure_of_an_erased_year_is_refused_in_words_and_never_a_zero() -> None:
    _, reporting = retained()
    scope = Scope.parse("la:990")
    with pytest.raises(RefusedError, match="Rows before 2025/26 were erased under the retention rule"):
        reporting.figures(scope, Question("incidents", year="202425"))
    with pytest.raises(RefusedError, match="erased"):
        reporting.outcomes(scope, Question("escalated_when_called_for", year="202425", rule_set="ukcis-2024"))
    with pytest.raises(RefusedError, match="erased"):
        reporting.returns(scope, Question("returns_received", year="202425"))
    with pytest.raises(RefusedError, match="erased"):
        reporting.figures(scope, Question("incidents", as_at=datetime(2025, 3, 1)))  # noqa: DTZ001


def test_figures_over_all_years_say_from_which_year_on_rows_are_kept() -> None:
    _, reporting = retained()
    table = reporting.figures(Scope.parse("la:990"), Question("incidents", by=("year",)))
    assert table.kept_from == "202526"
    assert {row.by["year"] for row in table.rows} <= {"202526", "202627"}
    assert all(year >= "202526" for year, _ in reporting.periods(Scope.parse("la:990")))


def test_an_answer_worked_out_before_is_not_given_again() -> None:
    world, store = WORLDS[5], keep(WORLDS[5])
    reporting, asked = Reporting(store), Question("incidents", school="900001", as_at=datetime(2026, 10, 1))  # noqa: DTZ001
    assert reporting.figures(Scope.parse("la:990"), asked).rows[0].count
    urn, year, term = next(place for place in terms(world) if place[0] == "900001" and place[1] == "202526")
    erase(store, erasing.of_return(urn, year, term))
    with pytest.raises(RefusedError, match="as they were before"):
        reporting.figures(Scope.parse("la:990"), asked)


def test_a_school_that_left_has_no_figure_and_is_waited_for_no_longer() -> None:
    store = keep(WORLDS[5])
    reporting = Reporting(store)
    erase(store, erasing.of_school("900001"))
    with pytest.raises(RefusedError, match="erased when the school left"):
        reporting.figures(Scope.parse("school:900001"), Question("incidents"))
    expected = reporting.returns(Scope.parse("la:990"), Question("returns_received"))
    assert "900001" not in set(expected["school_urn"])
