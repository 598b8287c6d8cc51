"""Sign-out: here at once, then at the provider, which can also end what is open here by the back channel."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.gate.sessions import COOKIE as SESSION
from app.gate.sessions import secret_of
from app.sign_in.before import before, drop_cookie, not_ours, told
from app.sign_in.fields import form
from app.sign_in.pages import Block, page, paragraph, way
from pipelines.people.arriving import end_there
from pipelines.people.provider import Provider
from schemas.errors import ProviderError

if TYPE_CHECKING:
    from pipelines.house import House
    from pipelines.people import Session

OUT = "/sign-out"
DONE = f"{OUT}/done"
BACK_CHANNEL = f"{OUT}/back-channel"
TABS = "Nothing more is shown in your open tabs of this portal from then on; close them, for they keep what they show."
STILL_OPEN = "Close every tab of this portal that is still open: it keeps what it showed until then."
LARGEST_TOLD = 100 * 1024
FORM_ACTION = "form-action 'self'"
SAID = logging.getLogger("plumbline.sign_in")


class Leaving:
    """The ways out. Remembers the ID tokens of open sessions, by which the provider knows which of its own to end."""

    def __init__(self, house: House, provider: Provider | None, *, after: str) -> None:
        self.house, self.provider, self.after = house, provider, after
        self._id_tokens: dict[str, str] = {}
        self._listens = False

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        found = [
            Route(OUT, self.ask, methods=["GET"]),
            Route(OUT, self.leave, methods=["POST"]),
            Route(DONE, self.done, methods=["GET"]),
        ]
        return [*found, *([Route(BACK_CHANNEL, self.told_out, methods=["POST"])] if self.provider else [])]

    def remember(self, session_id: str, id_token: str) -> None:
        """Keep the ID token of a session until it ends; in memory only."""
        if not self._listens:
            self._listens = True
            self.house.people.sessions.on_end(lambda ended: self._id_tokens.pop(ended, None))
        self._id_tokens[session_id] = id_token

    async def ask(self, request: Request) -> Response:
        """The form that signs out; a link alone does not, so that no other site can."""
        browser = before(request, self.house.key)
        session = await self._session(request)
        if session is None:
            return RedirectResponse(DONE, 303)
        there = await self._at_provider(session)
        more = f" You are then signed out of {self.provider.settings.title} too." if there and self.provider else ""
        answer = page(
            "Sign out?",
            paragraph(f"{TABS}{more}"),
            form(OUT, browser.token(OUT), Block(""), button="Sign out"),
        )
        _may_go_on_to(answer, there)
        return browser.keep(answer)

    async def leave(self, request: Request) -> Response:
        """End the session, then go to the provider's own sign-out."""
        if await told(request, self.house.key) is None:
            return not_ours(OUT)
        session, there = await self._session(request), DONE
        if session is not None:
            there = await self._provider_sign_out(session) or DONE
            await run_in_threadpool(self.house.people.sessions.end, session.id, why="signed out")
        answer = RedirectResponse(there, 303)
        drop_cookie(answer, SESSION)
        return answer

    async def done(self, _: Request) -> Response:
        """Signed out."""
        return page("You are signed out", paragraph(STILL_OPEN), paragraph(way("Sign in again", "/sign-in")))

    async def told_out(self, request: Request) -> Response:
        """The back channel: a token of the provider ends the sessions it names, at once."""
        try:
            ended = await self.provider.ended(await _logout_token(request)) if self.provider else lambda _: False
        except ProviderError as error:
            SAID.warning("A logout token was refused: %s", error.detail)
            return JSONResponse({"error": "invalid_request"}, 400)
        issuer = self.provider.settings.issuer if self.provider else ""
        await run_in_threadpool(end_there, self.house.people, issuer, ended)
        return Response(status_code=200)

    # -- the provider -------------------------------------------------------------------------------------

    async def _session(self, request: Request) -> Session | None:
        return await run_in_threadpool(self.house.people.sessions.find, secret_of(request.scope))

    def _is_from_provider(self, session: Session) -> bool:
        return self.provider is not None and session.identity.issuer == self.provider.settings.issuer

    async def _at_provider(self, session: Session) -> str:
        """Where the provider's own sign-out is, '' when there is none or it cannot be asked."""
        try:
            return await self.provider.sign_out_origin() if self.provider and self._is_from_provider(session) else ""
        except ProviderError:
            return ""

    async def _provider_sign_out(self, session: Session) -> str:
        if self.provider is None or not self._is_from_provider(session):
            return ""
        token = self._id_tokens.get(session.id, "")
        try:
            return await self.provider.sign_out_address(id_token=token, after=self.after)
        except ProviderError:
            return ""


async def _logout_token(request: Request) -> str:
    """The token in the body, which is small and a form; '' where there is none."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_TOLD:
            return ""
    try:
        found = dict(parse_qsl(content.decode("ascii"), max_num_fields=10))
    except ValueError:
        return ""
    return found.get("logout_token", "")


def _may_go_on_to(answer: Response, origin: str) -> None:
    """Let the form's answer lead to the provider: browsers hold that against the page that had the form."""
    if origin:
        policy = answer.headers["content-security-policy"]
        answer.headers["content-security-policy"] = policy.replace(FORM_ACTION, f"{FORM_ACTION} {origin}")
