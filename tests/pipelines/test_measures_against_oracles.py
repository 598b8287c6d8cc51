"""Every measure, asked in many ways, equals its oracle: in random worlds and in the generated sample."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.figures import Figure
from pipelines.reporting import Question, Reporting, Scope
from schemas.judgement import outcome
from schemas.measurement import measures
from schemas.rulesets import rule_sets
from tests.factories import typed
from tests.oracles.answers import outcome as outcome_in_words
from tests.oracles.figures import MEASURES, oracle, outcomes
from tests.oracles.world import Asked, World
from tests.worlds import keep, kept_world, random_world, sample_world

SEEDS = (2, 5, 11)
NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
MOMENTS = (NOW, datetime(2025, 3, 10), datetime(2026, 2, 1))  # noqa: DTZ001
CHILD = ("year_group", "sex")
BREAKDOWNS = (
    (), ("term",), ("year",), ("school",), ("risk_factor",), ("type",), ("year_group",), ("sex",), ("how_shared",),
    ("device_owner",), ("term", "school"), ("year", "sex"), ("sex", "type"), ("year", "risk_factor"),
    ("sex", "year_group"), ("term", "how_shared"), ("escalated",), ("support",), ("action",), ("role",),
    ("year", "escalated"), ("role", "sex"), ("how_shared", "action"),
)  # fmt: skip
SCOPES = ("la:990", "la:991", "trust:99001", "trust:99002", "school:900001", "school:900003", "school:900004")
REPORTING: dict[int, Reporting] = {}


def fits(measure: str, by: tuple[str, ...]) -> bool:
    """Whether a measure can be broken down so."""
    if measure == "returns_received":
        return set(by) <= {"term", "year", "school"}
    return not (measure.endswith("_per_1000") and "year_group" in by)


def questions(measure: str) -> st.SearchStrategy[Asked]:
    return st.builds(
        lambda place, **more: Asked(*place[0].split(":"), school=place[1], **more),
        place=st.sampled_from([*((scope, None) for scope in SCOPES), ("la:990", "900001"), ("trust:99001", "900001")]),
        by=st.sampled_from([by for by in BREAKDOWNS if fits(measure, by)]),
        year=st.sampled_from([None, None, "202425", "202526"]),
        term=st.sampled_from([None, None, "autumn", "spring"]),
        phase=st.sampled_from([None, None, "secondary"]),
        rule_set=st.sampled_from(list(rule_sets())),
        as_at=st.sampled_from(MOMENTS),
    )


def door(store: Any) -> Reporting:
    return REPORTING.setdefault(id(store), Reporting(store))


def answered(reporting: Reporting, measure: str, asked: Asked) -> dict[Any, Figure]:
    question = Question(
        measure, by=asked.by, year=asked.year, term=asked.term, phase=asked.phase, school=asked.school,
        rule_set=asked.rule_set, as_at=asked.as_at,
    )  # fmt: skip
    table = reporting.figures(Scope.parse(f"{asked.kind}:{asked.code}"), question)
    return {tuple(sorted(row.by.items())): row for row in table.rows}


def near(value: Any) -> Any:
    """Counts and states exactly, other numbers to nine places."""
    return pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value


def assert_agree(world: World, reporting: Reporting, measure: str, asked: Asked) -> None:
    """Every figure of a question equals its oracle, in every number that belongs to it."""
    found, right = answered(reporting, measure, asked), oracle(world, measure, asked)
    assert set(found) == set(right), "the combinations for which there is a figure"
    for key, numbers in right.items():
        row, cover = found[key], found[key].coverage
        got = {name: getattr(row, name, None) for name in numbers}
        got |= {"returned": cover.returned, "expected": cover.expected}
        assert got == {name: near(value) for name, value in numbers.items()}, key


def test_every_measure_has_its_oracle() -> None:
    assert set(measures()) == MEASURES


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_in_random_worlds_every_figure_equals_its_oracle(measure: str) -> None:
    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(seed=st.sampled_from(SEEDS), asked=questions(measure))
    def holds(seed: int, asked: Asked) -> None:
        world, store = kept_world(seed)
        assert_agree(world, door(store), measure, asked)

    holds()


@pytest.mark.parametrize("measure", sorted(MEASURES))
@pytest.mark.parametrize(
    ("scope", "by"), [("la:990", ("year", "school")), ("trust:99002", ("year",)), ("school:900025", ("term",))]
)
def test_in_the_sample_every_figure_equals_its_oracle(measure: str, scope: str, by: tuple[str, ...]) -> None:
    world, store = sample_world()
    asked = Asked(*scope.split(":"), as_at=NOW)
    assert_agree(world, door(store), measure, replace(asked, by=by))
    assert_agree(world, door(store), measure, asked)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_in_the_sample_every_measure_can_be_broken_down(measure: str) -> None:
    world, store = sample_world()
    for by in (("risk_factor",), ("sex",), ("how_shared",)):  # the random worlds take the others
        if fits(measure, by):
            assert_agree(world, door(store), measure, Asked("la", "990", by, as_at=NOW))


@pytest.mark.parametrize("rule_set", rule_sets())
@pytest.mark.parametrize("by", [(), ("term",), ("risk_factor",)])
def test_the_five_outcomes_equal_their_oracle(rule_set: str, by: tuple[str, ...]) -> None:
    for (world, store), scope in ((sample_world(), "la:990"), (kept_world(SEEDS[0]), "trust:99001")):
        asked = Asked(*scope.split(":"), by, rule_set=rule_set, as_at=NOW)
        question = Question("escalated_when_called_for", by=by, rule_set=rule_set, as_at=NOW)
        found = door(store).outcomes(Scope.parse(scope), question)
        counts = {(tuple(sorted(one.by.items())), str(one.outcome)): one.count for one in found if one.count}
        assert counts == outcomes(world, asked)


@pytest.mark.parametrize("rule_set", rule_sets())
def test_an_incident_judged_in_pandas_has_the_outcome_that_words_give(rule_set: str) -> None:
    world, _ = kept_world(SEEDS[0])
    rows = [row for sent in world.returns for row in sent["incidents"]]
    frame = typed("incidents", rows)
    judged = outcome(rule_sets()[rule_set], frame, today=NOW.date())
    assert [str(one) for one in judged] == [outcome_in_words(row, rule_set) for row in rows]


def test_a_missing_return_and_a_nil_return_are_not_zero() -> None:
    """Without breakdowns too: these were once both a zero."""
    world = replace(random_world(SEEDS[0]), returns=[])
    world.returns.append(
        {"urn": "900001", "year": "202526", "term": "autumn", "nil": True,
         "recorded_at": datetime(2026, 1, 9), "incidents": [], "children": []}  # noqa: DTZ001
    )  # fmt: skip
    reporting = Reporting(keep(world))
    states = {
        term: reporting.figures(Scope.parse("la:990"), Question("incidents", year="202526", term=term)).rows[0].state
        for term in ("autumn", "spring")
    }
    assert states == {"autumn": "nil_return", "spring": "not_submitted"}
