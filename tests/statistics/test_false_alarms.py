"""Schools that do not differ are flagged as rarely as the exact calculation says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.false_alarms import CASES, Case, Tally, simulate

SEED, AUTHORITIES = 7, 15


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def tallies(request: pytest.FixtureRequest) -> tuple[Tally, Tally]:
    case: Case = request.param
    return simulate(case, AUTHORITIES, np.random.default_rng([SEED, CASES.index(case)]))


@pytest.mark.parametrize("level", ["95", "998"])
def test_against_the_true_value_flags_lie_within_the_error_of_the_simulation(
    tallies: tuple[Tally, Tally], level: str
) -> None:
    known, _ = tallies
    one_more = 1 / known.schools  # counts are whole
    assert abs(known.share(level) - known.exact(level)) <= 1.5 * known.error(level) + one_more


@pytest.mark.parametrize("level", ["95", "998"])
def test_against_the_pooled_value_flags_are_no_more_than_that(tallies: tuple[Tally, Tally], level: str) -> None:
    _, pooled = tallies
    assert pooled.share(level) <= pooled.exact(level) + 1.5 * pooled.error(level) + 1 / pooled.schools


def test_the_exact_share_is_below_what_the_limits_are_named_after(tallies: tuple[Tally, Tally]) -> None:
    for tally in tallies:
        assert tally.exact("95") < 0.05
        assert tally.exact("998") < 0.002
        assert tally.flagged["adjusted"] <= tally.flagged["998"]


def test_few_authorities_are_told_of_any_school_after_allowing_for_their_number(tallies: tuple[Tally, Tally]) -> None:
    for tally in tallies:
        five_per_cent = 0.05 * tally.authorities
        assert tally.with_any["kept"] <= five_per_cent + 3 * np.sqrt(five_per_cent)
