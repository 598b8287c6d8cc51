"""The rule book: every check that can fire on a return, one entry each, with its own two examples.

An entry with `fails_when` is a condition over one row's answers and needs no code. Any other says in `judged` how it
is judged, and a function in `pipelines` that names its id does so. The entries stand in `schemas/checks/`, one file a
stage; an id begins with its stage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.conditions import Condition
from schemas.definition_files import check_keys, names, only_one_each, read
from schemas.definitions import child_reader, incident_reader
from schemas.errors import LanguageError
from schemas.issues import Severity
from schemas.lexicon import KINDS, lexicon

VERSION = "2026.2"
STAGES = ("file", "personal", "structure", "format", "cross", "whole", "history")
TABLES = ("incidents", "children", "return", "file")
KEYS = ("id", "severity", "tables", "columns", "message", "fix", "source", "since", "passing", "failing")
OPTIONAL = ("fails_when", "judged", "heading")
ANY, CORE, OPTIONAL_COLUMNS = "@any", "@core", "@optional"
_FACT = re.compile(r"\{([a-z_]+)[^}]*\}")
SELECTORS = frozenset({ANY, CORE, OPTIONAL_COLUMNS, *(f"@{kind}" for kind in KINDS)})


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `columns[0]` is the cell that its issue points at; none: the row, table or file as a whole.

    A column that begins with @ stands for many: @any, @core, @optional, or all of a kind (@date, @code). `message`
    and `fix` may have facts in braces, never a cell's value; then `heading` says it without them. `passing` and
    `failing` are changes of a sound return (see `docs/checks.md`).
    """

    id: str
    severity: Severity
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    message: str
    fix: str
    source: str
    since: str
    passing: Mapping[str, Any]
    failing: Mapping[str, Any]
    judged: str
    heading: str | None = None
    fails_when: Condition | None = None

    @property
    def stage(self) -> str:
        """The stage of the check that it belongs to."""
        return self.id.partition("-")[0]

    @property
    def table(self) -> str:
        """The table that its issue is about, the first where there are several."""
        return self.tables[0]

    @property
    def column(self) -> str | None:
        """The one column that its issue points at, where it is always the same."""
        return self.columns[0] if self.columns and self.columns[0] not in SELECTORS else None

    @property
    def in_general(self) -> str:
        """What is wrong, without the facts of any one return: the heading, or the message with gaps."""
        told = _FACT.sub(lambda fact: "The file" if fact[1] == "where" else "…", self.message)
        return self.heading or told.rstrip(".")


@cache
def book() -> Mapping[str, Check]:
    """Every check by its id, in the order of the stages and of their files."""
    entries = [(entry, path) for path in names("checks") for entry in read(path)["check"]]
    found = sorted((_check(entry, path) for entry, path in entries), key=lambda check: STAGES.index(check.stage))
    only_one_each([check.id for check in found], where="checks")
    return {check.id: check for check in found}


def checks() -> tuple[Check, ...]:
    """Every check that is a condition over one row's answers."""
    return tuple(check for check in book().values() if check.fails_when is not None)


def _check(entry: Mapping[str, Any], path: str) -> Check:
    where = f"{path}: {entry.get('id', '?')}"
    check_keys(entry, required=KEYS, optional=OPTIONAL, where=where)
    _must_be_known(entry, where=where)
    plain = {key: value for key, value in entry.items() if key not in ("fails_when", "judged")}
    return Check(
        **{
            **plain,
            "severity": Severity(entry["severity"]),
            "tables": tuple(entry["tables"]),
            "columns": tuple(entry["columns"]),
            "judged": entry.get("judged") or entry["fails_when"],
            "fails_when": _condition(entry, where=where),
        }
    )


def _condition(entry: Mapping[str, Any], *, where: str) -> Condition | None:
    if "fails_when" not in entry:
        return None
    reader = incident_reader() if entry["tables"] == ["incidents"] else child_reader()
    return reader.read(entry["fails_when"], where=f"{where}: fails_when")


def _must_be_known(entry: Mapping[str, Any], *, where: str) -> None:
    if ("fails_when" in entry) == ("judged" in entry):
        raise LanguageError(f"{where}: give either fails_when or judged")
    if entry["id"].partition("-")[0] not in STAGES:
        raise LanguageError(f"{where}: an id begins with one of {', '.join(STAGES)}")
    if entry["severity"] not in list(Severity):
        raise LanguageError(f"{where}: severity is one of {', '.join(Severity)}")
    if unknown := sorted(set(entry["tables"]) - set(TABLES)):
        raise LanguageError(f"{where}: there is no table {', '.join(unknown)}")
    if unknown := sorted(set(entry["columns"]) - _columns(entry["tables"])):
        raise LanguageError(f"{where}: there is no column {', '.join(unknown)}")


def _columns(tables: list[str]) -> set[str]:
    """The columns that a check of these tables may name; children have the school of a file for several too."""
    known = {column.name for name in tables if name in lexicon().tables for column in lexicon().tables[name].columns}
    return known | SELECTORS | {"school_urn", "academic_year", "term"}
