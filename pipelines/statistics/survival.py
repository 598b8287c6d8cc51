"""Time to a second incident, for children followed for different lengths of time."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.stats import norm

LEAST_AT_RISK = 10


@dataclass(frozen=True, slots=True)
class Repeat:
    """The share involved again within so many days: value and limits 0 to 1, None where they are not defined.

    `at_risk` counts the children still followed on that day, `events` those involved again up to it.
    """

    value: float
    lower: float | None
    upper: float | None
    events: int
    at_risk: int


def involved_again(days: np.ndarray, again: np.ndarray, *, within: int, level: float = 0.95) -> Repeat | None:
    """Kaplan–Meier from first to second incident at a number of days, with log-log limits; None of nothing.

    `days` is the time to the second incident, or to the end of follow-up where `again` is false. A child
    whose follow-up ends on a day counts as at risk on that day; repeats on day 0 count. Source: Kaplan & Meier
    1958; Greenwood's variance; limits S^exp(±z·sqrt(sum d/(n(n-d)))/log S).
    """
    if len(days) == 0:
        return None
    survival, spread = 1.0, 0.0
    for day in np.unique(days[again & (days <= within)]):
        at_risk = int((days >= day).sum())
        events = int((again & (days == day)).sum())
        survival *= 1 - events / at_risk
        spread += events / (at_risk * (at_risk - events)) if at_risk > events else float("inf")
    lower, upper = _log_log(survival, spread, level)
    reached = int((again & (days <= within)).sum())
    return Repeat(1 - survival, lower, upper, reached, int((days >= within).sum()))


def _log_log(survival: float, spread: float, level: float) -> tuple[float | None, float | None]:
    if not 0 < survival < 1:
        return None, None
    z = float(norm.ppf(1 - (1 - level) / 2))
    width = z * sqrt(spread) / log(survival)
    limits = sorted(1 - survival ** exp(sign * width) for sign in (-1, 1))
    return limits[0], limits[1]
