"""Invitations: links by which somebody makes a local account and gets a grant, or sets a new password. Used once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from pipelines import audit
from pipelines.people import grants, links
from pipelines.people.grants import Grant
from pipelines.people.identities import Identity, key_of
from pipelines.people.links import Invitation, Kind, make_within
from pipelines.people.makers import Makers, opened_by
from pipelines.people.reach import looked_after
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import RefusedError
from schemas.roles import GrantRole, title

__all__ = ["GONE", "NOT_YOURS", "PATH", "Invitation", "Kind", "make_within"]

PATH = "/invitation/"
NOT_YOURS = "You can invite people only to your organisation and its schools."
NOT_ADMINISTRATOR = "Links are made and ended by administrators only."
GONE = "This link was used, was withdrawn or has run out. Ask whoever sent it for a new one."
OWN = "Nobody uses a link that they made or agreed to. Ask another administrator."


def must_be_administrator(actor: Actor) -> None:
    """Asked behind every door through which links are made or ended; whoever runs the machine is one too.

    Everybody else has an account, named by its key: a link whose maker has none is the operator's.
    """
    has_account = bool(key_of(actor.name))
    if actor.scope.kind is ScopeKind.OPERATOR and not has_account:
        return
    if actor.role != title(GrantRole.ADMINISTRATOR, "la") or not has_account:
        raise RefusedError(NOT_ADMINISTRATOR)


def find(cursor: Cursor, code: str, *, at: datetime) -> Invitation | None:
    """What a link is for; None when there is none of this code, it was used, withdrawn or has run out, or is no longer
    one that its makers could make.
    """
    return next(iter(_that_stand(cursor, links.of_code(cursor, code, at=at), at=at)), None)


def use_within(cursor: Cursor, code: str, identity: Identity, *, actor: Actor, at: datetime) -> Invitation:
    """Use a link up, in the caller's transaction, and give what it offers; RefusedError when it is not open."""
    found = find(cursor, code, at=at)
    if found is None or (found.subject and found.subject != identity.subject):
        raise RefusedError(GONE)
    if identity.key in (key_of(found.made_by), key_of(found.seconded_by)):
        raise RefusedError(OWN)
    links.note_used(cursor, found, identity, actor=actor)
    if found.kind is not Kind.INVITATION:
        links.withdraw_all_within(cursor, identity, actor=actor, at=at)
    if found.organisation and found.role and found.from_day:
        offered = Grant(0, identity, found.organisation, found.role, found.from_day, found.until_day, found.made_by,
                        found.reason)  # fmt: skip
        grants.give_within(cursor, offered, actor=actor)
    return found


def withdraw(warehouse: Warehouse, number: str, *, actor: Actor, now: datetime | None = None) -> None:
    """End a link that was not used: one's own, or one to what the actor's organisation looks after all of."""
    must_be_administrator(actor)
    moment = now or audit.now()
    with warehouse.writing() as cursor:
        found = [one for one in open_ones(cursor, at=moment) if one.number == number]
        if not found:
            raise RefusedError(GONE)
        mine = looked_after(cursor, actor.scope, on=moment.date())
        if actor.scope.kind is not ScopeKind.OPERATOR and not is_theirs(found[0], actor, mine, grants.every(cursor)):
            raise RefusedError(NOT_YOURS)
        links.withdraw_within(cursor, found, actor=actor)


def is_theirs(link: Invitation, actor: Actor, mine: Collection[Scope], held: Sequence[Grant]) -> bool:
    """Whether a link is one's own, or opens nothing but what is of organisations of one's own; `held` is by anybody."""
    if key_of(actor.name) and key_of(actor.name) == key_of(link.made_by):
        return True
    about = opened_by(link, held)
    return bool(about) and about <= frozenset(mine)


def withdraw_made_within(
    cursor: Cursor, maker: Identity, about: Collection[Scope], *, actor: Actor, at: datetime
) -> None:  # fmt: skip
    """End every unused link that somebody made or agreed to, to these organisations or to an account."""
    made = [one for one in links.unused(cursor, at=at) if maker.key in (key_of(one.made_by), key_of(one.seconded_by))]
    theirs = [one for one in made if one.organisation is None or one.organisation in about]
    links.withdraw_within(cursor, theirs, actor=actor)


def open_ones(cursor: Cursor, *, at: datetime) -> tuple[Invitation, ...]:
    """Every link that can still be used, the one that runs out first at the beginning."""
    return _that_stand(cursor, links.unused(cursor, at=at), at=at)


def _that_stand(cursor: Cursor, found: tuple[Invitation, ...], *, at: datetime) -> tuple[Invitation, ...]:
    """Those of which the makers could make the same that day."""
    if not found:
        return ()
    makers = Makers(cursor, on=at.date())
    return tuple(one for one in found if makers.answer_for(one))
