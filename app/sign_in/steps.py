"""What a browser carries from one page of a sign-in to the next: sealed, for that browser only, for a short while."""

from __future__ import annotations

import time
from collections.abc import Mapping
from ipaddress import IPv6Network, ip_address

from starlette.requests import Request
from starlette.responses import Response

from app.sign_in.before import COOKIE as BEFORE
from app.sign_in.before import Before, set_cookie
from pipelines.people.sealed import seal, unseal
from pipelines.people.signing_in import DEVICE_LASTS, Place

STEP, LINK, DEVICE = "__Host-plumbline-step", "__Host-plumbline-link", "__Host-plumbline-device"
STEP_LASTS = 15 * 60  # seconds; WCAG 2.2.1 is met, as nothing typed is lost but a password
LINK_LASTS = 24 * 3600
LONGEST_COOKIE = 4000
NEIGHBOURS = 64  # bits: an IPv6 network belongs to one customer


def keep(answer: Response, browser: Before, name: str, content: Mapping[str, str]) -> Response:
    """Give a browser what it is to carry to the next page, and the secret that it is sealed for."""
    lasts = LINK_LASTS if name == LINK else STEP_LASTS
    sealed = seal(browser.key, name, browser.secret, content, until=time.time() + lasts)
    set_cookie(answer, name, sealed, seconds=lasts)
    return browser.keep(answer)


def carried(request: Request, key: bytes, name: str) -> Mapping[str, str]:
    """What a browser was given to carry; nothing when it was another's, was changed, or its time is over."""
    sealed, secret = request.cookies.get(name, ""), request.cookies.get(BEFORE, "")
    if not secret or len(sealed) > LONGEST_COOKIE:
        return {}
    return unseal(key, name, secret, sealed, now=time.time()) or {}


def place(request: Request) -> Place:
    """Where somebody tries from."""
    return Place(_address(request), request.cookies.get(DEVICE, "")[:LONGEST_COOKIE])


def trust(answer: Response, devices: str) -> None:
    """Keep in the browser on which accounts it signed in."""
    set_cookie(answer, DEVICE, devices, seconds=DEVICE_LASTS)


def _address(request: Request) -> str:
    told = request.client.host if request.client else ""
    try:
        found = ip_address(told)
    except ValueError:
        return told
    return str(IPv6Network((int(found), NEIGHBOURS), strict=False)) if found.version == 6 else told
