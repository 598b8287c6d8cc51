"""The facts of checks that were made: when, in which role, how many issues of which rule; never what was in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse

CHECKED, NOT_ACCEPTED = "return checked", "return not accepted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check. `sound`: nothing had to be fixed; `rules` counts the queries then, else the errors, by rule."""

    when: datetime
    role: str
    sound: bool
    rules: Mapping[str, int]


def read(warehouse: Warehouse, scope: Scope, *, most: int) -> tuple[Attempt, ...]:
    """The last checks that people of one organisation made, the latest first."""
    with warehouse.reading() as cursor:
        rows = cursor.rows(
            "SELECT recorded_at, role, action, detail FROM audit WHERE scope = $scope AND action IN ($sound, $not) "
            "ORDER BY sequence DESC LIMIT $most",
            {"scope": str(scope), "sound": CHECKED, "not": NOT_ACCEPTED, "most": most},
        )
    return tuple(_attempt(row["recorded_at"], str(row["role"]), str(row["action"]), str(row["detail"])) for row in rows)


def _attempt(when: datetime, role: str, action: str, detail: str) -> Attempt:
    sound = action == CHECKED
    counts: Mapping[str, int] = json.loads(detail).get("queries" if sound else "errors", {})
    return Attempt(when, role, sound, dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))))
