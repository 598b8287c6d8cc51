"""Figures over terms: points with their intervals on a grey line that breaks where there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import altair as alt

from app import wording
from app.charts import look
from pipelines.reporting import Figure, FigureTable
from schemas.measurement import Measure

YEAR_AT_AUTUMN = "indexof(datum.label, 'Autumn') == 0 ? slice(datum.label, 7) : ''"
FIRST_OR_SECOND = "scale('color', datum.index == 0 ? 'own' : 'other')"
TWO_LINES = "split(datum.label, ' ')"
JANUARY_AND_SEPTEMBER = (
    "indexof(['Jan', 'Sep'], slice(datum.label, 0, 3)) >= 0 ? [slice(datum.label, 0, 3), slice(datum.label, -4)] : ''"
)
LABELS = {"term": TWO_LINES, "month": JANUARY_AND_SEPTEMBER, "day": "datum.label", "year": "datum.label"}


def series(measure: Measure, tables: Mapping[str, FigureTable], *, by: str = "term") -> look.Chart:
    """One measure over terms (or months), for one organisation or two side by side; keys are what they are called."""
    rows = [
        look.row(measure, figure, period=wording.place(table, by, figure), who=who, role=role, at=_at(figure))
        for (who, table), role in zip(tables.items(), look.ROLES, strict=False)
        for figure in table.rows
    ]
    return look.Chart(_series(look.axis_format(measure), len(tables) > 1, LABELS[by]), look.frame(rows))


def multiples(measure: Measure, table: FigureTable, *, by: str) -> look.Chart:
    """One measure over terms, a small chart for each value of a breakdown, all on the same scale."""
    rows = [
        look.row(
            measure,
            figure,
            period=wording.place(table, "term", figure),
            group=wording.place(table, by, figure),
            who="",
            role="own",
            at=_at(figure),
        )
        for figure in table.rows
    ]
    places = list(dict.fromkeys(row["group"] for row in rows))
    rows = [row | {"order": places.index(row["group"])} for row in rows]
    return look.Chart(_multiples(look.axis_format(measure)), look.frame(rows))


def _at(figure: Figure) -> str:
    """A month's or term's place in time, as text that sorts: the three terms happen to sort by name."""
    return figure.by.get("month") or f"{figure.by['year']} {figure.by.get('term', '')}"


@cache
def _series(axis: str, compared: bool, labels: str) -> dict[str, Any]:
    return look.finished(_layers(axis, compared=compared, height=300, labels=labels))


@cache
def _multiples(axis: str) -> dict[str, Any]:
    small = _layers(axis, compared=False, height=110, labels=YEAR_AT_AUTUMN).properties(width=308)
    heading = look.header(labelLimit=300)
    return look.finished(small.facet(facet=alt.Facet("group:N", sort=look.IN_ORDER, header=heading), columns=3))


def _layers(axis: str, *, compared: bool, height: int, labels: str) -> alt.LayerChart:
    """Intervals, line, points and words, in that order."""
    periods = alt.Axis(labelExpr=labels, labelAngle=0, labelFontSize=look.SMALL, domainOpacity=0.6, **look.QUIET)
    across: dict[str, Any] = {"x": alt.X("period:N", sort=alt.EncodingSortField("at", op="min"), axis=periods)}
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
        .mark_text(angle=270, align="left", baseline="middle", dx=8, dy=-7, fontSize=look.SMALL)
        .encode(y=alt.value("height"), text="words:N", color=look.role("ink"))
    )
    return alt.layer(limits, line, points, words).properties(height=height)


def _who(compared: bool) -> alt.Legend | None:
    if not compared:
        return None
    return alt.Legend(
        title=None, orient="top", symbolSize=90, labelLimit=400, labelFontSize=look.TEXT, labelColor=look.INK,
        symbolFillColor={"expr": FIRST_OR_SECOND}, symbolStrokeColor={"expr": FIRST_OR_SECOND},
    )  # fmt: skip
