"""Two people for the dangerous things: one proposes, another reads the same and approves, and so it is done.

Another person is another account, never another grant of the same; nor is it the person whom it concerns, nor one who
brought the author in or whom the author did. What is
approved is what was read, it is carried out in the transaction of the approval, and it is refused where the author may
no longer do it or anything that it rests on has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipelines import audit
from pipelines.erasing import Plan
from pipelines.erasing.plans import must_be_own
from pipelines.erasing.requests import Kind as Erasing
from pipelines.people import accounts, brought_in, dangerous, grants, identities, proposals
from pipelines.people.accounts import Account
from pipelines.people.dangerous import Done
from pipelines.people.deciding import Decider, Seconds, must_administer, must_be, must_second, seconds
from pipelines.people.grants import Grant
from pipelines.people.identities import Identity
from pipelines.people.inviting import Offer
from pipelines.people.naming import names_told
from pipelines.people.proposals import WAITS, Kind, Proposal, State
from pipelines.people.reach import looked_after
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, QuestionError, RefusedError, StaleError
from schemas.roles import GIVEN_BY_TWO, GrantRole

OWN = "You proposed this, so somebody else has to approve it."
ABOUT_YOU = "This concerns your own account, so somebody else has to approve it."
NAMESAKE = "Somebody of your name proposed this. If that is you, under another account, somebody else has to approve "
NAMESAKE += "it; if not, whoever runs the portal can."
COULD_BE_ONE = (
    "One of you gave the other a role, or made or agreed to a link that the other used. So the two accounts could be "
    "one person, and somebody else has to approve it."
)
TO_YOURSELF = "Nobody gives a role to themselves, or makes a link to their own account. Ask another administrator."
GONE = "This proposal was approved, withdrawn or turned down, or has run out after 14 days. Nothing was done."
CHANGED = "This is not what you read. Read the proposal again, then approve it."
NO_FACTOR = (
    "This account signs in with a password alone, which is not enough at a trust or an authority. Invite its address "
    "to the role instead: the link has a second factor set up."
)
WAITS_ALREADY = "The same is proposed already and waits for a second person."
NOT_NEEDED = "This takes one person only: an administrator does it at once."
AT_A_SCHOOL = frozenset({GrantRole.LEAD, GrantRole.SIGNATORY, GrantRole.ADMINISTRATOR})  # who may propose an erasure
ELSEWHERE = frozenset({GrantRole.ADMINISTRATOR})
OF_PEOPLE = frozenset({Kind.GRANT, Kind.INVITATION, Kind.RESET})
Content = Mapping[str, Any]


def propose_grant(warehouse: Warehouse, wanted: Grant, *, decider: Decider, when: datetime | None = None) -> Proposal:
    """Propose that somebody we know gets a role that two people give."""
    _must_take_two(wanted.role)
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        must_administer(cursor, decider, wanted.organisation, on=moment.date())
        must_fit(cursor, wanted, on=moment.date())
        content = dangerous.of_grant(wanted)
        return _propose(cursor, Kind.GRANT, wanted.organisation, content, wanted.reason, decider, moment)


def propose_invitation(
    warehouse: Warehouse, offer: Offer, *, decider: Decider, when: datetime | None = None
) -> Proposal:
    """Propose that somebody is invited to a role that two people give."""
    _must_take_two(offer.role)
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        must_administer(cursor, decider, offer.organisation, on=moment.date())
        nobody = Identity("", "")
        must_fit(
            cursor, Grant(0, nobody, offer.organisation, offer.role, offer.from_day, offer.until_day, "", offer.reason),
            on=moment.date(),
        )  # fmt: skip
        content = dangerous.of_offer(offer)
        return _propose(cursor, Kind.INVITATION, offer.organisation, content, offer.reason, decider, moment)


def propose_reset(
    warehouse: Warehouse, account: Account, organisation: Scope, *, factor_too: bool, reason: str, decider: Decider,
    when: datetime | None = None,
) -> Proposal:  # fmt: skip
    """Propose a link to the account of somebody who can be a second person; `organisation` is where they are one."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        must_administer(cursor, decider, organisation, on=moment.date())
        content = dangerous.of_reset(account, factor_too=factor_too)
        return _propose(cursor, Kind.RESET, organisation, content, reason, decider, moment)


def propose_erasure(
    warehouse: Warehouse, plan: Plan, *, reason: str, decider: Decider, when: datetime | None = None
) -> Proposal:
    """Propose that is erased what a dry run counted."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        must_be(cursor, decider, _may_erase(decider), on=moment.date())
        must_be_own(cursor, plan.request, decider.actor)
        urn = plan.request.school_urn
        organisation = decider.actor.scope if plan.request.kind is Erasing.RETENTION else Scope(ScopeKind.SCHOOL, urn)
        return _propose(cursor, Kind.ERASURE, organisation, dangerous.of_plan(plan), reason, decider, moment)


def approve(
    warehouse: Warehouse, number: int, read: str, *, decider: Decider, when: datetime | None = None
) -> Done:  # fmt: skip
    """Approve what was read (its fingerprint), as the second person, and carry it out; all of it is kept, or none."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        found = _must_wait(cursor, number, moment)
        must_second(cursor, decider, found.organisation, on=moment.date())
        if why := _why_not(cursor, found, decider):
            raise ForbiddenError(why)
        if read != found.fingerprint:
            raise StaleError(CHANGED)
        _author_must_still(cursor, found, on=moment.date())
        proposals.move(cursor, found, State.APPROVED, actor=decider.actor, when=moment)
        return dangerous.carry_out(cursor, found, approved_by=decider, when=moment)


def end(warehouse: Warehouse, number: int, *, decider: Decider, when: datetime | None = None) -> Proposal:
    """Withdraw one's own proposal, or turn down one that one could have approved."""
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        found = _must_wait(cursor, number, moment)
        if decider.is_same(found.author.identity):
            return proposals.move(cursor, found, State.WITHDRAWN, actor=decider.actor, when=moment)
        must_second(cursor, decider, found.organisation, on=moment.date())
        return proposals.move(cursor, found, State.TURNED_DOWN, actor=decider.actor, when=moment)


def waiting(warehouse: Warehouse, decider: Decider, *, when: datetime | None = None) -> tuple[Proposal, ...]:
    """What waits for a second person at the organisations that somebody looks after; of theirs, whatever they are."""
    moment = when or audit.now()
    with warehouse.reading() as cursor:
        if decider.is_operator:
            return tuple(one for one in proposals.every(cursor) if one.is_open(at=moment))
        organisations = looked_after(cursor, decider.actor.scope, on=moment.date())
        found = proposals.waiting(cursor, organisations, at=moment)
        able = any(one.grant_id == decider.grant_id and one.role in GIVEN_BY_TWO for one in grants.every(cursor))
    return found if able else tuple(one for one in found if decider.is_same(one.author.identity))


def why_not(warehouse: Warehouse, one: Proposal, *, decider: Decider) -> str:
    """Why somebody who could be a second person is none for this proposal; empty where they are."""
    with warehouse.reading() as cursor:
        return _why_not(cursor, one, decider)


def who_could(warehouse: Warehouse, one: Proposal) -> Seconds:
    """Who could approve a proposal: not its author, not whom it concerns, nobody who could be one with the author."""
    author = one.author.identity
    with warehouse.reading() as cursor:
        about = dangerous.whom(cursor, one.kind, one.content)
        names = identities.known(cursor)
        keys = brought_in.by_or_of(cursor, author) if author else frozenset()
        called = names.get(author, "").casefold() if author else ""
        none = {who for who, name in names.items() if who.key in keys or (called and name.casefold() == called)}
        return seconds(cursor, one.organisation, {author, about, *none}, on=audit.now().date())


def called(warehouse: Warehouse, one: Proposal, *, decider: Decider) -> str:
    """Whom a proposal concerns, by name where the decider knows it; empty where that is nobody we know."""
    with warehouse.reading() as cursor:
        about = dangerous.whom(cursor, one.kind, one.content)
        names = names_told(cursor, decider, on=audit.now().date())
        return identities.account_name(about, names.get(about, "")) if about else ""


def must_fit(cursor: Cursor, wanted: Grant, *, on: date) -> None:
    """QuestionError or RefusedError where a grant cannot be given as it is wanted, whoever gives it."""
    grants.must_be_sound(wanted)
    if wanted.from_day < on:
        raise QuestionError("A role begins today or later. Correct the first day.")
    same = [one for one in grants.every(cursor) if (one.identity, one.organisation, one.role) == (
        wanted.identity, wanted.organisation, wanted.role)]  # fmt: skip
    if any(one.until_day is None or one.until_day >= wanted.from_day for one in same):
        raise RefusedError("This person has this role there already. End it first, or choose a later first day.")
    account = accounts.of(cursor, wanted.identity)
    if account is not None and account.factor is None and accounts.needs_second_factor(wanted):
        raise RefusedError(NO_FACTOR)


def _may_erase(decider: Decider) -> frozenset[GrantRole]:
    return AT_A_SCHOOL if decider.actor.scope.kind is ScopeKind.SCHOOL else ELSEWHERE


def _must_take_two(role: GrantRole) -> None:
    if role not in GIVEN_BY_TWO:
        raise QuestionError(NOT_NEEDED)


def _propose(
    cursor: Cursor, kind: Kind, organisation: Scope, content: Content, reason: str, decider: Decider, moment: datetime
) -> Proposal:
    if decider.is_same(dangerous.whom(cursor, kind, content)):
        raise RefusedError(TO_YOURSELF)
    if any(one.kind is kind and one.content == content and one.is_open(at=moment) for one in proposals.every(cursor)):
        raise RefusedError(WAITS_ALREADY)
    mark = dangerous.rests_on(cursor, kind, content)
    said = grants.reason_said(reason)
    return proposals.keep(
        cursor, Proposal(0, kind, organisation, content, mark, said, decider, moment, moment + WAITS)
    )  # fmt: skip


def _must_wait(cursor: Cursor, number: int, moment: datetime) -> Proposal:
    found = proposals.find(cursor, number)
    if found is None or not found.is_open(at=moment):
        raise RefusedError(GONE)
    return found


def _why_not(cursor: Cursor, found: Proposal, decider: Decider) -> str:
    author = found.author.identity
    if decider.is_operator:
        return ""
    if decider.is_same(author):
        return OWN
    if decider.is_same(dangerous.whom(cursor, found.kind, found.content)):
        return ABOUT_YOU
    if author and decider.identity and decider.identity.key in brought_in.by_or_of(cursor, author):
        return COULD_BE_ONE
    names = [identities.name_of(cursor, who) if who else None for who in (decider.identity, author)]
    return NAMESAKE if names[0] and names[1] and names[0].casefold() == names[1].casefold() else ""


def _author_must_still(cursor: Cursor, found: Proposal, *, on: date) -> None:
    """StaleError unless whoever proposed it may propose it today."""
    try:
        if found.kind is Kind.ERASURE:
            must_be(cursor, found.author, _may_erase(found.author), on=on)
        else:
            must_administer(cursor, found.author, found.organisation, on=on)
    except ForbiddenError:
        raise StaleError("Whoever proposed this may no longer do so. Propose it anew, if it is still wanted.") from None
