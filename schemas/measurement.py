"""Measures: what each figure counts, over what, and how to read it. One file each in `measures/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from schemas.conditions import Condition, Not
from schemas.definition_files import check_keys, names, only_one_each, read
from schemas.definitions import incident_reader
from schemas.errors import LanguageError, QuestionError
from schemas.rulesets import RuleSet, rule_sets


class Kind(StrEnum):
    """How a measure becomes a number.

    count: rows. share: rows of those that apply (0–1, Wilson). rate: per 1,000 pupils (exact or Byar).
    days: median and 90th percentile. repeat: Kaplan–Meier (0–1). cells: answers of answers due (0–1).
    coverage: returns of returns expected (0–1).
    """

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    DAYS = "days"
    REPEAT = "repeat"
    CELLS = "cells"
    COVERAGE = "coverage"


REQUIRED = (
    "id", "title", "short_title", "question", "grain", "kind", "unit", "numerator", "denominator",
    "how_to_read", "caveats", "source_step", "example",
)  # fmt: skip
OPTIONAL = (
    "counts_when", "applies_when", "uses_rule_set", "counts", "days_from", "days_to", "within_days", "cells",
)  # fmt: skip
NEEDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUNT: ("counts_when", "applies_when"),
    Kind.SHARE: ("counts_when", "applies_when"),
    Kind.RATE: ("counts_when", "applies_when", "counts"),
    Kind.DAYS: ("counts_when", "applies_when", "days_from", "days_to"),
    Kind.REPEAT: ("within_days",),
    Kind.CELLS: ("cells",),
    Kind.COVERAGE: (),
}
GRAINS = ("incident", "child", "answer", "return")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `counts_when` and `applies_when` are texts, read with a rule set where one is used."""

    id: str
    title: str
    short_title: str
    question: str
    grain: str
    kind: Kind
    unit: str
    numerator: str
    denominator: str
    how_to_read: str
    caveats: tuple[str, ...]
    source_step: str
    example: Mapping[str, Any]
    counts_when: str = "always"
    applies_when: str = "always"
    uses_rule_set: bool = False
    counts: str = "incidents"
    days_from: str = ""
    days_to: tuple[str, ...] = ()
    within_days: int = 0
    cells: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the value is a share, from 0 to 1."""
        return self.kind in (Kind.SHARE, Kind.REPEAT, Kind.CELLS, Kind.COVERAGE)

    def conditions(self, rules: RuleSet | None) -> tuple[Condition, Condition]:
        """When a row applies, and when it counts, under a rule set where the measure uses one."""
        reader = incident_reader(None if rules is None else _words_of(rules))
        where = f"measures/{self.id}.toml"
        return (
            reader.read(self.applies_when, where=f"{where}: applies_when"),
            reader.read(self.counts_when, where=f"{where}: counts_when"),
        )


def _words_of(rules: RuleSet) -> dict[str, Condition]:
    return {
        "called_for": rules.called_for,
        "not_called_for": Not(rules.called_for),
        "answered": rules.answered,
    }


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure, by id."""
    found = [_measure(path) for path in names("measures")]
    only_one_each([one.id for one in found], where="measures")
    return {one.id: one for one in found}


def measure(name: str) -> Measure:
    """One measure by its id."""
    try:
        return measures()[name]
    except KeyError:
        raise QuestionError(
            "There is no such measure. “plumbline figures --help” and the page About the figures list them."
        ) from None


def _measure(path: str) -> Measure:
    entry = read(path)
    check_keys(entry, required=REQUIRED, optional=OPTIONAL, where=path)
    if entry["kind"] not in list(Kind) or entry["grain"] not in GRAINS:
        raise LanguageError(f"{path}: kind is one of {', '.join(Kind)}, grain one of {', '.join(GRAINS)}")
    kind = Kind(entry["kind"])
    check_keys(entry, required=NEEDS[kind], optional=REQUIRED + OPTIONAL, where=path)
    lists: dict[str, Any] = {key: tuple(entry[key]) for key in ("caveats", "days_to") if key in entry}
    fields: dict[str, Any] = dict(entry)
    fields |= {"kind": kind, **lists}
    found = Measure(**fields)
    for rules in rule_sets().values() if found.uses_rule_set else [None]:
        found.conditions(rules)  # a condition that does not read stops the start
    return found
