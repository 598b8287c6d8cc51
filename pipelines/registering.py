"""Loading the register from a page: read, tried without keeping anything, read by a person, then loaded whole.

The register is one for the whole warehouse. A file of an authority's administrator is loaded whole too, but not where
it would change to whom schools of others belong, now or in the past, that send returns or sign in here: whoever writes
a file could otherwise give themselves another's schools. Such a file is for whoever runs the portal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from pipelines import audit, register
from pipelines.history import schools_in_scope
from pipelines.intake.tables import NamedFile
from pipelines.people.deciding import Decider, must_be
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, RefusedError, StaleError
from schemas.issues import Issue
from schemas.roles import GrantRole

if TYPE_CHECKING:
    from pipelines.reference import ReferenceFile

NOT_AUTHORITY = "The register is loaded by an authority's administrator, or by whoever runs the portal."
STALE = "The register or your schools changed since this was tried. Look at the file again, then load it."
NO_FILE = "Choose a file first, as Get Information About Schools gives it."
MOST_LISTED = 200
BELONGING = (
    "SELECT urn, 'la:' || la_code AS whose, from_date, to_date FROM standing_authorities "
    "UNION ALL SELECT urn, 'trust:' || trust_uid, from_date, to_date FROM standing_members "
    "UNION ALL SELECT forebear, 'school:' || urn, NULL, until_date FROM standing_forebears"
)
IN_USE = (
    "SELECT DISTINCT school_urn AS urn FROM returns "
    "UNION SELECT substr(organisation, 8) FROM grants WHERE starts_with(organisation, 'school:') "
    # nor may a school be taken before it sends anything from those who wait for it to
    "UNION SELECT urn FROM standing_authorities JOIN grants ON organisation = 'la:' || la_code "
    "UNION SELECT urn FROM standing_members JOIN grants ON organisation = 'trust:' || trust_uid"
)
SCHOOLS = "SELECT urn, name, status, la_code FROM standing_schools WHERE urn IN (SELECT unnest($urns))"
TRUSTS = "SELECT urn, trust_name FROM standing_members WHERE $on BETWEEN from_date AND to_date"
LOADS = "SELECT recorded_at, actor, role, scope, subject, detail FROM audit WHERE action = 'register loaded' "
LOADS += "ORDER BY sequence DESC LIMIT 30"


@dataclass(frozen=True, slots=True)
class Read:
    """What one file is, and what could not be used of it."""

    name: str
    kind: str
    kept: int
    rows: int
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one of one's own schools: `what` in words."""

    urn: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What loading these files would do to one's own schools; `others` of other organisations stand in the way."""

    files: tuple[Read, ...]
    changes: tuple[Change, ...]
    schools: int
    others: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Load:
    """A load that is on record."""

    at: datetime
    kind: str
    rows: int
    by: str
    role: str
    organisation: str


def attempt(warehouse: Warehouse, files: Sequence[NamedFile], *, decider: Decider) -> Tried:
    """What loading would change, by doing it in a transaction that is never kept; UnreadableError for other files."""
    read = _read(files)
    with warehouse.trying() as cursor:
        return _try(cursor, read, decider)


def load(warehouse: Warehouse, files: Sequence[NamedFile], tried: Tried, *, decider: Decider) -> None:
    """Load what was tried, if it would still do just that."""
    read = _read(files)
    with warehouse.writing() as cursor:
        now = _try(cursor, read, decider)
        if now.others and not decider.is_operator:
            raise ForbiddenError(in_the_way(now.others))
        if now.fingerprint != tried.fingerprint:
            raise StaleError(STALE)


def in_the_way(others: int) -> str:
    """Why a file is not loaded from a page."""
    schools = "a school of another organisation belongs" if others == 1 else f"{others:,} schools of others belong"
    return (
        f"This file would change to whom {schools}, today or in the past, of those who use this portal. Nothing of it "
        "is loaded. Whoever runs the portal can load it, with “plumbline register”."
    )


def loads(warehouse: Warehouse) -> tuple[Load, ...]:
    """The latest loads of the register, whosever they were."""
    with warehouse.reading() as cursor:
        rows = cursor.rows(LOADS)
    return tuple(
        Load(row["recorded_at"], row["subject"], int(json.loads(row["detail"])["rows"]), row["actor"], row["role"],
             row["scope"])
        for row in rows
    )  # fmt: skip


def _read(files: Sequence[NamedFile]) -> list[tuple[NamedFile, ReferenceFile]]:
    from pipelines.reference import read_reference

    if not files:
        raise RefusedError(NO_FILE)
    return [(file, read_reference(file.content, file_name=file.name)) for file in files]


def _try(cursor: Cursor, read: Sequence[tuple[NamedFile, ReferenceFile]], decider: Decider) -> Tried:
    """Load in the caller's transaction, and say what it did."""
    moment = audit.now()
    on = moment.date()
    must_be(cursor, decider, {GrantRole.ADMINISTRATOR}, on=on)
    scope = decider.actor.scope
    if scope.kind not in (ScopeKind.AUTHORITY, ScopeKind.OPERATOR):
        raise ForbiddenError(NOT_AUTHORITY)
    before, belonged, in_use = _own(cursor, scope, on=on), _belonging(cursor), _in_use(cursor)
    register.keep_within(cursor, read, actor=decider.actor, when=moment)
    after = _own(cursor, scope, on=on)
    changes = _changes(before, after)
    others = _others(belonged, _belonging(cursor), in_use, scope)
    told = [Read(file.name, one.kind, len(one.frame), one.rows_read, one.issues) for file, one in read]
    marks = [hashlib.sha256(file.content).hexdigest() for file, _ in read]
    mark = hashlib.sha256(repr((marks, changes, len(others))).encode()).hexdigest()[:16]
    return Tried(tuple(told), changes, len(after), len(others), mark)


def _own(cursor: Cursor, scope: Scope, *, on: date) -> pd.DataFrame:
    """One's own schools as the register has them today, by URN: name, status, trust."""
    own = sorted(schools_in_scope(cursor, scope, on=on))
    schools = cursor.frame(SCHOOLS, {"urns": own}).set_index("urn")
    trusts = {row["urn"]: row["trust_name"] or "" for row in cursor.rows(TRUSTS, {"on": on})}
    return schools.assign(trust=[trusts.get(urn, "") for urn in schools.index])


def _changes(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Change, ...]:
    found = [Change(urn, after["name"][urn], "new") for urn in after.index.difference(before.index)]
    found += [Change(urn, before["name"][urn], "no longer yours") for urn in before.index.difference(after.index)]
    for urn in before.index.intersection(after.index):
        was, now = before.loc[urn], after.loc[urn]
        if now["name"] != was["name"]:
            found.append(Change(urn, was["name"], f"now called {now['name']}"))
        if now["status"] != was["status"]:
            found.append(Change(urn, now["name"], f"was {_status(was['status'])}, is {_status(now['status'])}"))
        if now["trust"] != was["trust"]:
            found.append(Change(urn, now["name"], _moved(was["trust"], now["trust"])))
    return tuple(sorted(found, key=lambda one: (one.name, one.urn, one.what)))


def _moved(was: str, now: str) -> str:
    if not was:
        return f"joins {now}"
    return f"moves from {was} to {now}" if now else f"leaves {was}"


def _status(code: str) -> str:
    return str(code).replace("_", " ")


def _belonging(cursor: Cursor) -> set[tuple[str, str, date | None, date | None]]:
    """To whom every school belongs and belonged: an organisation with its days."""
    return {(row["urn"], row["whose"], row["from_date"], row["to_date"]) for row in cursor.rows(BELONGING)}


def _in_use(cursor: Cursor) -> set[str]:
    return {str(row["urn"]) for row in cursor.rows(IN_USE)}


def _others(
    before: set[tuple[str, str, date | None, date | None]], after: set[tuple[str, str, date | None, date | None]],
    in_use: set[str], scope: Scope,
) -> set[str]:  # fmt: skip
    """Schools in use that were ever another authority's, and of which it would change to whom they belong."""
    touched = {one[0] for one in before ^ after} & in_use
    elsewhere = {urn for urn, whose, *_ in before if whose.startswith("la:") and whose != str(scope)}
    known = {one[0] for one in before}
    return {urn for urn in touched if urn in elsewhere and urn in known}
