"""The worked example of the template: what it says, and how its rows are known again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.definition_files import check_keys, read
from schemas.errors import LanguageError
from schemas.lexicon import lexicon

FILE = "worked_example.toml"
KEYS = ("incident_ref", "child_key", "other_child_key", "days", "incident", "child", "other_child")


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """One invented incident and its children, as answers by column; `days` count from the term's first day."""

    incident: Mapping[str, str]
    children: tuple[Mapping[str, str], ...]
    days: Mapping[str, int]

    @property
    def marks(self) -> Mapping[str, frozenset[str]]:
        """By column, the texts that mark a row as the example's."""
        return {
            "incident_ref": frozenset({self.incident["incident_ref"]}),
            "child_key": frozenset(child["child_key"] for child in self.children),
        }


@cache
def worked_example() -> WorkedExample:
    """The example that ships with Plumbline; a LanguageError names a column that no return has."""
    raw = read(FILE)
    check_keys(raw, required=KEYS, where=FILE)
    reference = {"incident_ref": raw["incident_ref"]}
    children = (
        {**reference, "child_key": raw["child_key"], **raw["child"]},
        {**reference, "child_key": raw["other_child_key"], **raw["other_child"]},
    )
    incident = {**reference, **raw["incident"]}
    _must_be_columns("incidents", {**incident, **raw["days"]})
    for child in children:
        _must_be_columns("children", child)
    return WorkedExample(incident, children, raw["days"])


def _must_be_columns(table: str, answers: Mapping[str, Any]) -> None:
    if unknown := sorted(set(answers) - set(lexicon().tables[table].by_name)):
        raise LanguageError(f"{FILE}: there is no column {', '.join(unknown)} in the table {table}.")
