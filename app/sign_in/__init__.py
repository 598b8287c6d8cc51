"""Pages before sign-in, as routes of their own in front of the portal: HTML without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route

from app.sign_in import front, links, local, oidc, own, provider_links
from app.sign_in.finishing import Office
from pipelines.people.desk import Desk

if TYPE_CHECKING:
    from pipelines.house import House


def routes(house: House, desk: Desk | None = None) -> list[BaseRoute]:
    """Every route by which somebody signs in, accepts an invitation or looks after their own account.

    `desk`: at which local accounts sign in, where not at the house's own.
    """
    first = Route("/sign-in", front.page_of(house), methods=["GET"], name="sign in")
    office = Office(house, desk or Desk(house.warehouse, house.key, house.people.sessions))
    ways_in = [*oidc.routes(house), *local.routes(office), *own.routes(office)]
    return [first, *ways_in, *provider_links.routes(house), *links.routes(office)]
