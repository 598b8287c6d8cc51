"""Whom an organisation knows by name: those who acted for it. Everybody else it knows by the key of their account."""

from __future__ import annotations

import re

from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor

KEY = re.compile(r"(?:^|\()([0-9a-f]{16})\)?$")


def people_of(cursor: Cursor, scope: Scope) -> frozenset[str]:
    """Whoever acted for an organisation, as the record names them."""
    rows = cursor.rows("SELECT DISTINCT actor FROM audit WHERE scope = $own", {"own": str(scope)})
    return frozenset(str(row["actor"]) for row in rows)


def sessions_of(cursor: Cursor, scope: Scope) -> frozenset[str]:
    """The sessions in which somebody acted for an organisation, as the record names them: sign-ins are under none."""
    rows = cursor.rows(
        "SELECT DISTINCT s.session_id FROM sessions s JOIN grants g USING (grant_id) WHERE g.organisation = $own",
        {"own": str(scope)},
    )
    return frozenset(f"session:{row['session_id']}" for row in rows)


def who(actor: str, *, own: bool) -> str:
    """A name among one's own people, else the key of an account, empty where none is known."""
    if own:
        return actor
    found = KEY.search(actor)
    return found[1] if found else ""
