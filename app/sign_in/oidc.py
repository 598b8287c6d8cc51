"""Sign-in at an identity provider: there with a state that only this browser holds, and back with a code used once.

Whatever comes back, the browser is sent on at once, so that no code stays in an address.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.gate.sessions import COOKIE as SESSION
from app.gate.sessions import secret_of
from app.sign_in import provider_links
from app.sign_in.before import COOKIE as BEFORE
from app.sign_in.before import afresh, before, drop_cookie, set_cookie
from app.sign_in.oidc_attempts import HOME, Attempt, Attempts, local_path
from app.sign_in.oidc_leaving import DONE, Leaving
from app.sign_in.oidc_words import BEGIN, NO_ACCESS, TROUBLE, TROUBLES, no_access, trouble
from app.sign_in.steps import LINK
from pipelines import access_record
from pipelines.people import Identity
from pipelines.people.arriving import arrive, today
from pipelines.people.provider import Provider
from schemas.errors import ProviderError

if TYPE_CHECKING:
    from pipelines.house import House

BACK = f"{BEGIN}/back"
REFERENCE = re.compile(r"[0-9a-f]{16}")
AGAIN = "signed in again"
SAID = logging.getLogger("plumbline.sign_in")
FORGED = "a sign-in at the provider that was not begun in this browser, is too old, or was finished"


def routes(house: House) -> list[BaseRoute]:
    """The provider's routes where one is set, and the ways out of the portal."""
    address = house.serving.address if house.serving else ""
    provider = Provider(house.oidc, back=address + BACK) if house.oidc else None
    leaving = Leaving(house, provider, after=address + DONE)
    return [*(Desk(house, provider, leaving).routes() if provider else []), *leaving.routes()]


def ways(house: House, *, to: str) -> list[tuple[str, str]]:
    """The way to the provider, in words and as an address; none where no provider is set."""
    if house.oidc is None:
        return []
    wanted = local_path(to)
    return [(f"Sign in with {house.oidc.title}", BEGIN if wanted == HOME else f"{BEGIN}?to={quote(wanted)}")]


class Desk:
    """Where people go to the provider and come back."""

    def __init__(self, house: House, provider: Provider, leaving: Leaving) -> None:
        self.house, self.provider, self.leaving, self.attempts = house, provider, leaving, Attempts()
        self.issuer, self.title = provider.settings.issuer, provider.settings.title

    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            Route(BEGIN, self.begin, methods=["GET"]),
            Route(BACK, self.back, methods=["GET"]),
            Route(f"{TROUBLE}/{{why}}", self.trouble, methods=["GET"]),
            Route(f"{NO_ACCESS}/{{reference}}", self.no_access, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        browser = before(request, self.house.key)
        state, attempt = self.attempts.begin(browser.secret, after=request.query_params.get("to", ""))
        try:
            there = await self.provider.address(state=state, nonce=attempt.nonce, verifier=attempt.verifier)
        except ProviderError as error:
            return await self._in_trouble(request, error)
        return browser.keep(RedirectResponse(there, 303))

    async def back(self, request: Request) -> Response:
        """Take somebody back from the provider, and let them in if everything fits."""
        told = request.query_params
        attempt = self.attempts.take(told.get("state", ""), request.cookies.get(BEFORE, ""))
        try:
            if attempt is None:
                raise ProviderError("old", FORGED)
            if "error" in told or len(told.getlist("code")) != 1 or len(told.getlist("state")) != 1:
                raise ProviderError("refused", "the provider sent somebody back without a code")
            return await self._let_in(request, attempt)
        except ProviderError as error:
            return await self._in_trouble(request, error)

    async def _let_in(self, request: Request, attempt: Attempt) -> Response:
        told = request.query_params
        vouched = await self.provider.vouched(
            told["code"], nonce=attempt.nonce, verifier=attempt.verifier, named=told.get("iss", "")
        )
        people = self.house.people
        await provider_links.accept(self.house, request, Identity(self.issuer, vouched.subject), vouched.name)
        arrival = await run_in_threadpool(arrive, people, self.issuer, vouched, today=today())
        if not arrival.secret:
            return RedirectResponse(f"{NO_ACCESS}/{arrival.identity.key}", 303)
        session = await run_in_threadpool(people.sessions.find, arrival.secret)
        earlier = await run_in_threadpool(people.sessions.find, secret_of(request.scope))
        if session:
            self.leaving.remember(session.id, vouched.id_token)
        if earlier:
            await run_in_threadpool(people.sessions.end, earlier.id, why=AGAIN)
        answer = RedirectResponse(attempt.after, 303)
        set_cookie(answer, SESSION, arrival.secret)
        drop_cookie(answer, LINK)
        return afresh(self.house.key).keep(answer)

    async def _in_trouble(self, request: Request, error: ProviderError) -> Response:
        SAID.warning("A sign-in at the provider was not finished: %s", error.detail)
        place = request.client.host if request.client else ""
        if error.why != "down":
            await run_in_threadpool(
                access_record.sign_in_refused, self.house.people.warehouse, error.detail, place=place
            )
        return RedirectResponse(f"{TROUBLE}/{error.why if error.why in TROUBLES else 'wrong'}", 303)

    async def trouble(self, request: Request) -> Response:
        """What went wrong, and what to do."""
        return trouble(request.path_params["why"], self.title)

    async def no_access(self, request: Request) -> Response:
        """Whom to ask for a grant."""
        reference = str(request.path_params["reference"])
        if not REFERENCE.fullmatch(reference):
            return trouble("old", self.title)
        return no_access(reference, self.title, self.provider.settings.profile.ask)
