"""What the record says of access: files taken away, rows read, and accesses that were refused.

An access that is refused is cheap for whoever tries, so refusals are kept within bounds: a few a minute of one account
or place, some more a minute in all; wrong sign-ins and refusals of people who signed in apart, so that a flood of the
first hides none of the second. The rest are counted, and the count is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

import pandas as pd

from pipelines import audit
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError
from schemas.purposes import may_state

REFUSED = "access refused"
NO_PURPOSE = "Say first why you open single incidents: they are shown only for a stated purpose."
WRONG_SIGN_IN = "sign-in refused"
LEFT_OUT = "refusals not listed"
EACH_A_MINUTE = 5
ALL_A_MINUTE = 60
PORTAL = Actor("Plumbline", "portal", OPERATOR)  # what records for those who have not signed in


def read(cursor: Cursor, actor: Actor, what: str, *, schools: Mapping[str, int], **detail: int | str) -> None:
    """Record, in the transaction of the read, that rows were read: how many of which school, so that it can be told."""
    audit.record(cursor, audit.Event(actor, what, str(actor.scope), {"schools": dict(schools), **detail}))


def taken(
    warehouse: Warehouse, actor: Actor, what: str, *, schools: Mapping[str, int], **detail: int | str
) -> None:  # fmt: skip
    """Record that a file was taken away, and how many rows or returns of which schools it held."""
    with warehouse.writing() as cursor:
        read(cursor, actor, what, schools=schools, **detail)


def by_school(rows: pd.DataFrame) -> dict[str, int]:
    """How many of these rows each school has."""
    return {str(urn): int(number) for urn, number in rows["school_urn"].value_counts(sort=False).items() if number}


def must_have_purpose(actor: Actor) -> None:
    """ForbiddenError unless whoever acts has stated why they open single incidents."""
    if not may_state(actor.purpose, kind=str(actor.scope.kind)):
        raise ForbiddenError(NO_PURPOSE)


def refused(warehouse: Warehouse, actor: Actor, what: str) -> None:
    """Record that something was refused to somebody who signed in: `what` in our own words, never a text of theirs."""
    _of(warehouse).note(actor, REFUSED, what, by=f"{actor.name} {actor.scope}")


def sign_in_refused(warehouse: Warehouse, what: str, *, place: str = "") -> None:
    """Record a sign-in that failed: `what` in our own words, never a name or an address that was typed.

    `place` tells places apart that should be counted apart, for example a client's address; it is not kept.
    """
    _of(warehouse).note(PORTAL, WRONG_SIGN_IN, what, by=place)


def noted(warehouse: Warehouse, actor: Actor, what: str, fault: Exception) -> None:
    """Record a fault where it is a refusal, once; that something cannot be done as things stand is none."""
    if isinstance(fault, ForbiddenError) and not fault.noted:
        refused(warehouse, actor, what)
        fault.noted = True


@contextmanager
def watched(warehouse: Warehouse, actor: Actor, what: str) -> Iterator[None]:
    """Record when what is done here is refused, and let the refusal go on."""
    try:
        yield
    except ForbiddenError as fault:
        noted(warehouse, actor, what, fault)
        raise


def keep_counts(warehouse: Warehouse) -> None:
    """Record what was counted and not listed so far; before the record is read, and when the portal stops."""
    _of(warehouse).keep_counts()


class Refusals:
    """The refusals of one warehouse: those of this minute, and how many of them were not listed."""

    def __init__(self, warehouse: Warehouse, *, clock: Callable[[], datetime] = audit.now) -> None:
        self._warehouse, self._clock, self._lock = warehouse, clock, Lock()
        self._minute: datetime | None = None
        self._seen: dict[str, Counter[str]] = {}
        self._left_out = 0

    def note(self, actor: Actor, action: str, what: str, *, by: str) -> None:
        """Record one, or count it where there were enough this minute."""
        events = self._before_this_minute()
        with self._lock:
            seen = self._seen.setdefault(action, Counter())
            listed = seen.total() < ALL_A_MINUTE and seen[by] < EACH_A_MINUTE
            if listed:  # what is not listed is not remembered either: names that are made up would fill the memory
                seen[by] += 1
            else:
                self._left_out += 1
        if listed:
            events.append(audit.Event(actor, action, str(actor.scope), {"what": what}))
        self._record(events)

    def keep_counts(self) -> None:
        """Record how many were not listed."""
        with self._lock:
            events = self._counted()
        self._record(events)

    def _before_this_minute(self) -> list[audit.Event]:
        now = self._clock().replace(second=0, microsecond=0)
        with self._lock:
            if now == self._minute:
                return []
            events = self._counted()
            self._minute, self._seen = now, {}
            return events

    def _counted(self) -> list[audit.Event]:
        if not self._left_out or self._minute is None:
            return []
        detail = {"refusals": self._left_out, "minute": self._minute.isoformat(timespec="minutes")}
        self._left_out = 0
        return [audit.Event(PORTAL, LEFT_OUT, str(OPERATOR), detail)]

    def _record(self, events: list[audit.Event]) -> None:
        if events:
            with self._warehouse.writing() as cursor:
                audit.record(cursor, *events)


_REFUSALS: WeakKeyDictionary[Warehouse, Refusals] = WeakKeyDictionary()
_LOCK = Lock()


def _of(warehouse: Warehouse) -> Refusals:
    with _LOCK:
        return _REFUSALS.setdefault(warehouse, Refusals(warehouse))
