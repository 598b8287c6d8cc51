"""The drawn limits are those of Fingertips, the exact ones those of Spiegelhalter's appendix."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, poisson

from pipelines.statistics import funnel
from pipelines.statistics.funnel import FunnelCurve, Position
from pipelines.statistics.funnel_limits import exact_count
from tests.statistics.schools import column, escalated, recorded
from tests.statistics.values import rows

LINES = ("lower95", "upper95", "lower998", "upper998")
THEIRS = ("lower_2s", "upper_2s", "lower_3s", "upper_3s")
Z = {"95": 1.959964, "998": 3.090232}  # to six decimals, as the peer has them
COUNTED = st.lists(st.tuples(st.integers(0, 40), st.integers(40, 2500)), min_size=1, max_size=20)


def test_limits_of_a_share_are_the_inverse_of_wilsons_interval() -> None:
    lines = funnel.curve(escalated(), column("e1_funnel_proportion", "incidents"))
    for name, right in zip(LINES, ("phe_lo95", "phe_hi95", "phe_lo998", "phe_hi998"), strict=True):
        assert getattr(lines, name) == pytest.approx(column("e1_funnel_proportion", right), rel=1e-6, abs=1e-9)


def test_the_curve_of_a_share_is_the_one_fingertips_draws() -> None:
    right = rows("e1_funnel_proportion", "expected_phe_curve")
    lines = funnel.curve(escalated(), [float(row["Population"]) for row in right])
    for name, theirs in zip(LINES, THEIRS, strict=True):
        per_cent = [float(row[f"{theirs}_limit"]) for row in right]
        assert getattr(lines, name) * 100 == pytest.approx(per_cent, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("name", "theirs"), list(zip(LINES, THEIRS, strict=True)))
def test_the_curve_of_a_rate_is_the_one_fingertips_draws(name: str, theirs: str) -> None:
    right = rows("e2_funnel_rate", "expected_phe_curve")
    found = funnel.curve(recorded(), [float(row[f"{theirs}_population_1_year"]) for row in right])
    # theirs comes from halving an interval to 1e-7, which is 1.4e-6 of the limit at one event
    assert getattr(found, name) == pytest.approx([float(row[f"{theirs}_limit"]) for row in right], rel=2e-6)


@pytest.mark.parametrize("case", rows("e3_funnel_exact_limits", "expected"), ids=lambda case: case["case_id"])
def test_exact_limits_are_interpolated_quantiles(case: dict[str, str]) -> None:
    of, target = int(case["denominator"]), float(case["target"])
    chance = binom(of, target) if case["family"] == "binomial" else poisson(of * target)
    for side, probability, quantile in (
        ("lo95", 0.025, "q025"), ("hi95", 0.975, "q975"), ("lo998", 0.001, "q001"), ("hi998", 0.999, "q999"),
    ):  # fmt: skip
        limit = float(exact_count(chance, probability)) / of
        assert limit == pytest.approx(float(case[f"{side}_untruncated"]), rel=1e-6, abs=1e-9)
        assert max(limit, 0) == pytest.approx(float(case[side]), rel=1e-6, abs=1e-9)
        assert np.ceil(limit * of - 1e-6) == pytest.approx(float(case[quantile]))


def test_lying_beyond_the_drawn_lines_is_what_fingertips_flags() -> None:
    found, of = escalated(), column("e1_funnel_proportion", "incidents")
    lines = funnel.curve(found, of)
    beyond = [
        (found.value < lines.lower998, "Low (0.001)"), (found.value > lines.upper998, "High (0.001)"),
        (found.value < lines.lower95, "Low (0.025)"), (found.value > lines.upper95, "High (0.025)"),
    ]  # fmt: skip
    flags = [next((flag for outside, flag in beyond if outside[place]), "Not significant") for place in range(len(of))]
    assert flags == [row["phe_significance"] for row in rows("e1_funnel_proportion", "expected")]


@pytest.mark.parametrize(("name", "allowed"), [("arcsine", 0.0), ("od", 1.0)])
def test_limits_on_the_arcsine_scale_are_spiegelhalters(name: str, allowed: float) -> None:
    found, of = escalated(), column("e1_funnel_proportion", "incidents")
    for suffix, z in Z.items():
        width = z * np.sqrt(1 / (4 * of) + allowed * found.tau2)
        for side, end in ((-1, "lo"), (1, "hi")):
            angle = np.clip(np.arcsin(np.sqrt(found.target)) + side * width, 0, np.pi / 2)
            right = column("e1_funnel_proportion", f"{name}_{end}{suffix}")
            assert np.sin(angle) ** 2 == pytest.approx(right, rel=1e-6, abs=1e-9)


def test_rates_are_allowed_for_with_the_peers_variance() -> None:
    found, expected = recorded(), column("e2_funnel_rate", "expected")
    for suffix, z in Z.items():
        width = z * np.sqrt(1 / (4 * expected) + found.tau2)
        assert 1 - width == pytest.approx(column("e2_funnel_rate", f"od_lo{suffix}"), rel=1e-6)
        assert 1 + width == pytest.approx(column("e2_funnel_rate", f"od_hi{suffix}"), rel=1e-6)


def test_schools_with_no_incident_are_not_flagged_as_the_peers_limits_would() -> None:
    expected, none = column("e2_funnel_rate", "expected"), column("e2_funnel_rate", "incidents") == 0
    for tail, suffix in ((0.025, "95"), (0.001, "998")):
        lower, upper = chi2.ppf(tail, 2 * expected), chi2.ppf(1 - tail, 2 * (expected + 1))
        assert lower / 2 / expected == pytest.approx(column("e2_funnel_rate", f"chisq_lo{suffix}"), rel=1e-6)
        assert upper / 2 / expected == pytest.approx(column("e2_funnel_rate", f"chisq_hi{suffix}"), rel=1e-6)
    assert (column("e2_funnel_rate", "outlier_chisq_998")[none] == 1).all()
    assert {one for one, no in zip(recorded().position, none, strict=True) if no} == {Position.SIMILAR}


@settings(deadline=None)
@given(COUNTED)
def test_a_rate_is_flagged_just_when_it_lies_beyond_its_line(counted: list[tuple[int, int]]) -> None:
    found = funnel.rates([count for count, _ in counted], [pupils for _, pupils in counted])
    lines = funnel.curve(found, [pupils for _, pupils in counted])
    for place, position in enumerate(found.position):
        value, slack = found.value[place], 1e-9 * (1 + found.value[place])
        assert ("higher" in position) == (value > lines.upper95[place] + slack)
        assert (position is Position.HIGHER_998) == (value > lines.upper998[place] + slack)
        assert ("lower" in position) == (value < lines.lower95[place] - slack)
        assert (position is Position.LOWER_998) == (value < lines.lower998[place] - slack)


@given(st.floats(0, 1), st.lists(st.integers(1, 5000), min_size=1, max_size=20))
def test_limits_of_a_share_hold_the_target_and_stay_between_nought_and_one(target: float, of: list[int]) -> None:
    lines = funnel.curve(funnel.shares([0], [1], target=target), of)
    held(lines)
    assert (lines.upper998 <= 1).all()


@settings(deadline=None)
@given(st.floats(0, 300), st.lists(st.integers(1, 5000), min_size=1, max_size=20))
def test_limits_of_a_rate_hold_the_target_and_are_not_below_nought(target: float, pupils: list[int]) -> None:
    held(funnel.curve(funnel.rates([0], [1], target=target), pupils))


def held(lines: FunnelCurve) -> None:
    ordered = [
        lines.lower998,
        lines.lower95,
        np.full(len(lines.denominator), lines.target),
        lines.upper95,
        lines.upper998,
    ]
    assert (ordered[0] >= 0).all()
    for less, more in pairwise(ordered):
        assert (less <= more + 1e-9 * (1 + more)).all()


def test_no_line_is_drawn_at_nought() -> None:
    with pytest.raises(ValueError, match="above nought"):
        funnel.curve(escalated(), [0, 10])


def test_a_funnel_of_nothing_has_no_line() -> None:
    lines = funnel.curve(funnel.rates([0, np.nan], [0, 100]), [10, 100])
    assert np.isnan([lines.target, *lines.lower95, *lines.upper998]).all()
