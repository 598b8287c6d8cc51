"""The limits of a funnel: the smooth ones that are drawn, and the exact ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincinv
from scipy.stats import norm

from pipelines.statistics.per_school import Numbers

LEVELS = (0.95, 0.998)


@dataclass(frozen=True, slots=True, eq=False)
class FunnelCurve:
    """The target and four limits at each denominator, in the unit of the funnel's values, within what is possible."""

    denominator: Numbers
    target: float
    lower95: Numbers
    upper95: Numbers
    lower998: Numbers
    upper998: Numbers


def drawn_shares(target: float, of: ArrayLike, *, level: float) -> tuple[Numbers, Numbers]:
    """Limits of a share, 0 to 1: target ∓ z·√(target(1−target)/n), the inverse of Wilson's interval.

    Source: the funnel of Fingertips (PHEindicatormethods 2.1.0).
    """
    z = norm.ppf(1 - (1 - level) / 2)
    width = z * np.sqrt(target * (1 - target) / np.asarray(of, dtype=float))
    return np.clip(target - width, 0, 1), np.clip(target + width, 0, 1)


def drawn_counts(expected: ArrayLike, *, level: float) -> tuple[Numbers, Numbers]:
    """Limits of a count at each expected count: the counts whose exact Poisson interval just ends there.

    A whole count is beyond the line just when its exact tail is beyond the limit; straight between whole counts, no
    lower than nought. Source: the rate funnel of Fingertips (PHEindicatormethods 2.1.0).
    """
    at = np.asarray(expected, dtype=float)
    furthest = np.nan_to_num(at).max(initial=0)
    counts = np.arange(np.ceil(furthest + 10 * np.sqrt(furthest) + 60))
    tail = (1 - level) / 2
    most, least = gammaincinv(counts + 1, 1 - tail), gammaincinv(counts[1:], tail)
    return np.interp(at, most, counts, left=0.0), np.interp(at, [0.0, *least], counts)


def exact_count(chance: Any, probability: float) -> Numbers:
    """The count at which a discrete distribution reaches a probability, interpolated; below nought where 0 has it.

    r − (P(R ≤ r) − p) / P(R = r), with r the least count for which P(R ≤ r) ≥ p. `chance` is a frozen
    distribution of scipy. Source: Spiegelhalter 2005, appendix A.1.1.
    """
    least = np.asarray(chance.ppf(probability), dtype=float)
    return np.asarray(least - (chance.cdf(least) - probability) / chance.pmf(least))
