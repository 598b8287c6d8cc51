"""Rule sets: what a dated piece of guidance asks of a school, as conditions that can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from schemas.conditions import Condition, Not, columns_of
from schemas.definition_files import check_keys, names, only_one_each, read
from schemas.definitions import incident_reader
from schemas.errors import LanguageError, QuestionError

DEFAULT = "ukcis-2024"
WORDINGS = ("as published", "to be checked")
SET_KEYS = (
    "id", "title", "short_title", "dated", "source", "wording", "display_term", "note", "called_for",
    "answered_by", "answered_title", "rule",
)  # fmt: skip
RULE_KEYS = ("id", "step", "title", "applies_when", "met_when")


class Outcome(StrEnum):
    """How a school's decision stands beside what a rule set calls for."""

    CALLED_FOR_ESCALATED = "called_for_escalated"
    CALLED_FOR_NOT_ESCALATED = "called_for_not_escalated"
    NOT_CALLED_FOR_ESCALATED = "not_called_for_escalated"
    NOT_CALLED_FOR_NOT_ESCALATED = "not_called_for_not_escalated"
    NOT_KNOWN = "not_known"


OUTCOME_LABELS: Mapping[Outcome, str] = {
    Outcome.CALLED_FOR_ESCALATED: "Called for and escalated",
    Outcome.CALLED_FOR_NOT_ESCALATED: "Called for, not escalated",
    Outcome.NOT_CALLED_FOR_ESCALATED: "Not called for, escalated",
    Outcome.NOT_CALLED_FOR_NOT_ESCALATED: "Not called for, not escalated",
    Outcome.NOT_KNOWN: "Not known",
}


class Verdict(StrEnum):
    """How an incident stands to one rule."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Rule:
    """One step that a rule set asks for: when it applies, and when it is met."""

    id: str
    step: str
    title: str
    applies_when: Condition
    met_when: Condition
    applies_text: str
    met_text: str

    @property
    def asks(self) -> tuple[str, ...]:
        """The columns whose answers decide whether the rule is met."""
        return columns_of(self.met_when)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One dated piece of guidance; every figure that judges escalation names one."""

    id: str
    title: str
    short_title: str
    dated: date
    source: str
    wording: str
    display_term: str
    note: str
    called_for: Condition
    answered: Condition
    answered_title: str
    called_for_text: str
    answered_text: str
    rules: tuple[Rule, ...]


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """Every rule set, by id, in the order of their dates."""
    found = [_rule_set(path) for path in names("guidance")]
    only_one_each([one.id for one in found], where="guidance")
    return {one.id: one for one in sorted(found, key=lambda one: one.dated)}


def rule_set(name: str | None) -> RuleSet:
    """One rule set by its id; the default when none is named."""
    try:
        return rule_sets()[name or DEFAULT]
    except KeyError:
        known = ", ".join(rule_sets())
        raise QuestionError(f"There is no such rule set. Choose one of: {known}.") from None


def _rule_set(path: str) -> RuleSet:
    entry = read(path)
    check_keys(entry, required=SET_KEYS, where=path)
    if entry["wording"] not in WORDINGS:
        raise LanguageError(f"{path}: wording is one of {', '.join(WORDINGS)}")
    reader = incident_reader()
    called_for = reader.read(entry["called_for"], where=f"{path}: called_for")
    answered = reader.read(entry["answered_by"], where=f"{path}: answered_by")
    rules = tuple(_rule(rule, called_for, path) for rule in entry["rule"])
    only_one_each([rule.id for rule in rules], where=path)
    texts = {"called_for_text": entry["called_for"], "answered_text": entry["answered_by"]}
    plain = {key: entry[key] for key in SET_KEYS if key not in ("called_for", "answered_by", "rule")}
    return RuleSet(**plain, **texts, called_for=called_for, answered=answered, rules=rules)


def _rule(entry: Mapping[str, Any], called_for: Condition, path: str) -> Rule:
    where = f"{path}: rule {entry.get('id', '?')}"
    check_keys(entry, required=RULE_KEYS, where=where)
    reader = incident_reader({"called_for": called_for, "not_called_for": Not(called_for)})
    return Rule(
        id=entry["id"],
        step=entry["step"],
        title=entry["title"],
        applies_when=reader.read(entry["applies_when"], where=f"{where}: applies_when"),
        met_when=reader.read(entry["met_when"], where=f"{where}: met_when"),
        applies_text=entry["applies_when"],
        met_text=entry["met_when"],
    )
