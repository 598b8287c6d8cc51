"""Inviting: who may make which link. Whoever makes a link could use it.

So a link to an account is made only by those who look after all of its grants, and by two people where it makes or
opens the account of somebody who can be a second person.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipelines import audit
from pipelines.intake.kept_words import kind_in_words
from pipelines.people import grants
from pipelines.people.accounts import Account, address
from pipelines.people.grants import Grant
from pipelines.people.invitations import NOT_YOURS, Invitation, Kind, make_within, must_be_administrator
from pipelines.people.reach import looks_after
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError, RefusedError
from schemas.roles import GIVEN_BY_TWO, GrantRole, exists_at

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)
LONGEST_LINK = 14  # days
SECOND_PERSON = "Two people make the link of an administrator or a data-protection officer: somebody else has to agree."
NOT_YOUR_PERSON = "This account has no grant, or one of another organisation's. Ask whoever runs the portal."
NO_REASON = "Say why, in up to 200 characters and without naming a child: the record keeps it."
NO_ROLE = "This role does not exist at this kind of organisation. Choose another."
WRONG_DAYS = "A grant ends on or after the day on which it begins. Correct the days."


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers: a role at an organisation, first and last day included."""

    email: str = field(repr=False)
    organisation: Scope
    role: GrantRole
    from_day: date
    until_day: date | None
    reason: str


def invite(
    warehouse: Warehouse, offer: Offer, *, actor: Actor, seconded_by: Actor | None = None,
    lasts: timedelta = INVITATION_LASTS, now: datetime | None = None,
) -> tuple[Invitation, str]:  # fmt: skip
    """Invite somebody: the invitation, and the code of its link, which is given back here and never again.

    RefusedError at an organisation that the actor's does not look after, and without a second where two are needed.
    """
    with warehouse.writing() as cursor:
        return invite_within(cursor, offer, actor=actor, seconded_by=seconded_by, lasts=lasts, now=now)


def invite_within(
    cursor: Cursor, offer: Offer, *, actor: Actor, seconded_by: Actor | None = None,
    lasts: timedelta = INVITATION_LASTS, now: datetime | None = None,
) -> tuple[Invitation, str]:  # fmt: skip
    """The same within a transaction of the caller."""
    moment = now or audit.now()
    new = Invitation(
        secrets.token_hex(8), Kind.INVITATION, address(offer.email), "", offer.organisation, offer.role,
        offer.from_day, offer.until_day, _reason(offer.reason), moment + _lasting(lasts), actor.name,
        seconded_by.name if seconded_by else "",
    )  # fmt: skip
    must_be_administrator(actor)
    _must_fit(offer)
    if not looks_after(cursor, actor.scope, offer.organisation, on=moment.date()):
        raise RefusedError(NOT_YOURS)
    if offer.role in GIVEN_BY_TWO:
        _must_be_two(actor, seconded_by)
    return new, make_within(cursor, new, actor=actor)


def reset(
    warehouse: Warehouse, account: Account, *, factor_too: bool, reason: str, actor: Actor,
    seconded_by: Actor | None = None, now: datetime | None = None,
) -> tuple[Invitation, str]:  # fmt: skip
    """A link by which an account's owner sets a new password, and with `factor_too` a new second factor.

    It opens all of the account's grants, those to come too: none may be of an organisation that the actor's does not
    look after, and that of somebody who can be a second person is made by two, as an invitation of one is.
    """
    with warehouse.writing() as cursor:
        return reset_within(
            cursor, account, factor_too=factor_too, reason=reason, actor=actor, seconded_by=seconded_by, now=now
        )


def reset_within(
    cursor: Cursor, account: Account, *, factor_too: bool, reason: str, actor: Actor,
    seconded_by: Actor | None = None, now: datetime | None = None,
) -> tuple[Invitation, str]:  # fmt: skip
    """The same within a transaction of the caller."""
    must_be_administrator(actor)
    moment, kind = now or audit.now(), Kind.PASSWORD_AND_FACTOR if factor_too else Kind.PASSWORD
    held = [one for one in grants.every(cursor) if one.identity == account.identity]
    if not all_theirs(cursor, held, actor, on=moment.date()):
        raise RefusedError(NOT_YOUR_PERSON)
    if any(one.role in GIVEN_BY_TWO for one in held):
        _must_be_two(actor, seconded_by)
    new = Invitation(
        secrets.token_hex(8), kind, account.email, account.subject, None, None, None, None, _reason(reason),
        moment + RESET_LASTS, actor.name, seconded_by.name if seconded_by else "",
    )  # fmt: skip
    return new, make_within(cursor, new, actor=actor)


def _must_fit(offer: Offer) -> None:
    if not exists_at(offer.role, str(offer.organisation.kind)):
        raise RefusedError(NO_ROLE)
    if offer.until_day is not None and offer.until_day < offer.from_day:
        raise QuestionError(WRONG_DAYS)


def _must_be_two(actor: Actor, seconded_by: Actor | None) -> None:
    if actor.scope.kind is ScopeKind.OPERATOR:
        return
    if seconded_by is None or seconded_by.name == actor.name:
        raise RefusedError(SECOND_PERSON)


def all_theirs(cursor: Cursor, held: Sequence[Grant], actor: Actor, *, on: date) -> bool:
    """Whether an actor's organisation looks after all grants of somebody, of whom there are any."""
    if actor.scope.kind is ScopeKind.OPERATOR:
        return True
    return bool(held) and all(looks_after(cursor, actor.scope, one.organisation, on=on) for one in held)


def _lasting(lasts: timedelta) -> timedelta:
    if not timedelta(0) < lasts <= timedelta(days=LONGEST_LINK):
        raise QuestionError(f"A link lasts at most {LONGEST_LINK} days.")
    return lasts


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > grants.LONGEST_REASON or kind_in_words(said):
        raise QuestionError(NO_REASON)
    return said
