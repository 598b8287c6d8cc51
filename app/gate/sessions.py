"""Nothing without a live session: pages, files, uploads and the websocket alike; and its end closes what is open."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.gate.answers import refuse
from app.gate.pace import Buckets
from app.gate.paths import SIGN_IN, is_open
from app.gate.sockets import OpenSockets
from pipelines.people import Session, Sessions

COOKIE = "__Host-plumbline"
HERE = "plumbline.session"  # where the rest of the gate finds the session in ASGI's scope
WHOSE = b"x-plumbline-session"  # tells Streamlit whose websocket it is: it takes a tab up again only for the same
SIGN_IN_FIRST = "Sign in first."
TOO_FAST = "Too many requests. Wait a minute, then try again."
STRANGERS_A_SECOND, STRANGERS_AT_ONCE = 2.0, 120.0
PEOPLE_A_SECOND, PEOPLE_AT_ONCE = 40.0, 600.0


class SignedInOnly:
    """Lets in whoever has a live session, and everybody to the few open addresses; at a bearable pace each."""

    def __init__(self, app: ASGIApp, *, sessions: Callable[[], Sessions], sockets: OpenSockets) -> None:
        self.app, self.sessions, self.sockets = app, sessions, sockets
        self.strangers = Buckets(pace=STRANGERS_A_SECOND, size=STRANGERS_AT_ONCE)
        self.people = Buckets(pace=PEOPLE_A_SECOND, size=PEOPLE_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        session = self._session(scope)
        if not self._is_bearable(scope, session):
            await refuse(scope, receive, send, TOO_FAST, status=429)
        elif session is None and not is_open(scope["path"]):
            await _send_away(scope, receive, send)
        elif session is not None and scope["type"] == "websocket":
            scope[HERE] = session
            await self._watched(_named(scope, session), receive, send, session)
        else:
            scope[HERE] = session
            await self.app(scope, receive, send)

    def _session(self, scope: Scope) -> Session | None:
        return self.sessions().find(secret_of(scope), used=scope["type"] == "http" and scope["path"] == "/")

    def _is_bearable(self, scope: Scope, session: Session | None) -> bool:
        if session is not None:
            return self.people.has_one(session.id)
        return scope["path"].startswith("/_stcore/health") or self.strangers.has_one(_address(scope))

    async def _watched(self, scope: Scope, receive: Receive, send: Send, session: Session) -> None:
        """The websocket of a session, looked after at each message, and closed when the session ends."""
        secret = secret_of(scope)
        with self.sockets.opened(session.id) as ended:
            if ended is None:
                await refuse(scope, receive, send, TOO_FAST, status=429)
                return
            heard = self.sockets.watching(receive, send, ended, lambda: self._lives(secret))
            await self.app(scope, heard, self.sockets.telling(send, ended))

    def _lives(self, secret: str | None) -> bool:
        return self.sessions().find(secret) is not None


def _named(scope: Scope, session: Session) -> Scope:
    """The same request with the session's name in a header; whatever the browser wrote there is dropped."""
    others = [(name, value) for name, value in scope["headers"] if name.lower() != WHOSE]
    return {**scope, "headers": [*others, (WHOSE, session.id.encode())]}


def secret_of(scope: Scope) -> str | None:
    """The secret in a request's cookie; None where there is none, or more than one."""
    cookies = [part.strip() for line in Headers(scope=scope).getlist("cookie") for part in line.split(";")]
    found = [part.partition("=")[2] for part in cookies if part.partition("=")[0] == COOKIE]
    return found[0] if len(found) == 1 else None


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("nobody", 0))[0])


async def _send_away(scope: Scope, receive: Receive, send: Send) -> None:
    """To the sign-in page who opens a page in a browser, and 401 to everything else."""
    wants_page = scope["type"] == "http" and scope["method"] == "GET" and _wants_html(scope)
    if wants_page:
        where = HTTPConnection(scope).url.path
        to = "" if where == "/" else f"?to={quote(where)}"
        await RedirectResponse(f"{SIGN_IN}{to}", 303)(scope, receive, send)
    else:
        await refuse(scope, receive, send, SIGN_IN_FIRST, status=401)


def _wants_html(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") and headers.get("sec-fetch-dest", "document") == "document"
