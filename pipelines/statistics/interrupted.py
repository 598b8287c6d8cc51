"""Segmented regression of a series that a dated change interrupts.

value = intercept + pre_trend·place + level_change·after + trend_change·since. `place` numbers the terms from 1, gaps
kept; `after` is 1 from the change on; `since` is 1 at the first term after it and 0 before. So `level_change` is the
step one term *before* the first term after: at that first term the series stands level_change + trend_change off its
earlier trend. Where there are too few points for a trend after, `trend_change` is left out and the step stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

import numpy as np
import statsmodels.api as sm
from scipy.stats import t

NAMES = ("intercept", "pre_trend", "level_change", "trend_change")
LEAST_FOR_STEP = 4
LEAST_FOR_SLOPE = 8
LAG = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """One coefficient, its standard error and 95 % limits: in the unit of a line, on the logarithm of counts."""

    value: float
    error: float
    lower: float
    upper: float

    @property
    def ratio(self) -> tuple[float, float, float]:
        """The coefficient of a series of counts and its limits as multiples of the rate."""
        return exp(self.value), exp(self.lower), exp(self.upper)


@dataclass(frozen=True)
class Segmented:
    """A fitted series: effects by name, fitted values, and what the earlier trend would have given (same unit).

    `dispersion` belongs to counts: Pearson's chi-squared over what is left of the points.
    """

    effects: Mapping[str, Effect]
    fitted: np.ndarray
    counterfactual: np.ndarray
    dispersion: float | None = None


def parts(before: int, after: int) -> int | None:
    """How many coefficients a series with so many points before and after can carry: 4, 3 without a slope, or None."""
    fewest = min(before, after)
    if fewest < LEAST_FOR_STEP:
        return None
    return len(NAMES) if fewest >= LEAST_FOR_SLOPE else len(NAMES) - 1


def segmented_counts(
    place: np.ndarray, counts: np.ndarray, exposure: np.ndarray, *, first_after: int, level: float = 0.95
) -> Segmented | None:
    """Quasi-Poisson with the logarithm of the exposure as offset; None with too few points or nothing on one side.

    `place` numbers the terms, `first_after` is the place of the first term after the change. Limits rest on the
    quasi-Poisson error, or Poisson's where that is larger, and on Student's t. Source: Bernal, Cummins &
    Gasparrini 2017, International Journal of Epidemiology 46:348.
    """
    design = _design(place, first_after)
    after = place >= first_after
    if design is None or not counts[after].sum() or not counts[~after].sum():
        return None
    found = sm.GLM(counts, design, family=sm.families.Poisson(), offset=np.log(exposure)).fit()
    dispersion = float(found.pearson_chi2 / found.df_resid)
    errors = np.asarray(found.bse) * np.sqrt(max(dispersion, 1.0))
    without = design.copy()
    without[:, 2:] = 0
    return Segmented(
        _effects(found.params, errors, left=found.df_resid, level=level),
        np.asarray(found.fittedvalues),
        np.exp(without @ found.params) * exposure,
        dispersion,
    )


def segmented_line(
    place: np.ndarray, values: np.ndarray, *, first_after: int, weights: np.ndarray | None = None, level: float = 0.95
) -> Segmented | None:
    """Least squares with Newey–West errors of lag 3, corrected for small samples; None with too few points.

    `weights` are what each value rests on, a share's denominator; limits use Student's t. A series without any
    variation has errors of nothing. Source: Newey & West 1987, Econometrica 55:703.
    """
    design = _design(place, first_after)
    if design is None:
        return None
    model = sm.WLS(values, design, weights=np.ones(len(values)) if weights is None else weights)
    found = model.fit(cov_type="HAC", cov_kwds={"maxlags": LAG, "use_correction": True})
    without = design.copy()
    without[:, 2:] = 0
    return Segmented(
        _effects(found.params, np.sqrt(np.diag(found.cov_params())), left=found.df_resid, level=level),
        np.asarray(found.fittedvalues),
        without @ found.params,
    )


def _design(place: np.ndarray, first_after: int) -> np.ndarray | None:
    """The columns of the coefficients that the points can carry."""
    after = place >= first_after
    carried = parts(int((~after).sum()), int(after.sum()))
    if carried is None:
        return None
    since = np.where(after, place - first_after + 1, 0)
    columns = [np.ones(len(place)), place, after, since]
    return np.column_stack(columns[:carried]).astype(float)


def _effects(values: np.ndarray, errors: np.ndarray, *, left: float, level: float) -> Mapping[str, Effect]:
    wide = float(t.ppf(1 - (1 - level) / 2, left))
    return {
        name: Effect(float(value), float(error), float(value - wide * error), float(value + wide * error))
        for name, value, error in zip(NAMES, values, errors, strict=False)
    }
