"""Segmented regression gives the values of the reference, and says nothing where there are too few points."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from pipelines.statistics.interrupted import NAMES, Segmented, parts, segmented_counts, segmented_line
from tests.statistics.values import rows

EXPECTED = {row["term"]: row for row in rows("h3_its", "expected")}
SCALARS = {row["quantity"]: float(row["value"]) for row in rows("h3_its", "expected_scalars")}
FITTED = rows("h3_its", "expected_fitted")
SERIES = {
    name: np.array([float(row[name]) for row in rows("h3_its", "input")])
    for name in ("term_no", "incidents", "pupils", "rate_per_1000")
}
CHANGE = 13
R_STOPS_EARLY = 3e-6  # the reference takes errors and dispersion from the weights of its last step but one


@pytest.fixture(scope="module")
def counts() -> Segmented:
    found = segmented_counts(SERIES["term_no"], SERIES["incidents"], SERIES["pupils"], first_after=CHANGE)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def line() -> Segmented:
    found = segmented_line(SERIES["term_no"], SERIES["rate_per_1000"], first_after=CHANGE)
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_series_of_counts_has_the_references_coefficients(counts: Segmented, name: str) -> None:
    effect, right = counts.effects[name], EXPECTED[name]
    assert effect.value == pytest.approx(float(right["pois_coef"]), rel=1e-6)
    assert effect.error == pytest.approx(float(right["pois_se"]), rel=1e-6)  # larger than quasi-Poisson's here
    ratios = [exp(effect.value + z * effect.error) for z in (-1.959963984540054, 0, 1.959963984540054)]
    assert ratios == pytest.approx([float(right[f"pois_irr{end}"]) for end in ("_lower", "", "_upper")], rel=1e-6)
    assert effect.ratio[0] == ratios[1]
    assert counts.dispersion is not None
    quasi = effect.error * sqrt(counts.dispersion)
    assert quasi == pytest.approx(float(right["quasi_se"]), rel=R_STOPS_EARLY)


@pytest.mark.parametrize("name", NAMES)
def test_a_line_has_the_references_coefficients_and_newey_west_errors(line: Segmented, name: str) -> None:
    effect, right = line.effects[name], EXPECTED[name]
    assert effect.value == pytest.approx(float(right["ols_coef"]), rel=1e-6)
    assert effect.error == pytest.approx(float(right["hac3_se_smallsample"]), rel=1e-6)
    assert effect.error * sqrt((24 - 4) / 24) == pytest.approx(float(right["hac3_se"]), rel=1e-6)


def test_fitted_series_and_what_the_earlier_trend_would_have_given(counts: Segmented, line: Segmented) -> None:
    columns = {name: [float(row[name]) for row in FITTED] for name in FITTED[0]}
    assert list(counts.fitted) == pytest.approx(columns["fitted_poisson_count"], rel=1e-6)
    assert list(counts.counterfactual) == pytest.approx(columns["counterfactual_poisson_count"], rel=1e-6)
    assert list(line.fitted) == pytest.approx(columns["fitted_ols"], rel=1e-6)
    assert list(line.counterfactual) == pytest.approx(columns["counterfactual_ols"], rel=1e-6)


def test_what_is_left_over_is_that_of_the_reference(counts: Segmented, line: Segmented) -> None:
    values, expected, seen = SERIES["rate_per_1000"], counts.fitted, SERIES["incidents"]
    residuals = values - line.fitted
    assert 1 - (residuals**2).sum() / ((values - values.mean()) ** 2).sum() == pytest.approx(SCALARS["ols_r2"])
    assert (np.diff(residuals) ** 2).sum() / (residuals**2).sum() == pytest.approx(SCALARS["durbin_watson"])
    deviance = 2 * (seen * np.log(seen / expected) - (seen - expected)).sum()
    assert deviance == pytest.approx(SCALARS["pois_deviance"], rel=1e-6)
    assert counts.dispersion == pytest.approx(SCALARS["quasi_dispersion"], rel=R_STOPS_EARLY)


def test_the_reference_takes_its_dispersion_from_the_step_before_the_last() -> None:
    """The same sums by hand, stopped where R stops, give R's own digits; carried on they give ours."""
    seen, off = SERIES["incidents"], np.log(SERIES["pupils"])
    design = _design()
    mean, before = seen + 0.1, None
    found: list[tuple[float, float]] = []
    for _ in range(12):
        weights, linear = mean, np.log(mean)
        working = linear - off + (seen - mean) / mean
        solved = np.linalg.solve(design.T @ (weights[:, None] * design), design.T @ (weights * working))
        mean = np.exp(design @ solved + off)
        deviance = 2 * float((seen * np.log(seen / mean) - (seen - mean)).sum())
        dispersion = float((weights * ((seen - mean) / mean) ** 2).sum() / 20)
        found.append((deviance, dispersion))
        if before is not None and abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            break
        before = deviance
    assert found[-1][1] == pytest.approx(SCALARS["quasi_dispersion"], rel=1e-9)


def _design() -> np.ndarray:
    place = SERIES["term_no"]
    after = place >= CHANGE
    return np.column_stack([np.ones(24), place, after, np.where(after, place - CHANGE + 1, 0)]).astype(float)


def test_newey_west_by_hand_gives_the_same_errors(line: Segmented) -> None:
    design, residuals = _design(), SERIES["rate_per_1000"] - line.fitted
    scores = design * residuals[:, None]
    middle = scores.T @ scores
    for lag in (1, 2, 3):
        together = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / 4) * (together + together.T)
    bread = np.linalg.inv(design.T @ design)
    errors = np.sqrt(np.diag(bread @ middle @ bread) * 24 / 20)
    assert [line.effects[name].error for name in NAMES] == pytest.approx(list(errors))
    wide = t.ppf(0.975, 20)
    assert line.effects["level_change"].upper - line.effects["level_change"].value == pytest.approx(wide * errors[2])


@pytest.mark.parametrize(
    ("before", "after", "carried"),
    [(3, 20, None), (20, 3, None), (4, 4, 3), (7, 30, 3), (8, 7, 3), (8, 8, 4), (0, 0, None)],
)
def test_few_points_carry_a_step_alone_and_fewer_nothing(before: int, after: int, carried: int | None) -> None:
    assert parts(before, after) == carried
    places = np.arange(1, before + after + 1)
    values = np.linspace(0.4, 0.6, before + after) + 0.01 * (places % 3)
    found = segmented_line(places, values, first_after=before + 1)
    assert (None if found is None else len(found.effects)) == carried
    assert found is None or ("trend_change" in found.effects) == (carried == 4)


def test_the_step_is_the_one_before_the_first_term_after() -> None:
    """Counted from 1, the first term after stands one slope off the step: 0.2 + 0.03 here."""
    places = np.arange(1, 21)
    values = 0.3 + 0.01 * places
    values[10:] += 0.2 + 0.03 * np.arange(1, 11)
    found = segmented_line(places, values, first_after=11)
    assert found is not None
    assert found.effects["level_change"].value == pytest.approx(0.2)
    assert found.effects["trend_change"].value == pytest.approx(0.03)
    assert found.fitted[10] - found.counterfactual[10] == pytest.approx(0.23)


def test_a_term_left_out_keeps_its_place_in_the_count() -> None:
    places = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17])
    values = 0.2 + 0.02 * places
    found = segmented_line(places, values, first_after=10)
    assert found is not None
    assert found.effects["pre_trend"].value == pytest.approx(0.02)
    assert found.effects["level_change"].value == pytest.approx(0, abs=1e-9)


def test_a_constant_series_has_no_step_and_no_error() -> None:
    found = segmented_line(np.arange(1, 17), np.full(16, 0.5), first_after=9)
    assert found is not None
    assert found.effects["level_change"].value == pytest.approx(0, abs=1e-12)
    assert found.effects["level_change"].error == pytest.approx(0, abs=1e-12)


def test_a_side_without_any_event_has_no_rate_to_step_from() -> None:
    counts = np.array([3.0, 4, 2, 5, 0, 0, 0, 0])
    assert segmented_counts(np.arange(1, 9), counts, np.full(8, 1000.0), first_after=5) is None


def test_more_than_chance_between_terms_widens_the_errors() -> None:
    places, exposure = np.arange(1, 17), np.full(16, 1000.0)
    even = np.array([20.0, 21, 19, 20, 20, 21, 19, 20] * 2)
    wild = np.array([5.0, 35, 8, 32, 6, 34, 9, 31] * 2)
    calm, rough = (segmented_counts(places, series, exposure, first_after=9) for series in (even, wild))
    assert calm is not None
    assert rough is not None
    assert rough.effects["level_change"].error > 2 * calm.effects["level_change"].error


@settings(max_examples=25)
@given(st.floats(0.2, 5), st.lists(st.integers(1, 60), min_size=16, max_size=16))
def test_a_step_does_not_change_when_every_school_doubles(more: float, counts: list[int]) -> None:
    places, exposure = np.arange(1, 17), np.linspace(900, 1100, 16)
    series = np.array(counts, dtype=float)
    one = segmented_counts(places, series, exposure, first_after=9)
    two = segmented_counts(places, series, exposure * more, first_after=9)
    assert one is not None
    assert two is not None
    for name in NAMES[1:]:
        assert two.effects[name].value == pytest.approx(one.effects[name].value, abs=1e-6)
    assert two.effects["intercept"].value == pytest.approx(one.effects["intercept"].value - log(more), abs=1e-6)


def test_weights_are_what_each_share_rests_on() -> None:
    places = np.arange(1, 17)
    values = np.where(places >= 9, 0.8, 0.5)
    values[0] = 0.0  # one odd share of a single case
    weights = np.where(places == 1, 1.0, 100.0)
    weighed = segmented_line(places, values, first_after=9, weights=weights)
    assert weighed is not None
    assert weighed.effects["intercept"].value == pytest.approx(0.5, abs=0.03)
