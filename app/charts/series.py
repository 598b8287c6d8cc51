"""Figures over terms: points with their intervals on a grey line that breaks where there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import altair as alt

from app import wording
from app.charts import look
from pipelines.reporting import FigureTable
from schemas.measurement import Measure

YEAR_AT_AUTUMN = "indexof(datum.label, 'Autumn') == 0 ? slice(datum.label, 7) : ''"
TWO_LINES = "split(datum.label, ' ')"


def series(measure: Measure, tables: Mapping[str, FigureTable]) -> look.Chart:
    """One measure over terms, for one organisation or two side by side; keys are what they are called."""
    rows = [
        look.row(measure, figure, period=wording.tick(figure.by["year"], figure.by["term"]), who=who, role=role)
        for (who, table), role in zip(tables.items(), look.ROLES, strict=False)
        for figure in table.rows
    ]
    return look.Chart(_series(look.axis_format(measure), len(tables) > 1), look.frame(rows))


def multiples(measure: Measure, table: FigureTable, *, by: str) -> look.Chart:
    """One measure over terms, a small chart for each value of a breakdown, all on the same scale."""
    rows = [
        look.row(
            measure,
            figure,
            period=wording.tick(figure.by["year"], figure.by["term"]),
            group=table.label(by, figure.by[by]),
            who="",
            role="own",
        )
        for figure in table.rows
    ]
    return look.Chart(_multiples(look.axis_format(measure)), look.frame(rows))


@cache
def _series(axis: str, compared: bool) -> dict[str, Any]:
    return look.finished(_layers(axis, compared=compared, height=280, labels=TWO_LINES))


@cache
def _multiples(axis: str) -> dict[str, Any]:
    small = _layers(axis, compared=False, height=110, labels=YEAR_AT_AUTUMN).properties(width=270)
    header = alt.Header(title=None, labelFontSize=look.TEXT, labelAnchor="start", labelLimit=280, labelFontWeight=600)
    return look.finished(small.facet(facet=alt.Facet("group:N", sort=None, header=header), columns=3))


def _layers(axis: str, *, compared: bool, height: int, labels: str) -> alt.LayerChart:
    """Intervals, line, points and words, in that order."""
    periods = alt.Axis(
        title=None, labelExpr=labels, labelAngle=0, labelFontSize=look.SMALL, ticks=False, domainOpacity=0.6
    )
    across: dict[str, Any] = {"x": alt.X("period:N", sort=None, axis=periods)}
    if compared:
        across["xOffset"] = alt.XOffset("who:N", sort=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.6))
    height_of = alt.Y("value:Q", scale=look.value_scale(axis), axis=look.value_axis(axis))
    plain = look.named().encode(**across)
    line = plain.mark_line(strokeWidth=1.5, opacity=0.45).encode(y=height_of, color=look.role(), detail="who:N")
    limits = plain.mark_rule(strokeWidth=1.75).encode(y="lower:Q", y2="upper:Q", color=look.role())
    shape = alt.Shape("who:N", sort=None, scale=alt.Scale(range=list(look.SHAPES)), legend=_who(compared))
    points = plain.mark_point(filled=True, size=70, opacity=1).encode(
        y=height_of, color=look.role(), shape=shape, tooltip=[alt.Tooltip("says:N", title="Figure")]
    )
    words = (
        plain.transform_filter("datum.words != ''")
        .mark_text(angle=270, align="left", baseline="middle", fontSize=look.SMALL)
        .encode(y=alt.value(height - 10), text="words:N", color=look.role("ink"))
    )
    return alt.layer(limits, line, points, words).properties(height=height)


def _who(compared: bool) -> alt.Legend | None:
    return alt.Legend(title=None, orient="top", symbolSize=90, labelLimit=400) if compared else None
