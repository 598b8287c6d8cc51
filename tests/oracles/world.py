"""An invented world as it was sent: the register, memberships, links, and every version of every return."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

Row = dict[str, Any]


@dataclass(eq=False)
class World:
    """Everything that was ever loaded or sent, in the order in which it was.

    schools: urn, name, la, trust, phase, status, pupils, boys, girls, census_year, opened, closed, loaded_at;
        and, of an extract that tells it, the day on which the entry was last changed (changed)
    memberships: urn, trust, joined, left, and, where there is more than one load, closed, loaded_at
    links: predecessor, successor, and, where it matters, words, established, told_by (which of the two), loaded_at
    returns: urn, year, term, nil, recorded_at, incidents, children
    kept_from: the first academic year of which rows are kept.  left: schools of which everything was erased
    """

    schools: list[Row] = field(default_factory=list)
    memberships: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    returns: list[Row] = field(default_factory=list)
    kept_from: str = ""
    left: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asked:
    """A question: whose figures (la, trust or school, and its code), broken down how, of what."""

    kind: str
    code: str
    by: tuple[str, ...] = ()
    year: str | None = None
    term: str | None = None
    phase: str | None = None
    school: str | None = None
    rule_set: str = "ukcis-2024"
    as_at: datetime = datetime(2100, 1, 1)  # noqa: DTZ001 - as the warehouse keeps moments


def known_schools(world: World, asked: Asked) -> dict[str, Row]:
    """Each school as the latest extract says that was known at the moment asked about."""
    return _known_schools(world, asked.as_at)


@cache
def _known_schools(world: World, as_at: datetime) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in extracts_in_order(world):
        if row["loaded_at"] <= as_at:
            found[row["urn"]] = row
    return found


@cache
def extracts_in_order(world: World) -> list[Row]:
    """Every entry of every load of the register, by the day that its extract is of, then as they were loaded."""
    return sorted(world.schools, key=lambda row: (told_on(world, row["loaded_at"]), row["loaded_at"]))


@cache
def told_on(world: World, loaded_at: datetime) -> date:
    """The day that a load of the register is of: its latest change, or the day it was loaded."""
    changed = [row["changed"] for row in world.schools if row["loaded_at"] == loaded_at and row.get("changed")]
    return max(changed, default=loaded_at.date())


def standing_returns(world: World, asked: Asked) -> list[Row]:
    """The latest version of each school's return of each term, at the moment asked about, in the order sent."""
    return _standing_returns(world, asked.as_at)


@cache
def _standing_returns(world: World, as_at: datetime) -> list[Row]:
    latest: dict[tuple[str, str, str], Row] = {}
    for sent in sorted(world.returns, key=lambda sent: sent["recorded_at"]):
        if sent["recorded_at"] <= as_at:
            latest[sent["urn"], sent["year"], sent["term"]] = sent
    return sorted(latest.values(), key=lambda sent: sent["recorded_at"])


def fits(world: World, asked: Asked, urn: str, year: str, term: str) -> bool:
    """Whether a school and a term pass the question's filters."""
    return (
        asked.year in (None, year)
        and asked.term in (None, term)
        and asked.school in (None, urn)
        and asked.phase in (None, known_schools(world, asked)[urn]["phase"])
    )
