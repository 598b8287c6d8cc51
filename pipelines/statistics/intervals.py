"""Intervals for small numbers: shares, rates and medians."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv, ndtri
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from pipelines.statistics.per_school import Numbers

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
    lower, upper = count_limits(count, level=level)
    return Estimate(*(float(number) / pupils * per for number in (count, lower, upper)))


def count_limits(counts: ArrayLike, *, level: float = 0.95) -> tuple[Numbers, Numbers]:
    """The limits of counts of events: exact Poisson below ten, Byar's from ten; of nought the lower is nought."""
    count = np.asarray(counts, dtype=float)
    tail = (1 - level) / 2
    some, above = np.maximum(count, 1), count + 1
    exact = np.where(count > 0, gammaincinv(some, tail), 0), gammaincinv(above, 1 - tail)
    byar = _byar(some, -ndtri(1 - tail)), _byar(above, ndtri(1 - tail))
    return np.where(count < BYAR_FROM, exact[0], byar[0]), np.where(count < BYAR_FROM, exact[1], byar[1])


def _byar(count: Numbers, z: float) -> Numbers:
    return np.asarray(count * (1 - 1 / (9 * count) + z / (3 * np.sqrt(count))) ** 3)


@dataclass(frozen=True, slots=True)
class RepeatAdjusted:
    """A rate with limits that allow for children in several incidents, None below ten events.

    `count` is of events, `involved` of pupils with any. `driven_by_one`: one pupil gives most of the variance.
    """

    value: float
    lower: float | None
    upper: float | None
    count: int
    involved: int
    driven_by_one: bool


def repeat_adjusted(times: ArrayLike, pupils: float, *, per: int = 1000, level: float = 0.95) -> RepeatAdjusted | None:
    """A rate of events per so many pupils from how many each pupil involved had; None without pupils.

    Byar's limits, their distance from the count widened by √(sum of squares / sum of `times`), the lower no less than
    nought. Source: Dobson et al. 1991, with the variance of Fingertips' technical guide for events that repeat.
    """
    each = np.asarray(times, dtype=float)
    if pupils <= 0:
        return None
    count, squares = int(each.sum()), each**2
    value, involved = count / pupils * per, int((each > 0).sum())
    if count < BYAR_FROM:
        return RepeatAdjusted(value, None, None, count, involved, driven_by_one=False)
    wider = np.sqrt(squares.sum() / count)
    lower, upper = (float(count + wider * (end - count)) / pupils * per for end in count_limits(count, level=level))
    return RepeatAdjusted(
        value, max(lower, 0.0), upper, count, involved, driven_by_one=bool(squares.max() > squares.sum() / 2)
    )


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
