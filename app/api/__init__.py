"""The door for programmes: `/api/v1/…` with tokens of their own, and its description at `/openapi.json`."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from app.api.bodies import Pace
from app.api.door import DOCUMENT, Door
from app.api.pace import Limits
from pipelines.house import House

__all__ = ["Door", "Limits", "Pace", "routes"]


def routes(house: House, *, limits: Limits | None = None, pace: Pace | None = None) -> list[BaseRoute]:
    """What the portal serves to programmes; `limits` and `pace` are the usual ones where none are given."""
    door = Door(house, limits=limits, pace=pace)
    return [Route("/api", door), Route("/api/{rest:path}", door), Route(DOCUMENT, door)]
