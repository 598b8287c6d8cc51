"""XmR (individuals) charts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from scipy.stats import norm

from pipelines.statistics.control import RUN, Control, Limits, Segment, Side, labels, parts

TO_LIMITS = 2.66  # three standard deviations in moving ranges, as Making Data Count rounds 3/1.128
TO_SCREEN = 3.267  # a moving range from here on says that something happened, not how much points vary
NEAR = 2 / 3
BEYOND_THREE = float(2 * norm.sf(3))


class Assurance(StrEnum):
    """Whether a target can be expected to be met while nothing changes."""

    MET = "target consistently met"
    MISSED = "target consistently missed"
    EITHER = "target met or missed by chance"


def xmr(
    values: Sequence[float | None], *, starts: Sequence[int] = (), run: int = RUN, screen: bool = True,
    fix_after: int | None = None,
) -> Control:  # fmt: skip
    """An XmR chart of values in any unit; None or nan is a missing point, which breaks runs and moving ranges.

    Limits are the mean ± 2.66 × the mean moving range of each segment (`starts` are the places of rebases), not
    clipped; `screen` leaves moving ranges of 3.267 times their mean or more out, once. A constant series has limits
    equal to its mean; one point alone has a mean and no limits. `fix_after` takes limits from so many first points.
    Source: NHS England, Making Data Count; Wheeler 2000.
    """
    whole = np.array([np.nan if value is None else value for value in values], dtype=float)
    limits: list[Limits | None] = []
    found, segments = [], []
    for part in parts(len(whole), starts):
        own = whole[part]
        level = _limits(own[:fix_after], screen=screen)
        each = [None if np.isnan(value) else level for value in own]
        limits += each
        found += labels(own, each, run=run)
        known = own[:fix_after][~np.isnan(own[:fix_after])]
        mean = float(known.mean()) if len(known) else None
        chance = BEYOND_THREE * sum(one is not None and one.upper > one.lower for one in each)
        segments.append(Segment(part.start, part.stop - 1, int((~np.isnan(own)).sum()), mean, chance))
    return Control("XmR chart", tuple(limits), tuple(found), tuple(segments))


def _limits(values: np.ndarray, *, screen: bool) -> Limits | None:
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    if len(ranges) == 0:
        return None
    mean, average = float(np.nanmean(values)), mean_range(ranges, screen=screen)
    out, near = TO_LIMITS * average, NEAR * TO_LIMITS * average
    return Limits(mean, mean - out, mean + out, mean - near, mean + near)


def mean_range(ranges: np.ndarray, *, screen: bool) -> float:
    """The mean of moving ranges, those that stand out left out once where wanted."""
    average = float(ranges.mean())
    kept = ranges[ranges < TO_SCREEN * average]
    return float(kept.mean()) if screen and len(kept) else average


def assurance(chart: Control, target: float, *, better: Side) -> Assurance | None:
    """What the last limits say of a target; None where there are no limits."""
    last = next((one for one in reversed(chart.limits) if one is not None), None)
    if last is None:
        return None
    if last.lower <= target <= last.upper:
        return Assurance.EITHER
    always_above = target < last.lower
    return Assurance.MET if always_above == (better is Side.HIGHER) else Assurance.MISSED
