"""Who brought whom in, by a role or a link: two accounts of which one brought in the other could be one person."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.people.identities import Identity, key_of
from pipelines.warehouse.store import Cursor

GIVEN = "SELECT DISTINCT issuer, subject, given_by, recorded_by FROM grants WHERE state = 'given'"
USED = "SELECT DISTINCT made_by, seconded_by, recorded_by FROM invitations WHERE state = 'used'"


def by_or_of(cursor: Cursor, identity: Identity) -> frozenset[str]:
    """The keys of those who ever brought somebody in, and of those whom they did; links count for both who made them.

    Whoever makes a link, and whoever approves it and is shown it, could use it themselves.
    """
    own = identity.key
    found = {brought if bringer == own else bringer for bringer, brought in _pairs(cursor) if own in (bringer, brought)}
    return frozenset(found - {own, ""})  # whoever runs the machine has no key


def _pairs(cursor: Cursor) -> Iterator[tuple[str, str]]:
    for row in cursor.rows(GIVEN):
        key = Identity(row["issuer"], row["subject"]).key
        yield from ((key_of(row[by]), key) for by in ("given_by", "recorded_by"))
    for row in cursor.rows(USED):
        key = key_of(row["recorded_by"])
        yield from ((key_of(row[by] or ""), key) for by in ("made_by", "seconded_by"))
