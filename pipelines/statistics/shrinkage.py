"""Empirical Bayes: each school's own figure drawn towards all schools' by as much as it is uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, gamma

from pipelines.statistics import priors
from pipelines.statistics.per_school import Numbers, PerSchool, per_school
from pipelines.statistics.priors import Prior

TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """For each school its shrunken value, the weight on its own data (0–1) and 95 % interval; nan: nothing to compare.

    `centre` is what schools are drawn towards: the mean of `prior`, whose worth is in incidents (shares) or events
    (rates). Where nothing says that schools differ (`differs` false) there is no prior and no interval, and every
    value is the pooled one. Intervals leave out the uncertainty of the prior.
    """

    value: Numbers
    weight: Numbers
    lower: Numbers
    upper: Numbers
    centre: float
    prior: Prior | None
    differs: bool


def shares(counts: ArrayLike, of: ArrayLike) -> Shrunken:
    """Shares, 0 to 1, drawn towards a beta prior fitted to the schools themselves (beta-binomial)."""
    schools = per_school(counts, of, share=True)
    number, whole = schools.compared
    prior = priors.of_shares(number, whole)
    if prior is None:
        return _all_alike(schools, per=1)
    yes, no = prior.mean * prior.worth, (1 - prior.mean) * prior.worth
    after = beta(yes + number, no + whole - number)
    return _drawn(schools, prior, after, weight=whole / (prior.worth + whole), per=1)


def rates(counts: ArrayLike, pupils: ArrayLike, *, per: int = 1000) -> Shrunken:
    """Rates per so many pupils drawn towards a gamma prior fitted to the schools themselves (gamma-Poisson)."""
    schools = per_school(counts, pupils, share=False)
    number, whole = schools.compared
    prior = priors.of_rates(number, whole)
    if prior is None:
        return _all_alike(schools, per=per)
    pupils_worth = prior.worth / prior.mean
    after = gamma(prior.worth + number, scale=1 / (pupils_worth + whole))
    return _drawn(schools, prior, after, weight=whole / (pupils_worth + whole), per=per)


def _drawn(schools: PerSchool, prior: Prior, after: Any, *, weight: Numbers, per: int) -> Shrunken:
    value, lower, upper = (
        schools.spread(numbers * per) for numbers in (after.mean(), *(after.ppf(tail) for tail in TAILS))
    )
    scaled = Prior(prior.mean * per, prior.worth)
    return Shrunken(value, schools.spread(weight), lower, upper, scaled.mean, scaled, differs=True)


def _all_alike(schools: PerSchool, *, per: int) -> Shrunken:
    pooled = schools.pooled() * per
    none = np.full(len(schools.counts), np.nan)
    same = np.where(schools.known, pooled, np.nan)
    return Shrunken(same, np.where(schools.known, 0.0, np.nan), none, none, pooled, None, differs=False)
