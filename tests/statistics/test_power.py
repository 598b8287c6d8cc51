"""What size of change can be seen: the approximation of the page, the simulation, and a third way agree."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from benchmarks.power import least, least_per_cent, least_points, seen_of_rates, seen_of_shares, table
from pipelines.statistics.comparison import newcombe
from pipelines.statistics.power import least_fall, least_ratios, least_rise

TRIALS = 300
NEEDED = norm.ppf(0.975) + norm.ppf(0.8)
SHARES = st.floats(0.02, 0.98)
CASES = st.integers(5, 2000)


def dice() -> np.random.Generator:
    return np.random.default_rng(2026)


@pytest.mark.parametrize(("of", "share"), list(product((90, 300), (0.6, 0.8))))
@pytest.mark.parametrize("sign", [1, -1])
def test_the_least_change_of_a_share_is_near_an_independent_approximation(of: int, share: float, sign: int) -> None:
    """Plain normal errors of both shares, halved towards, instead of arcsines."""
    low, high = 0.0, (1 - share if sign > 0 else share)
    for _ in range(60):
        middle = (low + high) / 2
        after = share + sign * middle
        seen = middle >= NEEDED * sqrt((share * (1 - share) + after * (1 - after)) / of)
        low, high = (low, middle) if seen else (middle, high)
    found = least_points(of, share, sign, trials=TRIALS, dice=dice())
    assert found is not None
    assert found == pytest.approx(100 * high, abs=2.5)
    near = (least_rise if sign > 0 else least_fall)(share, of, of)
    assert near is not None
    assert 100 * near == pytest.approx(100 * high, abs=1.5)


@pytest.mark.parametrize("events", [30, 90])
def test_the_least_change_of_a_rate_is_near_an_independent_approximation(events: int) -> None:
    """Plain normal errors of the logarithms, which are good from about 30 events."""
    fall, rise = least_ratios(events)
    ratios = np.linspace(0.2, 3, 2801)
    seen = np.abs(np.log(ratios)) >= NEEDED * np.sqrt(1 / events + 1 / (events * ratios))
    plain_fall, plain_rise = ratios[seen & (ratios < 1)].max(), ratios[seen & (ratios > 1)].min()
    assert fall == pytest.approx(plain_fall, abs=0.06)
    assert rise == pytest.approx(plain_rise, abs=0.12)
    for sign, ratio in ((1, plain_rise), (-1, plain_fall)):
        found = least_per_cent(events, sign, trials=TRIALS, dice=dice())
        assert found == pytest.approx(100 * abs(ratio - 1), abs=10 if events < 90 else 6)


def test_a_simulated_power_is_the_exact_one() -> None:
    """Every pair of counts, weighed by its chance, instead of trials."""
    of, before, after = 30, 0.6, 0.9
    counts = range(of + 1)
    chance = 0.0
    for one, two in product(counts, counts):
        found = newcombe(one, of, two, of)
        assert found is not None
        if found.lower > 0 or found.upper < 0:
            chance += binom.pmf(one, of, after) * binom.pmf(two, of, before)
    trials = 2000
    simulated = seen_of_shares(of, before, after, trials=trials, dice=dice())
    assert simulated == pytest.approx(chance, abs=4 * sqrt(chance * (1 - chance) / trials))


def test_no_change_is_seen_in_at_most_about_one_trial_in_twenty() -> None:
    trials = 2000
    for seen in (
        seen_of_shares(90, 0.6, 0.6, trials=trials, dice=dice()),
        seen_of_rates(90, 1.0, trials=trials, dice=dice()),
    ):
        assert seen <= 0.05 + 3 * sqrt(0.05 * 0.95 / trials)


def test_ten_incidents_a_term_leave_no_room_for_a_rise_from_eighty_per_cent() -> None:
    assert least_points(30, 0.8, 1, trials=TRIALS, dice=dice()) is None


def test_the_least_size_is_found_by_halving() -> None:
    assert least(lambda size: 1.0 if size >= 37 else 0.0, 100) == 37
    assert least(lambda _: 1.0, 100) == 1
    assert least(lambda _: 0.0, 100) is None
    assert least(lambda _: 1.0, 0) is None


def test_the_same_seed_gives_the_same_table() -> None:
    rows = table(trials=20, seed=1)
    assert rows == table(trials=20, seed=1)
    assert len(rows) == 5


@given(SHARES, CASES, CASES)
def test_more_cases_show_smaller_changes_and_falls_mirror_rises(share: float, before: int, after: int) -> None:
    few, many = least_rise(share, before, after), least_rise(share, 4 * before, 4 * after)
    assert few is None or (many is not None and 0 < many < few <= 1 - share + 1e-9)
    assert least_fall(share, before, after) == least_rise(1 - share, before, after)


@given(st.integers(1, 5000), st.floats(0.1, 10))
def test_a_rate_must_rise_above_one_and_fall_below(events: int, more: float) -> None:
    fall, rise = least_ratios(events, exposure_ratio=more)
    assert rise is not None
    assert rise > 1
    assert fall is None or 0 < fall < 1


def test_without_cases_no_size_can_be_named() -> None:
    assert least_rise(0.5, 0, 10) is None
    assert least_ratios(0) == (None, None)
    assert least_ratios(5, exposure_ratio=0) == (None, None)
