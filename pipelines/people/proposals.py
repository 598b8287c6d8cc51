"""What was proposed and waits for a second person: kept append-only, the last row of a proposal says how it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.people.deciding import Decider
from pipelines.people.identities import Identity
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Cursor

WAITS = timedelta(days=14)
STANDING = "SELECT * FROM proposals QUALIFY row_number() OVER (PARTITION BY proposal_id ORDER BY version DESC) = 1"


class Kind(StrEnum):
    """What takes two people."""

    GRANT = "role of a second person"
    INVITATION = "invitation of a second person"
    RESET = "new password of a second person"
    ERASURE = "erasure"


class State(StrEnum):
    """How a proposal stands."""

    WAITS = "waits"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    TURNED_DOWN = "turned down"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something proposed: `content` is what its kind needs, `fingerprint` of that and of what it rests on."""

    number: int
    kind: Kind
    organisation: Scope
    content: Mapping[str, Any]
    fingerprint: str
    reason: str
    author: Decider
    proposed_at: datetime
    ends_at: datetime
    state: State = State.WAITS
    version: int = 1
    recorded_at: datetime | None = None
    recorded_by: str = ""
    role: str = ""

    def is_open(self, *, at: datetime) -> bool:
        """Whether it still waits for a second person."""
        return self.state is State.WAITS and at < self.ends_at


def fingerprint(*parts: Any) -> str:
    """Sixteen characters that differ where anything of these differs."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def keep(cursor: Cursor, new: Proposal) -> Proposal:
    """Keep a new proposal, in the caller's transaction; it is given back with its number."""
    last = cursor.rows("SELECT coalesce(max(proposal_id), 0) AS last FROM proposals")[0]["last"]
    numbered = replace(new, number=int(last) + 1)
    _append(cursor, numbered, actor=new.author.actor, when=new.proposed_at)
    return numbered


def move(cursor: Cursor, proposal: Proposal, state: State, *, actor: Actor, when: datetime) -> Proposal:
    """Keep what became of a proposal, in the caller's transaction."""
    moved = replace(proposal, state=state, version=proposal.version + 1)
    _append(cursor, moved, actor=actor, when=when)
    return moved


def every(cursor: Cursor) -> tuple[Proposal, ...]:
    """Every proposal as it stands, the latest first."""
    return tuple(map(_proposal, cursor.rows(f"SELECT * FROM ({STANDING}) ORDER BY proposal_id DESC")))


def find(cursor: Cursor, number: int) -> Proposal | None:
    """One proposal as it stands."""
    return next((one for one in every(cursor) if one.number == number), None)


def waiting(cursor: Cursor, organisations: Sequence[Scope] | frozenset[Scope], *, at: datetime) -> tuple[Proposal, ...]:
    """The proposals about these organisations that wait for a second person, the latest first."""
    return tuple(one for one in every(cursor) if one.organisation in organisations and one.is_open(at=at))


def _append(cursor: Cursor, one: Proposal, *, actor: Actor, when: datetime) -> None:
    who = one.author.identity or Identity("", "")
    row: dict[str, Any] = {
        "proposal_id": one.number, "version": one.version, "state": str(one.state), "kind": str(one.kind),
        "organisation": str(one.organisation), "content": json.dumps(one.content, sort_keys=True),
        "fingerprint": one.fingerprint, "reason": one.reason, "issuer": who.issuer, "subject": who.subject,
        "grant_id": one.author.grant_id, "author": one.author.actor.name, "author_role": one.author.actor.role,
        "author_scope": str(one.author.actor.scope), "proposed_at": one.proposed_at, "ends_at": one.ends_at,
        "recorded_at": when, "recorded_by": actor.name, "role": actor.role, "scope": str(actor.scope),
    }  # fmt: skip
    cursor.append("proposals", pd.DataFrame([row]))
    said = "made" if one.version == 1 else str(one.state)
    detail = {"proposal": one.number, "kind": str(one.kind), "fingerprint": one.fingerprint, "reason": one.reason}
    audit.record(cursor, audit.Event(actor, f"proposal {said}", str(one.organisation), detail), when=when)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    scope = OPERATOR if row["author_scope"] == str(OPERATOR) else Scope.parse(row["author_scope"])
    who = Identity(row["issuer"], row["subject"]) if row["issuer"] else None
    author = Decider(Actor(row["author"], row["author_role"], scope), who, int(row["grant_id"]))
    return Proposal(
        int(row["proposal_id"]), Kind(row["kind"]), Scope.parse(row["organisation"]), json.loads(row["content"]),
        row["fingerprint"], row["reason"], author, row["proposed_at"], row["ends_at"], State(row["state"]),
        int(row["version"]), row["recorded_at"], row["recorded_by"], row["role"],
    )  # fmt: skip
