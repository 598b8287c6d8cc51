"""Protect figures that include others' data. The one place for it.

Small enough for a governance officer to read whole. Today: primary suppression of small counts, of small
complements and of small denominators; at least three contributing schools, none of which contributes most;
and when a single cell of a table is withheld, the next smallest goes with it. Only totals and series over time
are given of others at all (`SHARED_BREAKDOWNS`). What is withheld takes everything computed from it along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.figures import Figure, State

SHARED_BREAKDOWNS = frozenset({"term", "year"})
LEAST_SCHOOLS = 3


def protect(
    rows: Sequence[Figure], contributions: Sequence[Mapping[str, int]], *, least: int
) -> tuple[Figure, ...]:
    """The rows as someone outside may see them.

    `contributions` has, for each row, the count of each contributing school (0 for a school with a nil
    return); `least` is the smallest count shown.
    """
    unsafe = [
        is_small(row, least=least) or not enough_schools(schools)
        for row, schools in zip(rows, contributions, strict=True)
    ]
    if sum(unsafe) == 1 and len(rows) > 1:
        rest = [place for place, hidden in enumerate(unsafe) if not hidden and rows[place].count is not None]
        if rest:
            unsafe[min(rest, key=lambda place: rows[place].count or 0)] = True
    return tuple(withhold(row) if hidden else _shown(row) for row, hidden in zip(rows, unsafe, strict=True))


def is_small(row: Figure, *, least: int) -> bool:
    """Whether a count, what it leaves of its denominator, or the denominator itself is small but not zero."""
    if row.count is None:
        return False
    of = row.denominator or 0
    return any(0 < number < least for number in (row.count, of - row.count, of))


def enough_schools(counts: Mapping[str, int]) -> bool:
    """At least three schools contribute, and none of them more than half."""
    if len(counts) < LEAST_SCHOOLS:
        return False
    total = sum(counts.values())
    return total == 0 or max(counts.values()) * 2 <= total


def withhold(row: Figure) -> Figure:
    """The row with nothing left that was computed from its count."""
    return replace(
        row, value=None, count=None, denominator=None, lower95=None, upper95=None, state=State.WITHHELD,
        not_known=None, not_applicable=None, p90=None, undated=None, at_risk=None,
    )  # fmt: skip


def _shown(row: Figure) -> Figure:
    """A shown row keeps its value; counts beside it that were not tested for smallness are left out."""
    return replace(row, not_known=None, not_applicable=None, undated=None, at_risk=None)
