"""Decide which of one authority's shared figures are shown: every table in turn, given what readers know already."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.disclosure import LEAST_SCHOOLS
from pipelines.protection.attack import exposed
from pipelines.protection.secondary import UnprotectableError, protect
from pipelines.protection.solving import UnprovenError
from pipelines.sharing.linking import Linked
from pipelines.sharing.parts import GIVEN, Place
from pipelines.sharing.telling import PLAIN
from schemas.family import Level, SharedTable

SEARCHED = 200  # cells up to which the fewest further ones are searched for; beyond, the search takes too long


def decide(linked: Linked, before: Mapping[str, bool], *, least: int) -> dict[str, bool]:
    """Of each cell that a table gives, whether readers may know it (a row is shown when all its cells are).

    `before` holds the decisions of earlier releases: shown stays shown, withheld stays withheld.
    """
    public = dict(before)
    for table in linked.family.tables:
        for values in linked.values_together(table):
            _decide_one(linked, table, values, public, least=least)
    return _safe_together(linked, before, public, least=least)


def _safe_together(
    linked: Linked, before: Mapping[str, bool], public: dict[str, bool], *, least: int
) -> dict[str, bool]:
    """The decisions, without the tables that give something away together though each by itself does not.

    Tables that rest on the same incidents bound them from both sides. It is rare, so whole tables are left out: at
    each step the one whose going leaves the fewest cells exposed, until there is none.
    """
    told = {place.table for place in linked.parts if public.get(place.key) and place.key not in before}
    given_away = _exposed(linked, public, least=least)
    while given_away and told:
        without = {name: _without(linked, name, before, public) for name in sorted(told)}
        left = {name: _exposed(linked, trial, least=least) for name, trial in without.items()}
        least_left = min(sorted(told, reverse=True), key=left.__getitem__)
        public, given_away = without[least_left], left[least_left]
        told.remove(least_left)
    return public


def _exposed(linked: Linked, public: Mapping[str, bool], *, least: int) -> int:
    """How many cells somebody works back or narrows too far from all tables at once; a doubt counts too."""
    whole = linked.whole(public, least=least)
    try:
        return len(exposed(whole, (), least=least, readers=linked.readers(whole)))
    except UnprovenError:
        return len(whole.cells)


def _without(linked: Linked, table: str, before: Mapping[str, bool], public: Mapping[str, bool]) -> dict[str, bool]:
    """The decisions with everything new of one table withheld."""
    gone = {place.key for place in linked.parts if place.table == table} - set(before)
    return {key: is_shown and key not in gone for key, is_shown in public.items()}


def _decide_one(
    linked: Linked, table: SharedTable, values: tuple[str, ...], public: dict[str, bool], *, least: int
) -> None:
    given = [place for place in linked.parts if place.table == table.id and place.value in values and is_given(place)]
    public |= {place.key: False for place in given if _is_of_few(place, linked, public)}
    public |= {place.key: False for place in given if _rests_on_withheld(place, linked, public)}
    undecided = [place.key for place in given if place.key not in public]
    if not undecided:
        return
    tables = linked.tables(table, values, public, least=least)
    try:
        quickly = len(tables.cells) > SEARCHED
        withheld = protect(tables, least=least, readers=linked.readers(tables), quickly=quickly)
    except (UnprotectableError, UnprovenError):  # what is public already is too much beside it: nothing more is told
        withheld = frozenset(undecided)
    public |= {key: key not in withheld for key in undecided}


def _is_of_few(place: Place, linked: Linked, public: Mapping[str, bool]) -> bool:
    """A figure of one or two schools is theirs, even when it is none."""
    return place.key not in public and linked.parts[place].schools < LEAST_SCHOOLS


def is_given(place: Place) -> bool:
    """Whether a shared table shows this cell by itself; the others follow from those, or are never shown."""
    return place.column in GIVEN and place.level in set(Level)


def _rests_on_withheld(place: Place, linked: Linked, public: Mapping[str, bool]) -> bool:
    """A part of incidents that are withheld is withheld with them."""
    first = linked.family.tables[0].id
    whole = Place(first, PLAIN, "all", place.level, place.code, place.period).key
    return place.table != first and place.key not in public and not public.get(whole, True)
