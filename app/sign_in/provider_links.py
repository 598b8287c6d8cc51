"""Accepting an invitation with an account at the provider: asked for on the link's page, done on coming back."""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.sign_in import steps
from app.sign_in.before import before, not_ours, told
from app.sign_in.link_words import USE, WITH_PROVIDER, gone, to_provider
from app.sign_in.steps import LINK
from pipelines.house import House
from pipelines.people import joining
from pipelines.people.identities import Identity
from schemas.errors import RefusedError

WANTED = "by provider"
SAID = logging.getLogger("plumbline.sign_in")


def routes(house: House) -> list[BaseRoute]:
    """The address of the link's second form, where there is a provider."""

    async def choose(request: Request) -> Response:
        note = steps.carried(request, house.key, LINK)
        if await told(request, house.key) is None:
            return not_ours(USE)
        if not note.get("code") or house.oidc is None:
            return gone()
        answer = to_provider(house.oidc.title)
        return steps.keep(answer, before(request, house.key), LINK, {**note, WANTED: "yes"})

    return [Route(WITH_PROVIDER, choose, methods=["POST"])] if house.oidc else []


async def accept(house: House, request: Request, identity: Identity, name: str) -> None:
    """Take the grant of the invitation that somebody wanted to accept in this browser, if it is still open."""
    note = steps.carried(request, house.key, LINK)
    if note.get(WANTED) != "yes":
        return
    try:
        await run_in_threadpool(joining.take_grant_by_provider, house.warehouse, note["code"], identity, name=name)
    except RefusedError:
        SAID.warning("An invitation had ended when somebody came back from the provider to accept it.")
