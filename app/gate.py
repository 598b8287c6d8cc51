"""The gate in front of every request: who may connect, how much they may send, and what a browser may load.

Plain ASGI, so that it stands before pages, uploads and the websocket alike.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SHUT = ("/_stcore/metrics", "/_stcore/agent")  # open by default, of no use to anyone here
REFUSED = "This demonstration answers only to the machine it runs on."
TOO_LARGE = "This file is larger than the portal accepts."
POLICY_VIOLATION = 1008
ENVELOPE = 1024 * 1024  # what surrounds an upload
RUNS_A_SECOND = 10.0
RUNS_AT_ONCE = 30.0


class LoopbackOnly:
    """Lets in only requests from this machine, addressed to it, and websockets opened by its own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not is_local(scope):
            await _refuse(scope, receive, send)
        elif scope["path"].startswith(SHUT):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine, names it as host and, as a websocket, comes from its pages."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _is_loopback((scope.get("client") or ("", 0))[0]) or _name(f"//{host}") not in LOOPBACK_NAMES:
        return False
    origin = headers.get("origin")
    if scope["type"] == "websocket":
        return origin is not None and urlsplit(origin).netloc == host
    return origin is None or urlsplit(origin).netloc == host


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
    else:
        await PlainTextResponse(REFUSED, 403)(scope, receive, send)


class LimitedBody:
    """Stops a request whose body is larger than an upload may be, said or unsaid."""

    def __init__(self, app: ASGIApp, *, most_bytes: Callable[[], int]) -> None:
        self.app, self.most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.most_bytes() + ENVELOPE
        said = Headers(scope=scope).get("content-length", "0")
        if not said.isdigit() or int(said) > most:
            await PlainTextResponse(TOO_LARGE, 413)(scope, receive, send)
            return
        await self.app(scope, _counted(receive, most), send)


def _counted(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= most else {"type": "http.disconnect"}

    return counting


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
        now = self.clock()
        self.tokens = min(self.size, self.tokens + (now - self.filled) * self.pace) - 1
        self.filled = now
        return max(0.0, -self.tokens / self.pace)


class SafeHeaders:
    """Adds to every answer what a browser must know to load nothing from outside and to be framed by no one."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str] | None = None) -> None:
        self.app, self.headers = app, headers or security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    found[name] = value
                if not scope["path"].startswith("/static/"):
                    found["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def security_headers() -> dict[str, str]:
    """The headers; the page's own inline scripts are allowed by their fingerprints, no others."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    prints = " ".join(f"'sha256-{_fingerprint(script)}'" for script in inline)
    policy = (
        f"default-src 'self'; script-src 'self' {prints}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def _fingerprint(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
