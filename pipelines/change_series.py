"""Figures of several schools and terms added up, and the trend that a change interrupts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.change_windows import Window
from pipelines.estimates import Counted, figure
from pipelines.figures import Coverage, Figure, State
from pipelines.statistics.interrupted import Segmented, parts, segmented_counts, segmented_line
from schemas.measurement import Kind, Measure

EMPTY = (State.NOT_SUBMITTED, State.NIL_RETURN)
MONTHS, AUGUST = 12, 8
ADDED = ("count", "denominator", "not_known", "not_applicable")


@dataclass(frozen=True)
class Trend:
    """The segmented regression of a series of terms or months: points on either side, and what was fitted.

    `found` is None where there are too few points, or nothing on one side.
    """

    unit: str
    before: int
    after: int
    found: Segmented | None


def added(asked: Measure, rows: Sequence[Figure], by: Mapping[str, str] | None = None) -> Figure:
    """One figure of several schools and terms; a rate's denominator is pupils times terms.

    What was not submitted adds nothing, and a rate leaves out a school whose pupils are not known.
    """
    coverage = Coverage(*(sum(getattr(row.coverage, name) for row in rows) for name in ("returned", "expected", "nil")))
    used = [row for row in rows if row.state not in EMPTY]
    rated = asked.kind is Kind.RATE
    if rated:
        used = [row for row in used if row.denominator]
    row = {name: sum(getattr(one, name) or 0 for one in used) for name in ADDED}
    pupils = sum(one.denominator or 0 for one in rows) if rated else 0
    return figure(asked, Counted(by or {}, row if used else None, coverage, {"pupils": float(pupils)}))


def over_terms(asked: Measure, rows: Sequence[Figure], around: Window) -> tuple[Figure, ...]:
    """One figure a term, every whole term in order."""
    found = []
    for year, term in around.all_terms:
        own = [row for row in rows if (row.by["year"], row.by["term"]) == (year, term)]
        found.append(added(asked, own, {"year": year, "term": term}))
    return tuple(found)


def trend_of_terms(asked: Measure, terms: Sequence[Figure], around: Window) -> Trend:
    """Segmented regression over every whole term; the one the change fell in is left out."""
    used = [
        (place, row) for place, row in enumerate(terms, start=1) if (row.by["year"], row.by["term"]) != around.left_out
    ]
    return _trend(asked, used, first_after=around.change_at + 1, unit="terms")


def trend_of_months(asked: Measure, rows: Sequence[Figure], from_day: date) -> Trend:
    """The same over months, without the one in which the change fell, and without August, when schools are closed."""
    by_month: dict[str, list[Figure]] = defaultdict(list)
    for row in rows:
        by_month[row.by["month"]].append(row)
    changed = _place(f"{from_day:%Y-%m}")
    used = [
        (_place(month), added(asked, own, {"month": month}))
        for month, own in sorted(by_month.items())
        if _place(month) % MONTHS != AUGUST and (_place(month) != changed or from_day.day == 1)
    ]
    return _trend(asked, used, first_after=changed + (from_day.day > 1), unit="months")


def _place(month: str) -> int:
    """The months from the year 0 to a month like 2024-09."""
    year, number = month.split("-")
    return int(year) * MONTHS + int(number)


def _trend(asked: Measure, points: Sequence[tuple[int, Figure]], *, first_after: int, unit: str) -> Trend:
    used = [(place, row) for place, row in points if row.denominator]
    before = sum(place < first_after for place, _ in used)
    after = len(used) - before
    if parts(before, after) is None:
        return Trend(unit, before, after, None)
    places = np.array([place for place, _ in used]) - used[0][0] + 1
    first = first_after - used[0][0] + 1
    counts = np.array([row.count or 0 for _, row in used], dtype=float)
    of = np.array([row.denominator for _, row in used], dtype=float)
    if asked.kind is Kind.RATE:
        return Trend(unit, before, after, segmented_counts(places, counts, of, first_after=first))
    return Trend(unit, before, after, segmented_line(places, counts / of, weights=of, first_after=first))
