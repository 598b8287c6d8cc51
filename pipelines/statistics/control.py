"""What every control chart shares: limits, labels by the rules of Making Data Count, segments, the icon in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

EVEN = np.array(0.5)
RUN = 7  # points; the Making Data Count tool lets its users choose 6
LEAST_POINTS = 13
TOLERANCE = 1e-9  # of the largest value: what rounding may leave between a constant series and its mean


class Rule(StrEnum):
    """Why a point is special, in the order in which one label wins over another."""

    OUTSIDE = "outside the limits"
    TREND = "a run up or down"
    NEAR = "two of three near a limit"
    SHIFT = "a run on one side of the mean"


class Side(StrEnum):
    """Which way a point is special; never whether that is good."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Label:
    """Why a point is called special, and which way."""

    rule: Rule
    side: Side


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean and limits that hold for one point, in the unit of the values."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float


@dataclass(frozen=True, slots=True)
class Segment:
    """The points from one rebase to the next: places of the first and last, how many have a value, and their mean.

    `chance_outside` is how many of its points would lie outside the limits though nothing had changed.
    """

    first: int
    last: int
    points: int
    mean: float | None
    chance_outside: float

    @property
    def short(self) -> bool:
        """Whether there are too few points for limits that can be relied on."""
        return self.points < LEAST_POINTS


@dataclass(frozen=True, slots=True)
class Control:
    """A control chart: for each point its limits and its label, None where there is none, and the segments."""

    method: str
    limits: tuple[Limits | None, ...]
    labels: tuple[Label | None, ...]
    segments: tuple[Segment, ...]

    @property
    def chance_outside(self) -> float:
        """How many of all points would lie outside the limits by chance."""
        return sum(segment.chance_outside for segment in self.segments)


def parts(points: int, starts: Sequence[int]) -> list[slice]:
    """The segments between rebases: the first starts at 0, others where they are told to."""
    edges = sorted({0, *(start for start in starts if 0 < start < points)})
    return [slice(start, end) for start, end in zip(edges, [*edges[1:], points], strict=True)]


def labels(
    values: np.ndarray, limits: Sequence[Limits | None], *, run: int = RUN,
    chances: Mapping[Side, np.ndarray] | None = None,
) -> list[Label | None]:  # fmt: skip
    """The label of each point of one segment. A missing value (nan) breaks every run.

    All comparisons are strict, and every point of a run is labelled, not only the last. `chances`, for each point
    that of lying on a side of the mean while nothing changes, make a run on one side at least as unlikely as one of
    even chances: of few events most points lie below the mean, and seven in a row say nothing. Source: NHS England,
    Making Data Count; NHSRplotthedots 0.2.2; `chances` are our own.
    """
    found: list[Label | None] = [None] * len(values)
    for side, sign in ((Side.HIGHER, 1.0), (Side.LOWER, -1.0)):
        beyond = _beyond(values, limits, sign)
        rising = np.diff(values, prepend=np.nan) * sign > TOLERANCE * _scale(values)
        marks = {
            Rule.SHIFT: _runs(beyond >= 1, run, EVEN if chances is None else chances[side]),
            Rule.NEAR: _two_of_three(beyond),
            Rule.TREND: _trends(rising, run),
            Rule.OUTSIDE: beyond == 3,
        }
        for rule, marked in marks.items():
            for place in np.flatnonzero(marked):
                found[place] = _first(found[place], Label(rule, side))
    return found


def _beyond(values: np.ndarray, limits: Sequence[Limits | None], sign: float) -> np.ndarray:
    """How far out each point lies on one side: 1 beyond the mean, 2 beyond the near limit, 3 beyond the limit."""
    slack = TOLERANCE * _scale(values)
    steps = [_lines(one, sign) for one in limits]
    return np.array(
        [sum((value - line) * sign > slack for line in lines) for value, lines in zip(values, steps, strict=True)],
        dtype=int,
    )


def _lines(limits: Limits | None, sign: float) -> tuple[float, ...]:
    if limits is None:
        return ()
    upper = (limits.mean, limits.near_upper, limits.upper)
    return upper if sign > 0 else (limits.mean, limits.near_lower, limits.lower)


def _runs(marked: np.ndarray, length: int, chances: np.ndarray) -> np.ndarray:
    """Every place in a run of so many or more that is as unlikely as so many of even chances."""
    found = np.zeros(len(marked), dtype=bool)
    each = np.broadcast_to(chances, marked.shape)
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        unlikely = float(each[start:end].prod()) <= float(EVEN) ** length * (1 + TOLERANCE)
        found[start:end] = end - start >= length and unlikely
    return found


def _trends(rising: np.ndarray, length: int) -> np.ndarray:
    """Every place in a run of so many points, which has one step fewer."""
    found = np.zeros(len(rising), dtype=bool)
    for end in range(length, len(rising) + 1):
        if rising[end - length + 1 : end].all():
            found[end - length : end] = True
    return found


def _two_of_three(beyond: np.ndarray) -> np.ndarray:
    """The points near a limit of every three in a row that lie on one side, at least two of them near it."""
    near, found = beyond == 2, np.zeros(len(beyond), dtype=bool)
    for end in range(3, len(beyond) + 1):
        window = slice(end - 3, end)
        if (beyond[window] >= 1).all() and near[window].sum() >= 2:
            found[window] |= near[window]
    return found


def _first(kept: Label | None, other: Label) -> Label:
    order = list(Rule)
    return other if kept is None or order.index(other.rule) < order.index(kept.rule) else kept


def _scale(values: np.ndarray) -> float:
    known = np.abs(values[~np.isnan(values)])
    return float(known.max()) if len(known) else 0.0
