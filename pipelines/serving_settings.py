"""What the environment says of the portal on a network: its address, the proxy before it, how long sessions last."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from schemas.errors import PlumblineError

NO_ADDRESS = (
    "PLUMBLINE_ADDRESS must be the portal's own address as people type it, for example https://plumbline.example. "
    "It begins with https:// (http:// only on this machine), and has no path."
)


@dataclass(frozen=True, slots=True)
class Serving:
    """What PLUMBLINE_… says of serving.

    ADDRESS: the portal's public origin; without it the portal is not served. PROXIES: the addresses of proxies that may
    say who asks (default 127.0.0.1). IDLE_MINUTES: after how long unused a session ends (30). SESSION_HOURS: how long
    it lasts at most (10).
    """

    address: str
    proxies: str
    idle: timedelta
    absolute: timedelta

    @property
    def host(self) -> str:
        """The name and port that requests must ask for."""
        return urlsplit(self.address).netloc


def serving_of_environment() -> Serving | None:
    """What is set; None without an address. PlumblineError names what is wrong."""
    address = (os.environ.get("PLUMBLINE_ADDRESS") or "").rstrip("/")
    if not address:
        return None
    if not is_origin(address):
        raise PlumblineError(NO_ADDRESS)
    return Serving(
        address=address,
        proxies=os.environ.get("PLUMBLINE_PROXIES") or "127.0.0.1",
        idle=timedelta(minutes=_within("PLUMBLINE_IDLE_MINUTES", 30, 5, 120)),
        absolute=timedelta(hours=_within("PLUMBLINE_SESSION_HOURS", 10, 1, 24)),
    )


def is_origin(address: str) -> bool:
    """Whether an address is an https origin, or an http one of this machine."""
    try:
        parts = urlsplit(address)
        named = parts.hostname or ""
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return False
    if not named or parts.geturl() != f"{parts.scheme}://{parts.netloc.lower()}" or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(named))


def is_this_machine(name: str) -> bool:
    """Whether a host's name is one of this machine's own."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _within(name: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not least <= int(text) <= most:
        raise PlumblineError(f"{name} must be a whole number from {least} to {most}.")
    return int(text)
