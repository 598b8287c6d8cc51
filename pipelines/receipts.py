"""The proof of a version, read back from what is kept: the same whether it was sent a moment or years ago."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines import access_record, audit, mappings
from pipelines.erasing.kept import must_hold
from pipelines.history import last_day_of, schools_ever_in_scope, schools_in_scope
from pipelines.mappings import Used
from pipelines.return_states import ReturnState, state_of
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import ForbiddenError

NOT_YOURS = "There is no such version among your own schools' returns."


@dataclass(frozen=True, slots=True)
class Proof:
    """One version: what, whose, when, by whom and in which role, of which file, under which rules.

    `role` is that of `recorded_by`; `reasons` counts the queries that were explained by reason code; `followed_by` is
    what had taken its place at `read_at`, None while it stood; `mapped` are the school's own wordings that its mapping
    read, and `signed_off` is the role of who declared it complete, empty where nobody was asked to.
    """

    return_id: int
    school_urn: str
    school_name: str
    academic_year: str
    term: Term
    version: int
    state: ReturnState
    nil: bool
    incidents: int
    children: int
    queries: int
    reasons: Mapping[str, int]
    recorded_at: datetime
    recorded_by: str
    role: str
    file_sha256: str
    rule_book: str
    key_version: str
    data_version: int
    followed_by: tuple[ReturnState, int, datetime] | None
    read_at: datetime
    mapped: tuple[Used, ...] = ()
    signed_off: str = ""

    @property
    def explained(self) -> int:
        """How many of the queries were sent with a reason."""
        return sum(self.reasons.values())


def proofs(warehouse: Warehouse, scope: Scope, return_ids: Sequence[int]) -> tuple[Proof, ...]:
    """The proof of each version, in the order asked; RefusedError where one is not of the scope's own schools."""
    with warehouse.reading() as cursor:
        moment = audit.now()
        found = [_proof(cursor, number, read_at=moment) for number in return_ids]
        for one in found:
            _must_be_own(cursor, scope, one)
        return tuple(one for one in found if one is not None)


def note_taken(warehouse: Warehouse, found: Sequence[Proof], *, actor: Actor) -> None:
    """Record that somebody took the receipt of these versions away."""
    schools = Counter(one.school_urn for one in found)
    access_record.taken(warehouse, actor, "receipt taken", schools=schools, versions=len(found))


def _must_be_own(cursor: Cursor, scope: Scope, one: Proof | None) -> None:
    """A return belongs to the organisation that its school was in on the last day of its term."""
    if one is None:
        raise ForbiddenError(NOT_YOURS)
    if scope.kind is ScopeKind.OPERATOR:
        return
    ever = schools_ever_in_scope(cursor, scope, as_at=audit.now())
    then = schools_in_scope(cursor, scope, on=last_day_of(one.academic_year, one.term))
    if one.school_urn not in ever & then:
        raise ForbiddenError(NOT_YOURS)


def _proof(cursor: Cursor, return_id: int, *, read_at: datetime) -> Proof | None:
    rows = cursor.rows(
        "SELECT r.*, coalesce(s.name, r.school_urn) AS school_name FROM returns r "
        "LEFT JOIN standing_schools s ON s.urn = r.school_urn WHERE r.return_id = $id AND r.state = $sent",
        {"id": return_id, "sent": str(ReturnState.SUBMITTED)},
    )
    if not rows:
        return None
    row = rows[0]
    must_hold(cursor, str(row["academic_year"]))
    event = _event(cursor, row)
    next_one = _next(cursor, row)
    plain = ("return_id", "school_urn", "school_name", "academic_year", "version", "nil", "incidents", "children",
             "queries", "recorded_at", "recorded_by", "file_sha256", "rule_book", "key_version")  # fmt: skip
    return Proof(
        **{name: row[name] for name in plain},
        term=Term(row["term"]),
        state=state_of(str(row["state"]), followed_by=str(next_one["state"]) if next_one else None),
        reasons=_reasons(cursor, return_id),
        role=str(event.get("role", "")),
        data_version=audit.data_version(cursor, as_at=row["recorded_at"]),
        followed_by=_follower(next_one),
        read_at=read_at,
        mapped=mappings.used_in(cursor, return_id),
        signed_off=_signed_off(cursor, return_id),
    )


def _follower(row: Mapping[str, Any] | None) -> tuple[ReturnState, int, datetime] | None:
    if row is None:
        return None
    return ReturnState(row["state"]), int(row["version"]), row["recorded_at"]


def _event(cursor: Cursor, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The audit event that was written in the same transaction."""
    found = cursor.rows(
        "SELECT role, detail FROM audit WHERE recorded_at = $moment AND actor = $actor AND subject = $subject",
        {"moment": row["recorded_at"], "actor": row["recorded_by"],
         "subject": f"school:{row['school_urn']} {row['academic_year']} {row['term']}"},
    )  # fmt: skip
    return next((one for one in found if json.loads(one["detail"]).get("return") == row["return_id"]), {})


def _next(cursor: Cursor, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What happened next to the return of the same school and term."""
    found = cursor.rows(
        "SELECT state, version, recorded_at FROM returns WHERE school_urn = $urn AND academic_year = $year "
        "AND term = $term AND return_id > $id ORDER BY return_id LIMIT 1",
        {"urn": row["school_urn"], "year": row["academic_year"], "term": row["term"], "id": row["return_id"]},
    )
    return found[0] if found else None


def _signed_off(cursor: Cursor, return_id: int) -> str:
    found = cursor.rows("SELECT role FROM sign_offs WHERE return_id = $id LIMIT 1", {"id": return_id})
    return str(found[0]["role"]) if found else ""


def _reasons(cursor: Cursor, return_id: int) -> dict[str, int]:
    found = cursor.rows(
        "SELECT reason, count(*) AS n FROM explanations WHERE return_id = $id GROUP BY reason ORDER BY reason",
        {"id": return_id},
    )
    return {str(row["reason"]): int(row["n"]) for row in found}
