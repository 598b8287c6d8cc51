"""What people decide and the portal keeps: groups of schools, rebases, changes of procedure, deadlines, sign-off.

Append-only, each version with who decided it and when; a decision is seen by the organisation that made it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipelines import audit
from pipelines.intake.kept_words import kind_in_words
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError, RefusedError

LONGEST = 500


class DecisionKind(StrEnum):
    """What is decided."""

    GROUP = "group of schools"
    REBASE = "rebase of a chart"
    PROCEDURE_CHANGE = "change of procedure"
    DEADLINE = "deadline for returns"
    SIGN_OFF = "sign-off of returns"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it stands: `content` is what its kind keeps, as JSON would give it back."""

    decision_id: int
    kind: DecisionKind
    scope: Scope
    content: Mapping[str, Any]
    decided_at: datetime
    decided_by: str
    role: str


def decide(
    warehouse: Warehouse, kind: DecisionKind, content: Mapping[str, Any], *, actor: Actor, when: datetime | None = None
) -> int:
    """Keep a new decision of the actor's own organisation; its number is given back."""
    with warehouse.writing() as cursor:
        return decide_within(cursor, kind, content, actor=actor, when=when)


def decide_within(
    cursor: Cursor, kind: DecisionKind, content: Mapping[str, Any], *, actor: Actor, when: datetime | None = None
) -> int:
    """The same within a transaction that has read what stands: of two people at once, the second sees the first."""
    _must_be_plain_words(content)
    number = int(cursor.rows("SELECT coalesce(max(decision_id), 0) + 1 AS next FROM decisions")[0]["next"])
    _append(cursor, number, kind, content, actor=actor, state="stands", when=when)
    return number


def revise(warehouse: Warehouse, decision_id: int, content: Mapping[str, Any], *, actor: Actor) -> None:
    """Put a new version in the place of a decision of one's own organisation; the one before stays on record."""
    with warehouse.writing() as cursor:
        revise_within(cursor, decision_id, content, actor=actor)


def revise_within(cursor: Cursor, decision_id: int, content: Mapping[str, Any], *, actor: Actor) -> None:
    """The same within a transaction that has read what stands."""
    _must_be_plain_words(content)
    found = _standing_one(cursor, decision_id, actor=actor)
    _append(cursor, decision_id, found.kind, content, actor=actor, state="stands")


def withdraw(warehouse: Warehouse, decision_id: int, *, actor: Actor) -> None:
    """End a decision of one's own organisation; what stood stays on record."""
    with warehouse.writing() as cursor:
        withdraw_within(cursor, decision_id, actor=actor)


def withdraw_within(cursor: Cursor, decision_id: int, *, actor: Actor) -> None:
    """The same within a transaction that has read what stands."""
    found = _standing_one(cursor, decision_id, actor=actor)
    _append(cursor, decision_id, found.kind, found.content, actor=actor, state="withdrawn")


def decisions(warehouse: Warehouse, scope: Scope, kind: DecisionKind) -> tuple[Decision, ...]:
    """The decisions of one kind that stand for an organisation, in the order in which they were made."""
    with warehouse.reading() as cursor:
        return standing_within(cursor, scope, kind)


def standing_within(cursor: Cursor, scope: Scope, kind: DecisionKind) -> tuple[Decision, ...]:
    """The same within a transaction, for whoever decides by what stands."""
    return _standing(cursor, scope, kind=kind)


def _standing_one(cursor: Cursor, decision_id: int, *, actor: Actor) -> Decision:
    found = [one for one in _standing(cursor, actor.scope, kind=None) if one.decision_id == decision_id]
    if not found:
        raise RefusedError("Your organisation has no such decision; it may have been withdrawn already.")
    return found[0]


def standing_of_all(cursor: Cursor, kind: DecisionKind) -> tuple[Decision, ...]:
    """The decisions of one kind that stand, whoever's they are: for rules that bind other organisations' schools."""
    return _standing(cursor, None, kind=kind)


def _standing(cursor: Cursor, scope: Scope | None, *, kind: DecisionKind | None) -> tuple[Decision, ...]:
    rows = cursor.rows(
        "SELECT * FROM (SELECT * FROM decisions WHERE ($scope IS NULL OR scope = $scope) "
        "QUALIFY row_number() OVER (PARTITION BY decision_id ORDER BY decided_at DESC, state = 'withdrawn' DESC) = 1) "
        "WHERE state = 'stands' AND ($kind IS NULL OR kind = $kind) ORDER BY decision_id",
        {"scope": None if scope is None else str(scope), "kind": None if kind is None else str(kind)},
    )
    return tuple(
        Decision(
            int(row["decision_id"]), DecisionKind(row["kind"]), Scope.parse(row["scope"]), json.loads(row["content"]),
            row["decided_at"], row["decided_by"], row["role"],
        )
        for row in rows
    )  # fmt: skip


def _append(
    cursor: Cursor, number: int, kind: DecisionKind, content: Mapping[str, Any], *, actor: Actor, state: str,
    when: datetime | None = None,
) -> None:  # fmt: skip
    cursor.run(
        "INSERT INTO decisions (decision_id, kind, scope, content, state, decided_at, decided_by, role) "
        "VALUES ($number, $kind, $scope, $content, $state, $when, $name, $role)",
        {
            "number": number, "kind": str(kind), "scope": str(actor.scope), "state": state,
            "content": json.dumps(dict(content), sort_keys=True), "when": when or audit.now(),
            "name": actor.name, "role": actor.role,
        },
    )  # fmt: skip
    event = audit.Event(actor, f"{kind}: {state}", str(actor.scope), {"decision": number})
    audit.record(cursor, event, when=when)


def _must_be_plain_words(content: Mapping[str, Any]) -> None:
    """What people write is shown to others of their organisation: it names nobody, and it is short."""
    for text in (one for one in content.values() if isinstance(one, str)):
        if len(text) > LONGEST:
            raise QuestionError(f"Write at most {LONGEST} characters.")
        if kind := kind_in_words(text):
            raise QuestionError(f"This holds what looks like {kind}. Take it out: nobody may be named here.")
