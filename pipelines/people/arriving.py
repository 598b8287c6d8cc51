"""Somebody whom a provider vouches for arrives, and goes when the provider says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines import audit
from pipelines.people import grants, identities
from pipelines.people.identities import Identity
from pipelines.people.vouching import Vouched
from pipelines.scope import OPERATOR, Actor

if TYPE_CHECKING:
    from pipelines.people import People

NO_GRANT = "signed in without a grant"
ENDED_THERE = "signed out at the provider"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who arrived; without a secret there is no session, as they have no grant."""

    identity: Identity
    secret: str = ""


def arrive(people: People, issuer: str, vouched: Vouched, *, today: date) -> Arrival:
    """Keep what the provider tells of somebody, and begin their session if they have a grant that holds today."""
    identity, provider = Identity(issuer, vouched.subject), _provider(issuer)
    with people.warehouse.writing() as cursor:
        identities.keep(cursor, identity, name=vouched.name, by=provider.name)
    grants.told_by_provider(people.warehouse, identity, vouched.told, about=vouched.about, today=today, actor=provider)
    with people.warehouse.writing() as cursor:
        held = grants.of(cursor, identity, on=today)
        if not held:
            audit.record(cursor, audit.Event(provider, NO_GRANT, f"account:{identity.key}"))
            return Arrival(identity)
    secret = people.sessions.start(identity, told_by=issuer, provider_session=vouched.provider_session)
    there = [one.grant_id for one in held if one.organisation == vouched.here]
    if len(held) > 1 and len(there) == 1:
        people.sessions.act_as(secret, there[0])
    return Arrival(identity, secret)


def end_there(people: People, issuer: str, is_ended: Callable[[str], bool]) -> int:
    """End the sessions that a provider says have ended with it; how many they were."""
    over = [one for one in people.sessions.live() if one.identity.issuer == issuer and is_ended(one.provider_session)]
    for one in over:
        people.sessions.end(one.id, why=ENDED_THERE, actor=_provider(issuer))
    return len(over)


def today() -> date:
    """The day by which grants are judged."""
    return audit.now().date()


def _provider(issuer: str) -> Actor:
    return Actor(issuer, "identity provider", OPERATOR)
