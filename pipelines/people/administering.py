"""What an administrator does for the people of their own organisation and its schools of today. One person is enough.

What takes two people is in `approvals`. Nobody gives a role to themselves, and nobody leaves an organisation without an
administrator by ending their own grant.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from pipelines import audit
from pipelines.people import accounts, approvals, grants, identities, invitations, inviting
from pipelines.people.accounts import Account
from pipelines.people.approvals import TO_YOURSELF
from pipelines.people.deciding import Decider, must_administer
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.invitations import Invitation
from pipelines.people.inviting import INVITATION_LASTS, Offer
from pipelines.people.naming import names_told
from pipelines.people.reach import looked_after
from pipelines.people.sessions import Session, Sessions
from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, QuestionError, RefusedError
from schemas.roles import GIVEN_BY_TWO, GrantRole

TAKES_TWO = "Two people give this role. Propose it: somebody else then approves it."
LAST = (
    "You are the only administrator of this organisation, so you cannot end this yourself. Have somebody else made an "
    "administrator first, or ask whoever runs the portal."
)
NOT_THEIRS = "There is no such role among those of your own organisation and its schools."
NO_SESSION = "This session has ended, or is not one of your organisation's people."
NOBODY = "Nobody of this reference has signed in. They read it on the page that says that nothing is open to them."
WHY_ENDED = "a role was ended"


def give(warehouse: Warehouse, wanted: Grant, *, decider: Decider, when: datetime | None = None) -> Grant:
    """Give somebody we know a role that one person gives."""
    with warehouse.writing() as cursor:
        on = (when or audit.now()).date()
        must_administer(cursor, decider, wanted.organisation, on=on)
        if decider.is_same(wanted.identity):
            raise RefusedError(TO_YOURSELF)
        if wanted.role in GIVEN_BY_TWO:
            raise RefusedError(TAKES_TWO)
        if identities.name_of(cursor, wanted.identity) is None:
            raise QuestionError(NOBODY)
        approvals.must_fit(cursor, wanted, on=on)
        return grants.give_within(cursor, wanted, actor=decider.actor)


def end(
    warehouse: Warehouse, sessions: Sessions, grant_id: int, *, reason: str, decider: Decider,
    when: datetime | None = None,
) -> Grant:  # fmt: skip
    """End a grant at once, whatever is open under it, and the links that an administrator made under it."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        on = moment.date()
        found = next((one for one in grants.every(cursor) if one.grant_id == grant_id), None)
        if found is None:
            raise RefusedError(NOT_THEIRS)
        _must_be_theirs(cursor, decider, found.organisation, on=on)
        _must_leave_one(cursor, found, decider, on=on)
        ended = grants.end_within(cursor, grant_id, reason=reason, actor=decider.actor)
        if ended.role in GIVEN_BY_TWO:
            about = looked_after(cursor, ended.organisation, on=on)
            invitations.withdraw_made_within(cursor, ended.identity, about, actor=decider.actor, at=moment)
    for one in sessions.live():
        if one.identity == ended.identity and one.grant is None:
            sessions.end(one.id, why=WHY_ENDED, actor=decider.actor)
    return ended


def invite(
    warehouse: Warehouse, offer: Offer, *, decider: Decider, lasts: timedelta = INVITATION_LASTS,
    when: datetime | None = None,
) -> tuple[Invitation, str]:  # fmt: skip
    """Invite somebody to a role that one person gives: the invitation, and its link's code, told here only."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        must_administer(cursor, decider, offer.organisation, on=moment.date())
        if offer.role in GIVEN_BY_TWO:
            raise RefusedError(TAKES_TWO)
        account = accounts.of_address(cursor, accounts.address(offer.email))
        if account is not None and decider.is_same(account.identity):
            raise RefusedError(TO_YOURSELF)
        return inviting.invite_within(cursor, offer, actor=decider.actor, lasts=lasts, now=when)


def withdraw(warehouse: Warehouse, number: str, *, decider: Decider) -> None:
    """End a link that was not used."""
    with warehouse.reading() as cursor:
        must_administer(cursor, decider, decider.actor.scope, on=audit.now().date())
    invitations.withdraw(warehouse, number, actor=decider.actor)


def reset(
    warehouse: Warehouse, account: Account, *, factor_too: bool, reason: str, decider: Decider
) -> tuple[Invitation, str]:
    """A link by which somebody sets a new password, and a new second factor; RefusedError where that takes two."""
    with warehouse.writing() as cursor:
        must_administer(cursor, decider, decider.actor.scope, on=audit.now().date())
        if decider.is_same(account.identity):
            raise RefusedError(TO_YOURSELF)
        return inviting.reset_within(cursor, account, factor_too=factor_too, reason=reason, actor=decider.actor)


def takes_two(warehouse: Warehouse, account: Account) -> Scope | None:
    """Where somebody can be a second person, so that a link to their account takes two people; None where nowhere."""
    with warehouse.reading() as cursor:
        held = [one for one in grants.every(cursor) if one.identity == account.identity and one.role in GIVEN_BY_TWO]
    return held[0].organisation if held else None


def end_session(warehouse: Warehouse, sessions: Sessions, session_id: str, *, decider: Decider) -> None:
    """End one session in which something of one's own organisation, or nothing yet, is open."""
    if session_id not in {one.id for one in open_sessions(warehouse, sessions, decider)}:
        raise ForbiddenError(NO_SESSION)
    sessions.end(session_id, why="ended by an administrator", actor=decider.actor)


def end_sessions(warehouse: Warehouse, sessions: Sessions, identity: Identity, *, decider: Decider) -> None:
    """End everything that one of one's own people has open, here and under any other grant."""
    with warehouse.reading() as cursor:
        on = audit.now().date()
        must_administer(cursor, decider, decider.actor.scope, on=on)
        mine = looked_after(cursor, decider.actor.scope, on=on)
        if not any(one.organisation in mine for one in grants.of(cursor, identity, on=on)):
            raise ForbiddenError(NO_SESSION)
    sessions.end_all(identity, why="ended by an administrator", actor=decider.actor)


def open_sessions(warehouse: Warehouse, sessions: Sessions, decider: Decider) -> tuple[Session, ...]:
    """What is open of one's own organisations' people, but not what they have open as somebody elsewhere."""
    with warehouse.reading() as cursor:
        on = audit.now().date()
        must_administer(cursor, decider, decider.actor.scope, on=on)
        mine = looked_after(cursor, decider.actor.scope, on=on)
    return tuple(
        replace(one, grants=tuple(held for held in one.grants if held.organisation in mine), provider_session="")
        for one in sessions.live() if _concerns(one, mine)
    )  # fmt: skip


def known_by(warehouse: Warehouse, reference: str, *, decider: Decider) -> tuple[Identity, str]:
    """Who signed in and reads this reference, and their name, empty where it is not told; QuestionError for nobody."""
    sought = reference.strip().casefold()
    with warehouse.reading() as cursor:
        on = audit.now().date()
        must_administer(cursor, decider, decider.actor.scope, on=on)
        told = names_told(cursor, decider, on=on)
        for one in identities.known(cursor):
            if one.key == sought:
                return one, told.get(one, "")
    raise QuestionError(NOBODY)


def account_of(warehouse: Warehouse, identity: Identity) -> Account | None:
    """Somebody's local account, None for those who sign in at a provider."""
    with warehouse.reading() as cursor:
        return accounts.of(cursor, identity) if identity.issuer == LOCAL else None


def _concerns(session: Session, mine: frozenset[Scope]) -> bool:
    if session.grant is not None:
        return session.grant.organisation in mine
    return any(one.organisation in mine for one in session.grants)


def _must_be_theirs(cursor: Cursor, decider: Decider, organisation: Scope, *, on: date) -> None:
    try:
        must_administer(cursor, decider, organisation, on=on)
    except ForbiddenError as fault:  # whether there is such a grant elsewhere is not said
        raise ForbiddenError(NOT_THEIRS) from fault


def _must_leave_one(cursor: Cursor, found: Grant, decider: Decider, *, on: date) -> None:
    """Whoever ends their own grant leaves an administrator, somebody else, behind."""
    if found.role is not GrantRole.ADMINISTRATOR or not decider.is_same(found.identity):
        return
    others = [
        one for one in grants.every(cursor)
        if one.role is GrantRole.ADMINISTRATOR and one.organisation == found.organisation and one.holds(on=on)
        and one.identity != found.identity
    ]  # fmt: skip
    if not others:
        raise RefusedError(LAST)
