"""Sessions of people who signed in: kept on the server, found by a secret that only the browser holds.

The warehouse keeps what happened to each session, and of its secret the SHA-256; when it was last used stays in memory,
so that a session unused for long does not live on through a restart. A session has at most one grant in use, and
whatever is asked in it is asked under that grant, as long as the grant stands.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock

import pandas as pd

from pipelines import audit
from pipelines.people import grants, identities
from pipelines.people.grants import Grant
from pipelines.people.identities import Identity, account_name
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import RefusedError

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
NOT_YOURS = "This organisation is not open to you. Ask its administrator."
GONE = "This session has ended. Sign in again."
LIVE = (
    "SELECT session_id, any_value(issuer) AS issuer, any_value(subject) AS subject, "
    "arg_max(secret_hash, sequence) FILTER (event IN ('started', 'rotated')) AS secret_hash, "
    "arg_max(grant_id, sequence) FILTER (grant_id IS NOT NULL) AS grant_id, "
    "any_value(provider_session) AS provider_session, "
    "min(happened_at) AS started, max(happened_at) AS last_seen FROM sessions "
    "GROUP BY session_id HAVING NOT bool_or(event = 'ended') AND min(happened_at) > $earliest"
)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session. `id` is no secret; `grant` is the one in use, None while none is."""

    id: str
    identity: Identity
    name: str
    grant: Grant | None
    grants: tuple[Grant, ...]
    started: datetime
    last_seen: datetime
    provider_session: str = ""

    @property
    def actor(self) -> Actor:
        """The one named in the record for what is done in this session."""
        called = account_name(self.identity, self.name)
        if self.grant is None:
            return Actor(called, "signed in", OPERATOR, request=self.id)
        return Actor(called, self.grant.title, self.grant.organisation, request=self.id)


class Sessions:
    """The live sessions of one warehouse; safe to ask from any thread."""

    def __init__(
        self, warehouse: Warehouse, *,
        idle: timedelta = IDLE, absolute: timedelta = ABSOLUTE, clock: Callable[[], datetime] = audit.now,
    ) -> None:  # fmt: skip
        self._warehouse, self._idle, self._absolute, self._clock = warehouse, idle, absolute, clock
        self._lock = RLock()
        self._live: dict[str, Session] = {}  # by the hash of the secret; `grant` and `grants` are filled when found
        self._chosen: dict[str, int] = {}
        self._read_at: tuple[int, int] = (-1, -1)
        self._grants: tuple[Grant, ...] = ()
        self._told: list[Callable[[str], None]] = []

    # -- what a person does -------------------------------------------------------------------------------

    def start(self, identity: Identity, *, told_by: str = "", provider_session: str = "") -> str:
        """Begin a session; its secret, for the cookie, is given back and never again.

        `provider_session` is what the provider calls its own session, for its log-out by the back channel.
        """
        with self._warehouse.writing() as cursor:
            return self.start_within(cursor, identity, told_by=told_by, provider_session=provider_session)

    def start_within(
        self, cursor: Cursor, identity: Identity, *, told_by: str = "", provider_session: str = ""
    ) -> str:  # fmt: skip
        """The same within a transaction of the caller."""
        secret, number = secrets.token_urlsafe(32), secrets.token_hex(8)
        held = grants.of(cursor, identity, on=self._clock().date())
        only = held[0].grant_id if len(held) == 1 else None
        self._note(cursor, number, "started", identity, secret=secret, grant=only, of_provider=provider_session)
        actor = Actor(account_name(identity, identities.name_of(cursor, identity) or ""), "signed in", OPERATOR)
        audit.record(cursor, audit.Event(actor, "signed in", f"session:{number}", {"by": told_by}))
        return secret

    def find(self, secret: str | None, *, used: bool = True) -> Session | None:
        """The session of a secret, None when there is none or it has ended. `used` keeps it from being idle."""
        if not secret:
            return None
        with self._lock:
            self._catch_up()
            hashed = _hash(secret)
            found, now = self._live.get(hashed), self._clock()
            if found is None or self._is_over(found, now):
                return None
            if used:
                self._live[hashed] = found = replace(found, last_seen=now)
            return self._with_grants(found, now)

    def act_as(self, secret: str, grant_id: int) -> Session:
        """Use another of one's grants; RefusedError for anybody else's."""
        session = self._must_find(secret)
        if grant_id not in [one.grant_id for one in session.grants]:
            raise RefusedError(NOT_YOURS)
        with self._warehouse.writing() as cursor:
            self._note(cursor, session.id, "acting", session.identity, grant=grant_id)
            chosen = replace(session, grant=next(one for one in session.grants if one.grant_id == grant_id))
            audit.record(cursor, audit.Event(chosen.actor, "organisation chosen", f"session:{session.id}"))
        return self._must_find(secret)

    def rotate(self, secret: str) -> str:
        """Give the same session a new secret; the old one opens nothing any more."""
        session, new = self._must_find(secret), secrets.token_urlsafe(32)
        with self._warehouse.writing() as cursor:
            self._note(cursor, session.id, "rotated", session.identity, secret=new)
        return new

    # -- ending -------------------------------------------------------------------------------------------

    def end(self, session_id: str, *, why: str, actor: Actor | None = None) -> None:
        """End a session at once; nothing when it has ended already."""
        self._end([one for one in self.live() if one.id == session_id], why=why, actor=actor)

    def end_all(self, identity: Identity, *, why: str, actor: Actor | None = None, but: str = "") -> int:
        """End every session of a person (but one, by its id); how many they were."""
        mine = [one for one in self.live() if one.identity == identity and one.id != but]
        self._end(mine, why=why, actor=actor)
        return len(mine)

    def sweep(self) -> None:
        """End the sessions that were unused too long or are too old, so that what is open on them is closed."""
        with self._lock:
            self._catch_up()
            now = self._clock()
            over = [one for one in self._live.values() if self._is_over(one, now)]
        self._end(over, why="too long unused, or too old")

    def live(self) -> tuple[Session, ...]:
        """Every session that has not ended, the earliest first; those of other people are for administrators."""
        with self._lock:
            self._catch_up()
            now = self._clock()
            found = [self._with_grants(one, now) for one in self._live.values() if not self._is_over(one, now)]
        return tuple(sorted(found, key=lambda one: one.started))

    def on_end(self, told: Callable[[str], None]) -> None:
        """Have something called with the id of every session that ends; from any thread."""
        self._told.append(told)

    def _end(self, over: list[Session], *, why: str, actor: Actor | None = None) -> None:
        if not over:
            return
        with self._warehouse.writing() as cursor:
            for one in over:
                self._note(cursor, one.id, "ended", one.identity)
                who = actor or one.actor
                audit.record(cursor, audit.Event(who, "session ended", f"session:{one.id}", {"why": why}))
        for one in over:
            for told in self._told:
                told(one.id)

    # -- keeping up ---------------------------------------------------------------------------------------

    def _must_find(self, secret: str) -> Session:
        found = self.find(secret)
        if found is None:
            raise RefusedError(GONE)
        return found

    def _is_over(self, session: Session, now: datetime) -> bool:
        return now - session.last_seen > self._idle or now - session.started > self._absolute

    def _with_grants(self, session: Session, now: datetime) -> Session:
        held = tuple(one for one in self._grants if one.identity == session.identity and one.holds(on=now.date()))
        chosen = self._chosen.get(session.id)
        return replace(session, grants=held, grant=next((one for one in held if one.grant_id == chosen), None))

    def _catch_up(self) -> None:
        """Read sessions and grants again when either table has grown, by this process or by another."""
        with self._warehouse.reading() as cursor:
            grown = cursor.rows("SELECT (SELECT count(*) FROM sessions) AS s, (SELECT count(*) FROM grants) AS g")[0]
            if (grown["s"], grown["g"]) == self._read_at:
                return
            self._read_at = (grown["s"], grown["g"])
            self._grants = grants.every(cursor)
            names = identities.known(cursor)
            rows = cursor.rows(LIVE, {"earliest": self._clock() - self._absolute})
        used = {one.id: one.last_seen for one in self._live.values()}
        self._chosen = {row["session_id"]: row["grant_id"] for row in rows if row["grant_id"] is not None}
        self._live = {}
        for row in rows:
            who = Identity(row["issuer"], row["subject"])
            last = max(row["last_seen"], used.get(row["session_id"], row["last_seen"]))
            self._live[row["secret_hash"]] = Session(
                row["session_id"], who, names.get(who, ""), None, (), row["started"], last,
                row["provider_session"] or "",
            )  # fmt: skip

    def _note(
        self, cursor: Cursor, number: str, event: str, identity: Identity, *,
        secret: str | None = None, grant: int | None = None, of_provider: str | None = None,
    ) -> None:  # fmt: skip
        last = cursor.rows("SELECT coalesce(max(sequence), 0) AS last FROM sessions")[0]["last"]
        row = {"sequence": last + 1, "session_id": number, "event": event,
               "secret_hash": _hash(secret) if secret else None,
               "issuer": identity.issuer, "subject": identity.subject, "provider_session": of_provider,
               "grant_id": grant, "happened_at": self._clock()}  # fmt: skip
        cursor.append("sessions", pd.DataFrame([row]).astype({"grant_id": "Int64"}))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
