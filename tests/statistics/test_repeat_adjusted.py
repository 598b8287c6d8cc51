"""A rate whose children are in several incidents has the wider limits of events that repeat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.intervals import rate, repeat_adjusted
from tests.statistics.values import number, rows

FOLDER = "b2_rate_repeat_adjusted"
TIMES = st.lists(st.integers(1, 12), max_size=60)


def times(school: str) -> list[int]:
    own = [row for row in rows(FOLDER, "input") if row["school"] == school]
    return [int(row["incidents_per_pupil"]) for row in own for _ in range(int(row["n_pupils_with_that_many"]))]


@pytest.mark.parametrize(("level", "suffix"), [(0.95, "95"), (0.998, "998")])
@pytest.mark.parametrize("case", rows(FOLDER, "expected"), ids=lambda case: case["school"])
def test_limits_are_those_of_fingertips_and_no_less_than_nought(
    case: dict[str, str], level: float, suffix: str
) -> None:
    found = repeat_adjusted(times(case["school"]), int(case["pupils"]), level=level)
    assert found is not None
    assert (found.count, found.involved) == (int(case["count"]), int(case["pupils_involved"]))
    assert found.value == pytest.approx(float(case["rate"]), rel=1e-9)
    lower, upper = number(case[f"adj_lower{suffix}"]), number(case[f"adj_upper{suffix}"])
    assert found.lower == (None if lower is None else pytest.approx(max(lower, 0), rel=1e-6))
    assert found.upper == (None if upper is None else pytest.approx(upper, rel=1e-6))


@pytest.mark.parametrize(
    ("school", "driven"), [("B2", False), ("B5", False), ("B6", True), ("B8", False), ("B9", False), ("B12", False)]
)
def test_it_says_when_one_pupil_drives_the_interval(school: str, driven: bool) -> None:
    found = repeat_adjusted(times(school), 1000)
    assert found is not None
    assert found.driven_by_one is driven


def test_the_same_rate_is_less_certain_when_one_pupil_has_ten_of_twelve() -> None:
    each, one = repeat_adjusted([1] * 12, 420), repeat_adjusted([10, 1, 1], 420)
    assert each is not None
    assert one is not None
    assert (each.lower, each.upper) == pytest.approx((14.7464520073, 49.9115667943))
    assert (one.value, one.lower, round(one.upper or 0, 1)) == (each.value, 0, 90.8)
    assert (each.driven_by_one, one.driven_by_one) == (False, True)


def test_nobody_has_no_rate_and_nothing_no_limits() -> None:
    assert repeat_adjusted([1, 2], 0) is None
    found = repeat_adjusted([], 200)
    assert found is not None
    assert (found.value, found.lower, found.upper, found.count, found.involved) == (0, None, None, 0, 0)


@given(TIMES, st.integers(60, 3000))
def test_the_interval_holds_the_rate_and_is_never_narrower_than_without_repeats(each: list[int], pupils: int) -> None:
    found, plain = repeat_adjusted(each, pupils), rate(sum(each), pupils)
    assert found is not None
    assert plain is not None
    assert found.value == pytest.approx(plain.value)
    if found.lower is not None and found.upper is not None:
        assert 0 <= found.lower <= plain.lower + 1e-9
        assert found.lower <= found.value <= plain.upper <= found.upper + 1e-9


@given(st.lists(st.integers(1, 12), min_size=10, max_size=40).flatmap(lambda own: st.permutations(own)))
def test_the_order_of_pupils_changes_nothing(each: list[int]) -> None:
    assert repeat_adjusted(each, 500) == repeat_adjusted(sorted(each), 500)
    assert repeat_adjusted(each, 500) == repeat_adjusted(np.array(each), 500)
