"""Exact tail probabilities of a count that does not differ from its target: binomial for shares, Poisson for rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.statistics.per_school import Numbers, Truths

TAIL_95, TAIL_998 = 0.025, 0.001  # one-sided
ROUNDING = 1e-9  # relative: a tail that is 0.025 on paper is on the limit, whatever its last digit here


def beyond(tail: Numbers, limit: float) -> Truths:
    """Whether each one-sided tail is beyond the limit; exactly on it is not beyond."""
    return np.less(tail, limit * (1 - ROUNDING))


def tails(counts: Numbers, chance: Any) -> tuple[Numbers, Numbers]:
    """The chance of a count as low and of one as high, each including the count itself.

    `chance` is a frozen distribution of scipy, one for each count.
    """
    return np.asarray(chance.cdf(counts)), np.asarray(chance.sf(counts - 1))


def two_sided(counts: Numbers, chance: Any) -> Numbers:
    """Twice the smaller exact mid-p: the tail with only half of the chance of the count itself, at most 1.

    Source: Lancaster 1961; used for many small counts because exact tails are conservative.
    """
    at = chance.pmf(counts)
    below, above = chance.cdf(counts - 1) + at / 2, chance.sf(counts) + at / 2
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))


def chance_outside(chance: Any, limit: float) -> Numbers:
    """The exact chance that a school that does not differ is flagged, on either side, at a one-sided limit."""
    return np.add(_least_flagged(chance, limit), _most_flagged(chance, limit))


def _least_flagged(chance: Any, limit: float) -> Numbers:
    first = chance.ppf(limit)
    low = np.asarray(chance.cdf(first))
    return np.where(beyond(low, limit), low, chance.cdf(first - 1))


def _most_flagged(chance: Any, limit: float) -> Numbers:
    first = chance.isf(limit)
    high = np.asarray(chance.sf(first - 1))
    return np.where(beyond(high, limit), high, chance.sf(first))
