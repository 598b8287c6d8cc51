"""Before and after a dated change: terms with their intervals, the level of either side, and the change marked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import altair as alt

from app import wording
from app.charts import look
from app.charts.series import FIRST_OR_SECOND, TWO_LINES
from pipelines.changing import Arm, BeforeAfter
from pipelines.reporting import Figure


def before_after(found: BeforeAfter, arms: Mapping[str, Arm]) -> look.Chart:
    """One measure where the change applied and where it did not; keys are what these schools are called."""
    rows = [
        look.row(found.measure, figure, period=_period(figure), who=who, role=role) | _level(found, arm, figure)
        for (who, arm), role in zip(arms.items(), look.ROLES, strict=False)
        for figure in arm.terms
    ]
    frame = look.frame(rows + _mark(found)).astype({"level": "float64"})
    return look.Chart(_before_after(look.axis_format(found.measure), len(arms) > 1), frame)


def _period(figure: Figure) -> str:
    return wording.tick(figure.by["year"], figure.by["term"])


def _level(found: BeforeAfter, arm: Arm, figure: Figure) -> dict[str, Any]:
    """The value of the side that a term belongs to, for the terms that were compared."""
    window = found.window
    side, name = (arm.before, "before") if window.is_before(figure) else (arm.after, "after")
    compared = name == "before" or window.is_after(figure)
    return {"level": side.value if compared else None, "side": name, "kind": "term"}


def _mark(found: BeforeAfter) -> list[dict[str, Any]]:
    """Where the change stands: at the start of the first term after, or in the middle of the one that was left out."""
    window = found.window
    place = window.left_out or (window.after[0] if window.after else None)
    if place is None:
        return []
    mark = {"kind": "inside" if window.left_out else "start", "period": wording.tick(*place), "who": "", "role": "ink"}
    return [mark | {"words": f"changed {wording.day(found.change.from_day)}", "says": "", "ink": "ink", "side": ""}]


@cache
def _before_after(axis: str, compared: bool) -> dict[str, Any]:
    periods = alt.Axis(labelExpr=TWO_LINES, labelAngle=0, labelFontSize=look.SMALL, domainOpacity=0.6, **look.QUIET)
    across: dict[str, Any] = {"x": alt.X("period:N", sort=None, axis=periods)}
    if compared:
        across["xOffset"] = alt.XOffset("who:N", sort=None, scale=alt.Scale(paddingInner=0.6, paddingOuter=0.6))
    height_of = alt.Y("value:Q", scale=look.value_scale(axis), axis=look.value_axis(axis))
    rows = look.named()
    plain = rows.transform_filter("datum.kind == 'term'").encode(**across)
    level = plain.mark_line(strokeWidth=2, strokeDash=[6, 3]).encode(
        y="level:Q", color=look.role(), detail=["who:N", "side:N"]
    )
    limits = plain.mark_rule(strokeWidth=1.25, opacity=0.6).encode(y="lower:Q", y2="upper:Q", color=look.role())
    shape = alt.Shape("who:N", sort=None, scale=alt.Scale(range=list(look.SHAPES)), legend=_who() if compared else None)
    points = plain.mark_point(filled=True, size=70, opacity=1).encode(
        y=height_of, color=look.role(), shape=shape, tooltip=[alt.Tooltip("says:N", title="Figure")]
    )
    words = (
        plain.transform_filter("datum.words != ''")
        .mark_text(angle=270, align="left", baseline="middle", dx=8, dy=-7, fontSize=look.SMALL)
        .encode(y=alt.value("height"), text="words:N", color=look.role("ink"))
    )
    layers = alt.layer(limits, level, points, words, *_marks(rows, "start", 0.0), *_marks(rows, "inside", 0.5))
    return look.finished(layers.properties(height=300))


def _marks(rows: alt.Chart, kind: str, at: float) -> list[alt.Chart]:
    """The line of the change and its date, at the start or in the middle of a term."""
    place = rows.transform_filter(f"datum.kind == '{kind}'")
    across = place.encode(x=alt.X("period:N", sort=None, bandPosition=at))
    rule = across.mark_rule(strokeWidth=1.5, strokeDash=[2, 2], aria=False).encode(color=look.role())
    date = across.mark_text(align="left", baseline="bottom", dx=-4, fontSize=look.SMALL).encode(
        y=alt.value(-4), text="words:N", color=look.role("ink")
    )
    return [rule, date]


def _who() -> alt.Legend:
    return alt.Legend(
        title=None, orient="top", symbolSize=90, labelLimit=400, labelFontSize=look.TEXT, labelColor=look.INK,
        symbolFillColor={"expr": FIRST_OR_SECOND}, symbolStrokeColor={"expr": FIRST_OR_SECOND},
    )  # fmt: skip
