"""How much one token and one address may ask, and how much is worked on at a time."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from app.api.problems import BUSY, STILL_RUNS, TOO_MANY, ProblemError

REMEMBERED = 10_000  # tokens or addresses; the one that was not heard of for longest is forgotten first


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second for good, and how many may come at once."""

    pace: float
    size: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What one token and one address may ask; `failing` counts requests without a good token.

    `of_a_token` changes are worked on at a time for a token and `in_all` for all, of which `workers` at once.
    """

    token: Rate = Rate(pace=2.0, size=60.0)
    address: Rate = Rate(pace=10.0, size=200.0)
    failing: Rate = Rate(pace=0.2, size=20.0)
    of_a_token: int = 2
    in_all: int = 16
    workers: int = 4


class Pacer:
    """Buckets of requests, one for each token or address, that fill up again at their pace."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.clock = rate, clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, who: Hashable) -> None:
        """Take one; ProblemError with the seconds to wait where none is left."""
        now = self.clock()
        left, when = self._left.pop(who, (self.rate.size, now))
        left = min(self.rate.size, left + (now - when) * self.rate.pace)
        enough = left >= 1
        self._left[who] = (left - enough, now)
        while len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        if not enough:
            raise ProblemError(TOO_MANY, headers={"Retry-After": str(ceil((1 - left) / self.rate.pace))})


class Work:
    """What is under way. Used on the event loop only, so that nothing comes between asking and taking."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._of: Counter[int] = Counter()
        self._keys: set[Hashable] = set()

    @contextmanager
    def place(self, token: int) -> Iterator[None]:
        """A place for one change of a token; ProblemError where all are taken."""
        if self._of[token] >= self.limits.of_a_token:
            raise ProblemError(TOO_MANY, "This token has as much under way as it may.", headers={"Retry-After": "5"})
        if self._of.total() >= self.limits.in_all:
            raise ProblemError(BUSY)
        self._of[token] += 1
        try:
            yield
        finally:
            self._of[token] -= 1
            if not self._of[token]:
                del self._of[token]

    @contextmanager
    def once(self, key: Hashable) -> Iterator[None]:
        """Only one request at a time with one idempotency key."""
        if key in self._keys:
            raise ProblemError(STILL_RUNS)
        self._keys.add(key)
        try:
            yield
        finally:
            self._keys.discard(key)
