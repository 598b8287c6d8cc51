"""Two authorities, a trust in one of them, three schools; and people who hold grants there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines import audit
from pipelines.people import Grant, Identity, Sessions, grants, identities
from pipelines.people.deciding import Decider
from pipelines.people.identities import account_name
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import GrantRole
from tests import factories

OPERATING = Actor("command line", "operator", OPERATOR)
BY_OPERATOR = Decider(OPERATING)
TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}
REGISTER = ({"URN": "900001", **TRUST}, {"URN": "900002"}, {"URN": "900003", "LA (code)": "991", "LA (name)": "Other"})
ADMINISTRATOR, OFFICER = GrantRole.ADMINISTRATOR, GrantRole.PROTECTION_OFFICER


def today() -> date:
    return audit.now().date()


@dataclass
class World:
    """A warehouse, its sessions, and people by name."""

    warehouse: Warehouse = field(default_factory=lambda: factories.warehouse(*REGISTER))

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.warehouse)

    def person(self, name: str, issuer: str = "https://provider.example") -> Identity:
        """Somebody whom the portal knows."""
        who = Identity(issuer, name)
        with self.warehouse.writing() as cursor:
            identities.keep(cursor, who, name=name, by="a test")
        return who

    def grant(
        self, who: Identity, place: str, role: GrantRole, *, first: date | None = None, last: date | None = None
    ) -> Grant:
        """A grant by the operator, since yesterday unless told."""
        return grants.give(
            self.warehouse, who, Scope.parse(place), role, from_day=first or today() - timedelta(days=1),
            until_day=last, reason="begins here", actor=OPERATING,
        )  # fmt: skip

    def decider(self, name: str, place: str, role: GrantRole = ADMINISTRATOR, **days: date) -> Decider:
        """Somebody who decides under a grant of their own."""
        given = self.grant(self.person(name), place, role, **days)
        return self.under(given)

    def under(self, given: Grant) -> Decider:
        """Whoever holds a grant, using it."""
        called = account_name(given.identity, given.identity.subject)
        return Decider(Actor(called, given.title, given.organisation), given.identity, given.grant_id)

    def wanted(self, who: Identity, place: str, role: GrantRole = GrantRole.LEAD, **more: object) -> Grant:
        """A grant that somebody is to get, from today."""
        told: Mapping[str, object] = {"from_day": today(), "until_day": None, "given_by": "", "reason": "new"} | more
        return Grant(0, who, Scope.parse(place), role, **told)  # type: ignore[arg-type]

    def held(self, who: Identity) -> list[tuple[str, str]]:
        """What somebody is today."""
        with self.warehouse.reading() as cursor:
            return [(str(one.organisation), str(one.role)) for one in grants.of(cursor, who, on=today())]

    def events(self) -> list[tuple[str, str]]:
        """What the record says was done, by whom."""
        with self.warehouse.reading() as cursor:
            rows = cursor.rows("SELECT action, actor FROM audit ORDER BY sequence")
        return [(row["action"], row["actor"]) for row in rows]
