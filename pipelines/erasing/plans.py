"""The dry run: what would be erased, counted by table, school and term, with a fingerprint of exactly these rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.erasing import selection
from pipelines.erasing.requests import Kind, Request
from pipelines.history import schools_ever_in_scope, schools_in_scope
from pipelines.keys import rekey
from pipelines.register import known_schools
from pipelines.scope import Actor, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import NothingError, QuestionError, RefusedError

NOT_OWN = "Only the school itself, or the portal's own operator or administrator, may ask for this to be erased."
OF_OTHERS = "Rows of other authorities' schools would go too. The portal's operator does this, with “plumbline erase”."
NOTHING = "There is nothing of this to erase."
OF_SCHOOL = ("mailboxes", "mappings", "decisions", "invitations", "token_days", "tokens")
BY_TERM = (
    "SELECT r.school_urn, r.academic_year, r.term, count(*)::BIGINT AS n FROM ({rows}) d "
    "JOIN returns r ON r.return_id = d.return_id GROUP BY ALL ORDER BY ALL"
)


@dataclass(frozen=True, slots=True)
class Count:
    """So many rows of a table, of a school's return of a term where they belong to one."""

    table: str
    school_urn: str
    academic_year: str
    term: str
    rows: int


@dataclass(frozen=True, slots=True)
class Found:
    """A row that goes, by its place. `recorded_at` is that of its version, which a restored backup has too."""

    table_name: str
    return_id: int
    row_number: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased, frozen. `places` are a child's rows: with them the plan needs the key no longer."""

    request: Request
    counts: tuple[Count, ...]
    fingerprint: str
    places: tuple[Found, ...] = ()

    @property
    def by_table(self) -> dict[str, int]:
        """How many rows of each table."""
        found: dict[str, int] = {}
        for one in self.counts:
            found[one.table] = found.get(one.table, 0) + one.rows
        return found

    @property
    def rows(self) -> int:
        """How many rows in all."""
        return sum(one.rows for one in self.counts)

    def as_text(self) -> str:
        """The plan as it may be kept until somebody approves it: no key is in it."""
        request = {name: value for name, value in asdict(self.request).items() if name != "child_key"}
        places = [{**asdict(one), "recorded_at": one.recorded_at.isoformat()} for one in self.places]
        counts = [asdict(one) for one in self.counts]
        return json.dumps({"request": request, "counts": counts, "fingerprint": self.fingerprint, "places": places})

    @classmethod
    def of_text(cls, text: str) -> Plan:
        """The plan that `as_text` wrote."""
        told = json.loads(text)
        request = Request(**{**told["request"], "kind": Kind(told["request"]["kind"])})
        return cls(request, tuple(Count(**one) for one in told["counts"]), str(told["fingerprint"]),
                   tuple(place_of(one) for one in told["places"]))  # fmt: skip


def place_of(told: dict[str, Any]) -> Found:
    """A place as JSON gives it back."""
    return Found(**{**told, "recorded_at": datetime.fromisoformat(told["recorded_at"])})


def plan(
    warehouse: Warehouse, request: Request, *, actor: Actor, key: bytes = b"", when: datetime | None = None
) -> Plan:
    """The dry run, which is recorded with its counts; RefusedError where there is nothing or it is not the actor's.

    `key` is the portal's secret for keys, needed for a child.
    """
    with warehouse.writing() as cursor:
        must_be_own(cursor, request, actor)
        keys = _rekeyed(request, key)
        found = within(cursor, request, keys=keys, until=when or audit.now())
        if not found.counts:
            raise NothingError(NOTHING)
        must_be_of_own_schools(cursor, found, actor)
        event = audit.Event(actor, "erasure planned", subject_of(request), {"kind": request.kind, **found.by_table})
        audit.record(cursor, event, when=when)
    return found


def within(cursor: Cursor, request: Request, *, keys: list[str], until: datetime) -> Plan:
    """The same in the caller's transaction, recording nothing."""
    given = selection.values(request, until=until, keys=keys, places=[])
    counts = tuple(_counts(cursor, request.kind, given))
    places = _places(cursor, request.kind, given) if request.kind is Kind.CHILD else ()
    return Plan(request, counts, _fingerprint(cursor, request, counts, given), places)


def again(cursor: Cursor, earlier: Plan, *, until: datetime) -> Plan:
    """A plan made anew, now; a child is known by the rows in the places of the earlier one."""
    keys: list[str] = []
    if earlier.places:
        places = [asdict(one) for one in earlier.places]
        rows = cursor.rows(
            f"SELECT DISTINCT c.child_key FROM children c JOIN ({selection.of_places()}) d "
            "ON d.return_id = c.return_id AND d.row_number = c.row_number WHERE d.table_name = 'children'",
            {"places": places, "urn": earlier.request.school_urn},
        )
        keys = [str(row["child_key"]) for row in rows]
    return within(cursor, earlier.request, keys=keys, until=until)


def subject_of(request: Request) -> str:
    """What the record says of it: the year, the school and term, never a child."""
    where = f"school:{request.school_urn}" if request.school_urn else "before"
    return " ".join(part for part in (where, request.academic_year, request.term) if part)


def must_be_own(cursor: Cursor, request: Request, actor: Actor) -> None:
    """An erasure concerns a school that the register knows, and somebody whose school it is.

    What people of an authority or a trust may ask for is settled by their permissions; here, that it is their school.
    """
    if request.kind is Kind.RETENTION:
        if actor.scope.kind not in (ScopeKind.OPERATOR, ScopeKind.AUTHORITY):
            raise RefusedError(NOT_OWN)
        return
    schools = known_schools(cursor)
    if schools is None or request.school_urn not in schools.index:
        raise QuestionError("This URN is not in the register of schools.")
    if actor.scope.kind is ScopeKind.OPERATOR:
        return
    if request.school_urn not in schools_in_scope(cursor, actor.scope, on=audit.now().date()):
        raise RefusedError(NOT_OWN)


def must_be_of_own_schools(cursor: Cursor, found: Plan, actor: Actor) -> None:
    """An authority erases nothing of schools that were never its own, whatever the retention rule says of them."""
    if actor.scope.kind is ScopeKind.OPERATOR:
        return
    touched = {one.school_urn for one in found.counts if one.school_urn}
    if not touched <= schools_ever_in_scope(cursor, actor.scope, as_at=audit.now()):
        raise RefusedError(OF_OTHERS)


def _rekeyed(request: Request, key: bytes) -> list[str]:
    if request.kind is not Kind.CHILD:
        return []
    if not key:
        raise QuestionError("The portal's own secret is needed to find a child's rows.")
    return [str(one) for one in rekey(pd.Series([request.child_key]), key)]


def _counts(cursor: Cursor, kind: Kind, given: dict[str, Any]) -> list[Count]:
    start = f"WITH doomed AS ({selection.doomed(kind)}) "
    found = []
    for table in ("incidents", "children"):
        rows = f"SELECT return_id FROM doomed WHERE table_name = '{table}'"
        found += _of_returns(cursor, table, start + BY_TERM.format(rows=rows), given)
    for table, condition in selection.dependent(kind).items():
        found += _of_dependent(cursor, table, f"FROM {table} t WHERE {condition}", start, given)
    of_headers = selection.headers(kind)
    if of_headers is not None:
        rows = f"SELECT r.return_id FROM returns r WHERE {of_headers}"
        found += _of_returns(cursor, "returns", start + BY_TERM.format(rows=rows), given)
    return found


def _of_dependent(cursor: Cursor, table: str, rest: str, start: str, given: dict[str, Any]) -> list[Count]:
    columns = {str(row["name"]) for row in cursor.rows(f"SELECT name FROM pragma_table_info('{table}')")}
    if "return_id" in columns:
        return _of_returns(cursor, table, start + BY_TERM.format(rows=f"SELECT t.return_id {rest}"), given)
    sql = f"{start}SELECT count(*) AS n {rest}"
    number = int(cursor.rows(sql, selection.bound(sql, given))[0]["n"])
    urn = given["urn"] if table in OF_SCHOOL else ""
    return [Count(table, urn, "", "", number)] if number else []


def _of_returns(cursor: Cursor, table: str, sql: str, given: dict[str, Any]) -> list[Count]:
    rows = cursor.rows(sql, selection.bound(sql, given))
    return [Count(table, row["school_urn"], row["academic_year"], row["term"], int(row["n"])) for row in rows]


def _places(cursor: Cursor, kind: Kind, given: dict[str, Any]) -> tuple[Found, ...]:
    sql = (
        f"SELECT d.*, r.recorded_at FROM ({selection.doomed(kind)}) d JOIN returns r ON r.return_id = d.return_id "
        "ORDER BY ALL"
    )
    return tuple(Found(**row) for row in cursor.rows(sql, selection.bound(sql, given)))


def _fingerprint(cursor: Cursor, request: Request, counts: Sequence[Count], given: dict[str, Any]) -> str:
    """Of the request, the counts, the very places of the rows, and how much was erased before."""
    sql = (
        "SELECT coalesce(bit_xor(hash(table_name, return_id, row_number)), 0)::VARCHAR AS places "
        f"FROM ({selection.doomed(request.kind)})"
    )
    places = cursor.rows(sql, selection.bound(sql, given))[0]["places"]
    before = cursor.rows("SELECT count(*) AS n FROM erasures")[0]["n"]
    whole = [str(request), [asdict(one) for one in counts], places, before]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:16]
