"""Invitations: links by which somebody makes a local account and gets a grant, or sets a new password. Used once.

A link holds 256 random bits and the warehouse only their SHA-256. The record names who, where and as what; never an
address and never a link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.people import grants
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.reach import looks_after
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import RefusedError
from schemas.roles import GrantRole, title

PATH = "/invitation/"
SECRET_BYTES = 32
STANDING = "SELECT * FROM invitations QUALIFY row_number() OVER (PARTITION BY number ORDER BY version DESC) = 1"
NOT_YOURS = "You can invite people only to your organisation and its schools."
NOT_ADMINISTRATOR = "Links are made and ended by administrators only."
GONE = "This link was used, was withdrawn or has run out. Ask whoever sent it for a new one."


class Kind(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a new password; the second factor stays
    PASSWORD_AND_FACTOR = "password and second factor"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was made: a number that is safe to show, for what, until when, by whom."""

    number: str
    kind: Kind
    email: str = field(repr=False)
    subject: str
    organisation: Scope | None
    role: GrantRole | None
    from_day: date | None
    until_day: date | None
    reason: str
    ends_at: datetime
    made_by: str
    version: int = 1

    @property
    def title(self) -> str:
        """The role that is offered, in the words of the field; empty for a link to an account."""
        return title(self.role, str(self.organisation.kind)) if self.role and self.organisation else ""


def must_be_administrator(actor: Actor) -> None:
    """Asked behind every door through which links are made or ended; whoever runs the machine is one too."""
    if actor.role != title(GrantRole.ADMINISTRATOR, "la") and actor.scope.kind is not ScopeKind.OPERATOR:
        raise RefusedError(NOT_ADMINISTRATOR)


def make_within(cursor: Cursor, new: Invitation, *, actor: Actor) -> str:
    """Keep an invitation, in the caller's transaction; the code of its link, which nobody can tell again."""
    code = secrets.token_urlsafe(SECRET_BYTES)
    _append(cursor, new, "made", actor=actor, code_hash=_hash(code))
    return code


def find(cursor: Cursor, code: str, *, at: datetime) -> Invitation | None:
    """What a link is for; None when there is none of this code, or it was used or withdrawn, or has run out."""
    found = cursor.rows(
        f"SELECT * FROM ({STANDING}) WHERE state = 'made' AND code_hash = $hash AND ends_at > $at",
        {"hash": _hash(code), "at": at},
    )
    return _invitation(found[0]) if found else None


def use_within(cursor: Cursor, code: str, identity: Identity, *, actor: Actor, at: datetime) -> Invitation:
    """Use a link up, in the caller's transaction, and give what it offers; RefusedError when it is not open."""
    found = find(cursor, code, at=at)
    if found is None or (found.subject and found.subject != identity.subject):
        raise RefusedError(GONE)
    _append(cursor, replace(found, version=found.version + 1, subject=identity.subject), "used", actor=actor)
    if found.kind is not Kind.INVITATION:
        withdraw_all_within(cursor, identity.subject, actor=actor, at=at)
    if found.organisation and found.role and found.from_day:
        offered = Grant(0, identity, found.organisation, found.role, found.from_day, found.until_day, found.made_by,
                        found.reason)  # fmt: skip
        grants.give_within(cursor, offered, actor=actor)
    return found


def withdraw(warehouse: Warehouse, number: str, *, actor: Actor, now: datetime | None = None) -> None:
    """End a link that was not used: one's own, or one to an organisation that the actor's looks after."""
    must_be_administrator(actor)
    moment = now or audit.now()
    with warehouse.writing() as cursor:
        found = [one for one in open_ones(cursor, at=moment) if one.number == number]
        if not found:
            raise RefusedError(GONE)
        about = found[0].organisation
        if found[0].made_by != actor.name and not (about and looks_after(cursor, actor.scope, about, on=moment.date())):
            raise RefusedError(NOT_YOURS)
        _append(cursor, replace(found[0], version=found[0].version + 1), "withdrawn", actor=actor)


def withdraw_all_within(cursor: Cursor, subject: str, *, actor: Actor, at: datetime) -> None:
    """End every open link to an account, in the caller's transaction."""
    for one in open_ones(cursor, at=at):
        if one.subject == subject:
            _append(cursor, replace(one, version=one.version + 1), "withdrawn", actor=actor)


def withdraw_made_within(
    cursor: Cursor, made_by: str, about: Collection[Scope], *, actor: Actor, at: datetime
) -> None:  # fmt: skip
    """End every open link that somebody made, to these organisations or to an account, in the caller's transaction."""
    for one in open_ones(cursor, at=at):
        if one.made_by == made_by and (one.organisation is None or one.organisation in about):
            _append(cursor, replace(one, version=one.version + 1), "withdrawn", actor=actor)


def open_ones(cursor: Cursor, *, at: datetime) -> tuple[Invitation, ...]:
    """Every link that can still be used, the one that runs out first at the beginning."""
    rows = cursor.rows(
        f"SELECT * FROM ({STANDING}) WHERE state = 'made' AND ends_at > $at ORDER BY ends_at", {"at": at}
    )
    return tuple(map(_invitation, rows))


def _append(cursor: Cursor, one: Invitation, state: str, *, actor: Actor, code_hash: str | None = None) -> None:
    row: dict[str, Any] = {
        **asdict(one), "kind": str(one.kind), "role": str(one.role) if one.role else None,
        "organisation": str(one.organisation) if one.organisation else None, "code_hash": code_hash,
        "state": state, "recorded_at": audit.now(), "recorded_by": actor.name,
    }  # fmt: skip
    texts = dict.fromkeys(("role", "organisation", "code_hash"), "string")
    days = dict.fromkeys(("from_day", "until_day"), "datetime64[s]")
    cursor.append("invitations", pd.DataFrame([row]).astype(texts | days))
    detail = {"invitation": one.number, "for": str(one.kind), "role": row["role"], "reason": one.reason}
    audit.record(cursor, audit.Event(actor, f"link {state}", row["organisation"] or f"account:{_key(one)}", detail))


def _key(one: Invitation) -> str:
    return Identity(LOCAL, one.subject).key


def _invitation(row: dict[str, Any]) -> Invitation:
    return Invitation(
        row["number"], Kind(row["kind"]), row["email"], row["subject"] or "",
        Scope.parse(row["organisation"]) if row["organisation"] else None,
        GrantRole(row["role"]) if row["role"] else None, row["from_day"], row["until_day"], row["reason"],
        row["ends_at"], row["made_by"], row["version"],
    )  # fmt: skip


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
