"""Figures side by side: a dot and its interval on a line of its own, or the words why there is none."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from app import wording
from app.charts import look
from pipelines.reporting import FigureTable
from schemas.measurement import Measure


def dots(measure: Measure, table: FigureTable, *, by: str) -> look.Chart:
    """One measure for each value of a breakdown."""
    rows = [look.row(measure, figure, label=wording.place(table, by, figure), role="own") for figure in table.rows]
    return look.Chart(_dots(look.axis_format(measure), measure.kind == "repeat"), look.frame(rows))


@cache
def _dots(axis: str, open_ended: bool) -> dict[str, Any]:
    """`open_ended`: the scale follows the values, for shares that are small."""
    scale = alt.Scale(zero=True, nice=True) if open_ended else look.value_scale(axis)
    lines = alt.Axis(labelLimit=320, labelFontSize=look.TEXT, domain=False, **look.QUIET)
    plain = look.named().encode(y=alt.Y("label:N", sort=None, axis=lines))
    limits = plain.mark_rule(strokeWidth=1.75).encode(
        x=alt.X("lower:Q", scale=scale, axis=look.value_axis(axis)), x2="upper:Q", color=look.role()
    )
    points = plain.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("value:Q"), color=look.role(), tooltip=[alt.Tooltip("says:N", title="Figure")]
    )
    words = (
        plain.transform_filter("datum.words != ''")
        .mark_text(align="left", baseline="middle", fontSize=look.SMALL)
        .encode(x=alt.value(8), text="words:N", color=look.role("ink"))
    )
    return look.finished(alt.layer(limits, points, words).properties(height=alt.Step(30)))
