"""The rules stage: answers that do not fit together, by the rule book."""

from __future__ import annotations

from datetime import date

import pandas as pd

from pipelines.intake.findings import finding
from pipelines.intake.formats import failing_cells
from schemas.issues import Issue
from schemas.judging import judge
from schemas.rulebook import Check, checks
from schemas.stages import rules_schema


def check(table: str, frame: pd.DataFrame, *, today: date) -> list[Issue]:
    """Every cross-field issue of a table's typed rows."""
    own = tuple(entry for entry in checks() if entry.table == table)
    if not own or not len(frame):
        return []
    verdicts = pd.DataFrame({entry.id: passes(entry, frame, today=today) for entry in own}, index=frame.index)
    failing = failing_cells(rules_schema(own), verdicts)
    return [issue for (name, _), rows in failing.items() for issue in finding(name).at(rows)]


def passes(entry: Check, frame: pd.DataFrame, *, today: date) -> pd.Series:
    """True where the check passes, or cannot be judged because something is not known."""
    condition = entry.fails_when
    assert condition is not None  # noqa: S101 - checks() has those with a condition
    return ~judge(condition, frame, today=today).fillna(False).astype(bool)
