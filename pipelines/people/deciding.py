"""Who decides over people, and what they may: asked again behind the door, in the transaction of what they do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pipelines.people import grants
from pipelines.people.grants import Grant
from pipelines.people.identities import Identity
from pipelines.people.reach import enclosing, looks_after
from pipelines.people.sessions import Session
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor
from schemas.errors import ForbiddenError
from schemas.roles import GIVEN_BY_TWO, GrantRole

ENDED = "What you may do here has ended or changed since this page was opened. Open it again."
NOT_YOURS = "You decide over your own organisation and its schools of today, and over no other."
NOT_ADMINISTRATOR = "Only an administrator does this."
NOT_SECOND = "The second person is an administrator or data-protection officer of the same organisation, or of its "
NOT_SECOND += "authority or trust."


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who decides: whose account, under which grant. The operator of the machine has neither."""

    actor: Actor
    identity: Identity | None = None
    grant_id: int = 0

    @classmethod
    def of(cls, session: Session) -> Decider:
        """Whoever a session is of, under the grant in use; ForbiddenError while none is."""
        if session.grant is None:
            raise ForbiddenError(ENDED)
        return cls(session.actor, session.identity, session.grant.grant_id)

    @property
    def is_operator(self) -> bool:
        """Whether this is whoever runs the machine."""
        return self.actor.scope.kind is ScopeKind.OPERATOR and self.identity is None

    def is_same(self, identity: Identity | None) -> bool:
        """Whether this is the same account, under whatever grant."""
        return self.identity is not None and self.identity == identity


@dataclass(frozen=True, slots=True)
class Seconds:
    """Who could be the second person: how many others at the organisation, and which organisations around it have one.

    Where neither is there, whoever runs the portal is.
    """

    here: int
    around: tuple[Scope, ...]


def must_administer(cursor: Cursor, decider: Decider, organisation: Scope, *, on: date) -> None:
    """ForbiddenError unless somebody is an administrator today who looks after an organisation."""
    must_be(cursor, decider, {GrantRole.ADMINISTRATOR}, on=on)
    if not looks_after(cursor, decider.actor.scope, organisation, on=on):
        raise ForbiddenError(NOT_YOURS)


def must_be(cursor: Cursor, decider: Decider, roles: Collection[GrantRole], *, on: date) -> None:
    """ForbiddenError unless somebody's grant stands today, as they use it, and is one of these roles."""
    if decider.is_operator:
        return
    found = next((one for one in grants.every(cursor) if one.grant_id == decider.grant_id), None)
    if found is None or not _is_in_use(found, decider) or not found.holds(on=on):
        raise ForbiddenError(ENDED)
    if found.role not in roles:
        raise ForbiddenError(NOT_ADMINISTRATOR)


def must_second(cursor: Cursor, decider: Decider, organisation: Scope, *, on: date) -> None:
    """ForbiddenError unless somebody may be the second person for what concerns an organisation."""
    must_be(cursor, decider, GIVEN_BY_TWO, on=on)
    if not looks_after(cursor, decider.actor.scope, organisation, on=on):
        raise ForbiddenError(NOT_SECOND)


def seconds(cursor: Cursor, organisation: Scope, but: Collection[Identity | None], *, on: date) -> Seconds:
    """Who could be the second person for what concerns an organisation, but for some."""
    able = [one for one in grants.every(cursor) if one.role in GIVEN_BY_TWO and one.holds(on=on)]
    others = [one for one in able if one.identity not in but]
    around = enclosing(cursor, organisation, on=on)
    here = {one.identity for one in others if one.organisation == organisation}
    return Seconds(len(here), tuple(one for one in around if any(other.organisation == one for other in others)))


def _is_in_use(found: Grant, decider: Decider) -> bool:
    return (found.identity, found.organisation, found.title) == (
        decider.identity, decider.actor.scope, decider.actor.role
    )  # fmt: skip
