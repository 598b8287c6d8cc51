"""The mappings that stand for schools: kept by a school, its trust or its authority, version after version.

A file of one school is read by that school's mapping, a file of several by its sender's organisation's. Append-only:
a version holds the whole mapping, with who made it and when; forgetting is a version without the entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from pipelines import audit
from pipelines.history import schools_in_scope
from pipelines.intake.applying import Unread, Used
from pipelines.intake.plain_wordings import header_wording, value_wording
from pipelines.intake.school_mapping import NO_MAPPING, Entry, ReadBy, SchoolMapping, must_hold_together
from pipelines.intake.surroundings import Stated
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, QuestionError, RefusedError, RereadError

__all__ = ["Entry", "Kept", "Unread", "Used", "entry_for", "keep", "kept", "owner_of", "standing_for"]

NOT_OWN = "This school is outside the organisation you act for, so its mapping is not yours to read or change."
REREAD = "The mapping of your own words changed after this file was checked. Check the file again."
CHANGED = "Somebody changed this mapping after you opened it. Read it again, then change it."


@dataclass(frozen=True, slots=True)
class Kept:
    """The mapping that stands for a school or an organisation, with who made its latest version and when."""

    owner: Scope
    mapping: SchoolMapping
    recorded_at: datetime | None = None
    recorded_by: str = ""
    role: str = ""


def owner_of(stated: Stated, actor: Actor) -> Scope | None:
    """Whose mapping a file is read by: the school's that is stated, else the sender's; the operator has none."""
    if stated.school_urn:
        return Scope(ScopeKind.SCHOOL, stated.school_urn)
    return None if actor.scope.kind is ScopeKind.OPERATOR else actor.scope


def kept(warehouse: Warehouse, owner: Scope, *, actor: Actor) -> Kept:
    """The mapping that stands, for those who may send the owner's returns; RefusedError for others."""
    with warehouse.reading() as cursor:
        if not _is_own(cursor, owner, actor):
            raise ForbiddenError(NOT_OWN)
        return _standing(cursor, owner)


def standing_for(cursor: Cursor, stated: Stated, *, actor: Actor) -> SchoolMapping:
    """The mapping to read a file by; an empty one where none stands or it is not the sender's to use."""
    owner = owner_of(stated, actor)
    return NO_MAPPING if owner is None else _reading(cursor, owner, actor)


def read_by(stated: Stated, mapping: SchoolMapping, *, actor: Actor) -> ReadBy | None:
    """What `standing_for` gave, as a check remembers it; None where nobody's mapping is asked."""
    owner = owner_of(stated, actor)
    return None if owner is None else ReadBy(str(owner), mapping.version)


def must_still_stand(cursor: Cursor, read: ReadBy | None, *, actor: Actor) -> None:
    """RereadError when a file read by this mapping would be read by another now, in the caller's transaction."""
    if read is not None and _reading(cursor, Scope.parse(read.owner), actor).version != read.version:
        raise RereadError(REREAD)


def keep(
    warehouse: Warehouse, owner: Scope, entries: Iterable[Entry], *,
    actor: Actor, seen: int, when: datetime | None = None,
) -> int:  # fmt: skip
    """Keep a new version of a whole mapping in the place of version `seen`; its number is given back.

    RefusedError when the owner is not the actor's or somebody was quicker; QuestionError when an entry may not be kept.
    """
    wanted = must_hold_together(entries)
    if owner.kind is ScopeKind.OPERATOR:
        raise QuestionError("A mapping belongs to a school, a trust or an authority.")
    with warehouse.writing() as cursor:
        if not _is_own(cursor, owner, actor):
            raise ForbiddenError(NOT_OWN)
        if _standing(cursor, owner).mapping.version != seen:
            raise RefusedError(CHANGED)
        _append(cursor, owner, SchoolMapping(wanted, seen + 1), actor=actor, when=when or audit.now())
    return seen + 1


def entry_for(one: Unread, meant: Sequence[str]) -> Entry:
    """An entry that reads a wording of a file; QuestionError when the wording may not be kept."""
    said = value_wording(one.wording) if one.column else header_wording(one.wording)
    if said is None:
        raise QuestionError("This wording may name somebody, so it is not kept. Correct it in the file instead.")
    return Entry(one.table, one.column, said, tuple(meant))


def record_use(cursor: Cursor, used: Sequence[Used], versions: pd.DataFrame) -> None:
    """Keep beside each version the wordings that were read by a mapping, in the caller's transaction."""
    ids = dict(zip(versions["school_urn"].astype(str), versions["return_id"], strict=True))
    rows = [
        (int(number), one.entry.table, one.entry.column, one.entry.said, json.dumps(one.entry.meant), one.rows)
        for urn, number in ids.items()
        for one in of_school(used, urn)
    ]
    names = ["return_id", "table_name", "column_name", "said", "meant", "rows_read"]
    cursor.append("mapped_wordings", pd.DataFrame(rows, columns=names))


def of_school(used: Iterable[Used], urn: str) -> tuple[Used, ...]:
    """What was read by a mapping in one school's rows, in the order of the entries."""
    own = [Used(one.entry, one.by_school[urn]) for one in used if urn in one.by_school]
    return tuple(sorted(own, key=lambda one: one.entry.place))


def used_in(cursor: Cursor, return_id: int) -> tuple[Used, ...]:
    """The wordings of one version that were read by a mapping, in the order of the entries."""
    rows = cursor.rows(
        "SELECT table_name, column_name, said, meant, rows_read FROM mapped_wordings WHERE return_id = $id",
        {"id": return_id},
    )
    found = [Used(_entry([*list(row.values())[:3], json.loads(row["meant"])]), int(row["rows_read"])) for row in rows]
    return tuple(sorted(found, key=lambda one: one.entry.place))


def _reading(cursor: Cursor, owner: Scope, actor: Actor) -> SchoolMapping:
    """The owner's mapping as far as it reads an actor's files: one without entries is the same as none."""
    found = _standing(cursor, owner).mapping
    return found if found.entries and _is_own(cursor, owner, actor) else NO_MAPPING


def _is_own(cursor: Cursor, owner: Scope, actor: Actor) -> bool:
    if actor.scope.kind is ScopeKind.OPERATOR or actor.scope == owner:
        return True
    mine = schools_in_scope(cursor, actor.scope, on=audit.now().date())
    return owner.kind is ScopeKind.SCHOOL and owner.code in mine


def _standing(cursor: Cursor, owner: Scope) -> Kept:
    rows = cursor.rows(
        "SELECT * FROM mappings WHERE owner = $owner ORDER BY version DESC LIMIT 1", {"owner": str(owner)}
    )
    if not rows:
        return Kept(owner, NO_MAPPING)
    row = rows[0]
    entries = tuple(_entry(one) for one in json.loads(row["content"]))
    mapping = SchoolMapping(entries, int(row["version"]))
    return Kept(owner, mapping, row["recorded_at"], str(row["recorded_by"]), str(row["role"]))


def _entry(parts: Sequence[object]) -> Entry:
    table, column, said, meant = parts
    assert isinstance(meant, list)  # noqa: S101 - as it was written
    return Entry(str(table), str(column), str(said), tuple(map(str, meant)))


def _append(cursor: Cursor, owner: Scope, mapping: SchoolMapping, *, actor: Actor, when: datetime) -> None:
    content = [[one.table, one.column, one.said, list(one.meant)] for one in mapping.entries]
    cursor.run(
        "INSERT INTO mappings (owner, version, content, recorded_at, recorded_by, role, scope) "
        "VALUES ($owner, $version, $content, $when, $name, $role, $scope)",
        {
            "owner": str(owner), "version": mapping.version, "content": json.dumps(content), "when": when,
            "name": actor.name, "role": actor.role, "scope": str(actor.scope),
        },
    )  # fmt: skip
    headers = sum(entry.is_header for entry in mapping.entries)
    detail = {"version": mapping.version, "headers": headers, "answers": len(mapping.entries) - headers}
    audit.record(cursor, audit.Event(actor, "mapping kept", str(owner), detail), when=when)
