"""What a comparison before and after rests on: terms, returns, and how large a change so many cases show."""

from __future__ import annotations

from collections.abc import Sequence

from app import wording
from app.change_amounts import points, times
from pipelines.changing import Arm, BeforeAfter, Window
from schemas.measurement import Kind, Measure


def seen(asked: Measure, arm: Arm) -> str:
    """How large a change so many cases would usually show."""
    if arm.seen is None:
        return ""
    if asked.kind is Kind.RATE:
        rise = "" if arm.seen.rise is None else f"a rise to less than {times(arm.seen.rise)} times"
        fall = "" if arm.seen.fall is None else f"a fall to more than {times(arm.seen.fall)} times"
        change = " or ".join(part for part in (fall, rise) if part)
    else:
        least = min(one for one in (arm.seen.rise, arm.seen.fall, 1.0) if one is not None)
        change = f"a change of less than about {points(least)} points"
    cases = wording.number((arm.before.count if asked.kind is Kind.RATE else arm.before.denominator) or 0)
    noun = asked.counts if asked.kind is Kind.RATE else wording.noun(asked)
    return f"With {cases} {noun} before, {change} would usually not be seen"


def terms(window: Window) -> str:
    """Which terms were compared, and which was left out."""
    sides = [f"{_span(part)} {name}" for part, name in ((window.before, "before"), (window.after, "after")) if part]
    left = f"; {wording.period(*window.left_out)}, in which the change fell, is left out" if window.left_out else ""
    seasons = (
        ""
        if window.same_seasons or not window.before or not window.after
        else "; the two sides hold different terms of the year, which differ anyway"
    )
    return ", ".join(sides) + left + seasons


def _span(part: Sequence[tuple[str, str]]) -> str:
    first, last = wording.period(*part[0]), wording.period(*part[-1])
    return first if len(part) == 1 else f"{len(part)} terms from {first} to {last}"


def coverage(found: BeforeAfter) -> str:
    """Returns before and after where it applied, and how many schools were left out."""
    arm = found.applied
    sides = [f"{wording.coverage(one.coverage)} {name}" for one, name in ((arm.before, "before"), (arm.after, "after"))]
    arms = [one for one in (arm, found.elsewhere) if one is not None]
    out = [one.left_out for one in arms]
    left = (
        f"; left out for not returning on both sides: {' and '.join(map(str, out))} schools"
        f"{' (where it applied, where not)' if len(out) > 1 else ''}"
        if any(out)
        else ""
    )
    return f"{wording.opening('; '.join(sides))}{left}"
