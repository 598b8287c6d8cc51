"""Shares, rates and medians give the values of the standard methods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.intervals import median, rate, wilson
from tests.statistics.values import rows

COUNTS = st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
LEVELS = [(0.95, "95"), (0.998, "998")]


@pytest.mark.parametrize(("level", "suffix"), LEVELS)
@pytest.mark.parametrize("case", rows("a_wilson", "expected"), ids=lambda case: case["case_id"])
def test_a_share_has_the_wilson_interval(case: dict[str, str], level: float, suffix: str) -> None:
    found = wilson(int(case["x"]), int(case["n"]), level=level)
    assert found is not None
    right = [float(case[name]) for name in ("proportion", f"lower{suffix}", f"upper{suffix}")]
    assert [found.value, found.lower, found.upper] == pytest.approx(right, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("level", "suffix"), LEVELS)
@pytest.mark.parametrize("case", rows("b_rate_per_1000", "expected"), ids=lambda case: case["case_id"])
def test_a_rate_has_exact_limits_below_ten_and_byars_from_ten(case: dict[str, str], level: float, suffix: str) -> None:
    found = rate(int(case["count"]), int(case["pupils"]), level=level)
    assert found is not None
    right = [float(case[name]) for name in ("rate", f"lower{suffix}", f"upper{suffix}")]
    assert [found.value, found.lower, found.upper] == pytest.approx(right, rel=1e-9, abs=1e-9)


def test_nothing_has_no_share_no_rate_and_no_median() -> None:
    assert wilson(0, 0) is None
    assert rate(3, 0) is None
    assert median(np.array([])) is None


def test_none_and_all_keep_an_interval_with_an_exact_end() -> None:
    none, every = wilson(0, 20), wilson(20, 20)
    assert none is not None
    assert every is not None
    assert none.lower == 0 < none.upper
    assert every.lower < every.upper == 1


@given(COUNTS)
def test_a_share_lies_in_its_interval_and_the_interval_between_nought_and_one(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert found is not None
    assert 0 <= found.lower <= found.value <= found.upper <= 1


@given(COUNTS)
def test_those_who_did_and_those_who_did_not_mirror_each_other(counts: tuple[int, int]) -> None:
    count, of = counts
    did, did_not = wilson(count, of), wilson(of - count, of)
    assert did is not None
    assert did_not is not None
    assert (did.lower, did.upper) == pytest.approx((1 - did_not.upper, 1 - did_not.lower), abs=1e-9)


@given(st.integers(0, 500), st.integers(1, 50_000))
def test_a_rate_lies_in_its_interval_and_halves_when_pupils_double(count: int, pupils: int) -> None:
    one, two = rate(count, pupils), rate(count, 2 * pupils)
    assert one is not None
    assert two is not None
    assert one.lower <= one.value <= one.upper
    assert (one.lower == 0) == (count == 0)
    assert (two.value * 2, two.lower * 2, two.upper * 2) == pytest.approx((one.value, one.lower, one.upper))


@given(st.lists(st.integers(-5, 400), min_size=1, max_size=60))
def test_a_medians_limits_are_values_that_were_seen(days: list[int]) -> None:
    found = median(np.array(days, dtype=float))
    assert found is not None
    assert {found.lower, found.upper} <= set(days)
    assert found.lower <= found.value <= found.upper
