"""What two figures say about change, in words that never claim more than their intervals allow; no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from app import wording
from pipelines.reporting import Figure, FigureTable
from schemas.calendar import has_ended, label
from schemas.measurement import Measure

HIGHER, LOWER, UNCLEAR = "clearly higher", "clearly lower", "no clear change"
CANNOT = "cannot be compared"


def compare(now: Figure, before: Figure) -> str:
    """Whether a figure is clearly higher or lower than another: only when their intervals do not overlap."""
    if None in (now.lower95, now.upper95, before.lower95, before.upper95):
        return CANNOT
    if now.lower95 > before.upper95:  # type: ignore[operator]
        return HIGHER
    return LOWER if now.upper95 < before.lower95 else UNCLEAR  # type: ignore[operator]


def summary(now: str, before: str, said: Sequence[str]) -> str:
    """One line on how many of several figures changed."""
    clear = [one for one in said if one in (HIGHER, LOWER)]
    if not clear:
        return f"No clear change from {before} to {now}"
    return f"{len(clear)} of {len(said)} figures changed clearly from {before} to {now}"


def over_terms(measure: Measure, table: FigureTable) -> str:
    """A finding about a series: the figures of its first and last ended terms, and whether they differ clearly."""
    shown = [row for row in table.rows if _can_be_compared(row, table)]
    name = wording.opening(measure.short_title)
    if len(shown) < 2:
        return f"{name}: not enough returns to say whether it changed"
    first, last = shown[0], shown[-1]
    said = compare(last, first)
    ending = "" if said == CANNOT else f": {said}"
    values = [f"{wording.short(measure, row)} in {_when(row)}" for row in (first, last)]
    return f"{name}: {', '.join(values)}{ending}"


def of_parts(measure: Measure, table: FigureTable, *, by: str, words: str) -> str:
    """A finding about several series: how many of them changed clearly from their first figure to their last."""
    groups: dict[str, list[Figure]] = {}
    for row in table.rows:
        if _can_be_compared(row, table):
            groups.setdefault(row.by[by], []).append(row)
    said = [compare(rows[-1], rows[0]) for rows in groups.values()]
    clear = len([one for one in said if one in (HIGHER, LOWER)])
    return f"{wording.opening(measure.short_title)} by {words}: {clear or 'none'} of {len(said)} changed clearly"


def between(measure: Measure, table: FigureTable, *, by: str, heading: str) -> str:
    """A finding about figures side by side: whether any two intervals lie apart, or that there are too few to say."""
    shown = [row for row in table.rows if row.lower95 is not None and row.state not in wording.NO_NUMBER]
    if len(shown) < 2:
        return f"{heading}: too few to say whether there is a difference"
    apart = any(compare(one, other) in (HIGHER, LOWER) for one in shown for other in shown)
    return f"{heading}: {'some figures differ clearly' if apart else 'no clear difference'}"


def _can_be_compared(row: Figure, table: FigureTable) -> bool:
    """A figure of a term that has ended: the few returns that come before tell of few schools."""
    ended = "term" not in row.by or has_ended(row.by["year"], row.by["term"], on=table.as_at.date())
    return ended and row.value is not None and row.state not in wording.NO_NUMBER


def _when(row: Figure) -> str:
    return wording.when(row.by) if "month" in row.by else f"{row.by['term']} {label(row.by['year'])}"
