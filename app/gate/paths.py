"""The few addresses that are open without a session: each looks after itself."""

from __future__ import annotations

from collections.abc import Iterable

HEALTH = "/_stcore/health"
SIGN_IN = "/sign-in"
API = ("/api",)
OPEN = (SIGN_IN, "/sign-out", "/invitation", *API, "/openapi.json")
OTHERS_MAY_POST = (*API, "/sign-out/back-channel")  # programmes with a token of their own, and the provider itself


def within(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of some places, or below one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def is_open(path: str) -> bool:
    """Whether a path is answered without a session."""
    return path == HEALTH or within(path, OPEN)
