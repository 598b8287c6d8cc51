"""A series over time and what may be said of it: points, limits, labels, the icon in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.figures import Figure, FigureTable
from pipelines.periods import Grain, first_day_of
from pipelines.rebasing import Rebase
from pipelines.statistics.control import Label, Limits, Segment

NO_LIMITS = "points with intervals"


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One point. `by` says when: year and term, month, or day; `figure` is None for days between incidents.

    `value` is None where there is none to know; `left_out` says why a point is shown and not judged; `segment` is the
    place of its segment; `so_far` the running total of a count.
    """

    by: Mapping[str, str]
    value: float | None
    figure: Figure | None
    limits: Limits | None = None
    label: Label | None = None
    left_out: str = ""
    segment: int = 0
    so_far: int | None = None

    @property
    def judged(self) -> bool:
        """Whether it counts for the limits and can be called special."""
        return not self.left_out

    @property
    def first_day(self) -> date:
        """The day with which the point's period begins."""
        return first_day_of(self.by)


@dataclass(frozen=True)
class ControlChart:
    """With fewer than 13 points there are no limits, and `reason` says why.

    `table` holds the figures that it rests on. `segments` count judged points only and are empty without limits;
    limits of a short one are provisional, and none of its points is called special. Units are the measure's, days
    where `days_between`.
    """

    table: FigureTable
    grain: Grain
    points: tuple[ControlPoint, ...]
    method: str = NO_LIMITS
    segments: tuple[Segment, ...] = ()
    rebases: tuple[Rebase, ...] = ()
    reason: str = ""

    @property
    def has_limits(self) -> bool:
        """Whether limits are given at all."""
        return bool(self.segments)

    @property
    def days_between(self) -> bool:
        """Whether points are the days between incidents, so that higher means rarer."""
        return self.method == "t chart"

    def is_early(self, point: ControlPoint) -> bool:
        """Whether a point stands in a stretch too short to call anything in it special or usual."""
        return self.has_limits and self.segments[point.segment].short

    @property
    def looked_at(self) -> int:
        """How many points could have been called special."""
        return sum(one.points for one in self.segments if not one.short)

    @property
    def chance_outside(self) -> float:
        """How many of the points looked at would lie outside their limits though nothing had changed."""
        return sum(one.chance_outside for one in self.segments if not one.short)

    @property
    def special(self) -> tuple[ControlPoint, ...]:
        """The points that are called special."""
        return tuple(point for point in self.points if point.label)

    @property
    def icon(self) -> str:
        """The variation icon in words, from the last point; empty without limits."""
        if not self.has_limits:
            return ""
        if self.segments[-1].short:
            return "variation: too few points since the last rebase to say"
        last = next(point for point in reversed(self.points) if point.judged and point.value is not None)
        return f"special cause: {last.label.side}" if last.label else "variation: no special cause"
