"""A programme's change happens once, however often it is asked for: the key, the answer, and both on record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.people.programme_errors import KEY_USED, KeyUsedError
from pipelines.people.programme_versions import Version, own_version, queries_of
from pipelines.people.tokens import Token
from pipelines.return_states import ReturnState
from pipelines.returns import Receipt
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.issues import Issue

KEYS_KEPT = timedelta(days=30)
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a change happen once: the hash of the key that the programme chose, and of all that it sent."""

    key_hash: str
    request_hash: str

    @classmethod
    def of(cls, key: str, *parts: bytes) -> Once:
        """From the key, and what was sent in parts."""
        whole = hashlib.sha256()
        for part in parts:
            whole.update(hashlib.sha256(part).digest())
        return cls(hashlib.sha256(key.encode()).hexdigest(), whole.hexdigest())


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a change: its version, whether it had been made before, and, the first time, its receipt."""

    version: Version
    again: bool
    receipt: Receipt | None = None


def answered_before(cursor: Cursor, token: Token, once: Once) -> Kept | None:
    """What came of the same request before; KeyUsedError where its key was used for another."""
    found = cursor.rows(
        "SELECT request_hash, answer FROM programme_keys WHERE token_id = $token AND key_hash = $key "
        "AND recorded_at > $since ORDER BY recorded_at DESC LIMIT 1",
        {"token": token.token_id, "key": once.key_hash, "since": audit.now() - KEYS_KEPT},
    )
    if not found:
        return None
    if found[0]["request_hash"] != once.request_hash:
        raise KeyUsedError(KEY_USED)
    told: dict[str, Any] = json.loads(found[0]["answer"])
    version = Version(
        **told | {"term": Term(told["term"]), "state": ReturnState(told["state"]),
                  "recorded_at": datetime.fromisoformat(told["recorded_at"])}
    )  # fmt: skip
    return Kept(replace(version, issues=queries_of(cursor, version.return_id)), True)


def keep_answer(cursor: Cursor, token: Token, once: Once, return_id: int, *, action: str) -> Version:
    """Keep what the programme is told, without the queries, which are beside their version; it is given back."""
    version = own_version(cursor, token, return_id)
    names = [name for name in Version.__slots__ if name != "issues"]
    told = {name: getattr(version, name) for name in names} | {"recorded_at": version.recorded_at.isoformat()}
    row = {
        "token_id": token.token_id, "key_hash": once.key_hash, "request_hash": once.request_hash,
        "return_id": return_id, "answer": json.dumps(told, sort_keys=True), "recorded_at": pd.Timestamp(audit.now()),
        "action": action,
    }  # fmt: skip
    cursor.append("programme_keys", pd.DataFrame([row]))
    return replace(version, issues=queries_of(cursor, return_id))


def keep_queries(cursor: Cursor, return_id: int, found: Sequence[Issue]) -> None:
    """Keep the queries with which a version was sent, so that its sender can read them again."""
    rows = [(return_id, one.rule, one.table, one.row, one.column, one.message, one.fix) for one in found]
    names = ["return_id", "rule", "table_name", "row_number", "column_name", "message", "fix"]
    frame = pd.DataFrame(rows, columns=names)
    cursor.append("programme_queries", frame.assign(row_number=frame["row_number"].astype("Int64")))
