"""Intervals for small numbers: shares, rates and medians."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import binom, gamma, norm
from statsmodels.stats.proportion import proportion_confint

BYAR_FROM = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the limits of its interval, all in the same unit."""

    value: float
    lower: float
    upper: float


def wilson(count: int, of: int, *, level: float = 0.95) -> Estimate | None:
    """A share, 0 to 1, with its Wilson score interval; None of nothing.

    Source: Wilson 1927; the method of Fingertips for every proportion.
    """
    if of == 0:
        return None
    lower, upper = proportion_confint(count, of, alpha=1 - level, method="wilson")
    return Estimate(
        count / of,
        0.0 if count == 0 else float(min(max(lower, 0.0), 1.0)),
        1.0 if count == of else float(min(max(upper, 0.0), 1.0)),
    )


def rate(count: int, pupils: float, *, per: int = 1000, level: float = 0.95) -> Estimate | None:
    """A rate per 1,000 with exact Poisson limits below ten events and Byar's from ten; None without pupils.

    Source: Breslow & Day 1987; Fingertips technical guidance.
    """
    if pupils <= 0:
        return None
    return Estimate(*(number / pupils * per for number in (count, *count_limits(count, level=level))))


def count_limits(count: int, *, level: float = 0.95) -> tuple[float, float]:
    """The limits of a count of events: exact Poisson below ten, Byar's from ten."""
    return _exact(count, level) if count < BYAR_FROM else _byar(count, level)


def _exact(count: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    lower = float(gamma.ppf(tail, count)) if count else 0.0
    return lower, float(gamma.ppf(1 - tail, count + 1))


def _byar(count: int, level: float) -> tuple[float, float]:
    z = float(norm.ppf(1 - (1 - level) / 2))
    above = count + 1
    lower = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    return lower, above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3


def median(values: np.ndarray, *, level: float = 0.95) -> Estimate | None:
    """The median with its distribution-free interval, the order statistics that bracket it; None of nothing.

    With too few values for the level the limits are the least and the greatest. Source: Conover,
    Practical Nonparametric Statistics, 3rd ed., section 3.2.
    """
    if len(values) == 0:
        return None
    ordered = np.sort(values)
    place = int(binom.ppf((1 - level) / 2, len(ordered), 0.5))
    place = min(max(place - 1, 0), (len(ordered) - 1) // 2)
    return Estimate(float(np.median(ordered)), float(ordered[place]), float(ordered[len(ordered) - 1 - place]))
