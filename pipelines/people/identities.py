"""Who somebody is: an issuer that vouches for them, and what the issuer calls them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import pandas as pd

from pipelines import audit
from pipelines.warehouse.store import Cursor

LONGEST_NAME = 120
LOCAL = "local"
KEY_AT_THE_END = re.compile(r"\(([0-9a-f]{16})\)\Z|\A([0-9a-f]{16})\Z")


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """An account: the provider's issuer address (or `local`), and its name there, which never changes."""

    issuer: str
    subject: str

    @property
    def key(self) -> str:
        """Sixteen hexadecimal characters that stand for the account in the record, in pages and in addresses."""
        return hashlib.sha256(f"{len(self.issuer)}:{self.issuer}{self.subject}".encode()).hexdigest()[:16]


def account_name(identity: Identity, name: str) -> str:
    """How the record names somebody: their name, and what tells them from a namesake."""
    return f"{name} ({identity.key})" if name else identity.key


def key_of(called: str) -> str:
    """The key in how the record names somebody, whatever their name was then; empty for whoever has no account."""
    found = KEY_AT_THE_END.search(called)
    return found[1] or found[2] if found else ""


def keep(cursor: Cursor, identity: Identity, *, name: str, by: str) -> None:
    """Keep what somebody is called, where it is new."""
    said = " ".join(name.split())[:LONGEST_NAME]
    if name_of(cursor, identity) != said:
        row = {"issuer": identity.issuer, "subject": identity.subject, "name": said,
               "recorded_at": audit.now(), "recorded_by": by}  # fmt: skip
        cursor.append("people", pd.DataFrame([row]))


def name_of(cursor: Cursor, identity: Identity) -> str | None:
    """What somebody is called; None for nobody we know."""
    found = cursor.rows(
        "SELECT name FROM people WHERE issuer = $issuer AND subject = $subject ORDER BY recorded_at DESC LIMIT 1",
        {"issuer": identity.issuer, "subject": identity.subject},
    )
    return str(found[0]["name"]) if found else None


def known(cursor: Cursor) -> dict[Identity, str]:
    """Everybody we know, and what they are called."""
    rows = cursor.rows("SELECT issuer, subject, arg_max(name, recorded_at) AS name FROM people GROUP BY ALL")
    return {Identity(row["issuer"], row["subject"]): str(row["name"]) for row in rows}
