"""The end of a local account: its grants, its links and its sessions end with it, at once."""

from __future__ import annotations

from datetime import datetime

from pipelines import audit
from pipelines.people import accounts, grants, invitations, links
from pipelines.people.accounts import Account
from pipelines.people.inviting import NOT_YOUR_PERSON, all_theirs
from pipelines.people.sessions import Sessions
from pipelines.scope import Actor
from pipelines.warehouse.store import Warehouse
from schemas.errors import RefusedError

WHY = "account ended"


def end(
    warehouse: Warehouse,
    sessions: Sessions,
    account: Account,
    *,
    reason: str,
    actor: Actor,
    now: datetime | None = None,
) -> int:
    """End an account of somebody all of whose grants the actor's organisation looks after; how many sessions ended."""
    invitations.must_be_administrator(actor)
    moment = now or audit.now()
    with warehouse.writing() as cursor:
        held = [one for one in grants.every(cursor) if one.identity == account.identity]
        if not all_theirs(cursor, held, actor, on=moment.date()):
            raise RefusedError(NOT_YOUR_PERSON)
        for one in held:
            grants.end_within(cursor, one.grant_id, reason=reason, actor=actor)
        links.withdraw_all_within(cursor, account.identity, actor=actor, at=moment)
        accounts.end_within(cursor, account, actor=actor)
    return sessions.end_all(account.identity, why=WHY, actor=actor)
