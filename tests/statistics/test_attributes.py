"""p, p′, u and u′ charts as qicharts2 draws them, and what holds of any series of shares or rates."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from pipelines.statistics.attributes import clearly_more, p_chart, u_chart
from pipelines.statistics.control import Control, Limits, Rule
from tests.oracles import control as slow
from tests.statistics.test_xmr import SLOW_NAMES
from tests.statistics.values import number, rows

SHARES = list(dict.fromkeys(row["series_id"] for row in rows("d_pchart", "input")))
RATES = list(dict.fromkeys(row["series_id"] for row in rows("d_uchart", "input")))
COUNTS = st.lists(st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1)


def column(folder: str, name: str, of: str) -> list[int]:
    return [int(row[of]) for row in rows(folder, "input") if row["series_id"] == name]


def as_given(limits: Limits | None, row: dict[str, str], lower: str, upper: str) -> None:
    right = (number(row[lower]), number(row[upper]))
    got = (None, None) if limits is None else (limits.lower, limits.upper)
    assert got == tuple(None if one is None else pytest.approx(one, rel=1e-6, abs=1e-12) for one in right)


def outside(chart: Control) -> list[bool]:
    return [label is not None and label.rule is Rule.OUTSIDE for label in chart.labels]


@pytest.mark.parametrize("name", SHARES)
def test_shares_have_the_limits_and_signals_of_the_peer(name: str) -> None:
    x, n = column("d_pchart", name, "x"), column("d_pchart", name, "n")
    right = [row for row in rows("d_pchart", "expected") if row["series_id"] == name]
    plain, prime = p_chart(x, n), p_chart(x, n, prime=True)
    screened = p_chart(x, n, prime=True, screen=True)
    for place, row in enumerate(right):
        limits = plain.limits[place]
        assert limits is not None
        assert limits.mean == pytest.approx(float(row["cl"]), rel=1e-6)
        as_given(limits, row, "p_lcl", "p_ucl")
        assert (limits.near_lower, limits.near_upper) == pytest.approx(
            (float(row["p_lcl2s"]), float(row["p_ucl2s"])), rel=1e-6
        )
        as_given(prime.limits[place], row, "pp_lcl", "pp_ucl")
        as_given(screened.limits[place], row, "pp_screened_lcl", "pp_screened_ucl")
        assert str(outside(plain)[place]).upper() == row["p_signal"]
        assert str(outside(prime)[place]).upper() == row["pp_signal"]


@pytest.mark.parametrize("name", RATES)
def test_rates_have_the_limits_and_signals_of_the_peer(name: str) -> None:
    x, pupils = column("d_uchart", name, "incidents"), column("d_uchart", name, "pupils")
    right = [row for row in rows("d_uchart", "expected") if row["series_id"] == name]
    plain, prime = u_chart(x, pupils), u_chart(x, pupils, prime=True)
    screened = u_chart(x, pupils, prime=True, screen=True)
    for place, row in enumerate(right):
        limits = plain.limits[place]
        assert limits is not None
        assert limits.mean == pytest.approx(float(row["cl"]), rel=1e-6)
        as_given(limits, row, "u_lcl", "u_ucl")
        as_given(prime.limits[place], row, "up_lcl", "up_ucl")
        as_given(screened.limits[place], row, "up_screened_lcl", "up_screened_ucl")
        assert str(outside(plain)[place]).upper() == row["u_signal"]
        assert str(outside(prime)[place]).upper() == row["up_signal"]


@pytest.mark.parametrize(("count", "share"), [(0, 0.0), (9, 1.0)])
def test_all_or_none_have_limits_equal_to_the_mean_and_no_wider_chart(count: int, share: float) -> None:
    plain, prime = p_chart([count] * 14, [9] * 14), p_chart([count] * 14, [9] * 14, prime=True)
    assert {(one.lower, one.mean, one.upper) for one in plain.limits if one} == {(share, share, share)}
    assert set(prime.limits) == {None}
    assert set(plain.labels) == {None}
    assert not clearly_more([count] * 14, [9] * 14)


def test_a_point_without_a_denominator_is_missing_and_no_zero() -> None:
    for chart in (p_chart([1, 0, 2], [5, 0, 6]), u_chart([1, 0, 2], [500, 0, 600])):
        assert [limits is None for limits in chart.limits] == [False, True, False]
        assert chart.segments[0].points == 2
    assert p_chart([0], [0]).segments[0].mean is None
    assert p_chart([1], [4], prime=True).limits == (None,)


def test_the_wider_chart_is_chosen_only_when_points_vary_clearly_more_than_chance() -> None:
    """The peer's tiny denominators vary as chance does; its large ones do not."""
    assert not clearly_more(column("d_pchart", "p03_tiny_denominators", "x"), column("d_pchart", SHARES[0], "n"))
    dice = np.random.default_rng(5)
    swinging = [int(dice.binomial(4000, share)) for share in dice.uniform(0.2, 0.4, 20)]
    assert clearly_more(swinging, [4000] * 20)
    steady = [clearly_more([int(dice.poisson(8)) for _ in range(20)], [500] * 20, rates=True) for _ in range(200)]
    assert sum(steady) <= 0.05 * 200


def test_one_step_between_two_levels_does_not_widen_the_limits_that_should_find_it() -> None:
    counts = [100, 104, 98, 101, 99, 103, 100, 200, 204, 198, 201, 199, 203, 200]
    assert not clearly_more(counts, [1000] * 14)
    assert any(p_chart(counts, [1000] * 14).labels)


@given(series=COUNTS)
def test_limits_of_shares_bracket_their_mean_and_stay_shares(series: list[tuple[int, int]]) -> None:
    counts, of = zip(*series, strict=True)
    for prime in (False, True):
        for limits in p_chart(counts, of, prime=prime).limits:
            if limits is not None:
                assert 0 <= limits.lower <= limits.near_lower <= limits.mean + 1e-12
                assert limits.mean - 1e-12 <= limits.near_upper <= limits.upper <= 1


@given(series=COUNTS, start=st.integers(1, 20))
def test_a_chart_of_shares_equals_the_one_worked_out_slowly(series: list[tuple[int, int]], start: int) -> None:
    counts, of = (list(one) for one in zip(*series, strict=True))
    found = p_chart(counts, of, starts=[start])
    for offset in (0, start):
        part = slice(0, start) if offset == 0 else slice(start, None)
        lines = slow.share_lines(counts[part], of[part])
        values = [count / n if n else None for count, n in zip(counts[part], of[part], strict=True)]
        for place, line in enumerate(lines):
            own, label = found.limits[offset + place], found.labels[offset + place]
            got = own and (own.mean, own.lower, own.upper, own.near_lower, own.near_upper)
            assert got == (line and pytest.approx(line, rel=1e-9, abs=1e-9))
            right = slow.label(values, lines, place, slow.odds(counts[part], of[part]))
            assert ("" if label is None else f"{SLOW_NAMES[label.rule]} {label.side}") == right


LONG_RUNS = st.lists(st.tuples(st.sampled_from((0, 0, 0, 1, 2, 6)), st.integers(6, 12)), min_size=14, max_size=30)


@given(series=LONG_RUNS)
def test_few_of_few_make_long_runs_below_the_mean_that_are_judged_by_their_chance(
    series: list[tuple[int, int]],
) -> None:
    counts, of = (list(one) for one in zip(*series, strict=True))
    lines, values = slow.share_lines(counts, of), [count / n for count, n in series]
    for place, label in enumerate(p_chart(counts, of).labels):
        right = slow.label(values, lines, place, slow.odds(counts, of))
        assert ("" if label is None else f"{SLOW_NAMES[label.rule]} {label.side}") == right


def test_seven_without_an_event_say_nothing_where_most_have_none() -> None:
    counts = [0, 1, 0, 1, 0, 1, *[0] * 7, 1, 0, 1]
    assert not any(p_chart(counts, [8] * len(counts)).labels)
    assert any(label and label.rule is Rule.SHIFT for label in p_chart([15] * 7 + [25] * 7, [80] * 14).labels)


@given(series=COUNTS)
def test_counting_those_left_turns_a_chart_of_shares_over(series: list[tuple[int, int]]) -> None:
    counts, of = zip(*series, strict=True)
    chart, turned = p_chart(counts, of), p_chart([n - count for count, n in series], of)
    for one, other in zip(chart.limits, turned.limits, strict=True):
        if one and other:
            assert one.upper == pytest.approx(1 - other.lower, abs=1e-9)
    assert [label and label.rule for label in chart.labels] == [label and label.rule for label in turned.labels]


@given(series=COUNTS, times=st.sampled_from([2.0, 10.0]))
def test_more_pupils_at_the_same_count_make_every_rate_and_limit_smaller(
    series: list[tuple[int, int]], times: float
) -> None:
    counts, of = zip(*series, strict=True)
    one, other = u_chart(counts, of), u_chart(counts, [times * n for n in of])
    assert one.labels == other.labels
    for before, after in zip(one.limits, other.limits, strict=True):
        if before and after:
            assert after.upper * times == pytest.approx(before.upper)


@given(series=COUNTS)
def test_what_chance_puts_outside_is_the_exact_tail_of_every_point(series: list[tuple[int, int]]) -> None:
    counts, of = zip(*series, strict=True)
    found = p_chart(counts, of)
    right = 0.0
    for n, limits in zip(of, found.limits, strict=True):
        if limits is not None and limits.upper > limits.lower:
            beyond = [x for x in range(n + 1) if x / n > limits.upper + 1e-9 or x / n < limits.lower - 1e-9]
            right += sum(float(binom.pmf(x, n, limits.mean)) for x in beyond)
    assert found.chance_outside == pytest.approx(right, abs=1e-9)


def test_as_many_points_lie_outside_as_chance_is_said_to_put_there() -> None:
    dice = Random(20)
    seen, said = 0, 0.0
    for _ in range(400):
        of = [dice.randrange(10, 60) for _ in range(24)]
        counts = [sum(dice.random() < 0.3 for _ in range(n)) for n in of]
        chart = p_chart(counts, of)
        seen, said = seen + sum(outside(chart)), said + chart.chance_outside
    assert said * 0.6 < seen < said * 1.4
