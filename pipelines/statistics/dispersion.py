"""Over-dispersion: how much more schools vary than chance alone, and flags that allow for it.

Source: Spiegelhalter 2005 (Statistics in Medicine 24:1185) and 2012, additive model, winsorised at 10 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np

from pipelines.statistics.per_school import Numbers, Truths

WINSORISED = 0.1
LEAST_SCHOOLS = 10  # below it, a tenth at each end is no one
LEAST_INCIDENTS, LEAST_EXPECTED = 10, 5  # where the transformed values are near enough to normal


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """The mean squared winsorised departure (`phi`, 1 by chance), the variance between schools, and departures.

    `tau2` is on the transformed scale; `z` counts standard errors of chance alone, `z_allowed` of chance and `tau2`.
    `applies` says whether the spread is beyond chance and most schools are large enough for it to be trusted.
    """

    phi: float
    tau2: float
    z: Numbers
    z_allowed: Numbers
    applies: bool


def of_shares(counts: Numbers, of: Numbers, target: float) -> Dispersion:
    """On the arcsine scale, where a share's standard error is 1/(2√n)."""
    away = np.arcsin(np.sqrt(counts / of)) - np.arcsin(np.sqrt(target))
    return _dispersion(away * np.sqrt(4 * of), 4 * of, large=of >= LEAST_INCIDENTS)


def of_rates(counts: Numbers, expected: Numbers) -> Dispersion:
    """On the scale of √(observed/expected), whose standard error is 1/(2√expected)."""
    return _dispersion(2 * (np.sqrt(counts) - np.sqrt(expected)), 4 * expected, large=expected >= LEAST_EXPECTED)


def _dispersion(z: Numbers, weight: Numbers, *, large: Truths) -> Dispersion:
    schools = len(z)
    if schools == 0:
        return Dispersion(float("nan"), 0.0, z, z, applies=False)
    phi = fsum(np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED])) ** 2) / schools
    total = fsum(weight)
    excess = max(0.0, schools * phi - (schools - 1)) if schools > 1 and total > 0 else 0.0
    tau2 = excess / (total - fsum(weight**2) / total) if excess else 0.0
    applies = phi > 1 and schools >= LEAST_SCHOOLS and bool(large.mean() > 0.5)
    return Dispersion(phi, tau2, z, z / np.sqrt(1 + tau2 * weight), applies)
