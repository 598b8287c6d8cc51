"""What someone outside is told: rows of the releases, and sums of them that anyone could make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from pipelines.estimates import Counted, figure
from pipelines.figures import Coverage, Figure, FigureTable, Question, State
from pipelines.scope import Scope, ScopeKind
from pipelines.sharing.alone import ALL
from pipelines.sharing.parts import YEAR
from pipelines.sharing.releases import Release, SharedFigure, figures_of, latest_releases
from pipelines.sharing.telling import PLAIN
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.family import Family, Level, family
from schemas.measurement import Measure, measure

IN_TIME = ("term", "year")
COUNTED_IN = {"incidents_per_1000": "incidents"}  # the same count, over the pupils on roll
Shared = dict[tuple[str, str, str], SharedFigure]  # (year, period, value of the breakdown) → figure


def shared_answer(cursor: Cursor, scope: Scope, question: Question, *, la_code: str, moment: datetime) -> FigureTable:
    """The answer to a question about another organisation, from the latest releases of its authority.

    Raises RefusedError for what the shared family does not hold.
    """
    about = question.about or scope
    table_id, asked = _table(question, family()), measure(question.measure)
    level, code = _place(about, question, la_code)
    releases = latest_releases(cursor, la_code)
    shared = _shared(cursor, releases, table_id, level, code)
    rows = [_row(asked, question, shared, periods, by) for periods, by in _wanted(question, releases, shared)]
    latest = max(releases.values(), key=lambda one: one.release_id, default=None)
    return FigureTable(
        question=question, scope=scope, rule_set=family().rule_set if asked.uses_rule_set else None,
        as_at=latest.released_at if latest else moment,
        data_version=latest.data_version if latest else 0,
        coverage=_coverage(row.coverage for row in rows), rows=tuple(rows), protected=True,
    )  # fmt: skip


def _table(question: Question, shared: Family) -> str:
    judged = measure(question.measure).uses_rule_set
    if judged and question.rule_set not in (None, shared.rule_set):
        raise RefusedError("Figures of other organisations are judged by one rule set only, the current guidance.")
    if question.measure in shared.alone and set(question.by) <= set(IN_TIME):
        return question.measure
    breakdowns = [name for name in question.by if name not in IN_TIME]
    name = COUNTED_IN.get(question.measure, question.measure) if not breakdowns else question.measure
    table = shared.table(name, breakdowns[0] if breakdowns else None) if len(breakdowns) <= 1 else None
    if table is None or question.school or question.as_at:
        raise RefusedError("This figure is not shared between organisations. “About the figures” lists those that are.")
    return table.id


def _place(about: Scope, question: Question, la_code: str) -> tuple[str, str]:
    if about.kind is ScopeKind.TRUST:
        if question.phase:
            raise RefusedError("Of a trust's schools in an authority the phases are not shared one by one.")
        return Level.TRUST, about.code
    return (Level.PHASE, question.phase) if question.phase else (Level.AUTHORITY, la_code)


def _shared(cursor: Cursor, releases: dict[str, Release], table_id: str, level: str, code: str) -> Shared:
    return {
        (year, one.period, one.value): one
        for year, release in releases.items()
        for one in figures_of(cursor, release)
        if (one.table_id, one.level, one.code) == (table_id, level, code)
    }


def _wanted(
    question: Question, releases: dict[str, Release], shared: Shared
) -> Iterable[tuple[Sequence[tuple[str, str, str]], dict[str, str]]]:
    """Each row's periods to add up, with its breakdowns."""
    years = [year for year in releases if question.year in (None, year)]
    values = list(dict.fromkeys(value for _, _, value in shared)) or [PLAIN]
    for value in values:
        breakdown = next((name for name in question.by if name not in IN_TIME), None)
        by = {breakdown: value} if breakdown else {}
        if "term" in question.by:
            terms = [term for term in Term if question.term in (None, term)]
            yield from (
                ([(year, str(term), value)], {"year": year, "term": str(term), **by})
                for year in years for term in terms if term in releases[year].terms
            )  # fmt: skip
            continue
        periods = [(year, question.term or YEAR, value) for year in years]
        if not (question.by or question.year or question.term) and shared.keys() & {(one, ALL, value) for one in years}:
            periods = [(max(year for year, period, _ in shared if period == ALL), ALL, value)]
        if "year" in question.by:
            yield from (([one], {"year": one[0], **by}) for one in periods)
        else:
            yield periods, by


def _row(
    asked: Measure, question: Question, shared: Shared, periods: Sequence[tuple[str, str, str]], by: dict[str, str]
) -> Figure:
    found = [shared.get(period) for period in periods]
    there = [one for one in found if one is not None]
    covered = Coverage(sum(one.returned for one in there), sum(one.expected for one in there))
    if not there or len(there) < len(found):
        return _none(by, covered, State.NOT_SHARED)
    if covered.returned == 0:
        return _none(by, covered, State.NOT_SUBMITTED)
    if not all(one.shown for one in there):
        return _none(by, covered, State.WITHHELD)
    if asked.id in family().alone:
        return _alone(there, by, covered)
    return _summed(asked, there, by, covered)


def _summed(asked: Measure, there: list[SharedFigure], by: dict[str, str], covered: Coverage) -> Figure:
    over = [one.denominator for one in there]
    if asked.id in COUNTED_IN and None in over:
        return _none(by, covered, State.NOT_APPLICABLE)
    count, of = sum(one.count or 0 for one in there), sum(number or 0 for number in over)
    counted = Counted(by, {"count": count, "denominator": of}, covered, {"pupils": float(of)})
    return replace(figure(asked, counted), not_known=None, not_applicable=None)


def _alone(there: list[SharedFigure], by: dict[str, str], covered: Coverage) -> Figure:
    """A value that stands by itself: of several years it is no sum."""
    if len(there) > 1:
        return _none(by, covered, State.NOT_SHARED)
    return Figure(by, there[0].figure, None, None, None, None, State.VALUE, covered)


def _none(by: dict[str, str], covered: Coverage, state: State) -> Figure:
    return Figure(by, None, None, None, None, None, state, covered)


def _coverage(rows: Iterable[Coverage]) -> Coverage:
    found = list(rows)
    return Coverage(sum(one.returned for one in found), sum(one.expected for one in found))
