"""The chain of the record: what is hashed of each event, and where a chain was broken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from pipelines.warehouse.store import Cursor

GENESIS = "0" * 64
ALWAYS = ("action", "actor", "changes_figures", "detail", "recorded_at", "role", "scope", "sequence", "subject")
SINCE = ("purpose", "request_id")  # NULL in events from before these were kept, which are hashed without them
CHAINED = tuple(sorted((*ALWAYS, *SINCE)))
READ = (*CHAINED, "previous_hash", "hash")
AT_ONCE = 20_000


class Break(StrEnum):
    """How a chain is broken."""

    CHANGED = "was changed, or put there by somebody else"
    MISSING = "is missing"
    REPEATED = "stands twice, or out of its place"
    UNLINKED = "does not follow from the event before it: one of the two was replaced"
    REWRITTEN = "is not the event that was anchored: it, or events before it, were written anew"
    CUT_OFF = "is missing, and with it the end of the record"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first event that is wrong, and how; `until` is the last of several that are missing."""

    sequence: int
    how: Break
    until: int | None = None

    def __str__(self) -> str:
        if self.until is None or self.until == self.sequence:
            return f"Event {self.sequence} {self.how}."
        return f"Events {self.sequence} to {self.until}: the first {self.how}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What following a chain from its first event found: how far it is whole, where it ends, and the first fault.

    `anchored` is the place of the last anchor that the chain was held against, None where there was none.
    """

    events: int
    head: str
    fault: Fault | None
    anchored: int | None = None


def text_of(values: Sequence[Any]) -> str:
    """The text that is hashed of the values of `CHAINED`: JSON with sorted names, in the one way it is written here.

    Written out, as this runs a million times: `json.dumps` with sorted keys says the same (a test holds them together).
    """
    action, actor, changes, detail, purpose, at, request, role, scope, sequence, subject = values
    return (
        f'{{"action": {_json(action)}, "actor": {_json(actor)}, "changes_figures": {_json(changes)}, '
        f'"detail": {_json(detail)}, {"" if purpose is None else f"{_PURPOSE}{_json(purpose)}, "}'
        f'"recorded_at": {_json(at)}, {"" if request is None else f"{_REQUEST}{_json(request)}, "}'
        f'"role": {_json(role)}, "scope": {_json(scope)}, "sequence": {_json(sequence)}, "subject": {_json(subject)}}}'
    )


_PURPOSE, _REQUEST = '"purpose": ', '"request_id": '


def _json(value: Any) -> str:
    if type(value) is str:
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value.isoformat()) if isinstance(value, datetime) else str(value)


def hash_of(values: Sequence[Any], previous: str) -> str:
    """The hash of an event, from the values of `CHAINED` and the hash of the event before."""
    return hashlib.sha256((previous + text_of(values)).encode()).hexdigest()


def verify(cursor: Cursor, *, anchors: Mapping[int, str] | None = None) -> Verdict:
    """Follow the whole chain; `anchors` are hashes by the place at which they were kept elsewhere."""
    follower = _Follower(dict(anchors or {}))
    for rows in cursor.batches(f"SELECT {', '.join(READ)} FROM audit ORDER BY sequence", size=AT_ONCE):
        if follower.follow(rows):
            break
    return follower.verdict()


@dataclass(slots=True)
class _Follower:
    """Goes along a chain, event by event, until the first fault."""

    anchors: dict[int, str]
    previous: str = GENESIS
    expected: int = 1
    fault: Fault | None = None
    place: int = field(default=CHAINED.index("sequence"))

    def follow(self, rows: Iterable[Sequence[Any]]) -> bool:
        """Take these events; whether a fault was met."""
        for row in rows:
            *values, link, own = row
            if values[self.place] != self.expected or link != self.previous or own != hash_of(values, self.previous):
                self.fault = self._fault(values, link, own)
                return True
            if self.expected in self.anchors and self.anchors[self.expected] != own:
                self.fault = self._rewritten()
                return True
            self.previous, self.expected = own, self.expected + 1
        return False

    def _fault(self, values: Sequence[Any], link: Any, own: Any) -> Fault:
        sequence = values[self.place]
        if sequence is not None and sequence > self.expected:
            return Fault(self.expected, Break.MISSING, sequence - 1)
        if sequence is not None and sequence < self.expected:
            return Fault(int(sequence), Break.REPEATED)
        sound_alone = link != self.previous and type(link) is str and own == hash_of(values, link)
        return Fault(self.expected, Break.UNLINKED if sound_alone else Break.CHANGED)

    def _rewritten(self) -> Fault:
        """An anchor holds what the chain was: everything after the last anchor that fits may be another."""
        sound = max((place for place in self.anchors if place < self.expected), default=0)
        return Fault(sound + 1, Break.REWRITTEN, self.expected)

    def verdict(self) -> Verdict:
        """What was found, now that there are no more events."""
        last = max(self.anchors, default=None)
        if self.fault is None and last is not None and last >= self.expected:
            self.fault = Fault(self.expected, Break.CUT_OFF, last)
        return Verdict(self.expected - 1, self.previous, self.fault, last)
