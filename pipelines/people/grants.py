"""Grants: who may be what at which organisation, from when until when, given by whom and why. Append-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.intake.kept_words import kind_in_words
from pipelines.people import links
from pipelines.people.identities import Identity
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError, RefusedError
from schemas.roles import GrantRole, exists_at, title

LONGEST_REASON = 200
NO_SUCH_ROLE = "This role does not exist at this kind of organisation. Choose another."
NO_REASON = "Say why, in up to 200 characters and without naming a child: the record keeps it."
NO_GRANT = "This grant does not exist, or has ended."
WRONG_DAYS = "A grant ends on or after the day on which it begins. Correct the days."
TOLD = "told by the provider at sign-in"
STANDING = "SELECT * FROM grants QUALIFY row_number() OVER (PARTITION BY grant_id ORDER BY recorded_at DESC, state) = 1"


@dataclass(frozen=True, slots=True)
class Grant:
    """One person's role at one organisation, first and last day included; `until_day` None while it has no end."""

    grant_id: int
    identity: Identity
    organisation: Scope
    role: GrantRole
    from_day: date
    until_day: date | None
    given_by: str
    reason: str

    @property
    def title(self) -> str:
        """The role in the words of the field."""
        return title(self.role, str(self.organisation.kind))

    def holds(self, *, on: date) -> bool:
        """Whether it holds on a day."""
        return self.from_day <= on and (self.until_day is None or on <= self.until_day)


def give(
    warehouse: Warehouse, identity: Identity, organisation: Scope, role: GrantRole, *,
    from_day: date, until_day: date | None, reason: str, actor: Actor,
) -> Grant:  # fmt: skip
    """Give somebody a role at an organisation; RefusedError where the role does not exist there."""
    with warehouse.writing() as cursor:
        return give_within(cursor, Grant(0, identity, organisation, role, from_day, until_day, actor.name, reason),
                           actor=actor)  # fmt: skip


def give_within(cursor: Cursor, grant: Grant, *, actor: Actor) -> Grant:
    """The same within a transaction of the caller; the grant with its number is given back.

    The open links to the account end: each was made for what its owner was before.
    """
    must_be_sound(grant)
    links.withdraw_all_within(cursor, grant.identity, actor=actor, at=audit.now())
    number = int(cursor.rows("SELECT coalesce(max(grant_id), 0) + 1 AS next FROM grants")[0]["next"])
    given = replace(grant, grant_id=number, reason=reason_said(grant.reason))
    _append(cursor, given, "given", actor=actor)
    return given


def end(warehouse: Warehouse, grant_id: int, *, reason: str, actor: Actor) -> Grant:
    """End a grant at once; what stood stays on record."""
    with warehouse.writing() as cursor:
        return end_within(cursor, grant_id, reason=reason, actor=actor)


def end_within(cursor: Cursor, grant_id: int, *, reason: str, actor: Actor) -> Grant:
    """The same within a transaction of the caller."""
    found = [one for one in every(cursor) if one.grant_id == grant_id]
    if not found:
        raise RefusedError(NO_GRANT)
    ended = replace(found[0], reason=reason_said(reason))
    _append(cursor, ended, "ended", actor=actor)
    return ended


def every(cursor: Cursor) -> tuple[Grant, ...]:
    """Every grant that has not been ended, those of the past and of the future too, the first given first."""
    return _read(cursor.rows(f"SELECT * FROM ({STANDING}) WHERE state = 'given' ORDER BY grant_id"))


def of(cursor: Cursor, identity: Identity, *, on: date) -> tuple[Grant, ...]:
    """Somebody's grants that hold on a day."""
    return tuple(one for one in every(cursor) if one.identity == identity and one.holds(on=on))


def told_by_provider(
    warehouse: Warehouse, identity: Identity, told: Sequence[tuple[Scope, GrantRole]], *,
    about: Collection[Scope] | None, today: date, actor: Actor,
) -> None:  # fmt: skip
    """Make the grants that a provider vouches for as it tells them now: the new are given, those untold are ended.

    `about` are the organisations of which it told anything this time; None when it told of all.
    """
    with warehouse.writing() as cursor:
        own = [one for one in every(cursor) if one.identity == identity and one.given_by == identity.issuer]
        held = {(one.organisation, one.role) for one in own}
        for one in own:
            if (one.organisation, one.role) not in told and (about is None or one.organisation in about):
                end_within(cursor, one.grant_id, reason=TOLD, actor=actor)
        for organisation, role in dict.fromkeys(told):
            if (organisation, role) not in held:
                new = Grant(0, identity, organisation, role, today, None, identity.issuer, TOLD)
                give_within(cursor, new, actor=actor)


def must_be_sound(grant: Grant) -> None:
    """RefusedError where a role does not exist at an organisation, QuestionError where the days are the wrong way."""
    if not exists_at(grant.role, str(grant.organisation.kind)):
        raise RefusedError(NO_SUCH_ROLE)
    if grant.until_day is not None and grant.until_day < grant.from_day:
        raise QuestionError(WRONG_DAYS)


def reason_said(text: str) -> str:
    """A reason as it is kept; QuestionError for none, and for one that is too long or could name somebody."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_REASON or kind_in_words(said):
        raise QuestionError(NO_REASON)
    return said


def _append(cursor: Cursor, grant: Grant, state: str, *, actor: Actor) -> None:
    moment = audit.now()
    row: dict[str, Any] = {
        **{name: value for name, value in asdict(grant).items() if name != "identity"},
        "issuer": grant.identity.issuer, "subject": grant.identity.subject,
        "organisation": str(grant.organisation), "role": str(grant.role),
        "state": state, "recorded_at": moment, "recorded_by": actor.name,
    }  # fmt: skip
    cursor.append("grants", pd.DataFrame([row]).astype({"until_day": "datetime64[s]", "from_day": "datetime64[s]"}))
    detail = {"grant": grant.grant_id, "account": grant.identity.key, "role": str(grant.role), "reason": grant.reason}
    audit.record(cursor, audit.Event(actor, f"grant {state}", str(grant.organisation), detail), when=moment)


def _read(rows: Sequence[dict[str, Any]]) -> tuple[Grant, ...]:
    return tuple(_grant(row) for row in rows)


def _grant(row: dict[str, Any]) -> Grant:
    identity, organisation = Identity(row["issuer"], row["subject"]), Scope.parse(row["organisation"])
    days = row["from_day"], row["until_day"]
    return Grant(row["grant_id"], identity, organisation, GrantRole(row["role"]), *days, row["given_by"], row["reason"])
