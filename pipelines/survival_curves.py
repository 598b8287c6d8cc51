"""How soon children are involved again: the curve, whether groups differ, and incidents per child. Behind the door.

For one's own schools only, and so exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from pipelines import exact
from pipelines.figures import Question
from pipelines.scope import Scope
from pipelines.statistics.multiple import false_discovery
from pipelines.statistics.survival import LEAST_AT_RISK, Curve, difference, kaplan_meier
from pipelines.warehouse import questions
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.measurement import measure

HORIZON = 365
LISTED = (0, 30, 90, 180, 365)
LEAST_EVENTS = 5  # for each group, or the test calls too much clear
APART = frozenset({"year", "type", "sex", "escalated", "support"})  # a child is in one group only, as the test needs
Children = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Point:
    """One day: the share involved again by its end with its limits, None while too few are followed to say.

    `at_risk` children are followed at the start of the day; `events` were involved again up to its end.
    """

    day: int
    again: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    events: int


@dataclass(frozen=True, slots=True)
class AgainCurve:
    """`steps` on which the share rises, and the end, while ten are followed; `listed` at days 0 to 365."""

    children: int
    steps: tuple[Point, ...]
    listed: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether groups of children differ in how soon they are involved again within a year (log-rank).

    `groups` of ten children or more are compared. `p` is None where there is no test: fewer than two such groups,
    fewer than five children a group involved again, or a child may be in several. `q` is p with the other tests asked
    for at once allowed for; `clear` is q at most 0.05.
    """

    groups: int
    p: float | None
    q: float | None
    clear: bool


@dataclass(frozen=True, slots=True)
class IncidentsPerChild:
    """How many `children` were in any incident, how many in `several`, and how many in 1, 2, 3, and 4 or more."""

    counts: Mapping[int, int]
    children: int
    several: int


def curve(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> AgainCurve:
    """The curve of the children whose first incident is in question, up to a year."""
    groups = _groups(cursor, scope, replace(question, by=()), moment)
    if not groups:
        return AgainCurve(0, (), ())
    days, again = next(iter(groups.values()))
    whole = kaplan_meier(days, again)
    listed = tuple(_point(whole, day) for day in LISTED)
    if len(days) < LEAST_AT_RISK:
        return AgainCurve(len(days), (), listed)
    end = min(int(np.sort(days)[-LEAST_AT_RISK]), HORIZON)
    rises = whole.days[(whole.events > 0) & (whole.days <= end)]
    steps = tuple(_point(whole, int(day)) for day in sorted({0, *rises, end}))
    return AgainCurve(len(days), steps, listed)


def differences(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> Mapping[str, Difference]:
    """For each breakdown of the question, whether its groups differ; all of them tested together."""
    found = {name: _groups(cursor, scope, _of_one(question, name), moment) for name in question.by}
    large = {
        name: [_within_a_year(one) for one in groups.values() if len(one[0]) >= LEAST_AT_RISK]
        for name, groups in found.items()
    }
    p = {name: difference(groups) if _can_be_tested(name, groups) else None for name, groups in large.items()}
    tested = false_discovery([np.nan if one is None else one for one in p.values()])
    return {
        name: Difference(len(large[name]), p[name], None if p[name] is None else float(q), bool(kept))
        for name, q, kept in zip(question.by, tested.q, tested.reject, strict=True)
    }


def incidents_per_child(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> IncidentsPerChild:
    """How many children were in how many of the incidents in question."""
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + questions.incidents_per_child(replace(question, by=())),
        exact.values_of(scope, question, moment),
    )
    counted = {int(row["incidents"]): int(row["children"]) for row in rows}
    counts = {number: counted.get(number, 0) for number in range(1, questions.MOST_INCIDENTS + 1)}
    children = sum(counts.values())
    return IncidentsPerChild(counts, children, several=children - counts[1])


def _within_a_year(children: Children) -> Children:
    """What is compared is what the page shows: a second incident after the year is none yet."""
    days, again = children
    return np.minimum(days, HORIZON), again & (days <= HORIZON)


def _can_be_tested(name: str, groups: Sequence[Children]) -> bool:
    return name in APART and sum(int(again.sum()) for _, again in groups) >= LEAST_EVENTS * len(groups)


def _of_one(question: Question, name: str) -> Question:
    return replace(question, by=(name,), year=None if name == "year" else question.year)


def _groups(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> dict[tuple[str, ...], Children]:
    """The children of each combination: days, and whether involved again."""
    asked = measure(question.measure)
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + questions.figures(asked, None, question),
        exact.values_of(scope, question, moment),
    )
    names = questions.keys(question.by)
    return {
        tuple(str(row[name]) for name in names): (np.array(row["days"], float), np.array(row["again"], bool))
        for row in rows
    }


def _point(whole: Curve, day: int) -> Point:
    found = whole.at(day)
    if found.at_risk < LEAST_AT_RISK:
        return Point(day, None, None, None, found.at_risk, found.events)
    return Point(day, found.value, found.lower, found.upper, found.at_risk, found.events)
