"""Many schools tested at once: which departures remain when their number is allowed for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import false_discovery_control

from pipelines.statistics.per_school import Numbers, Truths


@dataclass(frozen=True, slots=True, eq=False)
class FalseDiscovery:
    """For each p value its q value, the least level at which it is kept, and whether it is kept at this level.

    A missing p value has a missing q value and is not kept.
    """

    q: Numbers
    reject: Truths
    level: float
    tests: int


def false_discovery(p: ArrayLike, *, level: float = 0.05) -> FalseDiscovery:
    """Benjamini–Hochberg over the p values that are there; missing ones (nan) do not count among the tests.

    Of what is kept, a share of at most `level` is expected to be by chance. Source: Benjamini & Hochberg 1995.
    """
    values = np.asarray(p, dtype=float)
    known = ~np.isnan(values)
    q = np.full(values.shape, np.nan)
    if known.any():
        q[known] = false_discovery_control(values[known], method="bh")
    return FalseDiscovery(q, np.nan_to_num(q, nan=np.inf) <= level, level, int(known.sum()))
