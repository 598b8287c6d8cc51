"""Differences of shares and ratios of rates give the values of the standard methods."""

from __future__ import annotations

from math import exp, inf, lgamma, log, sqrt

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from pipelines.statistics.comparison import (
    RateRatio,
    difference,
    dispersion,
    newcombe,
    rate_ratio,
    ratio_of_ratios,
    stands_clear,
)
from pipelines.statistics.intervals import Estimate, rate
from tests.statistics.values import number, rows

COUNTS = st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
EVENTS = st.tuples(st.integers(0, 200), st.integers(1, 20_000))
NEWCOMBE = {row["case_id"]: row for row in rows("h1_newcombe", "expected")}
RATIOS = rows("h2_rate_ratio", "expected")


@pytest.mark.parametrize("case", rows("h1_newcombe", "input"), ids=lambda case: case["case_id"])
def test_a_difference_of_shares_has_newcombes_interval(case: dict[str, str]) -> None:
    right = NEWCOMBE[case["case_id"]]
    found = newcombe(*(int(case[name]) for name in ("x_after", "n_after", "x_before", "n_before")))
    assert found is not None
    expected = [float(right[name]) for name in ("diff", "newcombe_lower", "newcombe_upper")]
    assert [found.value, found.lower, found.upper] == pytest.approx(expected, rel=1e-6, abs=1e-9)
    if right["published_lower"]:
        printed = [float(right["published_lower"]), float(right["published_upper"])]
        assert [round(found.lower, 4), round(found.upper, 4)] == printed


def test_none_in_ten_against_none_in_twenty_keeps_an_interval() -> None:
    found = newcombe(0, 10, 0, 20)
    assert found is not None
    assert found.value == 0
    assert [round(found.lower, 4), round(found.upper, 4)] == [-0.1611, 0.2775]


def test_a_share_of_nothing_cannot_be_compared() -> None:
    assert newcombe(0, 0, 3, 10) is None
    assert newcombe(3, 10, 0, 0) is None


@given(COUNTS, COUNTS)
@example((0, 1), (1, 1))
def test_a_difference_lies_in_its_interval_and_turns_round_when_the_sides_do(
    after: tuple[int, int], before: tuple[int, int]
) -> None:
    found, turned = newcombe(*after, *before), newcombe(*before, *after)
    assert found is not None
    assert turned is not None
    assert -1 - 1e-12 <= found.lower <= found.value <= found.upper <= 1 + 1e-12
    assert (turned.value, turned.lower, turned.upper) == pytest.approx((-found.value, -found.upper, -found.lower))


@given(COUNTS, COUNTS)
def test_it_is_what_another_library_gives(after: tuple[int, int], before: tuple[int, int]) -> None:
    found = newcombe(*after, *before)
    assert found is not None
    theirs = confint_proportions_2indep(*after, *before, method="newcomb", compare="diff")
    assert (found.lower, found.upper) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("case", rows("h2_rate_ratio", "input"), ids=lambda case: case["case_id"])
def test_a_ratio_of_rates_has_the_exact_interval(case: dict[str, str]) -> None:
    right = next(row for row in RATIOS if row["case_id"] == case["case_id"])
    counts = [int(case[name]) for name in ("count_after", "pupils_after", "count_before", "pupils_before")]
    found = rate_ratio(*counts)
    assert found is not None
    ratio = number(right["rate_ratio"])
    assert found.value is None if ratio is None else found.value == pytest.approx(ratio, rel=1e-6)
    expected = [float(right[name]) for name in ("exact_lower", "exact_upper", "exact_p")]
    assert [found.lower, found.upper, found.p_value] == pytest.approx(expected, rel=1e-6)
    after, before = rate(*counts[:2]), rate(*counts[2:])
    assert after is not None
    assert before is not None
    assert after.value - before.value == pytest.approx(float(right["rate_difference_per_1000"]), rel=1e-6)


def test_no_events_at_all_say_nothing_about_a_ratio() -> None:
    assert rate_ratio(0, 420, 0, 415) == RateRatio(None, 0.0, inf, 1.0)
    assert rate_ratio(1, 0, 1, 10) is None


@given(EVENTS, EVENTS)
def test_a_ratio_lies_in_its_interval_and_turns_over_when_the_sides_do(
    after: tuple[int, int], before: tuple[int, int]
) -> None:
    found, turned = rate_ratio(*after, *before), rate_ratio(*before, *after)
    assert found is not None
    assert turned is not None
    assert 0 <= found.lower <= found.upper
    if found.value is not None:
        assert found.lower <= found.value <= found.upper
    assert turned.lower == pytest.approx(0 if found.upper == inf else 1 / found.upper)
    assert turned.upper == pytest.approx(1 / found.lower if found.lower else inf)
    assert 0 <= found.p_value <= 1
    assert found.p_value == pytest.approx(turned.p_value)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.2, 5))
def test_at_its_limits_the_tails_hold_two_and_a_half_per_cent(after: int, before: int, more: float) -> None:
    """A slow look: the binomial tail summed term by term at the ratio that the limit names."""
    found = rate_ratio(after, 1000 * more, before, 1000)
    assert found is not None
    if found.lower > 0:
        assert _tail(range(after, after + before + 1), after + before, found.lower * more) == pytest.approx(0.025)
    if found.upper < inf:
        assert _tail(range(after + 1), after + before, found.upper * more) == pytest.approx(0.025)


def _tail(counts: range, events: int, odds: float) -> float:
    share = odds / (1 + odds)
    choose = [lgamma(events + 1) - lgamma(k + 1) - lgamma(events - k + 1) for k in counts]
    return sum(exp(c + k * log(share) + (events - k) * log(1 - share)) for c, k in zip(choose, counts, strict=True))


def test_a_difference_of_differences_is_wider_than_either() -> None:
    one, other = newcombe(66, 75, 34, 60), newcombe(40, 70, 38, 66)
    assert one is not None
    assert other is not None
    found = difference(one, other)
    assert found.value == pytest.approx(one.value - other.value)
    for each in (one, other):
        assert found.upper - found.lower > each.upper - each.lower
    back = difference(other, one)
    assert (back.value, back.lower, back.upper) == pytest.approx((-found.value, -found.upper, -found.lower))


def test_the_interval_of_a_difference_of_differences_holds_the_truth_nineteen_times_in_twenty() -> None:
    dice = np.random.default_rng(8)
    shares, of = np.array([0.85, 0.57, 0.6, 0.55]), np.array([66, 60, 70, 45])
    truth = (shares[0] - shares[1]) - (shares[2] - shares[3])
    held = 0
    trials = 800
    for counts in dice.binomial(of, shares, size=(trials, 4)):
        one, other = newcombe(counts[0], of[0], counts[1], of[1]), newcombe(counts[2], of[2], counts[3], of[3])
        assert one is not None
        assert other is not None
        found = difference(one, other)
        held += found.lower <= truth <= found.upper
    assert held / trials == pytest.approx(0.95, abs=4 * sqrt(0.95 * 0.05 / trials))


def test_a_ratio_of_ratios_needs_both_to_be_known() -> None:
    known, none, unbounded = rate_ratio(20, 1000, 10, 1000), rate_ratio(0, 10, 5, 10), rate_ratio(5, 10, 0, 10)
    assert known is not None
    assert none is not None
    assert unbounded is not None
    assert ratio_of_ratios(known, none) is None
    assert ratio_of_ratios(unbounded, known) is None
    same = ratio_of_ratios(known, known)
    assert same is not None
    assert same.value == pytest.approx(1)
    assert same.lower * same.upper == pytest.approx(1)


@given(EVENTS, EVENTS)
def test_a_ratio_of_ratios_lies_in_its_interval(after: tuple[int, int], before: tuple[int, int]) -> None:
    assume(after[0] and before[0])
    one, other = rate_ratio(*after, *before), rate_ratio(30, 1000, 20, 1000)
    assert one is not None
    assert other is not None
    found = ratio_of_ratios(one, other)
    assert found is not None
    assert 0 < found.lower <= found.value <= found.upper


def test_events_that_come_as_chance_brings_them_have_a_dispersion_of_about_one() -> None:
    dice = np.random.default_rng(3)
    counts = [dice.poisson(20, size=400), dice.poisson(40, size=400)]
    even = [np.full(400, 1000.0), np.full(400, 1000.0)]
    assert dispersion(counts, even) == pytest.approx(1, abs=0.15)
    clustered = [group * 3 for group in counts]
    assert dispersion(clustered, even) == pytest.approx(3, abs=0.45)


def test_a_dispersion_needs_more_points_than_groups() -> None:
    assert dispersion([np.array([4.0]), np.array([5.0])], [np.array([10.0]), np.array([10.0])]) is None
    assert dispersion([np.array([]), np.array([])], [np.array([]), np.array([])]) is None
    assert dispersion([np.array([0.0, 0.0])], [np.array([10.0, 10.0])]) == 0


def test_what_stands_clear_of_chance_need_not_stand_clear_of_more_than_chance() -> None:
    assert stands_clear(1.58, 1 / 156 + 1 / 252)
    assert stands_clear(1.58, 2.5 * (1 / 156 + 1 / 252))
    assert not stands_clear(1.58, 6 * (1 / 156 + 1 / 252))
    assert not stands_clear(1.58, 2.5 * (1 / 156 + 1 / 252), 2.5 * (1 / 156 + 1 / 252), 0.02)


def test_a_difference_of_estimates_keeps_their_unit() -> None:
    assert difference(Estimate(5, 4, 7), Estimate(1, 0, 2)) == Estimate(4, 4 - sqrt(2), 4 + sqrt(5))
