"""Involved again: Kaplan–Meier as R's survival package gives it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.survival import Repeat, involved_again
from tests.oracles.repeats import kaplan_meier
from tests.statistics.values import number, rows

CHILDREN = st.lists(st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=60)
WITHIN = st.integers(0, 500)


def found(group: str, within: int) -> Repeat:
    own = [row for row in rows("g_repeat_km", "expected_durations") if group in ("ALL", row["school"])]
    return again([(int(row["days"]), row["event"] == "1") for row in own], within)


def again(children: list[tuple[int, bool]], within: int) -> Repeat:
    days = np.array([day for day, _ in children], dtype=float)
    repeat = involved_again(days, np.array([event for _, event in children], dtype=bool), within=within)
    assert repeat is not None
    return repeat


def close(value: float | None) -> object:
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", rows("g_repeat_km", "expected"), ids=lambda case: f"{case['group']}-{case['day']}")
def test_the_curve_is_that_of_the_survival_package(case: dict[str, str]) -> None:
    got = found(case["group"], int(case["day"]))
    assert got.value == close(number(case["repeat_prob"]))
    assert got.at_risk == int(case["at_risk"])
    right = [1 - limit for name in ("upper", "lower") if (limit := number(case[f"loglog_{name}"])) is not None]
    assert [limit for limit in (got.lower, got.upper) if limit is not None] == [close(one) for one in right]


@pytest.mark.parametrize(
    "case",
    [row for row in rows("g_repeat_km", "expected_scalars") if row["quantity"].startswith("repeat_prob")],
    ids=lambda case: f"{case['group']}-{case['quantity']}",
)
def test_the_share_within_so_many_days_has_log_log_limits(case: dict[str, str]) -> None:
    got = found(case["group"], int(case["quantity"].rsplit("_", 1)[1]))
    right = [number(case[name]) for name in ("value", "lower", "upper")]
    if right[0] == 0:
        right = [0.0, None, None]  # no repeat yet has no log-log limits, as the curve says; nought is no interval
    assert [got.value, got.lower, got.upper] == [close(one) for one in right]


def test_no_children_have_no_share() -> None:
    assert involved_again(np.array([]), np.array([], dtype=bool), within=365) is None


@given(CHILDREN, WITHIN)
def test_it_equals_kaplan_meier_by_hand(children: list[tuple[int, bool]], within: int) -> None:
    got = again(children, within)
    by_hand = kaplan_meier([{"days": days, "again": event} for days, event in children], within)
    assert (got.events, got.at_risk) == (by_hand["count"], by_hand["at_risk"])
    if by_hand["value"] is not None:
        assert got.value == close(by_hand["value"])


@given(CHILDREN, WITHIN)
def test_it_is_a_share_within_its_limits_that_never_falls_with_time(
    children: list[tuple[int, bool]], within: int
) -> None:
    sooner, later = again(children, within), again(children, within + 30)
    assert 0 <= sooner.value <= later.value <= 1
    if sooner.lower is not None and sooner.upper is not None:
        assert sooner.lower <= sooner.value <= sooner.upper


@given(CHILDREN)
def test_followed_to_the_end_it_is_the_plain_share(children: list[tuple[int, bool]]) -> None:
    followed = [(days if event else 500, event) for days, event in children]
    assert again(followed, 500).value == pytest.approx(sum(event for _, event in children) / len(children))
