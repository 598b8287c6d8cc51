"""Work that takes memory and time, such as comparing a password: a few at once, some waiting, the rest sent away."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import HTMLResponse

from app.sign_in.pages import page, paragraph

AT_ONCE = max(2, os.cpu_count() or 2)  # 64 MiB each
WAITING = 60
Found = TypeVar("Found")


class Busy(Exception):
    """Too many wait already."""


class Leisure:
    """Does such work beside the event loop."""

    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._limiter, self._most = CapacityLimiter(at_once), waiting

    async def do(self, work: Callable[..., Found], *told: Any, **named: Any) -> Found:
        """What the work comes to; Busy when too many wait."""
        if self._limiter.statistics().tasks_waiting >= self._most:
            raise Busy
        return await run_sync(partial(work, *told, **named), limiter=self._limiter)


def busy() -> HTMLResponse:
    """What whoever is sent away reads."""
    answer = page(
        "Please try again in a moment",
        paragraph("Very many people are signing in at once. Nothing was done. Go back, wait a minute and try again."),
        status=503,
    )
    answer.headers["Retry-After"] = "60"
    return answer
