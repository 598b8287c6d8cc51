"""The schools where a change applied, or where it did not: what changed between two windows, and what that says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.change_series import Trend, added, over_terms, trend_of_months, trend_of_terms
from pipelines.change_windows import Window
from pipelines.figures import Figure, State
from pipelines.statistics import comparison, power
from pipelines.statistics.comparison import RateRatio, newcombe, rate_ratio, ratio_of_ratios
from pipelines.statistics.interrupted import LEAST_FOR_SLOPE
from pipelines.statistics.intervals import Estimate
from schemas.measurement import Kind, Measure

LEAST_CASES = 10


class Finding(StrEnum):
    """What an interval says of a change; `TOO_FEW` where there are too few cases for it to say anything."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "no clear change"
    TOO_FEW = "too few to say"
    NOTHING = "nothing to compare"


@dataclass(frozen=True, slots=True)
class Seen:
    """The least change that so many cases would usually show: a rise and a fall, None where there is no room for it.

    For shares they are differences (0–1, both positive); for rates, ratios above and below 1.
    """

    rise: float | None
    fall: float | None


@dataclass(frozen=True)
class Arm:
    """The schools where a change applied, or where it did not: both windows, what changed between, and the terms.

    Rates are per 1,000 pupils a term. `change` is a difference of shares (Estimate) or a ratio of rates (RateRatio).
    `left_out` counts the schools that did not return on both sides. `dispersion` is how much more a rate varies from
    term to term than chance makes it (1 is chance); above 1 a change must stand clear of that too.
    """

    schools: tuple[str, ...]
    left_out: int
    before: Figure
    after: Figure
    change: Estimate | RateRatio | None
    finding: Finding
    terms: tuple[Figure, ...]
    trend: Trend
    seen: Seen | None
    dispersion: float | None = None


def arm(asked: Measure, rows: Sequence[Figure], months: Sequence[Figure], around: Window) -> Arm:
    """The figures of some schools, added up: `rows` by school and term, `months` by school and month."""
    before = [row for row in rows if around.is_before(row)]
    after = [row for row in rows if around.is_after(row)]
    both = _returned(before) & _returned(after)
    first = added(asked, _of(both, before))
    then = added(asked, _of(both, after))
    found = _change(asked, first, then)
    terms = over_terms(asked, _of(both, rows), around)
    spread = _dispersion(asked, terms, around)
    return Arm(
        schools=tuple(sorted(both)),
        left_out=len({row.by["school"] for row in (*before, *after)} - both),
        before=first,
        after=then,
        change=found,
        finding=_finding(asked, found, first, then, spread),
        terms=terms,
        trend=_trend(asked, terms, _of(both, months), around),
        seen=_seen(asked, first, then),
        dispersion=spread,
    )


def _of(schools: frozenset[str], rows: Sequence[Figure]) -> list[Figure]:
    return [row for row in rows if row.by["school"] in schools]


def _trend(asked: Measure, terms: Sequence[Figure], months: Sequence[Figure], around: Window) -> Trend:
    """Over terms where these are enough for a trend after the change, otherwise over months."""
    whole = trend_of_terms(asked, terms, around)
    if min(whole.before, whole.after) >= LEAST_FOR_SLOPE:
        return whole
    finer = trend_of_months(asked, months, around.from_day)
    return finer if finer.found is not None else whole


def _returned(rows: Sequence[Figure]) -> frozenset[str]:
    return frozenset(row.by["school"] for row in rows if row.state is not State.NOT_SUBMITTED)


def _change(asked: Measure, before: Figure, after: Figure) -> Estimate | RateRatio | None:
    counts = (after.count or 0, after.denominator or 0, before.count or 0, before.denominator or 0)
    return rate_ratio(*counts) if asked.kind is Kind.RATE else newcombe(*counts)


def _finding(
    asked: Measure, found: Estimate | RateRatio | None, before: Figure, after: Figure, spread: float | None
) -> Finding:
    if found is None:
        return Finding.NOTHING
    if _too_few(asked, before, after):
        return Finding.TOO_FEW
    said = _direction(asked, found)
    if isinstance(found, RateRatio) and found.value and spread is not None and spread > 1:
        return said if comparison.stands_clear(found.value, _variance(before, after, spread)) else Finding.UNCLEAR
    return said


def _variance(before: Figure, after: Figure, spread: float | None) -> float:
    """Of the logarithm of a ratio of rates that vary this much; never less than chance."""
    return max(spread or 1.0, 1.0) * (1 / (before.count or 1) + 1 / (after.count or 1))


def _dispersion(asked: Measure, terms: Sequence[Figure], around: Window) -> float | None:
    """How the terms of a rate vary around their level before and their level after."""
    if asked.kind is not Kind.RATE:
        return None
    sides = [
        [row for row in terms if inside(row) and row.denominator] for inside in (around.is_before, around.is_after)
    ]
    counts = [np.array([row.count for row in side], dtype=float) for side in sides]
    exposures = [np.array([row.denominator for row in side], dtype=float) for side in sides]
    return comparison.dispersion(counts, exposures)


def _too_few(asked: Measure, before: Figure, after: Figure) -> bool:
    """Ten cases on either side of a share, ten events in all of a rate, or nothing is said."""
    if asked.kind is Kind.RATE:
        return (before.count or 0) + (after.count or 0) < LEAST_CASES
    return min(before.denominator or 0, after.denominator or 0) < LEAST_CASES


def _direction(asked: Measure, found: Estimate | RateRatio) -> Finding:
    none = comparison.NO_CHANGE_OF_RATE if asked.kind is Kind.RATE else comparison.NO_CHANGE_OF_SHARE
    if found.lower > none:
        return Finding.HIGHER
    return Finding.LOWER if found.upper < none else Finding.UNCLEAR


def apart_from(applied: Arm, elsewhere: Arm | None) -> Estimate | None:
    """The change where it applied beside that elsewhere; None where either cannot be said."""
    if elsewhere is None:
        return None
    one, other = applied.change, elsewhere.change
    if isinstance(one, Estimate) and isinstance(other, Estimate):
        return comparison.difference(one, other)
    if isinstance(one, RateRatio) and isinstance(other, RateRatio):
        return ratio_of_ratios(one, other)
    return None


def apart_finding(asked: Measure, apart: Estimate | None, applied: Arm, elsewhere: Arm | None) -> Finding:
    """What that difference says; nothing where one of the two has too few cases."""
    if apart is None or elsewhere is None:
        return Finding.NOTHING
    if Finding.TOO_FEW in (applied.finding, elsewhere.finding):
        return Finding.TOO_FEW
    if asked.kind is Kind.RATE:
        variances = [_variance(one.before, one.after, one.dispersion) for one in (applied, elsewhere)]
        if not comparison.stands_clear(apart.value, *variances):
            return Finding.UNCLEAR
    return _direction(asked, apart)


def _seen(asked: Measure, before: Figure, after: Figure) -> Seen | None:
    of_before, of_after = before.denominator or 0, after.denominator or 0
    if not of_before or not of_after or before.value is None:
        return None
    if asked.kind is Kind.RATE:
        fall, rise = power.least_ratios(before.count or 0, exposure_ratio=of_after / of_before)
        return Seen(rise, fall)
    return Seen(
        power.least_rise(before.value, of_before, of_after),
        power.least_fall(before.value, of_before, of_after),
    )
