"""Schools compared: a point for each school by size, between the limits within which chance alone would leave it."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from app import comparison_words, wording
from app.charts import look
from pipelines.comparing import Comparison, Position, School
from schemas.measurement import Measure

SHAPES = {
    Position.SIMILAR: "circle",
    Position.HIGHER_95: "triangle-up",
    Position.LOWER_95: "triangle-down",
    Position.HIGHER_998: "diamond",
    Position.LOWER_998: "square",
}
ROLES = {Position.HIGHER_95: "third", Position.LOWER_95: "third",
         Position.HIGHER_998: "fourth", Position.LOWER_998: "fourth"}  # fmt: skip
LABELLED = frozenset({Position.HIGHER_998, Position.LOWER_998})
LINES = ("lower95", "upper95", "lower998", "upper998")
FAR_RIGHT = 0.7  # of the width; a label there goes to the left of its point
WORDS = ("kind", "role", "position", "label", "side", "ring", "says")
NUMBERS = ("denominator", "value", "target", *LINES)


def funnel(measure: Measure, found: Comparison, *, chosen: str | None = None) -> look.Chart:
    """The schools that were compared, the one of a URN ringed; nothing of a school that is not among them."""
    rows = [*_lines(found), *(_point(measure, found, one, chosen) for one in found.schools if one.position)]
    frame = pd.DataFrame(rows, columns=[*WORDS, *NUMBERS]).astype(dict.fromkeys(NUMBERS, "float64"))
    across, up = wording.opening(wording.noun(measure)), wording.opening(measure.short_title)
    return look.Chart(_funnel(look.axis_format(measure), across, up), frame.fillna(dict.fromkeys(WORDS, "")))


def _lines(found: Comparison) -> list[dict[str, Any]]:
    if found.lines is None:
        return []
    every = zip(found.lines.denominator, *(getattr(found.lines, name) for name in LINES), strict=True)
    return [
        {"kind": "line", "role": "other", "target": found.target, "denominator": of,
         **dict(zip(LINES, limits, strict=True))}
        for of, *limits in every
    ]  # fmt: skip


def _point(measure: Measure, found: Comparison, one: School, chosen: str | None) -> dict[str, Any]:
    most = max(school.denominator for school in found.schools)
    return {
        "kind": "school",
        "role": ROLES.get(one.position, "own"),
        "position": str(one.position),
        "label": one.name if one.position in LABELLED else "",
        "side": "left" if one.denominator > FAR_RIGHT * most else "right",
        "ring": "yes" if one.urn == chosen and len(found.schools) > 1 else "",
        "says": comparison_words.hover(measure, one),
        "denominator": one.denominator,
        "value": one.value,
    }


@cache
def _funnel(axis: str, across: str, up: str) -> dict[str, Any]:
    titled = {**look.QUIET, "titleFontSize": look.TEXT, "titleFontWeight": "normal", "titleColor": look.INK}
    x = alt.X(
        "denominator:Q", scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(**{**titled, "title": across}, format=",~f", tickCount=8, gridOpacity=0, domainOpacity=0.6),
    )  # fmt: skip
    quiet = alt.Axis(**{**titled, "title": up}, format=axis, tickCount=5, gridOpacity=0.4, domain=False)
    y = alt.Y("value:Q", scale=look.value_scale(axis), axis=quiet)
    plain = look.named().encode(x=x)
    lines = plain.transform_filter("datum.kind == 'line'")
    schools = plain.transform_filter("datum.kind == 'school'").encode(y=y)
    limits = [_limit(lines, name, dash=name.endswith("95")) for name in LINES]
    drawn = (*limits, _target(lines), _rings(schools), _points(schools), *_labels(schools))
    return look.finished(alt.layer(*drawn).properties(height=380))


def _limit(lines: alt.Chart, name: str, *, dash: bool) -> alt.Chart:
    dashes = {"strokeDash": [6, 4]} if dash else {}
    return lines.mark_line(strokeWidth=1.5, opacity=1, **dashes).encode(y=f"{name}:Q", color=look.role())


def _target(lines: alt.Chart) -> alt.Chart:
    return lines.mark_line(strokeWidth=1.5, stroke=look.INK, opacity=0.75).encode(y="target:Q")


def _points(schools: alt.Chart) -> alt.Chart:
    shape = alt.Shape(
        "position:N",
        scale=alt.Scale(domain=[str(one) for one in SHAPES], range=list(SHAPES.values())),
        legend=alt.Legend(
            title=None, orient="top", symbolSize=90, labelFontSize=look.TEXT, labelColor=look.INK, columns=2,
            symbolFillColor=look.INK, symbolStrokeColor=look.INK, labelLimit=300,
        ),
    )  # fmt: skip
    return schools.mark_point(filled=True, size=80, opacity=1).encode(
        color=look.role(), shape=shape, tooltip=[alt.Tooltip("says:N", title="School")]
    )


def _rings(schools: alt.Chart) -> alt.Chart:
    return schools.transform_filter("datum.ring != ''").mark_point(
        filled=False, size=320, strokeWidth=2, opacity=1, shape="circle", stroke=look.INK, aria=False
    )


def _labels(schools: alt.Chart) -> list[alt.Chart]:
    places = {"right": {"align": "left", "dx": 9}, "left": {"align": "right", "dx": -9}}
    return [
        schools.transform_filter(f"datum.label != '' && datum.side == '{side}'")
        .mark_text(baseline="middle", fontSize=look.SMALL, fill=look.INK, **place)
        .encode(text="label:N")
        for side, place in places.items()
    ]
