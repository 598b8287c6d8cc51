"""Which control chart fits a measure, and the chart itself from figures over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from pipelines.figures import Figure
from pipelines.periods import first_day_of
from pipelines.statistics.attributes import clearly_more, p_chart, u_chart
from pipelines.statistics.control import Control, Limits
from pipelines.statistics.rare import days_between
from pipelines.statistics.xmr import xmr
from schemas.measurement import Kind, Measure

SHARES = (Kind.SHARE, Kind.CELLS, Kind.COVERAGE)  # counted of a denominator; the repeat share is estimated


def control(
    measure: Measure, figures: Sequence[Figure], values: Sequence[float | None], starts: Sequence[int]
) -> Control:
    """The chart of a measure: p or p′ of shares, u or u′ of rates, XmR of counts, days and estimated shares.

    p′ and u′ where points vary clearly more than chance (`clearly_more`). `values` are None where there is a gap.
    """
    if measure.kind in SHARES or measure.kind is Kind.RATE:
        return _by_denominator(figures, values, starts, rates=measure.kind is Kind.RATE)
    return _possible(xmr(values, starts=starts), top=1.0 if measure.is_share else None)


def _by_denominator(
    figures: Sequence[Figure], values: Sequence[float | None], starts: Sequence[int], *, rates: bool
) -> Control:
    known = [value is not None for value in values]
    counts = [float(one.count or 0) if shown else 0.0 for one, shown in zip(figures, known, strict=True)]
    of = [float(one.denominator or 0) if shown else 0.0 for one, shown in zip(figures, known, strict=True)]
    prime = clearly_more(counts, [n / 1000 for n in of] if rates else of, starts=starts, rates=rates)
    return (u_chart if rates else p_chart)(counts, of, starts=starts, prime=prime)


def _possible(chart: Control, *, top: float | None) -> Control:
    """Limits kept to what a value can be; labels stay, for no value lies beyond what is possible."""
    return replace(chart, limits=tuple(None if one is None else _kept(one, top) for one in chart.limits))


def _kept(limits: Limits, top: float | None) -> Limits:
    most = float("inf") if top is None else top
    return Limits(*(min(max(getattr(limits, name), 0.0), most) for name in Limits.__slots__))


def gaps(days: Sequence[date], figures: Sequence[Figure]) -> list[tuple[date, int | None]]:
    """The days from each incident to the next, with the day of the later one.

    None where a period (of `figures`, in order) without any return lies between.
    """
    edges = [*(first_day_of(one.by) for one in figures), date.max]
    stretches = zip(pairwise(edges), figures, strict=True)
    unseen = [(first, after) for (first, after), one in stretches if not one.coverage.returned]
    return list(zip(days[1:], days_between(days, unseen=unseen), strict=True))
