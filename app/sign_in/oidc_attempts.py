"""Sign-ins that were begun here and are not finished: kept on the server, bound to one browser, used once."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from urllib.parse import urlsplit

PATIENCE = 600.0  # seconds that somebody may take at the provider
MOST = 20_000  # about 10 MB; the oldest go first
LONGEST_PATH = 500
HOME = "/"
NEVER_BACK_TO = ("/sign-in", "/sign-out", "/invitation", "/api", "/_stcore")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the provider's answer must fit, and where to go afterwards."""

    browser: bytes
    nonce: str
    verifier: str
    after: str
    begun: float


class Attempts:
    """The attempts of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock, self._most, self._lock = clock, most, Lock()
        self._open: OrderedDict[str, Attempt] = OrderedDict()

    def begin(self, browser: str, *, after: str) -> tuple[str, Attempt]:
        """An attempt of a browser, and the state under which the provider gives it back."""
        state = secrets.token_urlsafe(32)
        made = Attempt(
            browser=_print(browser), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(64),
            after=local_path(after), begun=self._clock(),
        )  # fmt: skip
        with self._lock:
            self._open[state] = made
            while len(self._open) > self._most or self._is_old(next(iter(self._open.values()))):
                self._open.popitem(last=False)
        return state, made

    def take(self, state: str, browser: str) -> Attempt | None:
        """The attempt of a state, which is over with that; None when it is not this browser's, too old, or was used."""
        with self._lock:
            found = self._open.pop(state, None)
        if found is None or self._is_old(found) or not hmac.compare_digest(found.browser, _print(browser)):
            return None
        return found

    def _is_old(self, attempt: Attempt) -> bool:
        return self._clock() - attempt.begun > PATIENCE


def local_path(told: str) -> str:
    """A page of the portal that somebody wanted; its first page for anything that could lead elsewhere."""
    if len(told) > LONGEST_PATH or not told.isascii() or not told.isprintable() or "\\" in told:
        return HOME
    try:
        parts = urlsplit(told)
    except ValueError:
        return HOME
    elsewhere = parts.scheme or parts.netloc or parts.fragment or not told.startswith("/") or told.startswith("//")
    return HOME if elsewhere or parts.path.startswith(NEVER_BACK_TO) else told


def _print(browser: str) -> bytes:
    return sha256(browser.encode()).digest()
