"""A desk at which people sign in, with a clock that a test moves and passwords that cost little to compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pyotp
from argon2 import PasswordHasher

from pipelines.people import Sessions, joining
from pipelines.people.accounts import Account
from pipelines.people.desk import Desk
from pipelines.people.inviting import Offer, invite
from pipelines.people.joining import New
from pipelines.people.passwords import Passwords
from pipelines.people.signing_in import Place
from pipelines.people.throttle import Throttle
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.roles import GrantRole
from tests import factories

START = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - as the warehouse keeps it
OPERATING = Actor("command line", "operator", OPERATOR)
PASSWORD = "lantern quarry seventeen"
OTHER_PASSWORD = "violet tractor horizon"
HERE = Place("192.0.2.1")


class Counting(PasswordHasher):
    """Argon2 with small parameters; counts what is compared and made."""

    def __init__(self, time_cost: int = 1) -> None:
        super().__init__(time_cost=time_cost, memory_cost=64, parallelism=1)
        self.compared = self.hashed = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.compared += 1
        return bool(super().verify(hash, password))  # type: ignore[arg-type]

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.replace(tzinfo=UTC).timestamp()

    def pass_(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Office:
    """A desk, its clock, its warehouse and what it counted."""

    warehouse: Warehouse = field(default_factory=factories.warehouse)
    clock: Clock = field(default_factory=Clock)
    hasher: Counting = field(default_factory=Counting)

    def __post_init__(self) -> None:
        self.desk = Desk(
            self.warehouse, factories.KEY, Sessions(self.warehouse, clock=self.clock), Passwords(self.hasher),
            Throttle(self.clock.seconds), self.clock,
        )  # fmt: skip

    def link(
        self, email: str, organisation: str = "school:900001", role: GrantRole = GrantRole.LEAD, *,
        actor: Actor = OPERATING,
    ) -> str:  # fmt: skip
        offer = Offer(email, Scope.parse(organisation), role, date(2026, 9, 1), None, "begins here")
        return invite(self.warehouse, offer, actor=actor, now=self.clock())[1]

    def code(self, secret: str) -> str:
        return pyotp.TOTP(secret).at(self.clock.now.replace(tzinfo=UTC))

    def member(self, email: str, organisation: str = "school:900001", *, secret: str = "") -> Account:
        """Somebody who accepted an invitation; with a secret, a second factor too."""
        kept = self.desk.passwords.made(PASSWORD)
        new = New("Rowan Ashby", kept, secret, self.code(secret) if secret else "")
        account = joining.join(self.desk, self.link(email, organisation), new).account
        self.clock.pass_(minutes=2)  # so that the code used for setting up is past
        return account

    def events(self) -> list[tuple[str, str, str]]:
        with self.warehouse.reading() as cursor:
            rows = cursor.rows("SELECT action, subject, detail FROM audit ORDER BY sequence")
        return [(row["action"], row["subject"], row["detail"]) for row in rows]
