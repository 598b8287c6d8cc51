"""Small counts, complements and denominators are withheld, and numbers are rounded as official statistics are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.protection.cells import TablesError
from pipelines.protection.primary import is_small
from pipelines.protection.rounding import counts_from_rate, percentage, round_half_up
from tests.statistics.values import rows

FOLDER = "f_primary_and_rounding"
RULES = {
    "lt5_zero_shown": (5, False), "lt5_zero_hidden": (5, True),
    "lt6_zero_shown": (6, False), "lt6_zero_hidden": (6, True),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("case", rows(FOLDER, "expected"), ids=lambda case: case["case_id"])
def test_a_count_below_the_threshold_is_withheld(case: dict[str, str], rule: str) -> None:
    least, hide_zero = RULES[rule]
    assert is_small(int(case["count"]), least=least, hide_zero=hide_zero) == (case[rule] == "c")


@pytest.mark.parametrize("case", rows(FOLDER, "expected"), ids=lambda case: case["case_id"])
def test_other_publishers_rules_are_ours_with_another_threshold_or_base(case: dict[str, str]) -> None:
    count = int(case["count"])
    to_five, to_ten = (int(base * round_half_up(Fraction(count, base))) for base in (5, 10))
    assert str(to_five) == case["nearest5"]
    assert str(to_ten) == case["nearest10_half_up"]
    hidden = is_small(count, least=8)
    assert ("*" if hidden else str(to_five)) == case["hes_1to7_then_nearest5"]
    assert ("c" if is_small(count, least=5) else str(to_five)) == case["lt5_then_nearest5"]


@pytest.mark.parametrize("case", rows(FOLDER, "expected_percent"), ids=lambda case: case["case_id"])
def test_a_percentage_is_withheld_for_its_complement_too_and_never_says_none_for_some(case: dict[str, str]) -> None:
    count, of = int(case["numerator"]), int(case["denominator"])
    assert is_small(count, least=5) == (case["numerator_only_rule"] == "c")
    assert is_small(count, of, least=5) == (case["numerator_complement_denominator_rule"] == "c")
    assert percentage(count, of, places=1) == case["percent_1dp_half_up"]
    assert percentage(count, of) == case["percent_0dp_half_up_or_low"]


def test_one_left_over_tells_as_much_as_one() -> None:
    assert is_small(29, 30, least=5)
    assert is_small(0, 3, least=5)
    assert not is_small(30, 30, least=5)


@pytest.mark.parametrize("case", rows(FOLDER, "expected_round"), ids=lambda case: case["case_id"])
def test_halves_are_rounded_up(case: dict[str, str]) -> None:
    rounded = round_half_up(float(case["value"]), places=int(case["decimals"]))
    assert rounded == Decimal(case["round_five_up"])


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 2), st.sampled_from([100, 1000]))
def test_a_rounded_rate_gives_exactly_the_counts_that_round_to_it(count: int, of: int, places: int, times: int) -> None:
    published = round_half_up(Fraction(count * times, of), places=places)
    fits = [one for one in range(1000) if round_half_up(Fraction(one * times, of), places=places) == published]
    found = counts_from_rate(published, of, decimals=places, multiplier=times)
    assert (found.low, found.high) == (fits[0], fits[-1])


def test_a_share_is_of_no_more_than_there_are_and_some_rates_are_of_nothing() -> None:
    assert counts_from_rate(100, 300, decimals=0, multiplier=100, most=300).high == 300
    with pytest.raises(TablesError):
        counts_from_rate(50, 3, decimals=0, multiplier=100)
