"""The fixed family of tables that may leave an organisation, from `shared_family.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from schemas.definition_files import check_keys, only_one_each, read
from schemas.errors import LanguageError
from schemas.measurement import Kind, Measure, measures
from schemas.rulesets import rule_set

FILE = "shared_family.toml"
IN_TABLES = (Kind.COUNT, Kind.SHARE)
ALONE = (Kind.DAYS, Kind.REPEAT)


class Level(StrEnum):
    """What a row of a shared table is about; a trust's row holds its schools in the authority."""

    AUTHORITY = "authority"
    PHASE = "phase"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class SharedTable:
    """One table: a measure, perhaps broken down, at some levels; `part_of` names a table that contains its counts.

    `years_only`: not by term.
    """

    id: str
    measure: Measure
    levels: tuple[Level, ...]
    breakdown: str | None = None
    part_of: str | None = None
    years_only: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it gives a count out of a denominator, not a count of incidents alone."""
        return self.measure.kind is Kind.SHARE


@dataclass(frozen=True, slots=True)
class Family:
    """Everything that is shared. `alone` are figures that are no sums: one value a year."""

    rule_set: str
    closes_after_days: int
    tables: tuple[SharedTable, ...]
    alone: Mapping[str, Measure]

    def table(self, measure: str, breakdown: str | None) -> SharedTable | None:
        """The table that answers for a measure and breakdown, None when it is not shared."""
        found = [one for one in self.tables if (one.measure.id, one.breakdown) == (measure, breakdown)]
        return found[0] if found else None


@cache
def family() -> Family:
    """The shared family; a file that does not read stops the start."""
    entry = read(FILE)
    check_keys(entry, required=("rule_set", "closes_after_days", "table", "alone"), where=FILE)
    tables = tuple(_table(one) for one in entry["table"])
    alone = {one["id"]: _measure(one, ALONE) for one in entry["alone"]}
    only_one_each([*(one.id for one in tables), *alone], where=FILE)
    _must_hold_together(tables)
    return Family(rule_set(entry["rule_set"]).id, int(entry["closes_after_days"]), tables, alone)


@cache
def family_id() -> str:
    """What tells one version of the family's file from another."""
    return sha256((files("schemas") / FILE).read_bytes()).hexdigest()[:12]


def _table(entry: Mapping[str, Any]) -> SharedTable:
    check_keys(entry, required=("id", "measure", "levels"), optional=("breakdown", "part_of", "years_only"), where=FILE)
    if not set(entry["levels"]) <= set(Level) or Level.AUTHORITY not in entry["levels"]:
        raise LanguageError(f"{FILE}: levels are some of {', '.join(Level)}, the authority always")
    levels = tuple(level for level in Level if level in entry["levels"])
    return SharedTable(
        id=entry["id"],
        measure=_measure(entry, IN_TABLES),
        levels=levels,
        breakdown=entry.get("breakdown"),
        part_of=entry.get("part_of"),
        years_only=bool(entry.get("years_only")),
    )


def _measure(entry: Mapping[str, Any], kinds: tuple[Kind, ...]) -> Measure:
    found = measures().get(entry["measure"])
    if found is None or found.kind not in kinds or (found.kind in IN_TABLES and found.grain != "incident"):
        raise LanguageError(f"{FILE}: {entry['id']} needs a measure of incidents of the kind {' or '.join(kinds)}")
    return found


def _must_hold_together(tables: tuple[SharedTable, ...]) -> None:
    """Every table rests on the number of incidents; a breakdown and a part need their whole."""
    plain = {one.measure.id: one for one in tables if one.breakdown is None}
    if tables[0].measure.id != "incidents" or tables[0].breakdown:
        raise LanguageError(f"{FILE}: the first table is the number of incidents")
    for one in tables:
        if one.measure.id not in plain or (one.part_of and one.part_of not in plain):
            raise LanguageError(f"{FILE}: {one.id} needs the table of its whole before it")
        if not set(one.levels) <= set(tables[0].levels):
            raise LanguageError(f"{FILE}: {one.id} has a level that the number of incidents lacks")
