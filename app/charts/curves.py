"""How a share rises with time: a step line with its limits, which ends where too few are followed to say."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from app import again
from app.charts import look
from pipelines.reporting import AgainCurve

TICKS = [0, 30, 90, 180, 270, 365]
DAYS = "Days since the first incident"
STEP = "step-after"


def rising(curve: AgainCurve) -> look.Chart:
    """The share involved again by each day, with its limits."""
    rows = [
        {"day": point.day, "value": point.again, "lower": point.lower, "upper": point.upper,
         "says": again.of_day(point), "role": "own"}
        for point in curve.steps
    ]  # fmt: skip
    names = ["day", "value", "lower", "upper", "says", "role"]
    return look.Chart(_rising(), look.frame(rows) if rows else pd.DataFrame(columns=names))


@cache
def _rising() -> dict[str, Any]:
    quiet = look.QUIET | {"title": DAYS, "titleColor": look.INK}
    axis = alt.Axis(values=TICKS, domainOpacity=0.6, grid=False, **quiet)
    across = alt.X("day:Q", scale=alt.Scale(domain=[0, TICKS[-1]], nice=False), axis=axis)
    up = alt.Y("value:Q", scale=alt.Scale(zero=True, nice=True), axis=look.value_axis("%"))
    plain = look.named().encode(x=across)
    band = plain.mark_area(opacity=0.18, interpolate=STEP).encode(y="lower:Q", y2="upper:Q", color=look.role())
    edges = [
        plain.mark_line(strokeWidth=1, strokeDash=[4, 3], interpolate=STEP).encode(y=f"{end}:Q", color=look.role())
        for end in ("lower", "upper")
    ]
    line = plain.mark_line(strokeWidth=2, interpolate=STEP).encode(y=up, color=look.role())
    points = plain.mark_point(filled=True, size=60, opacity=0).encode(
        y=up, color=look.role(), tooltip=[alt.Tooltip("says:N", title="Figure")]
    )
    return look.finished(alt.layer(band, *edges, line, points).properties(height=260))
