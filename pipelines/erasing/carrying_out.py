"""The real thing: what a plan says, of a plan that two people have seen, in one transaction with its audit event."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.erasing import plans, selection
from pipelines.erasing.plans import Plan
from pipelines.erasing.requests import Kind
from pipelines.people import grants
from pipelines.scope import Actor
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import RefusedError, StaleError

STALE = "What would be erased has changed since the dry run. Read a new one, then approve that."
LEFT = "the school left and everything of it was erased"
ONE_PERSON = "Erasing needs a second person: whoever approves it is not the one who asked for it."


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: its number and reference in the list of erasures, and how many rows of which table."""

    erasure_id: int
    reference: str
    plan: Plan
    erased_at: datetime


def carry_out(
    warehouse: Warehouse, plan: Plan, *, actor: Actor, approved_by: Actor, when: datetime | None = None
) -> Erased:
    """Erase what a plan says. `actor` asked for it, `approved_by` is the second person.

    RefusedError where both are the same or the rows are not the actor's; StaleError where other rows would go by now.
    The bytes leave the file when it is written anew: `Warehouse.rewrite`, or the next time the warehouse is opened.
    """
    with warehouse.writing() as cursor:
        return carry_out_within(cursor, plan, actor=actor, approved_by=approved_by, when=when)


def carry_out_within(
    cursor: Cursor, plan: Plan, *, actor: Actor, approved_by: Actor, when: datetime | None = None
) -> Erased:
    """The same within the transaction in which the second person approves."""
    if not approved_by.name.strip() or approved_by.name.strip().casefold() == actor.name.strip().casefold():
        raise RefusedError(ONE_PERSON)
    moment = when or audit.now()
    plans.must_be_own(cursor, plan.request, actor)
    plans.must_be_of_own_schools(cursor, plan, actor)
    if plans.again(cursor, plan, until=moment).fingerprint != plan.fingerprint:
        raise StaleError(STALE)
    return erase(cursor, plan, actor=actor, approved_by=approved_by, moment=moment)


def erase(
    cursor: Cursor, plan: Plan, *, actor: Actor, approved_by: Actor, moment: datetime, reference: str = "",
    until: datetime | None = None,
) -> Erased:  # fmt: skip
    """The same in the caller's transaction, of a plan that is known to hold. `until`: of versions kept by then."""
    kind, request = plan.request.kind, plan.request
    given = selection.values(
        request, until=until or moment, keys=[], places=[asdict(one) for one in plan.places]
    )  # fmt: skip
    touched = sorted({one.school_urn for one in plan.counts if one.school_urn})
    _note_doomed(cursor, selection.of_places() if kind is Kind.CHILD else selection.doomed(kind), given)
    for table, condition in selection.dependent(kind).items():
        _run(cursor, f"DELETE FROM {table} t WHERE {condition}", given)
    for table in ("incidents", "children"):
        _run(cursor, f"DELETE FROM {table} t WHERE {_among_doomed(table)}", given)
    _headers(cursor, plan, actor, given, moment)
    cursor.run("DROP TABLE doomed")
    done = Erased(_next(cursor), reference or secrets.token_hex(8), plan, moment)
    _keep(cursor, done, actor=actor, approved_by=approved_by)
    if kind is Kind.RETENTION:
        standing.rebuild(cursor)
    else:
        standing.refresh(cursor, touched or [request.school_urn])
    return done


def _note_doomed(cursor: Cursor, sql: str, given: dict[str, Any]) -> None:
    cursor.run(f"CREATE OR REPLACE TEMP TABLE doomed AS {sql}", selection.bound(sql, given))


def _among_doomed(table: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM doomed d WHERE d.table_name = '{table}' AND d.return_id = t.return_id "
        "AND d.row_number = t.row_number)"
    )


def _run(cursor: Cursor, sql: str, given: dict[str, Any]) -> None:
    cursor.run(sql, selection.bound(sql, given))


def _headers(cursor: Cursor, plan: Plan, actor: Actor, given: dict[str, Any], moment: datetime) -> None:
    """What stays of the versions: under the retention rule that each came; of a child's, what they hold now."""
    kind = plan.request.kind
    condition = selection.headers(kind)
    if kind is Kind.RETENTION:
        emptied = "nil = NULL, incidents = NULL, children = NULL, queries = NULL"
        _run(cursor, f"UPDATE returns r SET {emptied} WHERE {condition}", given)
    elif kind is Kind.CHILD:
        _count_again(cursor, plan)
    else:
        last = _last(cursor, plan) if kind is Kind.RETURN else None
        _run(cursor, f"DELETE FROM returns r WHERE {condition}", given)
        if last is not None:
            _note_withdrawn(cursor, last, actor, moment)
    if kind is Kind.SCHOOL:
        _end_grants(cursor, plan.request.school_urn, actor)


def _end_grants(cursor: Cursor, urn: str, actor: Actor) -> None:
    """Nobody acts any longer for a school that left."""
    for one in grants.every(cursor):
        if str(one.organisation) == f"school:{urn}":
            grants.end_within(cursor, one.grant_id, reason=LEFT, actor=actor)


def _count_again(cursor: Cursor, plan: Plan) -> None:
    """How many rows each version of which some went has now: neither a header nor an answer tells what is gone."""
    ids = {"ids": sorted({one.return_id for one in plan.places})}
    for table in ("incidents", "children"):
        cursor.run(
            f"UPDATE returns SET {table} = (SELECT count(*) FROM {table} t WHERE t.return_id = returns.return_id) "
            "WHERE return_id IN (SELECT unnest($ids))",
            ids,
        )
    answered = cursor.rows(
        "SELECT k.token_id, k.key_hash, k.recorded_at, k.answer, r.incidents, r.children, (SELECT count(*) "
        "FROM explanations e WHERE e.return_id = k.return_id) AS explained FROM programme_keys k "
        "JOIN returns r ON r.return_id = k.return_id WHERE k.return_id IN (SELECT unnest($ids))",
        ids,
    )
    for row in answered:
        now = {name: int(row[name]) for name in ("incidents", "children", "explained")}
        told = json.dumps({**json.loads(row["answer"]), **now}, sort_keys=True)
        cursor.run(
            "UPDATE programme_keys SET answer = $told "
            "WHERE token_id = $token AND key_hash = $key AND recorded_at = $at",
            {"told": told, "token": row["token_id"], "key": row["key_hash"], "at": row["recorded_at"]},
        )


def _last(cursor: Cursor, plan: Plan) -> dict[str, Any] | None:
    """The version of a return that stands; None where it was withdrawn before."""
    request = plan.request
    rows = cursor.rows(
        "SELECT * FROM returns WHERE school_urn = $urn AND academic_year = $year AND term = $term "
        "ORDER BY return_id DESC LIMIT 1",
        {"urn": request.school_urn, "year": request.academic_year, "term": request.term},
    )
    return rows[0] if rows and rows[0]["state"] == "submitted" else None


def _note_withdrawn(cursor: Cursor, last: dict[str, Any], actor: Actor, moment: datetime) -> None:
    """As a withdrawal does: so that the term has no return, and a later one goes on with the versions' numbers."""
    highest = cursor.rows("SELECT coalesce(max(return_id), 0) AS last FROM returns")[0]["last"]
    number = max(int(highest), int(last["return_id"])) + 1
    gone = {**last, "return_id": number, "state": "withdrawn", "nil": False, "recorded_at": moment,
            "recorded_by": actor.name, "file_sha256": "", "incidents": 0, "children": 0, "queries": 0}  # fmt: skip
    cursor.append("returns", pd.DataFrame([gone]))


def _next(cursor: Cursor) -> int:
    return int(cursor.rows("SELECT coalesce(max(erasure_id), 0) + 1 AS next FROM erasures")[0]["next"])


def _keep(cursor: Cursor, done: Erased, *, actor: Actor, approved_by: Actor) -> None:
    """In the list of erasures, and in the record: how many rows of which table, and never which child."""
    plan, request = done.plan, done.plan.request
    row = {
        "erasure_id": done.erasure_id, "reference": done.reference, "kind": str(request.kind),
        "school_urn": request.school_urn, "academic_year": request.academic_year, "term": request.term,
        "counts": json.dumps(plan.by_table, sort_keys=True), "fingerprint": plan.fingerprint,
        "erased_at": done.erased_at, "erased_by": actor.name, "role": actor.role, "approved_by": approved_by.name,
        "approved_role": approved_by.role,
    }  # fmt: skip
    cursor.append("erasures", pd.DataFrame([row]))
    cursor.append("erased_places", pd.DataFrame([{"reference": done.reference, **asdict(one)} for one in plan.places]))
    detail = {
        "erasure": done.erasure_id, "reference": done.reference, "kind": str(request.kind), "rows": plan.by_table,
        "approved_by": approved_by.name, "approved_role": approved_by.role,
    }  # fmt: skip
    event = audit.Event(actor, "rows erased", plans.subject_of(request), detail, changes_figures=True)
    audit.record(cursor, event, when=done.erased_at)
