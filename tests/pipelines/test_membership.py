"""Whose data, as at when: the register's loads give each organisation its schools' days, no more and no fewer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.history import FIRST_YEAR
from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.warehouse.compose import bindings, grains
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.errors import QuestionError
from tests.moving_worlds import AUTHORITIES, DAYS, ENDS, LOADS, TRUSTS, URNS, moving_world
from tests.oracles.figures import MEASURES
from tests.oracles.incidents import visible as incidents_seen
from tests.oracles.membership import in_scope
from tests.oracles.returned import expected
from tests.oracles.world import Asked
from tests.pipelines.test_measures_against_oracles import assert_agree, fits
from tests.worlds import keep

SCOPES = (
    *(("la", code) for code in AUTHORITIES), *(("trust", code) for code in TRUSTS), *(("school", urn) for urn in URNS),
)  # fmt: skip
NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
MOMENTS = (NOW, *(load + timedelta(hours=1) for load in LOADS), datetime(2019, 1, 1))  # noqa: DTZ001
# A seed says nothing by being small, so none is made smaller.
SETTINGS = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
WATCHED = sorted(
    {day + timedelta(days=more) for day in (*DAYS, *ENDS, *(load.date() for load in LOADS)) for more in (-1, 0, 1)}
    | {date(2015, 1, 1)}
)


def visible(cursor: Cursor, scope: Scope, moment: datetime, *, kept: bool) -> set[tuple[str, date]]:
    """Every school and day that a scope sees, of the days watched."""
    start = grains_at(cursor, scope, moment) if kept else grains(scope)
    rows = cursor.rows(
        start + "SELECT m.urn, d.day FROM scope_schools m, unnest($days) AS d(day) "
        "WHERE d.day BETWEEN m.from_date AND m.to_date",
        {**bindings(scope, as_at=moment, first_year=FIRST_YEAR), "days": WATCHED},
    )
    found = [(str(row["urn"]), row["day"]) for row in rows]
    assert len(found) == len(set(found)), "a school is an organisation's once on a day"
    return set(found)


@SETTINGS
@given(seed=st.integers(0, 10_000))
def test_every_scope_sees_exactly_the_days_that_the_loads_give_it(seed: int) -> None:
    world = moving_world(seed, with_returns=False)
    with keep(world) as store, store.reading() as cursor:
        for kind, code in SCOPES:
            for moment in (NOW, *Random(seed).sample(MOMENTS, 2)):
                asked, scope = Asked(kind, code, as_at=moment), Scope.parse(f"{kind}:{code}")
                right = {(urn, day) for urn in URNS for day in WATCHED if in_scope(world, asked, urn, day)}
                assert visible(cursor, scope, moment, kept=False) == right, (kind, code, moment)
                if moment == NOW:
                    assert visible(cursor, scope, moment, kept=True) == right, (kind, code, "kept")


@SETTINGS
@given(seed=st.integers(0, 10_000))
def test_a_school_is_in_one_authority_and_at_most_one_trust_on_any_day(seed: int) -> None:
    with keep(moving_world(seed, with_returns=False)) as store, store.reading() as cursor:
        for kind, codes in (("la", AUTHORITIES), ("trust", TRUSTS)):
            one, other = (visible(cursor, Scope.parse(f"{kind}:{code}"), NOW, kept=True) for code in codes)
            assert not one & other
            assert kind == "trust" or {urn for urn, _ in one | other} == set(URNS)


@pytest.mark.parametrize("seed", [3, 8])
def test_in_worlds_that_move_every_measure_equals_its_oracle(seed: int) -> None:
    """Whole questions, for every organisation; which breakdown is asked of which goes by turns."""
    world = moving_world(seed)
    dice = Random(seed)
    with keep(world) as store:
        reporting = Reporting(store)
        for measure in sorted(MEASURES):
            for kind, code in SCOPES:
                by = dice.choice([one for one in ((), ("term",), ("year", "school")) if fits(measure, one)])
                moment = dice.choice((NOW, NOW, LOADS[-1] + timedelta(hours=1)))
                asked = Asked(kind, code, by, as_at=moment)
                try:
                    assert_agree(world, reporting, measure, asked)
                except QuestionError:  # it has no school on any day
                    assert not incidents_seen(world, asked)
                    assert not expected(world, asked)
