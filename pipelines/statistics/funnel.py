"""Schools compared with a target: who is higher or lower than chance alone would make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, norm, poisson

from pipelines.statistics.dispersion import Dispersion, of_rates, of_shares
from pipelines.statistics.exact_tails import TAIL_95, TAIL_998, beyond, chance_outside, tails, two_sided
from pipelines.statistics.funnel_limits import FunnelCurve, drawn_counts, drawn_shares
from pipelines.statistics.per_school import Numbers, PerSchool, per_school


class Position(StrEnum):
    """Where a school lies beside the target; never good or bad."""

    HIGHER_998 = "higher (99.8 %)"
    HIGHER_95 = "higher (95 %)"
    SIMILAR = "similar"
    LOWER_95 = "lower (95 %)"
    LOWER_998 = "lower (99.8 %)"
    NOTHING = "nothing to compare"


STEPS = {
    2: Position.HIGHER_998,
    1: Position.HIGHER_95,
    0: Position.SIMILAR,
    -1: Position.LOWER_95,
    -2: Position.LOWER_998,
}


@dataclass(frozen=True, slots=True)
class Outside:
    """How many schools would be flagged by chance alone at each limit; those beyond 99.8 % are beyond 95 % too."""

    at_95: float
    at_998: float


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """One entry for each school, in the order given; `target` and `value` are shares 0–1 or rates `per` so many pupils.

    `position` is by the exact tails; `adjusted_position` allows for over-dispersion where `adjusted` says that
    this applies, and else is the same. `two_sided_p` is twice the smaller exact mid-p. nan: nothing to compare.
    """

    per: int | None
    target: float
    value: Numbers
    lower_tail: Numbers
    upper_tail: Numbers
    two_sided_p: Numbers
    position: tuple[Position, ...]
    phi: float
    tau2: float
    adjusted: bool
    adjusted_position: tuple[Position, ...]
    expected_outside: Outside


def shares(counts: ArrayLike, of: ArrayLike, *, target: float | None = None) -> Funnel:
    """Shares against a target from 0 to 1, by binomial tails; the pooled share unless a target is given.

    Source: Spiegelhalter 2005. ValueError for counts that are not part of their denominators.
    """
    schools = per_school(counts, of, share=True)
    centre = schools.pooled() if target is None else target
    number, whole = schools.compared
    return _funnel(schools, binom(whole, centre), of_shares(number, whole, centre), target=centre, per=None)


def rates(counts: ArrayLike, pupils: ArrayLike, *, target: float | None = None, per: int = 1000) -> Funnel:
    """Rates against a target per so many pupils, by Poisson tails; the pooled rate unless a target is given."""
    schools = per_school(counts, pupils, share=False)
    centre = schools.pooled() * per if target is None else target
    number, whole = schools.compared
    expected = whole * centre / per
    return _funnel(schools, poisson(expected), of_rates(number, expected), target=centre, per=per)


def curve(funnel: Funnel, denominators: ArrayLike) -> FunnelCurve:
    """The lines to draw at denominators above nought (else ValueError); flags come from exact tails, not from these."""
    of = np.asarray(denominators, dtype=float)
    if not (of > 0).all():
        raise ValueError("A funnel is drawn at denominators above nought.")
    lines = [line for level in (0.95, 0.998) for line in _drawn(funnel, of, level)]
    return FunnelCurve(of, funnel.target, *lines)


def _drawn(funnel: Funnel, of: Numbers, level: float) -> tuple[Numbers, Numbers]:
    if funnel.per is None:
        return drawn_shares(funnel.target, of, level=level)
    lower, upper = drawn_counts(of * funnel.target / funnel.per, level=level)
    return lower / of * funnel.per, upper / of * funnel.per


def _funnel(schools: PerSchool, chance: Any, spread: Dispersion, *, target: float, per: int | None) -> Funnel:
    counts, of = schools.compared
    lower, upper = tails(counts, chance)
    steps = _steps(lower, upper)
    nearer = np.sign(steps) * np.minimum(abs(steps), _widened(spread.z_allowed, steps)) if spread.applies else steps
    return Funnel(
        per=per, target=target, value=schools.spread(counts / of * (per or 1)),
        lower_tail=schools.spread(lower), upper_tail=schools.spread(upper),
        two_sided_p=schools.spread(two_sided(counts, chance)), position=_positions(schools, steps),
        phi=spread.phi, tau2=spread.tau2, adjusted=spread.applies, adjusted_position=_positions(schools, nearer),
        expected_outside=Outside(*(fsum(chance_outside(chance, limit)) for limit in (TAIL_95, TAIL_998))),
    )  # fmt: skip


def _steps(lower: Numbers, upper: Numbers) -> Numbers:
    flags = [beyond(tail, limit).astype(float) for tail in (upper, lower) for limit in (TAIL_95, TAIL_998)]
    return np.asarray(flags[0] + flags[1] - flags[2] - flags[3])


def _widened(z: Numbers, steps: Numbers) -> Numbers:
    """How many limits a departure is beyond, on the side of its exact flag, with the variance between schools."""
    side = z * np.sign(steps)
    return np.asarray(np.add(side > norm.isf(TAIL_95), side > norm.isf(TAIL_998), dtype=float))


def _positions(schools: PerSchool, steps: Numbers) -> tuple[Position, ...]:
    found = schools.spread(steps)
    return tuple(Position.NOTHING if np.isnan(step) else STEPS[int(step)] for step in found)
