"""Links as they are kept: what each is for, by whom it was made, whether it was used or withdrawn. Append-only.

A link holds 256 random bits and the warehouse only their SHA-256. The record names who, where and as what; never an
address and never a link. Which of them can be used is asked in `invitations`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.people.identities import LOCAL, Identity
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor
from schemas.roles import GrantRole, title

SECRET_BYTES = 32
STANDING = "SELECT * FROM invitations QUALIFY row_number() OVER (PARTITION BY number ORDER BY version DESC) = 1"


class Kind(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a new password; the second factor stays
    PASSWORD_AND_FACTOR = "password and second factor"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was made: a number that is safe to show, for what, until when, by whom.

    `made_by` and `seconded_by` are as the record names people; the second is empty where one person made it.
    """

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
    seconded_by: str = ""
    version: int = 1

    @property
    def title(self) -> str:
        """The role that is offered, in the words of the field; empty for a link to an account."""
        return title(self.role, str(self.organisation.kind)) if self.role and self.organisation else ""

    @property
    def account(self) -> Identity:
        """Whose account it is a link to."""
        return Identity(LOCAL, self.subject)


def make_within(cursor: Cursor, new: Invitation, *, actor: Actor) -> str:
    """Keep a link, in the caller's transaction; its code, which nobody can tell again."""
    code = secrets.token_urlsafe(SECRET_BYTES)
    _append(cursor, new, "made", actor=actor, code_hash=_hash(code))
    return code


def of_code(cursor: Cursor, code: str, *, at: datetime) -> tuple[Invitation, ...]:
    """The link of a code, neither used nor withdrawn nor run out; none, or one."""
    return _unused(cursor, "code_hash = $hash AND ends_at > $at", {"hash": _hash(code), "at": at})


def unused(cursor: Cursor, *, at: datetime) -> tuple[Invitation, ...]:
    """Every link that was neither used nor withdrawn nor has run out, the one that runs out first at the beginning."""
    return _unused(cursor, "ends_at > $at", {"at": at})


def note_used(cursor: Cursor, one: Invitation, identity: Identity, *, actor: Actor) -> None:
    """Keep that a link was used and by whom, in the caller's transaction."""
    _append(cursor, replace(one, version=one.version + 1, subject=identity.subject), "used", actor=actor)


def withdraw_within(cursor: Cursor, these: Iterable[Invitation], *, actor: Actor) -> None:
    """End links, in the caller's transaction."""
    for one in these:
        _append(cursor, replace(one, version=one.version + 1), "withdrawn", actor=actor)


def withdraw_all_within(cursor: Cursor, identity: Identity, *, actor: Actor, at: datetime) -> None:
    """End every open link to an account, in the caller's transaction."""
    if identity.issuer == LOCAL:
        withdraw_within(cursor, [one for one in unused(cursor, at=at) if one.account == identity], actor=actor)


def _unused(cursor: Cursor, which: str, values: dict[str, Any]) -> tuple[Invitation, ...]:
    rows = cursor.rows(f"SELECT * FROM ({STANDING}) WHERE state = 'made' AND {which} ORDER BY ends_at", values)
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
    audit.record(
        cursor, audit.Event(actor, f"link {state}", row["organisation"] or f"account:{one.account.key}", detail)
    )


def _invitation(row: dict[str, Any]) -> Invitation:
    return Invitation(
        row["number"], Kind(row["kind"]), row["email"], row["subject"] or "",
        Scope.parse(row["organisation"]) if row["organisation"] else None,
        GrantRole(row["role"]) if row["role"] else None, row["from_day"], row["until_day"], row["reason"],
        row["ends_at"], row["made_by"], row["seconded_by"] or "", row["version"],
    )  # fmt: skip


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
