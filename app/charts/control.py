"""Control charts: points on a grey line, the mean solid, limits dashed, special points by shape and word."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from app import control_words, wording
from app.charts import look
from app.charts.series import LABELS
from pipelines.charting import ControlChart, ControlPoint, Rule, Side
from schemas.measurement import Measure

KINDS = {"no special cause": "circle", "special: higher": "triangle-up", "special: lower": "triangle-down",
         "not judged": "cross"}  # fmt: skip
MARKS = {
    (Rule.OUTSIDE, Side.HIGHER): "above limit",
    (Rule.OUTSIDE, Side.LOWER): "below limit",
    (Rule.TREND, Side.HIGHER): "rising",
    (Rule.TREND, Side.LOWER): "falling",
    (Rule.NEAR, Side.HIGHER): "near upper limit",
    (Rule.NEAR, Side.LOWER): "near lower limit",
    (Rule.SHIFT, Side.HIGHER): "run above mean",
    (Rule.SHIFT, Side.LOWER): "run below mean",
}
DASHES = [6, 4]
EARLY = 6  # points so near the edge that a word goes after them


def control(measure: Measure, chart: ControlChart) -> look.Chart:
    """A control chart; a gap where a point has no value, a line across where its limits begin anew."""
    rows = [
        _row(measure, chart, point, before) for point, before in zip(chart.points, _befores(chart.points), strict=True)
    ]
    for row, before in zip(rows[1:], rows, strict=False):
        row["starts"] = "rebased" if row["segment"] != before["segment"] else ""
    names: dict[str, int] = {}
    for row in rows:  # two incidents on one day are two points
        row["early"] = int(len(names) < EARLY)
        names[row["period"]] = names.get(row["period"], 0) + 1
        if names[row["period"]] > 1:
            row["period"] += f" ({names[row['period']]})"
    axis = "~f" if chart.days_between else look.axis_format(measure)
    kind = "day" if chart.days_between else str(chart.grain)
    found = look.frame(rows)
    return look.Chart(_control(axis, kind), found.astype({"mean": "float64"}))


def _befores(points: tuple[ControlPoint, ...]) -> list[ControlPoint | None]:
    """For each point the judged one before it: what is not judged does not part a spell."""
    found: list[ControlPoint | None] = [None]
    for point in points[:-1]:
        found.append(point if point.judged else found[-1])
    return found


def _row(measure: Measure, chart: ControlChart, point: ControlPoint, before: ControlPoint | None) -> dict[str, Any]:
    limits = point.limits
    return {
        "period": control_words.when(point),
        "value": point.value,
        "mean": limits.mean if limits else None,
        "lower": limits.lower if limits else None,
        "upper": limits.upper if limits else None,
        "segment": str(point.segment),
        "starts": "",
        "kind": _kind(chart, point),
        "mark": "" if (before and before.label == point.label) or not point.label else _mark(point),
        "words": "" if point.value is not None or point.figure is None else wording.state(point.figure) or "no return",
        "says": _says(measure, chart, point),
        "role": "own",
        "ink": "ink",
    }


def _kind(chart: ControlChart, point: ControlPoint) -> str:
    if point.left_out or chart.is_early(point):
        return "not judged"
    return f"special: {point.label.side}" if point.label else "no special cause"


def _mark(point: ControlPoint) -> str:
    return MARKS[(point.label.rule, point.label.side)] if point.label else ""


def _says(measure: Measure, chart: ControlChart, point: ControlPoint) -> str:
    if point.figure is None:
        return "not known" if point.value is None else f"{wording.days(point.value)} after the incident before"
    return f"{wording.sentence(measure, point.figure)}; {control_words.label(chart, point)}"


@cache
def _control(axis: str, kind: str) -> dict[str, Any]:
    periods = alt.Axis(
        labelExpr=LABELS[kind], labelAngle=0, labelFontSize=look.SMALL, domainOpacity=0.6,
        labelOverlap="greedy" if kind == "day" else False, **look.QUIET,
    )  # fmt: skip
    band = alt.Scale(type="band", paddingInner=0, paddingOuter=0)
    rows = look.named()  # one for all layers, so that the data are named once
    plain = rows.encode(x=alt.X("period:N", sort=None, axis=periods, scale=band))
    layers = [_line(plain, axis), *_levels(plain, axis), *_breaks(rows), *_points(plain, axis)]
    return look.finished(alt.layer(*layers).properties(height=320))


def _up(field: str, axis: str) -> alt.Y:
    scale = alt.Scale(domain=[0, 1]) if axis == "%" else alt.Scale(zero=True, nice=True)
    return alt.Y(f"{field}:Q", scale=scale, axis=look.value_axis(axis))


def _line(plain: alt.Chart, axis: str) -> alt.Chart:
    """The grey line between points; first of all layers, for it holds every period in order."""
    return plain.mark_line(strokeWidth=1.5, opacity=0.45).encode(
        y=_up("value", axis), detail="segment:N", color=look.role()
    )


def _levels(plain: alt.Chart, axis: str) -> list[alt.Chart]:
    """The mean and the limits, a line for each segment; limits that follow denominators go in steps."""
    drawn = plain.transform_filter("isValid(datum.mean)")
    return [
        drawn.mark_line(interpolate="step", strokeWidth=1.5, strokeDash=dash, opacity=0.8).encode(
            y=_up(name, axis), detail="segment:N", color=look.role("ink")
        )
        for name, dash in (("mean", [1, 0]), ("lower", DASHES), ("upper", DASHES))
    ]


def _breaks(plain: alt.Chart) -> list[alt.Chart]:
    """A line before the first point of each rebase, with the word."""
    here = alt.X("period:N", sort=None, bandPosition=0)
    starts = plain.transform_filter("datum.starts != ''")
    rule = starts.mark_rule(strokeWidth=1.5, strokeDash=[2, 3]).encode(x=here, color=look.role("ink"))
    word = starts.mark_text(align="left", baseline="top", dx=4, fontSize=look.SMALL).encode(
        x=here, y=alt.value(0), text="starts:N", color=look.role("ink")
    )
    return [rule, word]


def _points(plain: alt.Chart, axis: str) -> list[alt.Chart]:
    up = _up("value", axis)
    shape = alt.Shape(
        "kind:N", scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())),
        legend=alt.Legend(
            title=None, orient="top", columns=2, symbolSize=80, labelLimit=300, labelFontSize=look.TEXT,
            labelColor=look.INK, symbolFillColor=look.INK, symbolStrokeColor=look.INK,
        ),
    )  # fmt: skip
    size = alt.condition("datum.kind == 'no special cause'", alt.value(55), alt.value(110))
    points = plain.mark_point(filled=True, opacity=1).encode(
        y=up, color=look.role(), shape=shape, size=size, tooltip=[alt.Tooltip("says:N", title="Figure")]
    )
    words = (
        plain.transform_filter("datum.words != ''")
        .mark_text(angle=270, align="left", baseline="middle", dy=0, dx=7, fontSize=look.SMALL)
        .encode(y=alt.value("height"), text="words:N", color=look.role("ink"))
    )
    return [points, *_marks(plain, up), words]


def _marks(plain: alt.Chart, up: alt.Y) -> list[alt.Chart]:
    """A word at the first point of each special spell: before it where there is room, above or below the line."""
    return [
        plain.transform_filter(f"datum.mark != '' && datum.kind == 'special: {side}' && datum.early == {early}")
        .mark_text(align="left" if early else "right", dx=8 if early else -8, dy=dy, fontSize=look.SMALL)
        .encode(y=up, text="mark:N", color=look.role("ink"))
        for side, dy in (("higher", -8), ("lower", 10))
        for early in (1, 0)
    ]
