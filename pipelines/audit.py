"""The record of who did what: append-only, each event chained to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from pipelines.audit_chain import CHAINED, GENESIS, hash_of, verify
from pipelines.scope import Actor
from pipelines.warehouse.store import Cursor

HEAD = "head of the record"  # what a transaction notes, for whoever anchors it once it is kept


@dataclass(frozen=True, slots=True)
class Event:
    """What is about to be done, by whom and why. `detail` holds counts and codes, never a cell's value."""

    actor: Actor
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    changes_figures: bool = False


def now() -> datetime:
    """The present moment, UTC, without a zone, as the warehouse keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def record(cursor: Cursor, *events: Event, when: datetime | None = None) -> int:
    """Append events inside the caller's transaction; the last one's place in the chain is returned."""
    last = cursor.rows("SELECT sequence, hash FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)")
    sequence, previous = (int(last[0]["sequence"]), str(last[0]["hash"])) if last else (0, GENESIS)
    rows = []
    for sequence, event in enumerate(events, start=sequence + 1):  # noqa: B020 - goes on from the last
        entry = _entry(event, sequence, when or now())
        own = hash_of([entry[name] for name in CHAINED], previous)
        rows.append({**entry, "previous_hash": previous, "hash": own})
        previous = own
    cursor.append("audit", pd.DataFrame(rows))
    cursor.noted[HEAD] = (sequence, previous)
    return sequence


def _entry(event: Event, sequence: int, when: datetime) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "recorded_at": when,
        "actor": event.actor.name,
        "role": event.actor.role,
        "scope": str(event.actor.scope),
        "action": event.action,
        "subject": event.subject,
        "detail": json.dumps(dict(event.detail), sort_keys=True),
        "changes_figures": event.changes_figures,
        "purpose": event.actor.purpose,
        "request_id": event.actor.request,
    }


def first_broken(cursor: Cursor) -> int | None:
    """The place of the first event that is wrong or missing; None when the chain is whole."""
    fault = verify(cursor).fault
    return fault.sequence if fault else None


def data_version(cursor: Cursor, *, as_at: datetime) -> int:
    """The number of the last event up to a moment that changed what figures say; 0 before any."""
    state = cursor.rows("SELECT sequence, until FROM standing_state")[0]
    known = state["until"] is not None and state["until"] <= as_at  # then all events up to that number are
    found = cursor.rows(
        "SELECT coalesce(max(sequence), $after) AS version FROM audit "
        "WHERE sequence > $after AND changes_figures AND recorded_at <= $as_at",
        {"as_at": as_at, "after": state["sequence"] if known else 0},
    )
    return int(found[0]["version"])
