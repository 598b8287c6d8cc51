"""Control charts of shares (p, p′) and of rates (u, u′), whose limits follow each point's own denominator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, chi2, poisson

from pipelines.statistics.control import RUN, Control, Limits, Segment, Side, labels, parts
from pipelines.statistics.xmr import BEYOND_THREE, mean_range

RANGE_TO_SD = 1.128  # the mean moving range of a standard normal series (d2 of two)
PER = 1000.0
CLEARLY = 0.95
SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells shares from rates: the greatest value, a point's variance, and the exact chance of a count."""

    name: str
    top: float
    per: float
    variance: Callable[[float], float]
    at_most: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


_SHARE = _Kind("p", 1.0, 1.0, lambda mean: mean * (1 - mean), lambda x, n, mean: binom.cdf(x, n, mean))
_RATE = _Kind("u", np.inf, PER, lambda mean: mean, lambda x, n, mean: poisson.cdf(x, n * mean))


def p_chart(
    counts: Sequence[float], of: Sequence[float], *, starts: Sequence[int] = (), run: int = RUN, prime: bool = False,
    screen: bool = False,
) -> Control:  # fmt: skip
    """Shares 0–1 with 3-sigma limits, clipped to [0, 1]; Laney's p′ when `prime`, `screen` as for XmR.

    No denominator (0 or nan) is a missing point. All 0 or all 1: p limits equal the mean; p′ is not defined and
    has none, as for a single point. p′ may be narrower than p (sigma_z < 1), as Laney has it: `clearly_more` tells
    whether to use it. Source: Laney 2002; qicharts2 0.8.1.
    """
    return _chart(_SHARE, counts, of, starts=starts, run=run, prime=prime, screen=screen)


def u_chart(
    counts: Sequence[float], pupils: Sequence[float], *, starts: Sequence[int] = (), run: int = RUN,
    prime: bool = False, screen: bool = False,
) -> Control:  # fmt: skip
    """Rates per 1,000 pupils with 3-sigma limits, the lower one clipped at 0; Laney's u′ when `prime`.

    No pupils (0 or nan) is a missing point; no event at all: u limits equal 0, u′ has none. Source as `p_chart`.
    """
    thousands = [pupil / PER for pupil in pupils]
    return _chart(_RATE, counts, thousands, starts=starts, run=run, prime=prime, screen=screen)


def clearly_more(
    counts: Sequence[float], of: Sequence[float], *, starts: Sequence[int] = (), rates: bool = False
) -> bool:
    """Whether shares (or rates) vary clearly more than chance, so that p′ (or u′) is the chart to use.

    φ = Σz²/(points − segments) above the 95th percentile of χ²/df, and sigma_z of each segment above 1.
    """
    kind = _RATE if rates else _SHARE
    total, free, wider = 0.0, 0, True
    for part in parts(len(counts), starts):
        scores = _scores(kind, *_known(counts[part], of[part]))
        known = scores[~np.isnan(scores)]
        spread = _sigma_z(scores, screen=False)
        total, free = total + float((known**2).sum()), free + max(len(known) - 1, 0)
        wider = wider and spread is not None and spread > 1
    return wider and free > 0 and total > float(chi2.ppf(CLEARLY, free))


def _chart(
    kind: _Kind, counts: Sequence[float], of: Sequence[float], *, starts: Sequence[int], run: int, prime: bool,
    screen: bool,
) -> Control:  # fmt: skip
    limits: list[Limits | None] = []
    found, segments = [], []
    for part in parts(len(counts), starts):
        count, size = _known(counts[part], of[part])
        spread = _sigma_z(_scores(kind, count, size), screen=screen) if prime else 1.0
        each = _limits(kind, count, size, spread)
        limits += each
        found += labels(count / size, each, run=run, chances=_chances(kind, count, size))
        known = ~np.isnan(size)
        mean = float(count[known].sum() / size[known].sum()) if known.any() else None
        chance = _chance_outside(kind, size, each, prime=prime)
        segments.append(Segment(part.start, part.stop - 1, int(known.sum()), mean, chance))
    return Control(f"{kind.name}{'′' if prime else ''} chart", tuple(limits), tuple(found), tuple(segments))


def _known(counts: Sequence[float], of: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    count, size = np.array(counts, dtype=float), np.array(of, dtype=float)
    missing = np.isnan(count) | ~(size > 0)
    return np.where(missing, np.nan, count), np.where(missing, np.nan, size)


def _scores(kind: _Kind, count: np.ndarray, size: np.ndarray) -> np.ndarray:
    """How many standard deviations each point lies from the mean; nan where nothing varies."""
    if np.isnan(size).all():
        return size
    mean = np.nansum(count) / np.nansum(size)
    deviation = np.sqrt(kind.variance(mean) / size)
    deviation[deviation == 0] = np.nan
    found: np.ndarray = (count / size - mean) / deviation
    return found


def _sigma_z(scores: np.ndarray, *, screen: bool) -> float | None:
    ranges = np.abs(np.diff(scores))
    ranges = ranges[~np.isnan(ranges)]
    return mean_range(ranges, screen=screen) / RANGE_TO_SD if len(ranges) else None


def _limits(kind: _Kind, count: np.ndarray, size: np.ndarray, spread: float | None) -> list[Limits | None]:
    if spread is None or np.isnan(size).all():
        return [None] * len(size)
    mean = float(np.nansum(count) / np.nansum(size))
    sigmas = np.sqrt(kind.variance(mean) / size) * spread
    return [None if np.isnan(one) else _of_point(kind, mean, float(one)) for one in sigmas]


def _of_point(kind: _Kind, mean: float, sigma: float) -> Limits:
    low, high, near_low, near_high = (min(max(mean + steps * sigma, 0.0), kind.top) for steps in (-3.0, 3.0, -2.0, 2.0))
    return Limits(mean, low, high, near_low, near_high)


def _chances(kind: _Kind, count: np.ndarray, size: np.ndarray) -> dict[Side, np.ndarray]:
    """The exact chance of each point to lie above, and below, the mean; a point on it lies on neither side."""
    total = np.nansum(size)
    mean = np.full_like(size, np.nansum(count) / total if total else np.nan)
    below = kind.at_most(np.ceil(mean * size - SLACK) - 1, size, mean)
    return {Side.LOWER: below, Side.HIGHER: 1 - kind.at_most(np.floor(mean * size + SLACK), size, mean)}


def _chance_outside(kind: _Kind, size: np.ndarray, limits: Sequence[Limits | None], *, prime: bool) -> float:
    """How many points would lie outside by chance: exact tails for p and u, the normal ones for p′ and u′."""
    held = [(n, one) for n, one in zip(size, limits, strict=True) if one is not None and one.upper > one.lower]
    if prime or not held:
        return BEYOND_THREE * len(held)
    n = np.array([each for each, _ in held])
    mean, lower, upper = (np.array([getattr(one, name) for _, one in held]) for name in ("mean", "lower", "upper"))
    below = kind.at_most(np.ceil(lower * n - SLACK) - 1, n, mean)
    above = 1 - kind.at_most(np.floor(upper * n + SLACK), n, mean)
    return float((below + above).sum())
