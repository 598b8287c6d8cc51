"""The shared tables of one authority and year as linked cells: what adds up to what, and who knows what of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from pipelines.disclosure import is_sensitive
from pipelines.figures import CATEGORIES
from pipelines.protection.cells import Cell, Reader, Sum, Tables
from pipelines.sharing.parts import ATOM, GIVEN, YEAR, Place, parts_of, placed_counts
from pipelines.sharing.telling import NO_TRUST, PLAIN, Told, subtractions
from schemas.calendar import Term
from schemas.family import Family, Level, SharedTable
from schemas.lexicon import lexicon

COSTS = {Level.AUTHORITY: 16.0, Level.PHASE: 4.0, Level.TRUST: 2.0}
YEAR_COSTS = 2.0
FINER = {Level.AUTHORITY: (Level.PHASE, Level.TRUST), Level.PHASE: (ATOM,), Level.TRUST: (ATOM,)}


class Linked:
    """All cells of one authority's year, with the sums between them. `terms` are the terms that are shared."""

    def __init__(self, told: Told, family: Family, *, terms: tuple[str, ...]) -> None:
        self.told, self.family, self.terms = told, family, terms
        self.periods = (*terms, YEAR) if len(terms) == len(Term) else terms
        self._placed = placed_counts(told, terms, self.periods)
        self.parts = parts_of(self._placed, self.periods, family)
        self._by_table = {one.id: one for one in family.tables}
        self._at = defaultdict(list)
        for place in sorted(self.parts):
            self._at[place.table, place.value, place.column, place.period, place.level].append(place)

    def values_together(self, table: SharedTable) -> list[tuple[str, ...]]:
        """The values of a table that are decided together: all that add up to something, others one by one."""
        values = sorted({place.value for place in self.parts if place.table == table.id})
        together = table.breakdown is None or (is_partition(table.breakdown) and not table.is_share)
        return [tuple(values)] if together else [(value,) for value in values]

    def tables(self, table: SharedTable, values: tuple[str, ...], public: Mapping[str, bool], *, least: int) -> Tables:
        """One system: a table's cells of these values to decide on, the tables it rests on as they were decided.

        `public` says of cells that were decided before whether readers know them.
        """
        cells, sums = [], []
        wanted, levels = {PLAIN, *values}, self._levels_of(table, public)
        for one in (*self._rests_on(table), table):
            places = [
                place for place in self.parts
                if place.table == one.id and place.value in wanted and place.level in levels
            ]  # fmt: skip
            cells += [self._cell(place, public, least=least) for place in places]
            sums += list(self._sums(one, places))
        known = {cell.key for cell in cells}
        return Tables(tuple(cells), tuple(one for one in sums if {one.total, *one.parts} <= known))

    def whole(self, public: Mapping[str, bool], *, least: int) -> Tables:
        """All tables as one system, each cell as it was decided."""
        cells, sums = [], []
        for one in self.family.tables:
            places = [place for place in self.parts if place.table == one.id]
            cells += [self._cell(place, public, least=least) for place in places]
            sums += list(self._sums(one, places))
        known = {cell.key for cell in cells}
        return Tables(tuple(cells), tuple(one for one in sums if {one.total, *one.parts} <= known))

    def _levels_of(self, table: SharedTable, public: Mapping[str, bool]) -> frozenset[str]:
        """The levels that bear on a table: its own only, where all that it rests on is shown for the authority."""
        before = {one.id for one in self._rests_on(table)}
        whole = [place for place in self.parts if place.table in before and place.level == Level.AUTHORITY]
        is_known = bool(before) and all(public.get(place.key, False) for place in whole if place.column in GIVEN)
        own = {*table.levels, *([ATOM] if len(table.levels) > 1 else [])}
        return frozenset(own if is_known else {*Level, ATOM})

    def readers(self, tables: Tables) -> list[Reader]:
        """Each trust and each school: what is all theirs they know, of the rest their own part."""
        keys = {cell.key for cell in tables.cells}
        return [one for name, own in self._own.items() if (one := _reader(name, own, keys)) is not None]

    @cached_property
    def _own(self) -> Mapping[str, Mapping[str, tuple[int, bool]]]:
        """By reader and cell: their own part, and whether nobody else has a part in it."""
        schools = self._placed.groupby("key")["urn"].nunique().to_dict()
        found: defaultdict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
        for kind, column in (("trust", "trust"), ("school", "urn")):
            own = self._placed[self._placed[column] != NO_TRUST].groupby([column, "key"])
            parts = own.agg(count=("count", "sum"), schools=("urn", "nunique")).reset_index()
            for name, key, count, theirs in parts.itertuples(index=False, name=None):
                found[f"{kind}:{name}"][str(key)] = (int(count), theirs == schools[key])
        return found

    def by_school(self, place: Place) -> Mapping[str, int]:
        """What each school contributes to a cell."""
        return self._parts_of_schools.get(place.key, {})

    @cached_property
    def _parts_of_schools(self) -> Mapping[str, Mapping[str, int]]:
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        sums = self._placed.groupby(["key", "urn"])["count"].sum().reset_index()
        for key, urn, count in sums.itertuples(index=False, name=None):
            found[str(key)][str(urn)] = int(count)
        return found

    def is_sensitive(self, place: Place, *, least: int) -> bool:
        """Whether a cell must be withheld."""
        measure = self._by_table[place.table].measure
        says_not_known = place.column == "outside" and measure.applies_when == "always" and not place.value
        if says_not_known:  # how things were recorded, not what happened to a child
            return False
        return is_sensitive(self.parts[place], least=least, compares=place.column in GIVEN)

    def _cell(self, place: Place, public: Mapping[str, bool], *, least: int) -> Cell:
        is_given = place.column in GIVEN and place.level in set(Level)
        decided = public.get(place.key)
        is_known = decided is True or self.parts[place].schools == 0  # the register says that nobody is in it
        sensitive = decided is not True and self.is_sensitive(place, least=least)
        cost = COSTS[Level(place.level)] * (YEAR_COSTS if place.period == YEAR else 1.0) if is_given else 1.0
        return Cell(
            place.key, self.parts[place].count, sensitive=sensitive, fixed=is_known,
            offered=is_given and decided is not False, cost=cost,
        )  # fmt: skip

    def _rests_on(self, table: SharedTable) -> list[SharedTable]:
        names = {source for *_, source in subtractions(table, self.family)} - {table.id}
        before = {one.id for name in names for one in self._rests_on(self._by_table[name])}
        return [one for one in self.family.tables if one.id in names | before]

    def _sums(self, table: SharedTable, places: list[Place]) -> Iterator[Sum]:
        for place in places:
            yield from _over_time(place, self.terms)
            yield from self._over_levels(place)
        for whole, part, rest, source in subtractions(table, self.family):
            for place in (one for one in places if one.column == part):
                yield self._subtraction(place, whole, rest, source)
        if table.breakdown and is_partition(table.breakdown) and not table.is_share:
            yield from self._partition(places)

    def _over_levels(self, place: Place) -> Iterator[Sum]:
        """The authority is the sum of its phases and of its trusts; each of these of what they have in common."""
        for level in FINER[Level(place.level)] if place.level != ATOM else ():
            finer = self._at[place.table, place.value, place.column, place.period, level]
            inside = [one.key for one in finer if _is_within(one, place)]
            if inside:
                yield Sum(place.key, tuple(inside))

    def _subtraction(self, place: Place, whole: str, rest: str, source: str) -> Sum:
        value = place.value if self._by_table[source].breakdown else PLAIN
        total = Place(source, value, whole, place.level, place.code, place.period)
        left = Place(place.table, place.value, rest, place.level, place.code, place.period)
        return Sum(total.key, (place.key, left.key))

    def _partition(self, places: list[Place]) -> Iterator[Sum]:
        """Of a breakdown in which each incident has one answer, the answers add up to the incidents."""
        first = self.family.tables[0].id
        answers: dict[tuple[str, str, str], list[str]] = {}
        for one in (place for place in places if place.column == "yes"):
            answers.setdefault((one.level, one.code, one.period), []).append(one.key)
        for (level, code, period), keys in answers.items():
            yield Sum(Place(first, PLAIN, "all", level, code, period).key, tuple(keys))


def is_partition(breakdown: str) -> bool:
    """Whether each incident has exactly one answer, so that the answers add up to the incidents."""
    table, column = CATEGORIES.get(breakdown, ("", ""))
    return table == "incidents" and lexicon().column(table, column).kind == "code"


def _is_within(finer: Place, place: Place) -> bool:
    if place.level == Level.AUTHORITY:
        return True
    phase, _, trust = finer.code.partition("+")
    return place.code == (phase if place.level == Level.PHASE else trust)


def _over_time(place: Place, terms: tuple[str, ...]) -> Iterator[Sum]:
    if place.period == YEAR:
        yield Sum(place.key, tuple(replace(place, period=term).key for term in terms))


def _reader(name: str, own: Mapping[str, tuple[int, bool]], keys: Collection[str]) -> Reader | None:
    """None for someone who knows no more than anyone: no part in a cell, and none theirs alone, even if empty."""
    mine = {key: part for key, part in own.items() if key in keys}
    if not any(count or alone for count, alone in mine.values()):
        return None
    knows = {key: count for key, (count, alone) in mine.items() if alone}
    return Reader(name, knows=knows, at_least={key: count for key, (count, _) in mine.items() if key not in knows})
