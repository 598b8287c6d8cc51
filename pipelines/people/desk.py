"""What signing in with a local account needs at hand: one for the whole process, as it counts tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipelines import audit
from pipelines.people import accounts, identities
from pipelines.people.accounts import Account
from pipelines.people.identities import Identity, account_name
from pipelines.people.passwords import Passwords
from pipelines.people.sessions import Sessions
from pipelines.people.throttle import Throttle
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.store import Cursor, Warehouse


@dataclass(frozen=True)
class Desk:
    """The store, the portal's secret, the sessions, what compares passwords and what counts tries."""

    warehouse: Warehouse
    key: bytes = field(repr=False)
    sessions: Sessions
    passwords: Passwords = field(default_factory=Passwords)
    throttle: Throttle = field(default_factory=Throttle)
    clock: Callable[[], datetime] = audit.now

    @property
    def seconds(self) -> float:
        """The present moment in Unix seconds."""
        return self.clock().replace(tzinfo=UTC).timestamp()

    def account(self, subject: str, version: int) -> Account | None:
        """An account, if it is still as it was in a version; None once anything of it has changed."""
        with self.warehouse.reading() as cursor:
            found = accounts.of(cursor, Identity(identities.LOCAL, subject))
        return found if found and found.version == version else None


def owner(cursor: Cursor, account: Account) -> Actor:
    """Somebody who changes their own account."""
    name = identities.name_of(cursor, account.identity) or ""
    return Actor(account_name(account.identity, name), "signed in", OPERATOR)
