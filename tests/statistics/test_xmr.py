"""XmR charts as NHSRplotthedots draws them, and what holds of any series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.control import Control, Label, Rule, Side
from pipelines.statistics.xmr import Assurance, assurance, xmr
from tests.oracles import control as slow
from tests.statistics.values import number, rows

SERIES = {row["series_id"]: row for row in rows("c_xmr", "input_series")}
CASES = [(name, screen) for name in SERIES for screen in (True, False)]
CONSTANT = {"x15_zeros"}
NAMES = {Rule.OUTSIDE: ("Above UCL", "Below LCL"), Rule.SHIFT: ("7 Points Above CL", "7 Points Below CL"),
         Rule.TREND: ("7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"),
         Rule.NEAR: ("2 in 3 Above CL", "2 in 3 Below CL")}  # fmt: skip
SLOW_NAMES = {Rule.OUTSIDE: "outside", Rule.TREND: "trend", Rule.NEAR: "near", Rule.SHIFT: "shift"}
TARGETS = {Assurance.MET: "consistent_pass", Assurance.MISSED: "consistent_fail", Assurance.EITHER: "inconsistent"}
VALUES = st.lists(st.none() | st.integers(0, 12).map(float), min_size=1, max_size=40)
WHOLE = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=40)


def chart(name: str, *, screen: bool) -> Control:
    own = [row for row in rows("c_xmr", "input") if row["series_id"] == name]
    dates = [date for date in SERIES[name]["rebase_dates"].split("|") if date]
    starts = [place for place, row in enumerate(own) if row["date"] in dates]
    fixed = number(SERIES[name]["fix_after_n_points"])
    values = [float(row["value"]) for row in own]
    return xmr(values, starts=starts, screen=screen, fix_after=None if fixed is None else int(fixed))


def expected(file: str, name: str, *, screen: bool) -> list[dict[str, str]]:
    wanted = (name, str(screen).upper())
    return [row for row in rows("c_xmr", file) if (row["series_id"], row["screen_outliers"]) == wanted]


def called(label: Label | None) -> str:
    return "Common Cause" if label is None else NAMES[label.rule][label.side is Side.LOWER]


def kind(label: Label | None, direction: str) -> str:
    if label is None:
        return "common_cause"
    if direction == "neutral":
        return f"special_cause_neutral_{'high' if label.side is Side.HIGHER else 'low'}"
    better = (direction == "increase") == (label.side is Side.HIGHER)
    return f"special_cause_{'improvement' if better else 'concern'}"


@pytest.mark.parametrize(("name", "screen"), CASES)
def test_every_point_has_the_limits_and_label_of_the_nhs_package(name: str, screen: bool) -> None:
    found = chart(name, screen=screen)
    right = expected("expected", name, screen=screen)
    ends = [segment.last for segment in found.segments]
    for place, row in enumerate(right):
        limits, label = found.limits[place], found.labels[place]
        group = next(number for number, last in enumerate(ends) if place <= last)
        assert called(label) == row["special_cause_type"]
        assert kind(label, SERIES[name]["improvement_direction"]) == row["point_type"]
        assert group == int(row["rebase_group"])
        assert found.segments[group].short == (row["short_group_warning"] == "TRUE")
        assert found.segments[group].mean == pytest.approx(float(row["mean"]), rel=1e-6)
        if name not in CONSTANT:
            got = None if limits is None else (limits.lower, limits.upper)
            assert got == (
                None if row["lpl"] == "" else pytest.approx((float(row["lpl"]), float(row["upl"])), rel=1e-6)
            )


@pytest.mark.parametrize(("name", "screen"), CASES)
def test_a_target_is_met_missed_or_left_to_chance_as_the_package_says(name: str, screen: bool) -> None:
    direction, target = SERIES[name]["improvement_direction"], number(SERIES[name]["target"])
    right = expected("expected_summary", name, screen=screen)[0]
    found = chart(name, screen=screen)
    assert sum(label is not None for label in found.labels) == int(right["n_special"])
    if direction == "neutral" or target is None:
        assert right["assurance_type"] == ""
    else:
        better = Side.HIGHER if direction == "increase" else Side.LOWER
        said = assurance(found, target, better=better)
        assert said is not None
        assert TARGETS[said] == right["assurance_type"]


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1])
def test_a_constant_series_has_limits_equal_to_its_mean(value: float) -> None:
    found = xmr([value] * 14)
    for limits in found.limits:
        assert limits is not None
        assert (limits.lower, limits.mean, limits.upper) == pytest.approx((value, value, value))
    assert set(found.labels) == {None}
    assert found.chance_outside == 0


def test_one_point_and_none_have_no_limits_and_no_target_to_speak_of() -> None:
    assert xmr([7.0]).limits == (None,)
    assert xmr([7.0]).segments[0].mean == 7
    assert xmr([None, None]).segments[0].mean is None
    assert assurance(xmr([7.0]), 5, better=Side.LOWER) is None


def test_a_missing_point_breaks_a_run_and_is_no_zero() -> None:
    run = [1.0, 9.0] * 6 + [1.0] * 3 + [9.0] * 7
    assert any(label and label.rule is Rule.SHIFT for label in xmr(run).labels)
    broken = [*run[:18], None, *run[18:]]
    found = xmr(broken)
    assert found.limits[18] is None
    assert not any(label and label.rule is Rule.SHIFT for label in found.labels)


def test_the_length_of_a_run_is_a_setting() -> None:
    values = [1.0, 9.0] * 6 + [9.0] * 5
    assert any(xmr(values, run=6).labels)
    assert not any(xmr(values, run=7).labels)


def test_rules_start_anew_at_a_rebase() -> None:
    step = [10.0, 12, 11, 13, 10, 12, 11, 13, 12, 10, 11, 13, 12, 20, 22, 21, 23, 20, 22, 21, 23, 22, 20, 21, 23, 22]
    assert any(xmr(step).labels)
    rebased = xmr(step, starts=[13])
    assert not any(rebased.labels)
    assert [segment.points for segment in rebased.segments] == [13, 13]


@given(values=VALUES, screen=st.booleans(), start=st.integers(1, 39))
def test_limits_and_labels_equal_those_worked_out_slowly(values: list[float | None], screen: bool, start: int) -> None:
    found = xmr(values, screen=screen, starts=[start])
    for offset, part in ((0, values[:start]), (start, values[start:])):
        line = slow.xmr_line(part, screen=screen)
        lines = [None if value is None else line for value in part]
        for place in range(len(part)):
            own, label = found.limits[offset + place], found.labels[offset + place]
            right = lines[place] and pytest.approx(lines[place], rel=1e-9, abs=1e-9)
            assert (own and (own.mean, own.lower, own.upper, own.near_lower, own.near_upper)) == right
            assert ("" if label is None else f"{SLOW_NAMES[label.rule]} {label.side}") == slow.label(part, lines, place)


@given(values=WHOLE)
def test_limits_hold_the_mean_and_near_limits_lie_within_limits(values: list[float]) -> None:
    for limits in xmr(values).limits:
        if limits is not None:
            assert limits.lower <= limits.near_lower <= limits.mean <= limits.near_upper <= limits.upper


@given(values=WHOLE, more=st.integers(-1000, 1000))
def test_adding_a_constant_moves_limits_and_changes_no_label(values: list[float], more: int) -> None:
    before, after = xmr(values), xmr([value + more for value in values])
    assert after.labels == before.labels
    for one, other in zip(before.limits, after.limits, strict=True):
        assert (one is None) == (other is None)
        if one and other:
            assert other.upper == pytest.approx(one.upper + more, abs=1e-6)


@given(values=WHOLE)
def test_reversing_time_keeps_limits_and_turns_trends_only(values: list[float]) -> None:
    before, after = xmr(values), xmr(values[::-1])
    assert [one and one.upper for one in after.limits] == pytest.approx([one and one.upper for one in before.limits])
    for one, other in zip(before.labels, after.labels[::-1], strict=True):
        if Rule.TREND in {label and label.rule for label in (one, other)}:
            assert (one and one.rule) == (other and other.rule)
        else:
            assert one == other


@given(values=WHOLE)
def test_turning_a_series_over_turns_every_label_over(values: list[float]) -> None:
    turned = {Side.HIGHER: Side.LOWER, Side.LOWER: Side.HIGHER, None: None}
    for one, other in zip(xmr(values).labels, xmr([-value for value in values]).labels, strict=True):
        assert (one and one.rule) == (other and other.rule)
        assert turned[one and one.side] is (other and other.side)
