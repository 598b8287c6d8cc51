"""The door to control charts: (scope, question, terms or months) → points, limits, labels and what may be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipelines.control_methods import control, gaps
from pipelines.control_points import ControlChart, ControlPoint
from pipelines.figures import Figure, FigureTable, Question
from pipelines.periods import Grain, is_holiday, is_over
from pipelines.rebasing import Rebase, rebase, rebases, withdraw_rebase
from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.statistics.control import LEAST_POINTS, Control, Label, Limits, Rule, Segment, Side
from pipelines.statistics.rare import cumulative, is_rare, t_chart
from schemas.errors import ForbiddenError, QuestionError
from schemas.measurement import Kind, Measure, measure

__all__ = [
    "LEAST_POINTS", "ControlChart", "ControlPoint", "Grain", "Label", "Limits", "Rebase", "Rule", "Segment", "Side",
    "chart_of", "control_chart", "rebase", "rebases", "withdraw_rebase",
]  # fmt: skip

COUNTED = (Kind.COUNT, Kind.RATE)  # kinds that depend on how many school days a month has
DATED = frozenset({"incidents", "incidents_per_1000"})  # of these the days are known on which staff were told
LEAST_DATED = 5  # a median of fewer swings too widely to set or meet limits
IN_HOLIDAYS = "school holiday"
STILL_RUNS = "its term is not over"
FEW_CASES = f"fewer than {LEAST_DATED} dated"


def control_chart(
    reporting: Reporting, scope: Scope, question: Question, *, grain: Grain = Grain.TERM, kept: Sequence[Rebase] = ()
) -> ControlChart:
    """The chart of a question over terms or months, exact, of one's own schools; `kept` are its rebases.

    Where incidents are so rare that most periods have none, the days between them, if 13 such gaps are known.
    RefusedError for another organisation's figures, QuestionError for returns by month.
    """
    if question.about not in (None, scope):
        raise ForbiddenError("Control charts are drawn of your own organisation only.")
    asked = measure(question.measure)
    if asked.kind is Kind.COVERAGE and grain is Grain.MONTH:
        raise QuestionError("Returns are sent once a term, so months say nothing more: choose terms.")
    table = reporting.figures(scope, replace(question, by=(str(grain),)))
    chart = chart_of(asked, table, grain=grain, kept=kept)
    if asked.id not in DATED or not _rare(asked, chart):
        return chart
    between = gaps(reporting.days_told(scope, question), table.rows)
    if sum(gap is not None for _, gap in between) < LEAST_POINTS:
        return chart
    apart = [ControlPoint({"day": day.isoformat()}, gap, None) for day, gap in between]
    return _drawn(ControlChart(table, grain, tuple(apart)), asked, kept, days=True)


def chart_of(asked: Measure, table: FigureTable, *, grain: Grain, kept: Sequence[Rebase] = ()) -> ControlChart:
    """The chart of figures over time: limits, labels and segments from 13 points on, else the reason why not.

    A period without a number is a gap; a month in the summer holiday is shown and, of counts and rates, not judged,
    nor is a median of fewer than 5. Where most periods have none there are no limits: they would say nothing.
    """
    chart = ControlChart(table, grain, _points(asked, table))
    found = sum(point.value is not None for point in chart.points if point.judged)
    if found < LEAST_POINTS:
        return replace(chart, reason=_too_few(found, grain))
    if _rare(asked, chart):
        return replace(chart, reason=f"most {grain}s have none, too few for limits")
    return _drawn(chart, asked, kept)


def _points(asked: Measure, table: FigureTable) -> tuple[ControlPoint, ...]:
    today = table.as_at.date()
    points = [
        ControlPoint(
            one.by, one.value if one.coverage.returned else None, one, left_out=_left_out(asked, one, today)
        )
        for one in table.rows
    ]  # fmt: skip
    totals = cumulative([_count(point) for point in points])
    return tuple(replace(point, so_far=total) for point, total in zip(points, totals, strict=True))


def _left_out(asked: Measure, figure: Figure, today: date) -> str:
    if not is_over(figure.by, on=today):
        return STILL_RUNS
    if asked.kind in COUNTED and is_holiday(figure.by):
        return IN_HOLIDAYS
    return FEW_CASES if asked.kind is Kind.DAYS and 0 < (figure.count or 0) < LEAST_DATED else ""


def _rare(asked: Measure, chart: ControlChart) -> bool:
    return asked.kind in COUNTED and is_rare([_count(point) for point in chart.points if point.judged])


def _count(point: ControlPoint) -> int | None:
    return None if point.value is None or point.figure is None else point.figure.count


def _drawn(chart: ControlChart, asked: Measure, kept: Sequence[Rebase], *, days: bool = False) -> ControlChart:
    judged = [point for point in chart.points if point.judged]
    applied, starts = _starts(judged, kept)
    values = [point.value for point in judged]
    figures = [point.figure for point in judged if point.figure]
    drawn = t_chart(values, starts=starts) if days else control(asked, figures, values, starts)
    return replace(
        chart, method=drawn.method, segments=drawn.segments, rebases=applied, points=_said(chart.points, drawn)
    )


def _starts(judged: Sequence[ControlPoint], kept: Sequence[Rebase]) -> tuple[tuple[Rebase, ...], list[int]]:
    """The rebases that fall within the series, and the places of the points with which they begin."""
    found = {}
    for one in sorted(kept, key=lambda each: each.first_day):
        place = next((place for place, point in enumerate(judged) if point.first_day >= one.first_day), 0)
        if place:
            found[place] = one
    return tuple(found.values()), list(found)


def _said(points: Sequence[ControlPoint], drawn: Control) -> tuple[ControlPoint, ...]:
    """Points with their limits and labels; a short segment has limits, and nothing in it is called special."""
    place, found = 0, []
    for point in points:
        at = place if point.judged else max(place - 1, 0)  # what is not judged belongs to what came before
        number = next(n for n, one in enumerate(drawn.segments) if at <= one.last)
        if point.judged:
            label = None if drawn.segments[number].short else drawn.labels[place]
            point = replace(point, limits=drawn.limits[place], label=label)
            place += 1
        found.append(replace(point, segment=number))
    return tuple(found)


def _too_few(found: int, grain: Grain) -> str:
    return f"{found} {grain}s with a figure, and limits are drawn from {LEAST_POINTS}"
