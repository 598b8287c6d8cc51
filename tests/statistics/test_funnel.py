"""Schools are flagged by exact tails, as two libraries and plain fractions have them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from pipelines.statistics import dispersion, funnel
from pipelines.statistics.exact_tails import TAIL_95, TAIL_998, chance_outside
from pipelines.statistics.funnel import Funnel, Position
from pipelines.statistics.intervals import rate
from tests.oracles import tails as by_hand
from tests.statistics.schools import column, escalated, recorded, scalars
from tests.statistics.values import rows

FLAGS = {
    "Not significant": Position.SIMILAR,
    "High (0.001)": Position.HIGHER_998,
    "High (0.025)": Position.HIGHER_95,
    "Low (0.001)": Position.LOWER_998,
    "Low (0.025)": Position.LOWER_95,
}
FLAGGED_95 = {Position.HIGHER_95, Position.HIGHER_998, Position.LOWER_95, Position.LOWER_998}
PARTS = st.lists(st.integers(0, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=25)
RATES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 2500)), max_size=25)


@pytest.mark.parametrize(
    ("found", "folder", "value"),
    [(escalated(), "e1_funnel_proportion", "proportion"), (recorded(), "e2_funnel_rate", "rate")],
)
def test_flags_and_tails_are_exact(found: Funnel, folder: str, value: str) -> None:
    assert found.position == tuple(FLAGS[row["exact_flag"]] for row in rows(folder, "expected"))
    assert found.value == pytest.approx(column(folder, value), rel=1e-9)
    assert found.lower_tail == pytest.approx(column(folder, "exact_p_low"), rel=1e-6)
    assert found.upper_tail == pytest.approx(column(folder, "exact_p_high"), rel=1e-6)


def test_over_dispersion_of_shares_is_spiegelhalters() -> None:
    found, right = escalated(), scalars("e1_funnel_proportion")
    assert (found.target, found.phi, found.tau2) == pytest.approx(
        tuple(right[name] for name in ("target", "phi", "tau2"))
    )
    counts, of = (column("e1_funnel_proportion", name) for name in ("escalated", "incidents"))
    spread = dispersion.of_shares(counts, of, found.target)
    assert spread.z == pytest.approx(column("e1_funnel_proportion", "z_arcsine"), rel=1e-6)
    for z, name in ((1.959963984540054, "95"), (3.090232306167813, "998")):
        assert list(abs(spread.z_allowed) > z) == list(column("e1_funnel_proportion", f"outlier_od_{name}") == 1)


def test_over_dispersion_of_rates_is_that_of_the_care_quality_commission() -> None:
    found, right = recorded(), scalars("e2_funnel_rate")
    names = ("target_per_1000", "phi_cqc_sqrt", "tau2_cqc_sqrt")
    assert (found.target, found.phi, found.tau2) == pytest.approx(tuple(right[name] for name in names))
    spread = dispersion.of_rates(column("e2_funnel_rate", "incidents"), column("e2_funnel_rate", "expected"))
    assert spread.z == pytest.approx(column("e2_funnel_rate", "z_sqrt"), rel=1e-6)


@pytest.mark.parametrize(("level", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_flags_of_rates_are_those_of_the_interval_beside_the_figure(level: float, suffix: str) -> None:
    found = recorded()
    for row, position in zip(rows("e2_funnel_rate", "expected"), found.position, strict=True):
        interval = rate(int(row["incidents"]), int(row["pupils"]), level=level)
        assert interval is not None
        assert interval.lower == pytest.approx(float(row[f"phe_rate_lo{suffix}"]), rel=1e-6, abs=1e-12)
        assert interval.upper == pytest.approx(float(row[f"phe_rate_hi{suffix}"]), rel=1e-6)
        assert FLAGS[row["phe_significance"]] is position
        if suffix == "95":
            assert (not interval.lower <= found.target <= interval.upper) == (position in FLAGGED_95)


@pytest.mark.parametrize("case", rows(".", "e_calibration"), ids=lambda case: "-".join(list(case.values())[:4]))
def test_the_chance_of_a_false_alarm_is_the_exact_one(case: dict[str, str]) -> None:
    at = float(case["expected_count_or_n"])
    chance = poisson(at) if case["kind"] == "rate" else binom(int(at), float(case["target"]))
    limit = {"0.05": TAIL_95, "0.002": TAIL_998}[case["nominal_false_alarm"]]
    assert float(chance_outside(chance, limit)) == pytest.approx(float(case["exact_tails"]), abs=5.1e-5)


def test_the_adjusted_position_is_never_further_out_and_small_schools_do_not_trigger_it() -> None:
    found = escalated()
    assert found.adjusted
    assert [one for one in found.adjusted_position if one is not Position.SIMILAR] == [
        Position.HIGHER_95, Position.LOWER_95, Position.HIGHER_95,
    ]  # fmt: skip
    small = funnel.shares([0, 6] * 20, [6, 6] * 20)
    assert small.phi > 1
    assert not small.adjusted
    assert small.adjusted_position == small.position
    assert not funnel.shares([0, 60] * 4, [60, 60] * 4).adjusted, "fewer than ten schools"


def test_a_withheld_or_missing_school_is_neither_drawn_nor_counted() -> None:
    found = funnel.shares([3, np.nan, 2, 0], [10, 12, np.nan, 0])
    assert found.target == 0.3
    assert found.position[1:] == (Position.NOTHING,) * 3
    assert np.isnan([found.value[1:], found.lower_tail[1:], found.upper_tail[1:], found.two_sided_p[1:]]).all()
    assert found.expected_outside == funnel.shares([3], [10]).expected_outside


@pytest.mark.parametrize(
    ("counts", "of"),
    [([], []), ([0], [0]), ([0, 0, 0], [5, 9, 2]), ([5, 9], [5, 9]), ([2] * 12, [20] * 12), ([7], [9])],
)
def test_none_all_one_alike_and_nothing_are_never_flagged(counts: list[int], of: list[int]) -> None:
    for found in (funnel.shares(counts, of), funnel.rates(counts, of)):
        assert not FLAGGED_95 & {*found.position, *found.adjusted_position}


def test_with_a_target_of_none_any_is_higher_and_with_a_target_of_all_any_less_is_lower() -> None:
    assert funnel.shares([0, 1], [5, 5], target=0).position == (Position.SIMILAR, Position.HIGHER_998)
    assert funnel.shares([5, 4], [5, 5], target=1).position == (Position.SIMILAR, Position.LOWER_998)
    assert funnel.rates([0, 1], [500, 500], target=0).position == (Position.SIMILAR, Position.HIGHER_998)


def test_a_tail_of_exactly_the_limit_lies_on_it_and_is_not_flagged_whatever_the_rounding() -> None:
    for count, target in ((0, 0.975), (1, 0.025)):
        assert funnel.shares([count], [1], target=target).position == (Position.SIMILAR,)
    assert funnel.shares([0], [1], target=0.999).position == (Position.LOWER_95,)
    assert funnel.shares([3], [3], target=0.1).position == (Position.HIGHER_95,)


@pytest.mark.parametrize(
    ("counts", "of"), [([-1], [5]), ([1.5], [5]), ([6], [5]), ([1], [5.5]), ([1], [-5]), ([1, 2], [5]), ([[1]], [[5]])]
)
def test_what_is_no_share_is_refused(counts: list[float], of: list[float]) -> None:
    with pytest.raises(ValueError, match=r"(?i)count"):
        funnel.shares(counts, of)


@settings(deadline=None, max_examples=40)
@given(PARTS, st.integers(1, 99))
def test_shares_are_flagged_as_fractions_say(parts: list[tuple[int, int]], per_cent: int) -> None:
    counts, of = [one for one, _ in parts], [one for _, one in parts]
    found = funnel.shares(counts, of, target=per_cent / 100)
    chances = [by_hand.binomial(one, Fraction(per_cent, 100)) for one in of]
    right = [by_hand.flag(chance, count) for chance, count in zip(chances, counts, strict=True)]
    assert [*found.position] == [word if one else "nothing to compare" for word, one in zip(right, of, strict=True)]


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 400))
def test_a_rate_is_flagged_as_fifty_decimal_places_say(count: int, tenths: int) -> None:
    chance = by_hand.poisson(Fraction(tenths, 10))
    found = funnel.rates([count], [1000], target=tenths / 10)
    assert found.position == (by_hand.flag(chance, count),)
    assert found.lower_tail[0] == pytest.approx(float(by_hand.at_most(chance, count)), rel=1e-9)
    assert found.upper_tail[0] == pytest.approx(float(by_hand.at_least(chance, count)), rel=1e-9)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 99))
def test_the_number_outside_by_chance_is_what_trying_every_count_gives(of: int, per_cent: int) -> None:
    found = funnel.shares([0], [of], target=per_cent / 100).expected_outside
    right = by_hand.flagged_by_chance(by_hand.binomial(of, Fraction(per_cent, 100)), of)
    assert (found.at_95, found.at_998) == pytest.approx(tuple(float(one) for one in right), abs=1e-12)


@settings(deadline=None)
@given(PARTS.flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(range(len(parts))))), st.booleans())
def test_another_order_of_schools_changes_no_digit(drawn: tuple[list[tuple[int, int]], list[int]], share: bool) -> None:
    parts, order = drawn
    method = funnel.shares if share else funnel.rates
    one = method([count for count, _ in parts], [of for _, of in parts])
    other = method([parts[place][0] for place in order], [parts[place][1] for place in order])
    for name in ("value", "lower_tail", "upper_tail", "two_sided_p"):
        np.testing.assert_array_equal(getattr(one, name)[order], getattr(other, name))
    assert tuple(one.position[place] for place in order) == other.position
    assert tuple(one.adjusted_position[place] for place in order) == other.adjusted_position
    np.testing.assert_array_equal([one.target, one.phi, one.tau2], [other.target, other.phi, other.tau2])
    assert one.expected_outside == other.expected_outside


@given(PARTS)
def test_those_who_did_not_are_flagged_the_other_way(parts: list[tuple[int, int]]) -> None:
    counts, of = np.array([one for one, _ in parts], dtype=float), np.array([one for _, one in parts], dtype=float)
    did, did_not = funnel.shares(counts, of, target=0.25), funnel.shares(of - counts, of, target=0.75)
    swap = {"higher": "lower", "lower": "higher"}
    turned = [f"{swap.get(one.split()[0], one.split()[0])} {' '.join(one.split()[1:])}".strip() for one in did.position]
    assert turned == [*did_not.position]


@given(RATES, st.integers(2, 9))
def test_pupils_counted_in_another_unit_change_the_rate_and_no_flag(parts: list[tuple[int, int]], times: int) -> None:
    counts, pupils = [one for one, _ in parts], np.array([one for _, one in parts], dtype=float)
    one, other = funnel.rates(counts, pupils), funnel.rates(counts, pupils * times, per=1000 * times)
    assert one.position == other.position
    assert one.value == pytest.approx(other.value, nan_ok=True)
    assert one.two_sided_p == pytest.approx(other.two_sided_p, nan_ok=True)


@settings(deadline=None)
@given(RATES, PARTS)
def test_an_adjusted_flag_is_a_flag_and_probabilities_are_probabilities(
    of_rates: list[tuple[int, int]], of_shares: list[tuple[int, int]]
) -> None:
    for method, parts in ((funnel.rates, of_rates), (funnel.shares, of_shares)):
        found = method([one for one, _ in parts], [one for _, one in parts])
        for exact, adjusted in zip(found.position, found.adjusted_position, strict=True):
            assert adjusted in (exact, Position.SIMILAR) or adjusted.split()[0] == exact.split()[0]
            assert exact in FLAGGED_95 or adjusted is exact
        p = found.two_sided_p[~np.isnan(found.two_sided_p)]
        assert ((p >= 0) & (p <= 1)).all()
