"""The list of erasures: what was erased, on a page, and in a file by which a restored backup is rid of it again.

The file stands beside the warehouse and is only ever added to, so that it outlives the warehouse's own state: it is to
be copied wherever backups are. It names years, schools, terms and the places of a child's rows; no key, no answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import audit
from pipelines.erasing import plans
from pipelines.erasing.carrying_out import Erased, erase
from pipelines.erasing.plans import Found, Plan, place_of
from pipelines.erasing.requests import Kind, Request
from pipelines.history import last_day_of, schools_in_scope
from pipelines.own_people import people_of, who
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import UnreadableError, WarehouseError

WRONG = "This is not a list of erasures that Plumbline wrote."
BEHIND = (
    "{count} erased before are not erased in this warehouse, so it comes from a backup. Run “plumbline erase --again” "
    "before anybody opens it."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One erasure as it is on record."""

    reference: str
    request: Request
    counts: dict[str, int]
    fingerprint: str
    erased_at: datetime
    erased_by: str
    role: str
    approved_by: str
    approved_role: str
    places: tuple[Found, ...] = ()


def history(warehouse: Warehouse, scope: Scope) -> tuple[Listed, ...]:
    """What was erased of an organisation's schools, and under the retention rule, the latest first.

    The rule erases in every school at once: that it did, and from when on rows are kept, is told to all, how many rows
    went to nobody but the operator. Of others' people the key of their account is told, never their name.
    """
    with warehouse.reading() as cursor:
        every = _all(cursor)
        if scope.kind is not ScopeKind.OPERATOR:
            people = people_of(cursor, scope)
            every = [_as_told(one, people) for one in every if _is_of(cursor, scope, one)]
    return tuple(reversed(every))


def _is_of(cursor: Cursor, scope: Scope, one: Listed) -> bool:
    """Whether a school was the organisation's own: at the end of the term that went, else on the day of erasing."""
    request = one.request
    if request.kind is Kind.RETENTION:
        return True
    if request.kind is Kind.RETURN:
        day = last_day_of(request.academic_year, Term(request.term))
    else:
        day = one.erased_at.date()
    return request.school_urn in schools_in_scope(cursor, scope, on=day)


def _as_told(one: Listed, people: frozenset[str]) -> Listed:
    asked, approved = (who(name, own=name in people) for name in (one.erased_by, one.approved_by))
    counts = {} if one.request.kind is Kind.RETENTION else one.counts
    return replace(one, counts=counts, erased_by=asked, approved_by=approved)


def is_pending(warehouse: Warehouse) -> bool:
    """Whether bytes of rows that were erased may still be in the file, until it is written anew."""
    return warehouse.path is not None and warehouse.is_to_be_written_anew()


def list_of(path: Path) -> Path:
    """Where the list of a warehouse's erasures is."""
    return path.with_name(path.name + ".erasures")


def write(warehouse: Warehouse) -> Path | None:
    """Add to the list what it lacks; None for a warehouse without a file."""
    if warehouse.path is None:
        return None
    path = list_of(warehouse.path)
    known = {one.reference for one in read(path)}
    with warehouse.reading() as cursor:
        lacking = [one for one in _all(cursor) if one.reference not in known]
    if not lacking:
        return path
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(_line(one) + "\n" for one in lacking)
        file.flush()
        os.fsync(file.fileno())
    return path


def read(path: Path) -> tuple[Listed, ...]:
    """The erasures in a list, in the order in which they were; none where there is no list."""
    if not path.exists():
        return ()
    try:
        return tuple(_listed(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line)
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        raise UnreadableError(WRONG) from None


def outstanding(warehouse: Warehouse, path: Path | None = None) -> tuple[Listed, ...]:
    """What the list says was erased and this warehouse still holds, as one restored from a backup does."""
    if path is None:
        if warehouse.path is None:
            return ()
        path = list_of(warehouse.path)
    listed = read(path)
    with warehouse.reading() as cursor:
        known = {str(row["reference"]) for row in cursor.rows("SELECT reference FROM erasures")}
    return tuple(one for one in listed if one.reference not in known)


def must_be_up_to_date(warehouse: Warehouse) -> None:
    """WarehouseError where rows are back that were erased: nobody may be shown them."""
    if left := outstanding(warehouse):
        raise WarehouseError(BEHIND.format(count=f"{len(left)} erasure" if len(left) == 1 else f"{len(left)} erasures"))


def erase_again(warehouse: Warehouse, listed: Sequence[Listed], *, actor: Actor) -> tuple[Erased, ...]:
    """Carry out anew what was approved then, all in one transaction; what has come since stays."""
    with warehouse.writing() as cursor:
        return tuple(_again(cursor, one, actor=actor) for one in listed)


def _again(cursor: Cursor, one: Listed, *, actor: Actor) -> Erased:
    """As many rows as the backup holds of it; the list keeps saying who asked, approved and when."""
    if one.request.kind is Kind.CHILD:
        earlier = Plan(one.request, (), one.fingerprint, _standing(cursor, one))
        plan = plans.Plan(one.request, _counts(earlier), one.fingerprint, earlier.places)
    else:
        found = plans.within(cursor, one.request, keys=[], until=one.erased_at)
        plan = Plan(one.request, found.counts, one.fingerprint)
    approved = Actor(one.approved_by, one.approved_role, actor.scope)
    asked = Actor(one.erased_by, one.role, actor.scope)
    event = audit.Event(actor, "erasure repeated", plans.subject_of(one.request), {"reference": one.reference})
    audit.record(cursor, event)
    return erase(
        cursor, plan, actor=asked, approved_by=approved, moment=audit.now(), reference=one.reference,
        until=one.erased_at,
    )  # fmt: skip


def _standing(cursor: Cursor, one: Listed) -> tuple[Found, ...]:
    """Those places of which this warehouse holds the same version still."""
    rows = cursor.rows(
        "SELECT return_id, recorded_at FROM returns WHERE school_urn = $urn", {"urn": one.request.school_urn}
    )
    known = {(row["return_id"], row["recorded_at"]) for row in rows}
    return tuple(place for place in one.places if (place.return_id, place.recorded_at) in known)


def _counts(plan: Plan) -> tuple[plans.Count, ...]:
    urn = plan.request.school_urn
    tables = [place.table_name for place in plan.places]
    return tuple(plans.Count(name, urn, "", "", tables.count(name)) for name in dict.fromkeys(tables))


def _all(cursor: Cursor) -> list[Listed]:
    places: dict[str, list[Found]] = {}
    for row in cursor.rows("SELECT * FROM erased_places ORDER BY ALL"):
        places.setdefault(str(row.pop("reference")), []).append(Found(**row))
    rows = cursor.rows("SELECT * FROM erasures ORDER BY erasure_id")
    return [_of_row(row, tuple(places.get(str(row["reference"]), ()))) for row in rows]


def _of_row(row: dict[str, Any], places: tuple[Found, ...]) -> Listed:
    request = Request(Kind(row["kind"]), str(row["school_urn"]), str(row["academic_year"]), str(row["term"]))
    plain = ("reference", "fingerprint", "erased_at", "erased_by", "role", "approved_by", "approved_role")
    return Listed(
        request=request, counts=json.loads(row["counts"]), places=places, **{name: row[name] for name in plain}
    )  # fmt: skip


def _line(one: Listed) -> str:
    request = {name: value for name, value in asdict(one.request).items() if name != "child_key"}
    places = [{**asdict(place), "recorded_at": place.recorded_at.isoformat()} for place in one.places]
    told = {**asdict(one), "request": request, "places": places, "erased_at": one.erased_at.isoformat()}
    return json.dumps(told, sort_keys=True)


def _listed(told: dict[str, Any]) -> Listed:
    request = Request(**{**told["request"], "kind": Kind(told["request"]["kind"])})
    places = tuple(place_of(one) for one in told["places"])
    return Listed(**{**told, "request": request, "places": places,
                     "erased_at": datetime.fromisoformat(told["erased_at"])})  # fmt: skip
