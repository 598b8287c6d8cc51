"""The websockets that are open, by session, so that all of a session are closed the moment it ends."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Lock

from starlette.types import Message, Receive, Send

from app.gate.answers import POLICY_VIOLATION

MOST_OPEN = 20  # of one session: tabs, and those that a browser has not let go yet


@dataclass(frozen=True, eq=False)
class Ended:
    """Set, from any thread, when the session of a websocket ends."""

    loop: asyncio.AbstractEventLoop
    event: asyncio.Event

    def say(self) -> None:
        """Wake whoever waits for it."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.event.set)


class OpenSockets:
    """Which websockets each session has open."""

    def __init__(self, *, most: int = MOST_OPEN) -> None:
        self._open: defaultdict[str, set[Ended]] = defaultdict(set)
        self._lock, self._most = Lock(), most

    @contextmanager
    def opened(self, session_id: str) -> Iterator[Ended | None]:
        """While a websocket is open; None where the session has too many."""
        mine = Ended(asyncio.get_running_loop(), asyncio.Event())
        try:
            yield mine if self._add(session_id, mine) else None
        finally:
            self._take_away(session_id, mine)

    def _add(self, session_id: str, mine: Ended) -> bool:
        with self._lock:
            if len(self._open[session_id]) >= self._most:
                return False
            self._open[session_id].add(mine)
            return True

    def _take_away(self, session_id: str, mine: Ended) -> None:
        with self._lock:
            self._open[session_id].discard(mine)
            if not self._open[session_id]:
                del self._open[session_id]

    def close(self, session_id: str) -> None:
        """Close all websockets of a session; from any thread."""
        with self._lock:
            told = list(self._open.get(session_id, ()))
        for one in told:
            one.say()

    def count(self) -> int:
        """How many are open."""
        with self._lock:
            return sum(len(found) for found in self._open.values())

    @staticmethod
    def watching(receive: Receive, send: Send, ended: Ended, lives: Callable[[], bool]) -> Receive:
        """The websocket's messages while its session lives; then it is closed and what reads is told so."""

        async def watched() -> Message:
            message = await _first(receive, ended.event)
            if message is not None and (message["type"] != "websocket.receive" or lives()):
                return message
            ended.event.set()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

        return watched

    @staticmethod
    def telling(send: Send, ended: Ended) -> Send:
        """What is said while the session lives; after that nothing, not even what was being worked out."""

        async def told(message: Message) -> None:
            if not ended.event.is_set():
                with suppress(OSError):  # the browser went: what reads is told so, and ends in good order
                    await send(message)

        return told


async def _first(receive: Receive, ended: asyncio.Event) -> Message | None:
    """The next message, None when the session ended before it came."""
    waiting = [asyncio.ensure_future(receive()), asyncio.ensure_future(ended.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return None if waiting[1].done() else waiting[0].result()
    finally:
        for one in waiting:
            one.cancel()
