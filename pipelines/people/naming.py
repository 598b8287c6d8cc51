"""By what name an organisation's administrator knows people; the others are a reference to them, and no more.

A reference can be read off the record. Whoever is something at other organisations too is named here only once they
have come: used a role here, or taken one themselves by a link. So nobody learns a name by giving a role to a reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipelines.people import identities
from pipelines.people.deciding import Decider
from pipelines.people.identities import Identity, key_of
from pipelines.people.reach import looked_after
from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor

GIVEN = "SELECT DISTINCT grant_id, issuer, subject, organisation, recorded_by FROM grants WHERE state = 'given'"
USED = "SELECT DISTINCT grant_id FROM sessions WHERE grant_id IS NOT NULL"


def names_told(cursor: Cursor, decider: Decider, *, on: date) -> Mapping[Identity, str]:
    """What those are called whom a decider knows by name; whoever runs the machine knows all."""
    names = identities.known(cursor)
    if decider.is_operator:
        return names
    mine = looked_after(cursor, decider.actor.scope, on=on)
    used = {row["grant_id"] for row in cursor.rows(USED)}
    elsewhere, came = set(), {decider.identity}
    for row in cursor.rows(GIVEN):
        who = Identity(row["issuer"], row["subject"])
        if Scope.parse(row["organisation"]) not in mine:
            elsewhere.add(who)
        elif row["grant_id"] in used or key_of(row["recorded_by"]) == who.key:
            came.add(who)
    return {who: name for who, name in names.items() if who in came or who not in elsewhere}
