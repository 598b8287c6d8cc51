"""Before and after, and that change beside another: differences of shares, ratios of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt

import numpy as np
from scipy.stats import beta, binomtest, norm

from pipelines.statistics.intervals import Estimate, wilson

NO_CHANGE_OF_SHARE = 0.0
NO_CHANGE_OF_RATE = 1.0


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The rate after divided by the rate before, with its exact limits and two-sided p value.

    `value` is None without any event before; `upper` is infinite then. The p value orders outcomes by their
    probability and the interval is central, so that they can disagree at the edge: show one of them.
    """

    value: float | None
    lower: float
    upper: float
    p_value: float


def newcombe(
    count_after: int, of_after: int, count_before: int, of_before: int, *, level: float = 0.95
) -> Estimate | None:
    """The share after minus the share before, -1 to 1, with its hybrid score interval; None where one is of nothing.

    Source: Newcombe 1998, Statistics in Medicine 17:873, method 10, from the Wilson limits of both shares.
    """
    after, before = wilson(count_after, of_after, level=level), wilson(count_before, of_before, level=level)
    return None if after is None or before is None else difference(after, before)


def difference(one: Estimate, other: Estimate) -> Estimate:
    """One value minus another that is independent of it, its limits put together from theirs (square and add).

    Of two Wilson shares this is Newcombe's method 10; of two differences it is the difference of differences.
    Source: Zou & Donner 2008, Statistics in Medicine 27:1693.
    """
    value = one.value - other.value
    return Estimate(
        value,
        value - sqrt((one.value - one.lower) ** 2 + (other.upper - other.value) ** 2),
        value + sqrt((one.upper - one.value) ** 2 + (other.value - other.lower) ** 2),
    )


def rate_ratio(
    count_after: int, exposure_after: float, count_before: int, exposure_before: float, *, level: float = 0.95
) -> RateRatio | None:
    """The rate after as a multiple of the rate before, exact; None where either has no exposure.

    Given how many events there were in all, those after are binomial: Clopper–Pearson limits of that share, turned
    into a ratio. Source: Przyborowski & Wilenski 1940; what R's `poisson.test` gives.
    """
    if exposure_after <= 0 or exposure_before <= 0:
        return None
    scale = exposure_before / exposure_after
    tail = (1 - level) / 2
    lower = float(beta.ppf(tail, count_after, count_before + 1)) if count_after else 0.0
    upper = float(beta.ppf(1 - tail, count_after + 1, count_before)) if count_before else 1.0
    return RateRatio(
        value=count_after / count_before * scale if count_before else None,
        lower=_odds(lower) * scale,
        upper=_odds(upper) * scale,
        p_value=_p_value(count_after, count_before, exposure_after / (exposure_after + exposure_before)),
    )


def ratio_of_ratios(one: RateRatio, other: RateRatio) -> Estimate | None:
    """One rate ratio divided by another that is independent of it; None where a limit is nought or infinite.

    The limits are put together on the logarithm (square and add). Source: Zou & Donner 2008.
    """
    logs = [_logarithm(ratio) for ratio in (one, other)]
    if logs[0] is None or logs[1] is None:
        return None
    apart = difference(logs[0], logs[1])
    return Estimate(exp(apart.value), exp(apart.lower), exp(apart.upper))


def dispersion(counts: Sequence[np.ndarray], exposures: Sequence[np.ndarray]) -> float | None:
    """How much events vary around the rate of their own group, as a multiple of Poisson's variance; None where unknown.

    `counts` and `exposures` hold one array a group. Source: Pearson's chi-squared over its degrees of freedom.
    """
    left = sum(len(group) - 1 for group in counts if len(group))
    if left < 1:
        return None
    expected = [of * group.sum() / of.sum() for group, of in zip(counts, exposures, strict=True) if len(group)]
    seen = [group for group in counts if len(group)]
    squares = [
        ((group - mean) ** 2 / mean).sum() for group, mean in zip(seen, expected, strict=True) if group.sum() > 0
    ]
    return float(sum(squares) / left)


def stands_clear(value: float, *variances: float, level: float = 0.95) -> bool:
    """Whether a ratio lies off 1 by more than the variances of its logarithm, added up, let it by chance."""
    z = float(norm.ppf(1 - (1 - level) / 2))
    return abs(log(value)) > z * sqrt(sum(variances))


def _odds(share: float) -> float:
    return inf if share >= 1 else share / (1 - share)


def _p_value(count_after: int, count_before: int, expected_share: float) -> float:
    events = count_after + count_before
    return float(binomtest(count_after, events, expected_share).pvalue) if events else 1.0


def _logarithm(ratio: RateRatio) -> Estimate | None:
    numbers = (ratio.value, ratio.lower, ratio.upper)
    if any(number is None or number <= 0 or not isfinite(number) for number in numbers):
        return None
    value, lower, upper = (log(number) for number in numbers if number is not None)
    return Estimate(value, lower, upper)
