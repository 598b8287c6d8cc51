"""Priors fitted to schools by maximum likelihood, and no prior where nothing says that they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, psi, xlog1py, xlogy

from pipelines.statistics.per_school import Numbers

MOST_WORTH = 1e6  # a prior worth more than this says that schools do not differ
LEAST_GAIN = 1e-6  # of log-likelihood over no difference; less is rounding
LEAST_SHARES, LEAST_RATES = 1.0, 0.5  # Jeffreys' priors: with less, all-or-nothing schools would look certain


@dataclass(frozen=True, slots=True)
class Prior:
    """The mean of a prior and what it is worth: incidents (alpha + beta) for shares, events (shape) for rates."""

    mean: float
    worth: float


Slope = tuple[float, float, float]  # a log-likelihood and its slopes along mean and worth
Likelihood = Callable[[float, float], Slope]


def of_shares(counts: Numbers, of: Numbers) -> Prior | None:
    """The beta prior of a beta-binomial; None where schools vary no more than by chance, or nothing is known."""
    counts, of, pooled = _sorted(counts, of)
    if not 0 < pooled < 1:
        return None
    alike = float(xlogy(counts, pooled).sum() + xlog1py(of - counts, -pooled).sum())

    def likelihood(mean: float, worth: float) -> Slope:
        yes, no = mean * worth, (1 - mean) * worth
        ends = gammaln(counts + yes) - gammaln(yes) + gammaln(of - counts + no) - gammaln(no)
        value = ends.sum() + (gammaln(worth) - gammaln(of + worth)).sum()
        both = psi(worth) - psi(of + worth)
        by_yes = float((psi(counts + yes) - psi(yes) + both).sum())
        by_no = float((psi(of - counts + no) - psi(no) + both).sum())
        return float(value), worth * (by_yes - by_no), mean * by_yes + (1 - mean) * by_no

    return _fitted(likelihood, pooled=pooled, alike=alike, least=LEAST_SHARES, most=1 - 1e-9)


def of_rates(counts: Numbers, of: Numbers) -> Prior | None:
    """The gamma prior of a gamma-Poisson (negative binomial); None where schools vary no more than by chance."""
    counts, of, pooled = _sorted(counts, of)
    if not pooled > 0:
        return None
    alike = float((xlogy(counts, pooled * of) - pooled * of).sum())

    def likelihood(mean: float, worth: float) -> Slope:
        pupils = worth / mean
        whole = pupils + of
        value = gammaln(worth + counts) - gammaln(worth) + worth * np.log(pupils / whole)
        value += xlogy(counts, of / whole)
        by_worth = float((psi(worth + counts) - psi(worth) + np.log(pupils / whole)).sum())
        by_pupils = float((mean - (worth + counts) / whole).sum())
        return float(value.sum()), -pupils / mean * by_pupils, by_worth + by_pupils / mean

    return _fitted(likelihood, pooled=pooled, alike=alike, least=LEAST_RATES)


def _sorted(counts: Numbers, of: Numbers) -> tuple[Numbers, Numbers, float]:
    """By size, so that the order of schools does not change a digit; with the pooled value."""
    order = np.lexsort((counts, of))
    return counts[order], of[order], fsum(counts) / fsum(of) if len(of) else float("nan")


def _fitted(likelihood: Likelihood, *, pooled: float, alike: float, least: float, most: float = np.inf) -> Prior | None:
    """The maximum, looked for from the best of a grid; none where it runs to infinity or gains nothing."""

    def minus(place: Numbers) -> tuple[float, Numbers]:
        mean, worth = np.exp(place)
        value, by_mean, by_worth = likelihood(mean, worth)
        return -value, -np.array([by_mean * mean, by_worth * worth])

    grid = [np.array([np.log(pooled), place]) for place in np.linspace(np.log(least), np.log(MOST_WORTH), 25)]
    start = min(grid, key=lambda place: minus(place)[0])
    bounds = [(None, np.log(most)), (np.log(least), np.log(MOST_WORTH))]
    found = minimize(minus, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9})
    mean, worth = np.exp(found.x)
    gained = -float(found.fun) - alike > LEAST_GAIN
    return Prior(float(mean), float(worth)) if gained and worth < MOST_WORTH * 0.99 else None
