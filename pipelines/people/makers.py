"""Whether whoever made a link could make it today: asked by the key of their account, never by their name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import cache

from pipelines.people import grants
from pipelines.people.grants import Grant
from pipelines.people.identities import key_of
from pipelines.people.links import Invitation
from pipelines.people.reach import looked_after
from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor
from schemas.roles import GIVEN_BY_TWO, GrantRole


def opened_by(link: Invitation, held: Iterable[Grant]) -> frozenset[Scope]:
    """Every organisation that a link opens something of; `held` are the grants of everybody."""
    if link.organisation is not None:
        return frozenset({link.organisation})
    return frozenset(one.organisation for one in held if one.identity == link.account)


class Makers:
    """What the makers of links may do on a day, read once for many links."""

    def __init__(self, cursor: Cursor, *, on: date) -> None:
        self._held, self._on = grants.every(cursor), on
        self._reach: Callable[[Scope], frozenset[Scope]] = cache(lambda whose: looked_after(cursor, whose, on=on))

    def answer_for(self, link: Invitation) -> bool:
        """Whether a link still is what its makers may give: all of it by the first, some of it by the second."""
        if not key_of(link.made_by):  # whoever runs the machine, who has no account
            return True
        about = opened_by(link, self._held)
        if not about or not any(about <= one for one in self._reaches(link.made_by, {GrantRole.ADMINISTRATOR})):
            return False
        return not self._takes_two(link) or self._agreed(link.seconded_by, about)

    def _agreed(self, second: str, about: frozenset[Scope]) -> bool:
        if second and not key_of(second):
            return True
        return any(about & one for one in self._reaches(second, GIVEN_BY_TWO))

    def _takes_two(self, link: Invitation) -> bool:
        if link.role is not None:
            return link.role in GIVEN_BY_TWO
        return any(one.identity == link.account and one.role in GIVEN_BY_TWO for one in self._held)

    def _reaches(self, maker: str, roles: Collection[GrantRole]) -> Iterator[frozenset[Scope]]:
        """What somebody looks after today under each of their roles of these kinds."""
        key = key_of(maker)
        for one in self._held:
            if one.role in roles and one.holds(on=self._on) and one.identity.key == key:
                yield self._reach(one.organisation)
