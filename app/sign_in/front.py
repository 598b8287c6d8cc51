"""The first page: the ways to sign in that this portal has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.sign_in import oidc, pages
from app.sign_in.oidc_attempts import HOME, local_path
from pipelines.people import accounts

if TYPE_CHECKING:
    from pipelines.house import House

Way = tuple[str, str]  # words, address
NO_WAY = "Nobody can sign in yet. Ask whoever looks after this portal to set a provider or to invite you."
LOCAL: Way = ("Sign in with an e-mail address and a password", "/sign-in/local")


def page_of(house: House) -> Callable[[Request], Response]:
    """The route of /sign-in."""

    def show(request: Request) -> Response:
        found = ways(house, to=request.query_params.get("to", ""))
        if len(found) == 1 and found[0][1].startswith(LOCAL[1]):
            return RedirectResponse(found[0][1], 303)
        if not found:
            return pages.page("Sign in", pages.paragraph(NO_WAY))
        return pages.page("Sign in", *(pages.paragraph(pages.way(*one)) for one in found))

    return show


def ways(house: House, *, to: str = "") -> list[Way]:
    """Provider and local accounts, as far as this portal has them; `to` is where somebody wanted to go."""
    return oidc.ways(house, to=to) + _local(house, local_path(to))


def _local(house: House, to: str) -> list[Way]:
    with house.warehouse.reading() as cursor:
        if not accounts.any_stand(cursor):
            return []
    words, address = LOCAL
    return [(words, address if to == HOME else f"{address}?to={quote(to)}")]
