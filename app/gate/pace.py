"""How fast somebody may ask: a bucket of tokens for each."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

RUNS_A_SECOND = 10.0
RUNS_AT_ONCE = 30.0


class Unhurried:
    """Reads a websocket's messages no faster than a bucket of tokens allows; none is lost."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        bucket = Bucket(self.clock)

        async def paced() -> Message:
            await asyncio.sleep(bucket.wait())
            return await receive()

        await self.app(scope, paced, send)


class Bucket:
    """Tokens that fill up at a steady pace; taking one says how long to wait for it."""

    def __init__(self, clock: Callable[[], float], *, pace: float = RUNS_A_SECOND, size: float = RUNS_AT_ONCE) -> None:
        self.clock, self.pace, self.size = clock, pace, size
        self.tokens, self.filled = size, clock()

    def wait(self) -> float:
        """Take a token; the seconds until it is there."""
        self._fill()
        self.tokens -= 1
        return max(0.0, -self.tokens / self.pace)

    def take(self) -> bool:
        """Take a token if there is one."""
        self._fill()
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def _fill(self) -> None:
        now = self.clock()
        self.tokens = min(self.size, self.tokens + (now - self.filled) * self.pace)
        self.filled = now


class Buckets:
    """A bucket for each name; of too many, those unused for longest are forgotten."""

    def __init__(
        self, *, pace: float, size: float, most: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.pace, self.size, self.most, self.clock = pace, size, most, clock
        self._kept: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = Lock()

    def has_one(self, name: str) -> bool:
        """Take a token of a name's bucket, if there is one."""
        with self._lock:
            bucket = self._kept.setdefault(name, Bucket(self.clock, pace=self.pace, size=self.size))
            self._kept.move_to_end(name)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
            return bucket.take()
