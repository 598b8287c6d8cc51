"""Which address the portal is asked under, and from whose pages: its own, and no other."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.gate.answers import is_shut, nothing_here, refuse
from app.gate.paths import HEALTH, OTHERS_MAY_POST, within

REFUSED = "This request did not come from a page of this portal. Open the portal by its own address."
SAFE_METHODS = frozenset({"GET", "HEAD"})


class RightHost:
    """Lets in requests to the portal's own address; what writes, and websockets, only from its own pages.

    `address` is the portal's public origin, for example https://plumbline.example.
    """

    def __init__(self, app: ASGIApp, *, address: str) -> None:
        self.app, self.address = app, address.rstrip("/")
        self.host = urlsplit(self.address).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] == HEALTH:
            await self.app(scope, receive, send)
        elif not self._is_right(scope):
            await refuse(scope, receive, send, REFUSED, status=403)
        elif is_shut(scope):
            await nothing_here(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_right(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.getlist("host") != [self.host]:
            return False
        origins = headers.getlist("origin")
        if origins:
            return origins == [self.address]
        if scope["type"] == "websocket":
            return False
        if scope["method"] in SAFE_METHODS or within(scope["path"], OTHERS_MAY_POST):
            return True
        return headers.get("sec-fetch-site") == "same-origin"
