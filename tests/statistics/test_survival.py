"""Involved again: Kaplan–Meier as R's survival package gives it."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from pipelines.statistics.survival import Curve, Repeat, difference, involved_again, kaplan_meier
from tests.oracles.repeats import kaplan_meier as by_hand
from tests.statistics.values import number, rows

CHILDREN = st.lists(st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=60)
WITHIN = st.integers(0, 500)
GROUPS = ("ALL", "North", "South", "East")
CURVE = {
    "day": "days", "at_risk": "at_risk", "events": "events", "censored": "censored", "repeat_prob": "again",
    "greenwood_se": "error",
}  # fmt: skip


def durations(group: str) -> tuple[np.ndarray, np.ndarray]:
    own = [row for row in rows("g_repeat_km", "expected_durations") if group in ("ALL", row["school"])]
    return np.array([float(row["days"]) for row in own]), np.array([row["event"] == "1" for row in own])


def curve(group: str) -> Curve:
    return kaplan_meier(*durations(group))


def values(group: str, column: str) -> np.ndarray:
    found = [number(row[column]) for row in rows("g_repeat_km", "expected") if row["group"] == group]
    return np.array([np.nan if one is None else one for one in found])


def scalar(group: str, quantity: str, column: str = "value") -> float | None:
    case = next(
        row for row in rows("g_repeat_km", "expected_scalars") if (row["group"], row["quantity"]) == (group, quantity)
    )
    return number(case[column])


def again(children: list[tuple[int, bool]], within: int) -> Repeat:
    days = np.array([day for day, _ in children], dtype=float)
    repeat = involved_again(days, np.array([event for _, event in children], dtype=bool), within=within)
    assert repeat is not None
    return repeat


def close(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-6, abs=1e-12)


def first_day(at_most_half: np.ndarray, days: np.ndarray) -> float | None:
    return float(days[at_most_half][0]) if at_most_half.any() else None


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("column", CURVE)
def test_the_curve_is_that_of_the_survival_package(group: str, column: str) -> None:
    np.testing.assert_allclose(getattr(curve(group), CURVE[column]), values(group, column), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("group", GROUPS)
def test_the_limits_are_log_log_and_blank_while_no_child_is_involved_again(group: str) -> None:
    found = curve(group)
    np.testing.assert_allclose(found.lower, 1 - values(group, "loglog_upper"), rtol=1e-6)
    np.testing.assert_allclose(found.upper, 1 - values(group, "loglog_lower"), rtol=1e-6)


@pytest.mark.parametrize("group", GROUPS)
def test_the_standard_error_gives_the_other_limits_that_packages_default_to(group: str) -> None:
    found = curve(group)
    survival = 1 - found.again
    width = norm.ppf(0.975) * found.error / survival
    np.testing.assert_allclose(survival * np.exp(-width), values(group, "log_lower"), rtol=1e-6)
    np.testing.assert_allclose(np.minimum(survival * np.exp(width), 1), values(group, "log_upper"), rtol=1e-6)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("within", [30, 90, 180, 365])
def test_the_share_within_so_many_days_has_log_log_limits(group: str, within: int) -> None:
    got = curve(group).at(within)
    name = f"repeat_prob_by_day_{within}"
    right = [scalar(group, name, column) for column in ("value", "lower", "upper")]
    if right[0] == 0:  # the package gives no interval, or nought to nought; ours is exact (see below)
        assert got.value == got.lower == 0
        assert got.upper is not None
        assert got.upper > 0
    else:
        assert [got.value, got.lower, got.upper] == [close(one) for one in right]


@pytest.mark.parametrize("group", GROUPS)
def test_median_naive_share_and_restricted_mean_follow_from_the_curve(group: str) -> None:
    found = curve(group)
    days, event = durations(group)
    half = {"value": found.again, "lower": found.upper, "upper": found.lower}  # the share is high where the time is low
    for column, share in half.items():
        reached = first_day(np.nan_to_num(share) >= 0.5, found.days)
        assert reached == scalar(group, "median_days_to_second", column)
    assert event.mean() == close(scalar(group, "naive_proportion_repeat"))
    assert len(days) == scalar(group, "n_pupils")
    steps = np.append(found.days[found.days < 365], 365)
    before = np.concatenate(([1.0], 1 - found.again))[: len(steps)]
    assert float(before @ np.diff(steps, prepend=0)) == close(scalar(group, "restricted_mean_days_365"))


def test_the_log_rank_test_is_that_of_the_survival_package() -> None:
    assert difference([durations(one) for one in GROUPS[1:]]) == close(scalar("ALL", "logrank_p_3_schools"))
    assert difference([durations(one) for one in ("North", "South")]) == close(scalar("North_vs_South", "logrank_p"))


def test_one_group_or_nobody_involved_again_has_no_difference() -> None:
    never = (np.array([10.0, 20.0]), np.array([False, False]))
    assert difference([]) is None
    assert difference([durations("North")]) is None
    assert difference([never, never]) is None


@given(CHILDREN, CHILDREN)
def test_the_order_of_groups_and_children_changes_no_difference(
    one: list[tuple[int, bool]], other: list[tuple[int, bool]]
) -> None:
    pairs = [tuple(map(np.array, zip(*children, strict=True))) for children in (one, other)]
    turned = [(days[::-1], again[::-1]) for days, again in pairs[::-1]]
    assert difference(pairs) == close(difference(turned))


def test_no_children_have_no_share() -> None:
    assert involved_again(np.array([]), np.array([], dtype=bool), within=365) is None


@pytest.mark.parametrize("children", [1, 10, 31, 400])
def test_none_of_those_followed_has_the_exact_upper_limit_and_all_of_them_the_exact_lower(children: int) -> None:
    none = again([(500, False)] * children + [(20, False)] * 7, 365)
    exact = binomtest(0, children).proportion_ci(method="exact")
    assert (none.value, none.lower, none.upper) == (0, 0, pytest.approx(exact.high))
    every = again([(30, True)] * children, 365)
    exact = binomtest(children, children).proportion_ci(method="exact")
    assert (every.value, every.lower, every.upper) == (1, pytest.approx(exact.low), 1)


def test_before_anyone_was_seen_last_or_again_none_of_all_is_exact() -> None:
    assert again([(100, True)] * 20, 10).upper == pytest.approx(binomtest(0, 20).proportion_ci().high)


@given(CHILDREN, WITHIN)
def test_it_equals_kaplan_meier_by_hand(children: list[tuple[int, bool]], within: int) -> None:
    got = again(children, within)
    right = by_hand([{"days": days, "again": event} for days, event in children], within)
    assert (got.events, got.at_risk) == (right["count"], right["at_risk"])
    if right["value"] is not None:
        assert got.value == close(right["value"])


@given(CHILDREN, WITHIN)
def test_it_is_a_share_within_its_limits_that_never_falls_with_time(
    children: list[tuple[int, bool]], within: int
) -> None:
    sooner, later = again(children, within), again(children, within + 30)
    assert 0 <= sooner.value <= later.value <= 1
    if sooner.lower is not None and sooner.upper is not None:
        assert 0 <= sooner.lower <= sooner.value <= sooner.upper <= 1


@given(CHILDREN)
def test_the_order_of_the_children_changes_nothing(children: list[tuple[int, bool]]) -> None:
    assert again(children[::-1], 365) == again(children, 365)


@given(CHILDREN)
def test_followed_to_the_end_it_is_the_plain_share_with_its_binomial_error(children: list[tuple[int, bool]]) -> None:
    followed = [(days if event else 500, event) for days, event in children]
    share = sum(event for _, event in children) / len(children)
    assert again(followed, 500).value == pytest.approx(share)
    if 0 < share < 1:
        whole = kaplan_meier(*map(np.array, zip(*[(min(days, 500), event) for days, event in followed], strict=True)))
        last = whole.error[np.flatnonzero(whole.events)[-1]]
        assert last == pytest.approx(sqrt(share * (1 - share) / len(children)))
