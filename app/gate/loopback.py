"""The demonstration's door: only this machine is let in, by its own name and from the portal's own pages."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.gate.answers import is_shut, nothing_here, refuse_socket

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
REFUSED = "This demonstration answers only to the machine it runs on."


class LoopbackOnly:
    """Lets in only requests from this machine, addressed to it, and websockets opened by its own pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not is_local(scope):
            await _refuse(scope, receive, send)
        elif is_shut(scope):
            await nothing_here(scope, receive, send)
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
        await refuse_socket(receive, send)
    else:
        await PlainTextResponse(REFUSED, 403)(scope, receive, send)
