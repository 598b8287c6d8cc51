"""The rule book: every check over a row's answers, one entry each, with its own two examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from schemas.conditions import Condition
from schemas.definition_files import check_keys, names, only_one_each, read
from schemas.definitions import child_reader, incident_reader
from schemas.issues import Severity

VERSION = "2026.1"
KEYS = ("id", "severity", "table", "columns", "fails_when", "message", "fix", "source", "passing", "failing")


@dataclass(frozen=True, slots=True)
class Check:
    """One cross-field check. `columns[0]` is the cell that its issue points at."""

    id: str
    severity: Severity
    table: str
    columns: tuple[str, ...]
    fails_when: Condition
    fails_text: str
    message: str
    fix: str
    source: str
    passing: Mapping[str, str]
    failing: Mapping[str, str]


@cache
def checks() -> tuple[Check, ...]:
    """Every cross-field check, in the order of the files."""
    found = tuple(_check(entry, path) for path in names("checks") for entry in read(path)["check"])
    only_one_each([check.id for check in found], where="checks")
    return found


def _check(entry: Mapping[str, Any], path: str) -> Check:
    where = f"{path}: {entry.get('id', '?')}"
    check_keys(entry, required=KEYS, where=where)
    reader = incident_reader() if entry["table"] == "incidents" else child_reader()
    plain = {key: entry[key] for key in ("id", "table", "message", "fix", "source", "passing", "failing")}
    return Check(
        **plain,
        severity=Severity(entry["severity"]),
        columns=tuple(entry["columns"]),
        fails_when=reader.read(entry["fails_when"], where=f"{where}: fails_when"),
        fails_text=entry["fails_when"],
    )
