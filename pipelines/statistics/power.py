"""What size of change can be seen with so many cases, by normal approximation on a scale of even variance.

These answer at once for a page; `benchmarks/power.py` simulates what the methods of `comparison` really see.
"""

from __future__ import annotations

from math import asin, pi, sin, sqrt

from scipy.stats import norm

SEEN = 0.8
LEVEL = 0.95


def least_rise(
    share: float, of_before: int, of_after: int, *, seen: float = SEEN, level: float = LEVEL
) -> float | None:
    """The least rise of a share (both 0–1) that is seen in 80 % of trials; None where there is no room for it.

    Source: Cohen 1988, Statistical Power Analysis, chapter 6 (the difference of arcsines).
    """
    if of_before == 0 or of_after == 0:
        return None
    turned = 2 * asin(sqrt(share)) + _needed(seen, level) * sqrt(1 / of_before + 1 / of_after)
    return None if turned > pi else sin(turned / 2) ** 2 - share


def least_fall(
    share: float, of_before: int, of_after: int, *, seen: float = SEEN, level: float = LEVEL
) -> float | None:
    """The least fall of a share that is seen, as a positive number; None where there is no room for it."""
    return least_rise(1 - share, of_before, of_after, seen=seen, level=level)


def least_ratios(
    events_before: float, *, exposure_ratio: float = 1.0, seen: float = SEEN, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """The rate ratios nearest to 1, one below and one above it, that are seen in 80 % of trials; None for none.

    `exposure_ratio` is the exposure after divided by that before. Source: the square root of a Poisson count has
    variance 1/4 whatever its mean (Bartlett 1936).
    """
    if events_before <= 0 or exposure_ratio <= 0:
        return None, None
    step = _needed(seen, level) * sqrt(1 + 1 / exposure_ratio) / (2 * sqrt(events_before))
    return (None if step >= 1 else (1 - step) ** 2), (1 + step) ** 2


def _needed(seen: float, level: float) -> float:
    """How many standard errors a change must measure."""
    return float(norm.ppf(1 - (1 - level) / 2) + norm.ppf(seen))
