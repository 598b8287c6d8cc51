"""The facts of checks that were made: when, in which role, how many issues of which rule; never what was in a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines import audit
from pipelines.history import last_day_of, schools_in_scope
from pipelines.intake.checking import Checked
from pipelines.keeping import schools_of
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.issues import errors, queries

CHECKED, NOT_ACCEPTED = "return checked", "return not accepted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check. `sound`: nothing had to be fixed; `rules` counts the queries then, else the errors, by rule."""

    when: datetime
    role: str
    sound: bool
    rules: Mapping[str, int]


def note(warehouse: Warehouse, checked: Checked, actor: Actor) -> None:
    """Keep the fact of a check and nothing of the file: when, by which role, how many issues of which rule."""
    wrong = Counter(issue.rule for issue in errors(checked.issues))
    asked = Counter(issue.rule for issue in queries(checked.issues))
    counts: dict[str, Any] = {"errors": dict(wrong)} if wrong else {"queries": dict(asked)}
    with warehouse.writing() as cursor:
        detail = counts | _of_what(cursor, checked, actor)
        audit.record(cursor, audit.Event(actor, NOT_ACCEPTED if wrong else CHECKED, str(actor.scope), detail))


def _of_what(cursor: Cursor, checked: Checked, actor: Actor) -> dict[str, Any]:
    """The term, and which of the actor's own schools: a URN of the file that is nobody's may be anything."""
    if not checked.academic_year or checked.term is None:
        return {}
    mine = schools_in_scope(cursor, actor.scope, on=last_day_of(checked.academic_year, checked.term))
    own = sorted(mine & set(schools_of(checked)))
    return {"academic_year": checked.academic_year, "term": str(checked.term), "schools": own}


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
