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

    schools: urn, name, la, trust, phase, status, pupils, boys, girls, census_year, opened, closed, loaded_at
    memberships: urn, trust, joined, left.  links: predecessor, successor.
    returns: urn, year, term, nil, recorded_at, incidents, children
    """

    schools: list[Row] = field(default_factory=list)
    memberships: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    returns: list[Row] = field(default_factory=list)


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
    """Each school as the register said last, at the moment asked about."""
    return _known_schools(world, asked.as_at)


@cache
def _known_schools(world: World, as_at: datetime) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in sorted(world.schools, key=lambda row: row["loaded_at"]):
        if row["loaded_at"] <= as_at:
            found[row["urn"]] = row
    return found


def in_scope(world: World, asked: Asked, urn: str, on: date) -> bool:
    """Whether a school belonged to the organisation on a day."""
    school = known_schools(world, asked).get(urn)
    if school is None:
        return False
    if asked.kind == "school":
        return urn == asked.code
    if asked.kind == "la":
        return bool(school["la"] == asked.code)
    dated = [row for row in world.memberships if row["urn"] == urn]
    if not dated:
        return bool(school["trust"] == asked.code)
    return any(
        row["trust"] == asked.code
        and (row["joined"] is None or row["joined"] <= on)
        and (row["left"] is None or on <= row["left"])
        for row in dated
    )


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
