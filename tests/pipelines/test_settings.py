"""What the environment says, and what holds when it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.settings import settings
from tests.factories import KEY


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PLUMBLINE_KEY", KEY.decode())
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_nobody_may_send_more_than_the_usual_upload_unless_whoever_runs_the_portal_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLUMBLINE_UPLOAD_MB", "7")
    monkeypatch.delenv("PLUMBLINE_BACKLOAD_MB", raising=False)
    assert (settings().upload_mb, settings().backload_mb) == (7, 7)
    settings.cache_clear()
    monkeypatch.setenv("PLUMBLINE_BACKLOAD_MB", "300")
    assert (settings().upload_mb, settings().backload_mb) == (7, 300)
