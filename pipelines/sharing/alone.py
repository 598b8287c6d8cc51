"""Shared figures that are no sums (a median, a Kaplan–Meier share): one value a year, rounded, without its counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines import exact
from pipelines.disclosure import enough_schools
from pipelines.figures import Figure, Question
from pipelines.protection.primary import is_small
from pipelines.protection.rounding import round_half_up
from pipelines.scope import Scope
from pipelines.sharing.linking import Linked
from pipelines.sharing.parts import YEAR
from pipelines.sharing.releases import SharedFigure
from pipelines.sharing.telling import PLAIN
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, start_year
from schemas.family import Family, Level
from schemas.measurement import Kind, Measure

ALL = "all"  # all that was sent until a release, not one year's


def alone_figures(
    cursor: Cursor, linked: Linked, earlier: list[SharedFigure], moment: datetime, *, least: int
) -> list[SharedFigure]:
    """The year's values by themselves, once all its terms are released; what was released before stays.

    A Kaplan–Meier share is also given over all that was sent until then (period `all`).
    """
    kept = {(one.table_id, one.period): one for one in earlier if one.table_id in linked.family.alone}
    found = []
    for name, measure in linked.family.alone.items():
        if len(linked.terms) == len(Term) and _is_complete(measure, linked.told.year, moment):
            found.append(kept.get((name, YEAR)) or _figure(cursor, linked, measure, moment, period=YEAR, least=least))
        if measure.kind is Kind.REPEAT:
            found.append(kept.get((name, ALL)) or _figure(cursor, linked, measure, moment, period=ALL, least=least))
    return found


def alone_due(figures: list[SharedFigure], family: Family, year: str, moment: datetime) -> bool:
    """Whether a year's value can be given by now that its release, which has all terms, does not hold yet."""
    held = {one.table_id for one in figures if one.period == YEAR}
    return any(
        name not in held and _is_complete(measure, year, moment) for name, measure in family.alone.items()
    )  # fmt: skip


def _is_complete(measure: Measure, year: str, moment: datetime) -> bool:
    """Whether every child of the year could be followed for long enough: until the end of the next year."""
    return measure.kind is not Kind.REPEAT or moment >= datetime(start_year(year) + 2, 9, 1)  # noqa: DTZ001


def _figure(
    cursor: Cursor, linked: Linked, measure: Measure, moment: datetime, *, period: str, least: int
) -> SharedFigure:
    la_code, year = linked.told.la_code, linked.told.year if period == YEAR else None
    asked = Question(measure.id, year=year, rule_set=linked.family.rule_set)
    scope = Scope.parse(f"la:{la_code}")
    whole = exact.answer(cursor, scope, asked, moment, 0).rows[0]
    answered = exact.answer(cursor, scope, replace(asked, by=("school",)), moment, 0).rows
    parts = [part for part in answered if part.coverage.returned]
    shown = whole.value is not None and _can_stand(measure, whole, parts, least=least)
    return SharedFigure(
        table_id=measure.id, value=PLAIN, level=str(Level.AUTHORITY), code=la_code, name=la_code, period=period,
        shown=shown, figure=rounded(measure, whole.value) if shown and whole.value is not None else None,
        count=None, denominator=None, returned=whole.coverage.returned, expected=whole.coverage.expected,
    )  # fmt: skip


def rounded(measure: Measure, value: float) -> float:
    """Whole days, whole per cents, half up: too coarse to work back a count."""
    return float(round_half_up(value, places=0 if measure.kind is Kind.DAYS else 2))


def _can_stand(measure: Measure, whole: Figure, parts: list[Figure], *, least: int) -> bool:
    """Not small as it stands, nor without any one school's part; enough schools, none of them most."""
    if whole.value is None or not whole.count:
        return False
    pairs = [(part.count or 0, part.denominator or 0) for part in (whole, *parts)]
    if measure.kind is Kind.DAYS:  # of the dated ones; how many have no date says how things were recorded
        pairs = [(count, count) for count, _ in pairs]
    (count, of), *pairs = pairs
    if is_small(count, of, least=least):
        return False
    small = any(is_small(count - own, of - own_of, least=least) for own, own_of in pairs)
    return not small and enough_schools([own for own, _ in pairs]) and enough_schools([own for _, own in pairs])
