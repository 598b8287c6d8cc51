"""What a control chart says, in words: the finding, each point's label, the note on looking often; no Streamlit."""

from __future__ import annotations

import pandas as pd

from app import listing, wording
from pipelines.charting import ControlChart, ControlPoint, Grain, Limits, Rule, Side
from schemas.measurement import Kind, Measure

COMMON = "no special cause"
BETWEEN = "Days between incidents"
WORDS = {
    (Rule.OUTSIDE, Side.HIGHER): "above the upper limit",
    (Rule.OUTSIDE, Side.LOWER): "below the lower limit",
    (Rule.TREND, Side.HIGHER): "7 or more rising",
    (Rule.TREND, Side.LOWER): "7 or more falling",
    (Rule.NEAR, Side.HIGHER): "two of three near the upper limit",
    (Rule.NEAR, Side.LOWER): "two of three near the lower limit",
    (Rule.SHIFT, Side.HIGHER): "a run above the mean",
    (Rule.SHIFT, Side.LOWER): "a run below the mean",
}
OFTEN = "about one chart in seven of 24 points, and one in three of 48,"  # measured: docs/methods.md
RULES = (
    "a point outside the limits; 7 or more points on one side of the mean; 7 or more rising or falling; "
    "two of three points near a limit"
)
MONTHS = "A month counts where the returns of all its terms came"
SEASONS = "; months differ in school days (April, July and December hold fewer; August is shown and not judged)"


def finding(measure: Measure, chart: ControlChart) -> str:
    """The chart's finding: what its last point says, else that nothing special happened, else why nothing is said."""
    name = BETWEEN if chart.days_between else wording.opening(measure.short_title)
    if not chart.has_limits:
        return f"{name}: {chart.reason}"
    if chart.segments[-1].short:
        return f"{name}: too few points since the last rebase to say whether it changed"
    if chart.icon.startswith("special"):
        first, last = _last_spell(chart)
        return f"{name}: {chart.icon} since {_in_text(first)}, {_why(last)}"
    mean = chart.segments[-1].mean
    usual = "" if mean is None else f", mean {_amount(measure, chart, mean)}"
    if not chart.special:
        return f"{name}: no special cause in {chart.looked_at} points{usual}"
    return (
        f"{name}: no special cause now{usual}; earlier, {len(chart.special)} of {chart.looked_at} points were special"
    )


def icon(chart: ControlChart) -> str:
    """The variation icon in words, as a sentence; empty without limits."""
    if not chart.has_limits:
        return ""
    rarer = " A longer time between incidents means fewer of them." if chart.days_between else ""
    return f"{wording.opening(chart.icon)}.{rarer}"


def label(chart: ControlChart, point: ControlPoint) -> str:
    """What is said of one point."""
    if point.left_out:
        return f"not judged: {point.left_out}"
    if point.value is None or point.limits is None:
        return wording.NOTHING
    if chart.is_early(point):
        return "not judged: too few points since the rebase"
    return f"{point.label.side}: {_why(point)}" if point.label else COMMON


def when(point: ControlPoint) -> str:
    """When a point is, for an axis or a cell."""
    return wording.when(point.by)


def note(chart: ControlChart) -> str:
    """How often a chart is looked at, and what chance alone would show; empty where nothing is called special."""
    if not chart.special:
        return ""
    chance = wording.number(chart.chance_outside, places=1)
    return (
        f"{len(chart.special)} of {chart.looked_at} points are called special, each looked at by four rules ({RULES}). "
        f"With no change at all, about {chance} of {chart.looked_at} would still lie outside the limits; and by all "
        f"four rules {OFTEN} would show something. A special cause is a question to ask, not a finding."
    )


def method(measure: Measure, chart: ControlChart) -> str:
    """What the lines are, for the caption."""
    if not chart.has_limits:
        return "Bars: 95" + wording.THIN + "% intervals"
    wide = " (limits widened: points vary more than chance)" if "′" in chart.method else ""
    short = "; limits of the last stretch are provisional, under 13 points" if chart.segments[-1].short else ""
    return f"{chart.method}{wide}: mean solid, limits dashed{short}"


def months(measure: Measure, chart: ControlChart) -> str:
    """What a month is, for the caption; empty for terms."""
    if chart.grain is not Grain.MONTH:
        return ""
    return MONTHS + (SEASONS if measure.kind in (Kind.COUNT, Kind.RATE) else "")


def partly(chart: ControlChart) -> str:
    """How many points rest on some of the returns expected, and how many are gaps because none came."""
    covers = [row.coverage for row in chart.table.rows]
    some = sum(0 < one.returned < one.expected for one in covers)
    none = sum(not one.returned for one in covers)
    word = f"{chart.grain}s"
    said = [f"in {some} of {len(covers)} {word} a school or more did not return" if some else "",
            f"{none} without any return are gaps" if none else ""]  # fmt: skip
    used = f"{len(chart.table.rows) - none} are drawn from the returns that came" if some else ""
    return wording.opening("; ".join(part for part in (*said, used) if part))


def table(measure: Measure, chart: ControlChart) -> pd.DataFrame:
    """One row a point: the figure, what it rests on, its limits and what is said of it."""
    heading = "Incident on" if chart.days_between else str(chart.grain).capitalize()
    rows = [{heading: when(point), **_cells(measure, chart, point)} for point in chart.points]
    return listing.headed(rows, heading)


def _cells(measure: Measure, chart: ControlChart, point: ControlPoint) -> dict[str, str]:
    if point.figure is None:
        days = "not known" if point.value is None else wording.days(point.value)
        found = {"Days since the one before": days}
    else:
        found = listing.cells(measure, point.figure)
    if point.so_far is not None and measure.kind is Kind.COUNT:
        found["Total so far"] = wording.whole(point.so_far)
    if not chart.has_limits:
        return found
    return found | {"Limits": _limits(measure, chart, point.limits), "The chart says": label(chart, point)}


def _limits(measure: Measure, chart: ControlChart, limits: Limits | None) -> str:
    if limits is None:
        return wording.NOTHING
    return f"{_amount(measure, chart, limits.lower)} to {_amount(measure, chart, limits.upper)}"


def _amount(measure: Measure, chart: ControlChart, value: float) -> str:
    if chart.days_between:
        return wording.days(value)
    return wording.number(value, places=1) if measure.kind is Kind.COUNT else wording.amount(measure, value)


def _last_spell(chart: ControlChart) -> tuple[ControlPoint, ControlPoint]:
    """The first and last of the special points of one side with which the chart ends."""
    judged = [point for point in chart.points if point.judged and point.value is not None]
    first = last = judged[-1]
    for point in reversed(judged):
        if not point.label or not last.label or point.label.side is not last.label.side:
            break
        first = point
    return first, last


def _why(point: ControlPoint) -> str:
    return WORDS[(point.label.rule, point.label.side)] if point.label else ""


def _in_text(point: ControlPoint) -> str:
    words = when(point)
    return words[:1].lower() + words[1:] if "term" in point.by else words


def unlimited(chart: ControlChart) -> str:
    """What to do where there are too few points for limits."""
    if chart.has_limits or not chart.reason:
        return ""
    more = " Months give more points: choose them below." if chart.grain is Grain.TERM else ""
    return f"No limits are drawn and nothing is called special: {chart.reason}.{more}"
