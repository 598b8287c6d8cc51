"""Using a link: making an account with its grant, taking a grant into the account one has, or setting a new password.

Each in one transaction with the link's use: all of it is kept, or none, and of two who use a link at once one does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines import audit
from pipelines.people import accounts, grants, identities, invitations, second_factor, signing_in
from pipelines.people.accounts import WITHOUT_SECOND_FACTOR, Account
from pipelines.people.desk import Desk, owner
from pipelines.people.identities import Identity, account_name
from pipelines.people.invitations import GONE, Invitation, Kind
from pipelines.people.passwords import fault_of
from pipelines.people.signing_in import NEEDS_FACTOR, Place, Try, slowly
from pipelines.scope import Actor
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError, RefusedError

LONGEST_NAME = identities.LONGEST_NAME
NO_NAME = f"Write your name, in up to {LONGEST_NAME} characters."
WRONG_CODE = "This code is not right. Wait for the next one that your authenticator shows, and type that."


@dataclass(frozen=True, slots=True)
class New:
    """What somebody chose: their name, a password as it is kept, and an authenticator's secret with its first code."""

    name: str
    password: str = field(repr=False)
    secret: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """The account, and recovery codes where a second factor was set up: nobody can tell them again."""

    account: Account
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


def found(desk: Desk, code: str) -> tuple[Invitation, Account | None] | None:
    """What an open link is for, and the account that its address has already."""
    with desk.warehouse.reading() as cursor:
        link = invitations.find(cursor, code, at=desk.clock())
        return (link, accounts.of_address(cursor, link.email)) if link else None


def requires_factor(link: Invitation) -> bool:
    """Whether what a link offers needs a second factor."""
    return link.organisation is not None and str(link.organisation.kind) not in WITHOUT_SECOND_FACTOR


def faults_of(link: Invitation, name: str, password: str, *, organisation_name: str) -> dict[str, str]:
    """What is wrong with a name and a password that somebody chose: `name` or `password` → what to correct."""
    said, faults = _spaced(name), {}
    if link.kind is Kind.INVITATION and not 0 < len(said) <= LONGEST_NAME:
        faults["name"] = NO_NAME
    if fault := fault_of(password, about=(link.email, said, organisation_name)):
        faults["password"] = fault
    return faults


def chosen(desk: Desk, name: str, password: str) -> New:
    """A name, and a password as it is kept."""
    return New(_spaced(name), desk.passwords.made(password))


def _spaced(name: str) -> str:
    return " ".join(name.split())


def join(desk: Desk, code: str, new: New) -> Joined:
    """Make an account with the grant of its invitation; RefusedError when the link is not open any more."""
    with desk.warehouse.writing() as cursor:
        link = invitations.find(cursor, code, at=desk.clock())
        if link is None or link.kind is not Kind.INVITATION or accounts.of_address(cursor, link.email):
            raise RefusedError(GONE)
        if requires_factor(link) and not new.secret:
            raise RefusedError(NEEDS_FACTOR)
        account = Account(accounts.new_subject(), link.email, new.password, None)
        actor = _guest(account, new.name, link)
        identities.keep(cursor, account.identity, name=new.name, by=actor.name)
        account = accounts.make_within(cursor, account, actor=actor)
        invitations.use_within(cursor, code, account.identity, actor=actor, at=desk.clock())
        return with_factor(cursor, desk, account, new, actor=actor)


def take_grant(desk: Desk, code: str, account: Account) -> None:
    """Take an invitation's grant into an account whose owner has just shown that it is theirs."""
    with desk.warehouse.writing() as cursor:
        _take_grant_within(cursor, desk, code, account)


def take_grant_with_factor(desk: Desk, code: str, account: Account, secret: str, first: str) -> Joined:
    """The same, and the second factor that the grant needs, both or neither."""
    with desk.warehouse.writing() as cursor:
        if accounts.of(cursor, account.identity) != account:
            raise RefusedError(GONE)
        new = New("", account.password, secret, first)
        joined = with_factor(cursor, desk, account, new, actor=owner(cursor, account))
        _take_grant_within(cursor, desk, code, joined.account)
    desk.sessions.end_all(account.identity, why="second factor set up")
    return joined


def take_grant_by_provider(warehouse: Warehouse, code: str, identity: Identity, *, name: str) -> None:
    """Take an invitation's grant as somebody whom a provider has just vouched for; it looks after their factors.

    Whoever has the link may: the provider's e-mail address of somebody is not asked, as it proves nothing.
    """
    at = audit.now()
    with warehouse.writing() as cursor:
        link = invitations.find(cursor, code, at=at)
        if link is None or link.kind is not Kind.INVITATION or link.organisation is None:
            raise RefusedError(GONE)
        identities.keep(cursor, identity, name=name, by=identity.issuer)
        actor = Actor(account_name(identity, name), link.title, link.organisation)
        invitations.use_within(cursor, code, identity, actor=actor, at=at)


def _take_grant_within(cursor: Cursor, desk: Desk, code: str, account: Account) -> None:
    link = invitations.find(cursor, code, at=desk.clock())
    if link is None or link.kind is not Kind.INVITATION or link.email != account.email:
        raise RefusedError(GONE)
    if requires_factor(link) and account.factor is None:
        raise RefusedError(NEEDS_FACTOR)
    invitations.use_within(cursor, code, account.identity, actor=owner(cursor, account), at=desk.clock())


def set_anew(desk: Desk, code: str, new: New, place: Place) -> Joined:
    """Set a new password, and where the link says so a new second factor; every session of the account ends.

    Where the second factor stays, a code of it is asked: whoever made the link cannot use it for themselves.
    """
    link, account = _account_of(desk, code)
    if link.kind is Kind.PASSWORD and account.factor:
        must_be_right(signing_in.code(desk, account, new.code, place))
    with desk.warehouse.writing() as cursor:
        if accounts.of(cursor, account.identity) != account:
            raise RefusedError(GONE)
        actor = owner(cursor, account)
        kept = account.factor if link.kind is Kind.PASSWORD else None
        if kept is None and not new.secret and _must_have_factor(cursor, account):
            raise RefusedError(NEEDS_FACTOR)
        account = accounts.change_within(
            cursor, account, "password set anew", actor=actor, password=new.password, factor=kept
        )
        invitations.use_within(cursor, code, account.identity, actor=actor, at=desk.clock())
        joined = with_factor(cursor, desk, account, new, actor=actor)
    desk.sessions.end_all(account.identity, why="password set anew", actor=actor)
    return joined


def _account_of(desk: Desk, code: str) -> tuple[Invitation, Account]:
    known = found(desk, code)
    if known is None or known[1] is None or known[1].subject != known[0].subject:
        raise RefusedError(GONE)
    return known[0], known[1]


def _must_have_factor(cursor: Cursor, account: Account) -> bool:
    return accounts.needs_second_factor(*(one for one in grants.every(cursor) if one.identity == account.identity))


def needs_new_factor(desk: Desk, link: Invitation, account: Account | None) -> bool:
    """Whether using a link takes setting up a second factor; where not, it is only offered."""
    if account is None:
        return requires_factor(link)
    if account.factor is not None and link.kind is not Kind.PASSWORD_AND_FACTOR:
        return False
    with desk.warehouse.reading() as cursor:
        return requires_factor(link) or _must_have_factor(cursor, account)


def must_be_right(tried: Try) -> None:
    """QuestionError unless a code was right."""
    if tried.wait:
        raise QuestionError(slowly(tried.wait))
    if tried.account is None:
        raise QuestionError(WRONG_CODE)


def with_factor(cursor: Cursor, desk: Desk, account: Account, new: New, *, actor: Actor) -> Joined:
    """Give an account the second factor that was chosen, once its first code is right."""
    if not new.secret:
        return Joined(account)  # none was chosen
    step = second_factor.step_of(new.secret, new.code, now=desk.seconds)
    if step is None:
        raise QuestionError(WRONG_CODE)
    kept = second_factor.factor(desk.key, account.subject, new.secret)
    second_factor.take_step(cursor, account.subject, kept, step)
    account = accounts.change_within(cursor, account, "second factor set up", actor=actor, factor=kept)
    return Joined(account, second_factor.make_recovery_codes(cursor, desk.key, account.subject, kept))


def _guest(account: Account, name: str, link: Invitation) -> Actor:
    """Who accepts an invitation, as the record names them."""
    assert link.organisation  # noqa: S101 - an invitation has one
    return Actor(account_name(account.identity, name), link.title, link.organisation)
