"""How long whoever tries to sign in has to wait, by account, by address, and by both; it grows with each failure.

Kept in memory, in a table of fixed size that is found by a secret hash: no number of made-up names fills it, and what
is counted for a name does not depend on whether there is such an account. A browser that signed in before carries a
device cookie and is counted by itself, so that a stranger's failures never keep an account's owner out there
(OWASP, “device cookies”).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from math import ceil
from threading import Lock

SLOTS = 1 << 16
ROWS = 2  # a name is slow only where it is in both of its places

MOST_DOUBLED = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failures are free; each further one doubles the wait in seconds; one is forgotten every so often."""

    free: int
    first: float
    longest: float
    forgotten: float


class Per(Enum):
    """What tries are counted by."""

    PAIR = Rule(free=5, first=30, longest=900, forgotten=600)  # an account from one address
    ADDRESS = Rule(free=30, first=10, longest=600, forgotten=60)  # any account from one address
    ACCOUNT = Rule(free=20, first=60, longest=600, forgotten=600)  # one account from anywhere unknown
    DEVICE = Rule(free=10, first=60, longest=3600, forgotten=600)  # an account from where it signed in before
    CODE = Rule(free=5, first=60, longest=3600, forgotten=1800)  # second factor, after the right password


OF_THE_OWNER = frozenset({Per.PAIR, Per.DEVICE, Per.CODE})


@dataclass(slots=True)
class Slot:
    """How many failures count in one place, when they were counted last, and until when the next has to wait."""

    failures: float = 0.0
    counted: float = 0.0
    until: float = 0.0


class Throttle:
    """Counts tries before they are made, so that many at once are not one; a try that succeeds is taken back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, slots: int = SLOTS) -> None:
        self._clock, self._slots = clock, slots
        self._secret = secrets.token_bytes(32)
        self._table: dict[int, Slot] = {}
        self._lock = Lock()

    def begin(self, keys: Mapping[Per, str]) -> float:
        """Count a try under each key; 0.0, or how many seconds it has to wait, and then nothing is counted."""
        with self._lock:
            now, places = self._clock(), {per: self._places(per, key) for per, key in keys.items()}
            wait = max((self._wait(found, now) for found in places.values()), default=0.0)
            if wait <= 0:
                for per, found in places.items():
                    for slot in found:
                        _count(slot, per.value, now)
            return max(0.0, wait)

    def passed(self, keys: Mapping[Per, str]) -> None:
        """Take a try back that succeeded; where an account was counted at one place, all its failures there."""
        with self._lock:
            for per, key in keys.items():
                for slot in self._places(per, key):
                    slot.failures = 0.0 if per in OF_THE_OWNER else max(0.0, slot.failures - 1)
                    slot.until = 0.0

    def _wait(self, found: list[Slot], now: float) -> float:
        return min(slot.until for slot in found) - now

    def _places(self, per: Per, key: str) -> list[Slot]:
        hashed = blake2b(f"{per.name}\0{key}".encode(), key=self._secret, digest_size=8 * ROWS).digest()
        numbers = (int.from_bytes(hashed[8 * row : 8 * row + 8], "big") % self._slots for row in range(ROWS))
        return [self._table.setdefault(row * self._slots + number, Slot()) for row, number in enumerate(numbers)]


def _count(slot: Slot, rule: Rule, now: float) -> None:
    since = max(slot.counted, slot.until)  # while somebody waits nothing is forgotten
    slot.failures = max(0.0, slot.failures - max(0.0, now - since) / rule.forgotten) + 1
    slot.counted = now
    over = ceil(slot.failures) - rule.free
    if over > 0:
        slot.until = now + min(rule.longest, rule.first * 2.0 ** min(over - 1, MOST_DOUBLED))
