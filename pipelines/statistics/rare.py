"""Rare events: the days between them, and how many there have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from pipelines.statistics.control import RUN, Control, Limits, Segment
from pipelines.statistics.xmr import xmr

POWER = 1 / 3.6  # makes waiting times of a steady rate nearly normal
SAME_DAY = 0.5  # dates tell no more than the day; as 0 two events on one day would lie below any limit


def is_rare(counts: Sequence[int | None]) -> bool:
    """Whether events are so rare that most periods have none; periods that are not known (None) do not count."""
    known = [count for count in counts if count is not None]
    return sum(known) > 0 and sum(count == 0 for count in known) * 2 > len(known)


def days_between(days: Sequence[date], *, unseen: Sequence[tuple[date, date]] = ()) -> tuple[int | None, ...]:
    """The days from each event to the next, one fewer than events; `days` in order of time.

    None where some day between the two lies in a stretch (first, last) that nobody reported on.
    """
    return tuple(
        None if any(first <= after and last >= before for first, last in unseen) else (after - before).days
        for before, after in pairwise(days)
    )


def t_chart(gaps: Sequence[float | None], *, starts: Sequence[int] = (), run: int = RUN) -> Control:
    """A t chart of the days between events: an XmR chart of gap^(1/3.6), its mean and limits given back in days.

    None is a gap that is not known and breaks the line. A t chart and not a g chart: what is waited through is time
    (days), not a count of chances. Two events on one day stand half a day apart. Higher means that events have
    become rarer. The lower limit is at least 0.
    Source: Nelson 1994; NHS England, Making Data Count; qicharts2 0.8.1 (chart = "t").
    """
    chart = xmr([None if gap is None else max(float(gap), SAME_DAY) ** POWER for gap in gaps], starts=starts, run=run)
    limits = tuple(None if one is None else _in_days(one) for one in chart.limits)
    return replace(chart, method="t chart", limits=limits, segments=tuple(map(_segment, chart.segments)))


def cumulative(counts: Sequence[int | None]) -> tuple[int | None, ...]:
    """The running total of what was reported: None in a period that is not known, after which it goes on."""
    totals = np.cumsum([count or 0 for count in counts])
    return tuple(None if count is None else int(total) for count, total in zip(counts, totals, strict=True))


def _in_days(limits: Limits) -> Limits:
    return Limits(*(max(getattr(limits, name), 0.0) ** (1 / POWER) for name in Limits.__slots__))


def _segment(segment: Segment) -> Segment:
    return segment if segment.mean is None else replace(segment, mean=segment.mean ** (1 / POWER))
