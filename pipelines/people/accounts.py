"""Local accounts: an e-mail address, a password and, for most, a second factor. Append-only; the last version stands.

The record names an account by its identity's key, never by its address.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.second_factor import Factor
from pipelines.scope import Actor
from pipelines.warehouse.store import Cursor
from schemas.errors import QuestionError

LONGEST = 254
ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._%+'-]*[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
MALFORMED = "This is not an e-mail address. Write one address, for example dsl@school.example."
STANDING = "SELECT * FROM accounts QUALIFY row_number() OVER (PARTITION BY subject ORDER BY version DESC) = 1"
WITHOUT_SECOND_FACTOR = frozenset({"school"})  # kinds of organisation where a second factor is offered, not required


@dataclass(frozen=True, slots=True)
class Account:
    """One version of a local account; its subject is random and stays, its address may change."""

    subject: str
    email: str
    password: str = field(repr=False)
    factor: Factor | None = field(repr=False)
    version: int = 1

    @property
    def identity(self) -> Identity:
        """Who this is to grants, sessions and the record."""
        return Identity(LOCAL, self.subject)


def address(text: str) -> str:
    """An e-mail address as accounts are found by it; QuestionError, which does not repeat it, for anything else."""
    found = text.strip().casefold()
    if len(found) > LONGEST or not ADDRESS.fullmatch(found):
        raise QuestionError(MALFORMED)
    return found


def new_subject() -> str:
    """What a new account is called for good."""
    return secrets.token_hex(16)


def needs_second_factor(*held: Grant) -> bool:
    """Whether somebody with these grants must have a second factor: whoever is something at a trust or an authority."""
    return any(str(one.organisation.kind) not in WITHOUT_SECOND_FACTOR for one in held)


def of_address(cursor: Cursor, email: str) -> Account | None:
    """The standing account of an address."""
    return _one(cursor, "email = $sought", email)


def of(cursor: Cursor, identity: Identity) -> Account | None:
    """The standing account of an identity; None for people of a provider, and for accounts that have ended."""
    return _one(cursor, "subject = $sought", identity.subject) if identity.issuer == LOCAL else None


def every(cursor: Cursor) -> tuple[Account, ...]:
    """Every standing account, by address."""
    return tuple(map(_account, cursor.rows(f"SELECT * FROM ({STANDING}) WHERE state = 'stands' ORDER BY email")))


def any_stand(cursor: Cursor) -> bool:
    """Whether anybody could sign in with a local account."""
    return bool(cursor.rows(f"SELECT 1 FROM ({STANDING}) WHERE state = 'stands' LIMIT 1"))


def make_within(cursor: Cursor, account: Account, *, actor: Actor) -> Account:
    """Keep a new account, in the caller's transaction."""
    if of_address(cursor, account.email) is not None:
        raise QuestionError("There is an account of this address already.")
    return _append(cursor, account, "account made", actor=actor)


def change_within(cursor: Cursor, account: Account, what: str, *, actor: Actor, **changes: Any) -> Account:
    """Keep a new version of an account; `what` says in the record what was changed, never to what."""
    return _append(cursor, replace(account, version=account.version + 1, **changes), what, actor=actor)


def end_within(cursor: Cursor, account: Account, *, actor: Actor) -> None:
    """End an account: nobody signs in with it any more, and its address is free for another."""
    blank = replace(account, version=account.version + 1, email="", password="", factor=None)
    _append(cursor, blank, "account ended", actor=actor, state="ended")


def _append(cursor: Cursor, account: Account, what: str, *, actor: Actor, state: str = "stands") -> Account:
    row = {
        "subject": account.subject, "version": account.version, "email": account.email, "password": account.password,
        "factor": account.factor.id if account.factor else None,
        "sealed": account.factor.sealed if account.factor else None,
        "state": state, "recorded_at": audit.now(), "recorded_by": actor.name,
    }  # fmt: skip
    cursor.append("accounts", pd.DataFrame([row]).astype({"factor": "string", "sealed": "string"}))
    audit.record(cursor, audit.Event(actor, what, f"account:{account.identity.key}"))
    return account


def _one(cursor: Cursor, which: str, sought: str) -> Account | None:
    found = cursor.rows(f"SELECT * FROM ({STANDING}) WHERE state = 'stands' AND {which}", {"sought": sought})
    return _account(found[0]) if found else None


def _account(row: dict[str, Any]) -> Account:
    kept = Factor(row["factor"], row["sealed"]) if row["factor"] else None
    return Account(row["subject"], row["email"], row["password"], kept, row["version"])
