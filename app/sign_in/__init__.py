"""Pages before sign-in, as routes of their own in front of the portal: HTML without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from app.sign_in import front, oidc

if TYPE_CHECKING:
    from pipelines.house import House


def routes(house: House) -> list[BaseRoute]:
    """Every route by which somebody signs in, accepts an invitation or looks after their own account."""
    first = Route("/sign-in", front.page_of(house), methods=["GET"], name="sign in")
    return [first, *oidc.routes(house)]
