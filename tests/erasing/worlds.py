"""THE ORACLE of erasing: an invented world without the rows that go, in plain Python over what was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from pipelines import erasing
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from tests.factories import KEY
from tests.oracles.days import year_of
from tests.oracles.world import Asked, Row, World, standing_returns

NOW = datetime(2026, 11, 1)  # noqa: DTZ001 - as the warehouse keeps moments
ASKS = Actor("ada", "administrator", OPERATOR)
APPROVES = Actor("pat", "data-protection officer", OPERATOR)


def erase(store: Warehouse, request: erasing.Request, *, when: datetime = NOW) -> erasing.Erased:
    """Plan it and carry it out, as two people."""
    plan = erasing.plan(store, request, actor=ASKS, key=KEY, when=when)
    return erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES, when=when)


def without(world: World, request: erasing.Request) -> World:
    """The world as if the rows had never been sent."""
    return {
        erasing.Kind.RETENTION: _without_years,
        erasing.Kind.RETURN: _without_return,
        erasing.Kind.CHILD: _without_child,
        erasing.Kind.SCHOOL: _without_school,
    }[request.kind](world, request)


def _without_years(world: World, request: erasing.Request) -> World:
    first = request.academic_year
    stands: dict[tuple[str, str, str, str], str] = {}
    for sent in standing_returns(world, Asked("", "", as_at=NOW)):
        for row in sent["incidents"]:
            stands[sent["urn"], sent["year"], sent["term"], row["incident_ref"]] = _year(row)

    def stays(sent: Row, row: Row) -> bool:
        place = (sent["urn"], sent["year"], sent["term"], row["incident_ref"])
        return min(_year(row), stands.get(place, first)) >= first

    return replace(_with(world, stays), kept_from=max(first, world.kept_from))


def _without_return(world: World, request: erasing.Request) -> World:
    place = (request.school_urn, request.academic_year, request.term)
    return replace(world, returns=[one for one in world.returns if (one["urn"], one["year"], one["term"]) != place])


def _without_school(world: World, request: erasing.Request) -> World:
    kept = [one for one in world.returns if one["urn"] != request.school_urn]
    return replace(world, returns=kept, left=world.left | {request.school_urn})


def _without_child(world: World, request: erasing.Request) -> World:
    found = []
    for sent in world.returns:
        if sent["urn"] != request.school_urn:
            found.append(sent)
            continue
        mine = {one["incident_ref"] for one in sent["children"] if one["child_key"] == request.child_key}
        others = [one for one in sent["children"] if one["child_key"] != request.child_key]
        gone = mine - {one["incident_ref"] for one in others}
        rows = [row for row in sent["incidents"] if row["incident_ref"] not in gone]
        found.append({**sent, "incidents": rows, "children": others})
    return replace(world, returns=found)


def _with(world: World, stays: Callable[[Row, Row], bool]) -> World:
    """Only those incidents, and the children of them."""
    found = []
    for sent in world.returns:
        rows = [row for row in sent["incidents"] if stays(sent, row)]
        named = {row["incident_ref"] for row in rows}
        involved = [one for one in sent["children"] if one["incident_ref"] in named]
        found.append({**sent, "incidents": rows, "children": involved})
    return replace(world, returns=found)


def _year(row: Row) -> str:
    return year_of(date.fromisoformat(row["reported_date"]))


def terms(world: World) -> list[tuple[str, str, Term]]:
    """Every school and term of which a return was sent."""
    return sorted({(one["urn"], one["year"], Term(one["term"])) for one in world.returns})


def children(world: World) -> list[tuple[str, str]]:
    """Every school and key of a child that was sent."""
    return sorted({(one["urn"], row["child_key"]) for one in world.returns for row in one["children"]})
