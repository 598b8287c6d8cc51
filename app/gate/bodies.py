"""How much a request may bring: in its body, and in uploads over an hour."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.gate.paths import within
from app.gate.sessions import HERE

TOO_LARGE = "This file is larger than the portal accepts."
TOO_MUCH = "You have uploaded as much as the portal takes in an hour. Try again later; nothing was kept."
UPLOADS = "/_stcore/upload_file"
HOUR = 3600.0
ENVELOPE = 1024 * 1024  # what surrounds an upload


class LimitedBody:
    """Stops a request whose body is larger than an upload may be, said or unsaid."""

    def __init__(self, app: ASGIApp, *, most_bytes: Callable[[Scope], int]) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.most_bytes(scope) + ENVELOPE
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdigit() or int(said) > most:
            await PlainTextResponse(TOO_LARGE, 413)(scope, receive, send)
            return
        await _unless_over(self.app, scope, _counted(receive, most), send, TOO_LARGE, 413)


class _OverError(Exception):
    """More has come than may, whatever was said of its length."""


async def _unless_over(app: ASGIApp, scope: Scope, receive: Receive, send: Send, words: str, status: int) -> None:
    """Answer with these words once too much has come, whatever was reading it; or just stop, within an answer."""
    begun = False

    async def sending(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(scope, receive, sending)
    except _OverError:
        if not begun:
            await PlainTextResponse(words, status)(scope, receive, send)


def _counted(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _OverError
        return message

    return counting


class UploadQuota:
    """Lets a session upload so much in an hour and no more, for what it uploads is held in memory for a while."""

    def __init__(
        self, app: ASGIApp, *, an_hour: Callable[[Scope], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app, self.an_hour, self.clock = app, an_hour, clock
        self._brought: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = scope.get(HERE)
        if scope["type"] != "http" or session is None or not within(scope["path"], (UPLOADS,)):
            await self.app(scope, receive, send)
            return
        most = self.an_hour(scope)
        left = most - self._within_the_hour(session.id)
        said = Headers(scope=scope).get("content-length", "0")
        if left <= 0 or (said.isdigit() and int(said) > left + ENVELOPE):
            await PlainTextResponse(TOO_MUCH, 429)(scope, receive, send)
            return
        await _unless_over(self.app, scope, self._noting(receive, session.id, most), send, TOO_MUCH, 429)

    def _noting(self, receive: Receive, session_id: str, most: int) -> Receive:
        """Count what comes, of all the uploads that are under way together."""

        async def noting() -> Message:
            message = await receive()
            if size := len(message.get("body", b"")):
                self._brought[session_id].append((self.clock(), size))
                if self._within_the_hour(session_id) > most + ENVELOPE:
                    raise _OverError
            return message

        return noting

    def _within_the_hour(self, session_id: str) -> int:
        now = self.clock()
        for name, brought in list(self._brought.items()):
            while brought and now - brought[0][0] > HOUR:
                brought.popleft()
            if not brought:
                del self._brought[name]
        return sum(size for _, size in self._brought.get(session_id, ()))
