"""A browser before it is signed in: a cookie of its own, to which every form's token is bound.

No other site can read or set a `__Host-` cookie, so a form that brings the right token came from a page of ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.sign_in.fields import TOKEN
from app.sign_in.pages import link, page, paragraph
from pipelines.people.sealed import derived

COOKIE = "__Host-plumbline-before"
SECRET_BYTES = 32
LONGEST_SECRET = 100
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Before:
    """A browser, by the secret in its cookie."""

    secret: str
    key: bytes

    def token(self, address: str) -> str:
        """What a form to an address carries; it fits no other address and no other browser."""
        return hmac.digest(derived(self.key, "forms"), f"{self.secret}\0{address}".encode(), "sha256").hex()

    def keep(self, response: Response) -> Response:
        """The answer, with the cookie."""
        set_cookie(response, COOKIE, self.secret)
        return response


def before(request: Request, key: bytes) -> Before:
    """The browser that asks, as its cookie says, or a new one."""
    return Before(request.cookies.get(COOKIE, "")[:LONGEST_SECRET] or secrets.token_urlsafe(SECRET_BYTES), key)


def afresh(key: bytes) -> Before:
    """A browser as if it were new: what somebody may have learnt of the one before is worth nothing."""
    return Before(secrets.token_urlsafe(SECRET_BYTES), key)


async def told(request: Request, key: bytes) -> Mapping[str, str] | None:
    """What a form brought; None unless it came from a page that this browser was given for this address."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    content = await _content(request)
    if content is None or COOKIE not in request.cookies:
        return None
    try:
        found = dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None
    expected = before(request, key).token(request.url.path)
    return found if hmac.compare_digest(found.get(TOKEN, "").encode(), expected.encode()) else None


async def _content(request: Request) -> bytes | None:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_FORM:
            return None
    return content


def not_ours(address: str = "/sign-in") -> HTMLResponse:
    """What a form gets that did not come from our page, or whose page was open for too long."""
    return page(
        "Please start again",
        paragraph("This page was open for too long, or it was opened in another window, or cookies are blocked."),
        paragraph("Nothing was done. Allow cookies of this portal, then ", link("start again", address), "."),
        status=403,
    )


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that only this portal gets, over a safe connection, and no script reads; None: until the end."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    """Ask the browser to forget a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
