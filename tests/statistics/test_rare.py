"""Days between rare events: what is known of a gap, and the limits of a t chart."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.control import Rule, Side
from pipelines.statistics.rare import cumulative, days_between, is_rare, t_chart

FIRST = date(2022, 9, 1)
GAPS = st.lists(st.integers(0, 400), min_size=1, max_size=40)


def test_a_series_is_rare_when_most_known_periods_have_none() -> None:
    assert is_rare([0, 1, 0, 0, 2])
    assert not is_rare([0, 1, 0, 2])
    assert not is_rare([0, 1, 3, None, None])
    assert not is_rare([0, 0, 0])
    assert not is_rare([])


def test_days_are_counted_from_one_event_to_the_next_and_two_on_a_day_are_none_apart() -> None:
    days = [FIRST, FIRST, FIRST + timedelta(days=30)]
    assert days_between(days) == (0, 30)
    assert days_between([FIRST]) == ()


def test_a_gap_over_a_term_that_nobody_reported_on_is_not_known() -> None:
    days = [FIRST, FIRST + timedelta(days=100), FIRST + timedelta(days=110)]
    unseen = [(FIRST + timedelta(days=40), FIRST + timedelta(days=50))]
    assert days_between(days, unseen=unseen) == (None, 10)


def test_the_limits_are_those_of_an_individuals_chart_of_the_transformed_gaps() -> None:
    """Worked by hand, without our charts: mean ± 2.66 × mean moving range of gap^(1/3.6), raised to 3.6."""
    gaps = [12.0, 40, 3, 25, 60, 8, 19, 33, 5, 28, 14, 47, 22, 9]
    changed = [gap ** (1 / 3.6) for gap in gaps]
    steps = [abs(b - a) for a, b in pairwise(changed)]
    middle, typical = sum(changed) / len(changed), sum(steps) / len(steps)
    limits = t_chart(gaps).limits[0]
    assert limits is not None
    assert limits.mean == pytest.approx(middle**3.6)
    assert limits.upper == pytest.approx((middle + 2.66 * typical) ** 3.6)
    assert limits.lower == pytest.approx(max(middle - 2.66 * typical, 0) ** 3.6)


def test_a_long_quiet_time_is_called_higher_and_a_cluster_lower() -> None:
    usual = [12.0, 18, 9, 15, 11, 20, 13, 16, 10, 14, 17, 12, 15]
    assert t_chart([*usual, 900.0]).labels[-1] is not None
    label = t_chart([*usual, 0.0]).labels[-1]
    assert label is not None
    assert (label.rule, label.side) == (Rule.OUTSIDE, Side.LOWER)


@given(gaps=GAPS)
def test_no_limit_is_before_the_event_and_all_hold_the_mean(gaps: list[int]) -> None:
    for limits in t_chart(gaps).limits:
        if limits is not None:
            assert 0 <= limits.lower <= limits.near_lower <= limits.mean + 1e-9
            assert limits.mean <= limits.near_upper + 1e-9 <= limits.upper + 2e-9


def test_a_steady_rate_is_seldom_called_special() -> None:
    dice = np.random.default_rng(8)
    outside = [
        label is not None and label.rule is Rule.OUTSIDE
        for _ in range(200)
        for label in t_chart([float(int(gap)) for gap in dice.exponential(40, 24)]).labels
    ]
    assert sum(outside) / len(outside) < 0.01


@given(counts=st.lists(st.none() | st.integers(0, 9)))
def test_the_running_total_never_falls_and_says_nothing_of_what_is_not_known(counts: list[int | None]) -> None:
    found = cumulative(counts)
    known = [total for total in found if total is not None]
    assert known == sorted(known)
    assert [total is None for total in found] == [count is None for count in counts]
    if known:
        last = max(place for place, total in enumerate(found) if total is not None)
        assert known[-1] == sum(count or 0 for count in counts[: last + 1])
