"""What takes two people, kind by kind: what it rests on, whom it concerns, and how it is carried out.

A grant, a link or an account that makes somebody able to be the second person; and erasing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pipelines.erasing import Erased, Plan, carry_out_within
from pipelines.people import accounts, grants, identities, inviting
from pipelines.people.accounts import Account
from pipelines.people.deciding import Decider
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.invitations import Invitation
from pipelines.people.inviting import Offer
from pipelines.people.proposals import Kind, Proposal, fingerprint
from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor
from schemas.errors import StaleError
from schemas.roles import GrantRole

STALE = "What this rests on has changed since it was proposed. Withdraw it, and propose it anew as things stand."
NO_ACCOUNT = "There is no local account of this person. Nothing can be reset for those who sign in at a provider."


@dataclass(frozen=True, slots=True)
class Done:
    """What was carried out; a link's code, where one was made, is told here and never again."""

    proposal: Proposal
    invitation: Invitation | None = None
    code: str = field(default="", repr=False)
    erased: Erased | None = None


def of_grant(wanted: Grant) -> Mapping[str, Any]:
    """A grant as a proposal keeps it."""
    who = {"issuer": wanted.identity.issuer, "subject": wanted.identity.subject}
    return {**who, **_role(wanted.organisation, wanted.role, wanted.from_day, wanted.until_day)}


def of_offer(offer: Offer) -> Mapping[str, Any]:
    """An invitation as a proposal keeps it."""
    role = _role(offer.organisation, offer.role, offer.from_day, offer.until_day)
    return {"email": accounts.address(offer.email), **role}


def of_reset(account: Account, *, factor_too: bool) -> Mapping[str, Any]:
    """A link to an account as a proposal keeps it."""
    return {"issuer": LOCAL, "subject": account.subject, "factor_too": factor_too}


def of_plan(plan: Plan) -> Mapping[str, Any]:
    """An erasure as a proposal keeps it: no key is in it."""
    return {"plan": plan.as_text()}


def whom(cursor: Cursor, kind: Kind, content: Mapping[str, Any]) -> Identity | None:
    """The account that something concerns; None where there is none (yet)."""
    if kind is Kind.INVITATION:
        found = accounts.of_address(cursor, content["email"])
        return found.identity if found else None
    return Identity(content["issuer"], content["subject"]) if "subject" in content else None


def rests_on(cursor: Cursor, kind: Kind, content: Mapping[str, Any]) -> str:
    """The fingerprint of something with all that it rests on, as it stands now."""
    who = whom(cursor, kind, content)
    held = [(one.grant_id, str(one.organisation), str(one.role)) for one in grants.every(cursor) if one.identity == who]
    name = identities.name_of(cursor, who) if who else ""
    account = accounts.of(cursor, who) if who else None
    return fingerprint(str(kind), dict(content), held, name, account.version if account else 0)


def carry_out(cursor: Cursor, one: Proposal, *, approved_by: Decider, when: datetime) -> Done:
    """Do what was proposed, in the transaction in which the second person approves; StaleError where it has changed."""
    if rests_on(cursor, one.kind, one.content) != one.fingerprint:
        raise StaleError(STALE)
    author, second = one.author.actor, approved_by.actor
    if one.kind is Kind.GRANT:
        grants.give_within(cursor, grant_of(one), actor=author)
        return Done(one)
    if one.kind is Kind.ERASURE:
        plan = Plan.of_text(one.content["plan"])
        return Done(one, erased=carry_out_within(cursor, plan, actor=author, approved_by=second, when=when))
    if one.kind is Kind.INVITATION:
        made = inviting.invite_within(cursor, offer_of(one), actor=author, seconded_by=second, now=when)
        return Done(one, *made)
    account = accounts.of(cursor, Identity(LOCAL, one.content["subject"]))
    if account is None:
        raise StaleError(NO_ACCOUNT)
    made = inviting.reset_within(
        cursor, account, factor_too=bool(one.content["factor_too"]), reason=one.reason, actor=author,
        seconded_by=second, now=when,
    )  # fmt: skip
    return Done(one, *made)


def grant_of(one: Proposal) -> Grant:
    """The grant that is proposed."""
    who, told = Identity(one.content["issuer"], one.content["subject"]), one.content
    scope, role, first, last = _told(told)
    return Grant(0, who, scope, role, first, last, one.author.actor.name, one.reason)


def offer_of(one: Proposal) -> Offer:
    """The invitation that is proposed."""
    return Offer(one.content["email"], *_told(one.content), one.reason)


@dataclass(frozen=True, slots=True)
class Role:
    """The role that is proposed: what, where, first and last day."""

    organisation: Scope
    role: GrantRole
    from_day: date
    until_day: date | None


def role_of(one: Proposal) -> Role:
    """The role that a proposal gives or offers."""
    return Role(*_told(one.content))


def _role(organisation: Scope, role: GrantRole, first: date, last: date | None) -> dict[str, Any]:
    until = last.isoformat() if last else ""
    return {"organisation": str(organisation), "role": str(role), "from": first.isoformat(), "until": until}


def _told(content: Mapping[str, Any]) -> tuple[Scope, GrantRole, date, date | None]:
    until = date.fromisoformat(content["until"]) if content["until"] else None
    return (
        Scope.parse(content["organisation"]), GrantRole(content["role"]), date.fromisoformat(content["from"]), until
    )  # fmt: skip
