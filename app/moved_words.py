"""What a return would move, in words: one's own headline figures, other terms, and what others are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from app import wording
from app.issues import counted
from pipelines.moving import BY_TERM, Move, Moved
from pipelines.reporting import Figure
from schemas.measurement import Kind, Measure, measures

TOO_MANY = (
    "So many rows arrive at once that what they move in your figures is not worked out beforehand. Their effect shows "
    "on every page as soon as they are kept."
)
ARROW = "→"


def sentence(moved: Moved) -> str:
    """Which headline figures move, each from what to what; or that none does."""
    every = (*moved.headlines, *moved.other_terms)
    parts = [f"{_called(one)} {change(one)}" for one in every if one.moves and _is_heard(one)]
    if not parts:
        only = " but their intervals" if any(one.moves for one in moved.headlines) else ""
        return f"It moves none of your headline figures{only}."
    return f"It moves {counted(len(parts), 'figure')}: {'; '.join(parts)}."


def _is_heard(one: Move) -> bool:
    """Whether the change shows in the words of the figure, and not in its interval or its tail only."""
    measure = measures()[one.measure]
    return short(measure, one.before) != short(measure, one.after)


def change(one: Move) -> str:
    """“9 of 14 → 9 of 13”."""
    return f"{short(measures()[one.measure], one.before)} {ARROW} {short(measures()[one.measure], one.after)}"


def short(measure: Measure, figure: Figure) -> str:
    """A figure as it is said in one breath: a share with its count, anything else by its value."""
    if not measure.is_share or measure.kind is Kind.REPEAT or figure.value is None or figure.count is None:
        return wording.short(measure, figure)
    return f"{wording.number(figure.count)} of {wording.number(figure.denominator or 0)}"


def _called(one: Move) -> str:
    measure = measures()[one.measure]
    if one.measure == BY_TERM.measure:
        return f"incidents of the {wording.period(one.year, one.term)}"
    return f"{measure.short_title}{'' if one.term else ' (all years)'}"


def as_table(moved: Moved) -> pd.DataFrame:
    """Each headline figure now and after, with its interval; and the other terms that move."""
    rows = [
        (wording.opening(_called(one)), _in_full(one.measure, one.before), _in_full(one.measure, one.after))
        for one in (*moved.headlines, *(other for other in moved.other_terms if _is_heard(other)))
    ]
    return pd.DataFrame(rows, columns=["Figure", "Now", "After you submit"])


def _in_full(name: str, figure: Figure) -> str:
    measure = measures()[name]
    between = wording.interval(measure, figure)
    value = wording.short(measure, figure)
    told = f"{short(measure, figure)}, {value}" if short(measure, figure) != value else value
    return f"{told} (95{wording.THIN}% interval {between})" if between else told


def shared(released: Mapping[str, datetime | None], *, year: str, term: str) -> str:
    """Which shared figures it would change: none of a term that was released, else those of the next release."""
    when = wording.period(year, term)
    days = sorted({moment for moment in released.values() if moment is not None})
    told = "Others see figures of your authority, never yours alone"
    if not days:
        return (
            f"{told}. Those of the {when} are not released yet: this return will be in them, protected, when they are."
        )
    said = " and ".join(wording.day(one.date()) for one in days)
    if None in released.values():
        return (
            f"{told}. In part of your authorities those of the {when} were released on {said} and are not changed by "
            "this return; in the others they are not released yet, and it will be in them."
        )
    return f"{told}. Those of the {when} were released on {said}; a release is for good, so this return changes none."
