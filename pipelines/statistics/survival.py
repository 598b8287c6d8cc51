"""Time to a second incident, for children followed for different lengths of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from statsmodels.duration.survfunc import survdiff

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


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Kaplan–Meier: one entry for each day on which a child was involved again or was last seen.

    `at_risk` are followed at the start of the day, `events` are involved again on it, `censored` seen for the last
    time. `again` is the share involved again by the end of the day (1 − survival) with Greenwood's standard `error`;
    `lower` and `upper` are its log-log limits, nan while none or all are involved again. `level` is theirs.
    """

    days: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    again: np.ndarray
    error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float

    def at(self, within: int) -> Repeat:
        """The share within so many days; with none or all involved again it has an exact limit (`_exact`)."""
        place = int(np.searchsorted(self.days, within, side="right")) - 1
        later = self.days >= within
        at_risk = int(self.at_risk[later][0]) if later.any() else 0
        if place < 0:
            return Repeat(0.0, *_exact(0.0, at_risk, level=self.level), 0, at_risk)
        value = float(self.again[place])
        return Repeat(value, *self._limits(place, at_risk), int(self.events[: place + 1].sum()), at_risk)

    def _limits(self, place: int, at_risk: int) -> tuple[float | None, float | None]:
        value = float(self.again[place])
        if 0 < value < 1:
            return float(self.lower[place]), float(self.upper[place])
        last = self.at_risk[: place + 1][self.events[: place + 1] > 0]
        return _exact(value, int(last[-1]) if value else at_risk, level=self.level)


def kaplan_meier(days: np.ndarray, again: np.ndarray, *, level: float = 0.95) -> Curve:
    """Kaplan–Meier from first to second incident, with log-log limits.

    `days` is the time to the second incident, or to the end of follow-up where `again` is false. A child whose
    follow-up ends on a day counts as at risk on that day; repeats on day 0 count. Source: Kaplan & Meier 1958;
    Greenwood's variance; limits S^exp(±z·sqrt(sum d/(n(n-d)))/log S).
    """
    on, place = np.unique(days, return_inverse=True)
    events = np.bincount(place[again], minlength=len(on))
    leaving = np.bincount(place, minlength=len(on))
    at_risk = len(days) - np.concatenate(([0], np.cumsum(leaving)[:-1])) if len(on) else leaving
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        error = survival * spread
    lower, upper = _log_log(survival, spread, level)
    return Curve(on, at_risk, events, leaving - events, 1 - survival, error, lower, upper, level)


def involved_again(days: np.ndarray, again: np.ndarray, *, within: int, level: float = 0.95) -> Repeat | None:
    """The share involved again within a number of days (see `kaplan_meier`); None of nothing."""
    return kaplan_meier(days, again, level=level).at(within) if len(days) else None


def difference(groups: Sequence[tuple[np.ndarray, np.ndarray]]) -> float | None:
    """The log-rank p value that several groups of children are involved again alike; None where it is not defined.

    Each group is its days and whether involved again; no child may be in two. Source: Mantel 1966; statsmodels.
    """
    days, again = (np.concatenate(parts) for parts in zip(*groups, strict=True)) if groups else (np.array([]),) * 2
    if len(groups) < 2 or not again.any():
        return None
    names = np.repeat(np.arange(len(groups)), [len(one) for one, _ in groups])
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            p = float(survdiff(days, again.astype(int), names)[1])
    except np.linalg.LinAlgError:  # a group was never followed while anyone was involved again
        return None
    return None if np.isnan(p) else p


def _log_log(survival: np.ndarray, spread: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    z = float(norm.ppf(1 - (1 - level) / 2))
    inside = np.where((survival > 0) & (survival < 1), survival, np.nan)
    width = z * spread / np.log(inside)
    return 1 - inside ** np.exp(width), 1 - inside ** np.exp(-width)  # the width is below zero


def _exact(value: float, children: int, *, level: float) -> tuple[float | None, float | None]:
    """Limits where the curve gives none: none (or all) of so many children, by Clopper and Pearson.

    None involved again: of the children followed for the whole time. All: of those followed on the last day. Both
    leave out the children who were seen for less time, and so are wider than they need be.
    """
    if not children:
        return None, None
    end = ((1 - level) / 2) ** (1 / children)
    return (end, 1.0) if value else (0.0, 1 - end)
