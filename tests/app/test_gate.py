"""The gate in front of the portal: who is let in, how much they may send, and what a browser is told."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from app.gate.bodies import LimitedBody
from app.gate.headers import SafeHeaders
from app.gate.loopback import LoopbackOnly, is_local
from app.gate.pace import Bucket, Unhurried
from pipelines.house import House


def request(kind: str = "http", *, client: str = "127.0.0.1", path: str = "/", **headers: str) -> dict[str, Any]:
    found: Mapping[str, str] = {"host": "localhost:8501"} | headers
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in found.items()]
    return {"type": kind, "client": (client, 5000), "path": path, "method": "GET", "headers": raw}


async def inside(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads everything and answers."""
    if scope["type"] == "http":
        while (message := await receive())["type"] == "http.request" and message.get("more_body"):
            pass
        status = 200 if message["type"] == "http.request" else 400
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})
    else:
        await send({"type": "websocket.accept"})


def answer(app: Any, scope: dict[str, Any], *bodies: bytes) -> list[dict[str, Any]]:
    waiting = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "localhost"])
def test_this_machine_is_let_in_by_any_of_its_names(host: str) -> None:
    assert is_local(request(host=host))


@pytest.mark.parametrize(
    "scope",
    [
        request(client="192.0.2.7"),
        request(client="testclient"),
        request(host="plumbline.example"),
        request(host="127.0.0.1.plumbline.example"),
        request(host=""),
        request(origin="http://elsewhere.example"),
        request("websocket"),
        request("websocket", origin="http://elsewhere.example"),
        request("websocket", origin="http://localhost:9999"),
        request("websocket", origin="null"),
    ],
)
def test_others_are_refused(scope: dict[str, Any]) -> None:
    assert not is_local(scope)
    sent = answer(LoopbackOnly(inside), scope)
    assert sent[0].get("status") == 403 or sent[0].get("code") == 1008


def test_a_page_of_the_portal_may_open_a_websocket() -> None:
    sent = answer(LoopbackOnly(inside), request("websocket", origin="http://localhost:8501"))
    assert sent == [{"type": "websocket.accept"}]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_nobody_needs_is_shut(path: str) -> None:
    assert answer(LoopbackOnly(inside), request(path=path))[0]["status"] == 404


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    app = LimitedBody(inside, most_bytes=lambda _: 10)
    assert answer(app, request(content_length="2000000"))[0]["status"] == 413
    assert answer(app, request(content_length="ten"))[0]["status"] == 413


def test_a_body_that_turns_out_too_large_is_cut_off() -> None:
    app = LimitedBody(inside, most_bytes=lambda _: 10)
    assert answer(app, request(), *[b"x" * 600_000] * 2)[0]["status"] == 413
    assert answer(app, request(), b"x" * 600_000)[0]["status"] == 200


def test_a_burst_passes_and_then_messages_wait_their_turn() -> None:
    now = [0.0]
    bucket = Bucket(lambda: now[0], pace=10, size=30)
    assert [bucket.wait() for _ in range(30)] == [0.0] * 30
    assert bucket.wait() == pytest.approx(0.1)
    now[0] = 10.0
    assert bucket.wait() == 0.0


def test_messages_of_a_websocket_pass_whole() -> None:
    scope = request("websocket", origin="http://localhost:8501")
    assert answer(Unhurried(inside), scope) == [{"type": "websocket.accept"}]


def test_every_answer_tells_the_browser_to_load_nothing_from_outside() -> None:
    start = answer(SafeHeaders(inside), request())[0]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'sha256-" in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("portal")
def test_the_portal_starts_with_its_own_settings(portal: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import streamlit as st

    monkeypatch.delitem(sys.modules, "app.portal", raising=False)
    application = importlib.import_module("app.portal").application
    assert isinstance(application, st.App)
    assert application.script_path.name == "main.py"
