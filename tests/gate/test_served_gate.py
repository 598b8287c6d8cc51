"""The gate of a portal that is served: nothing without a live session, nothing from elsewhere, nothing untold."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gate.bodies import UploadQuota
from app.gate.hosts import RightHost
from app.gate.pace import Buckets
from app.gate.paths import is_open
from app.gate.sessions import COOKIE, HERE, SignedInOnly, secret_of
from app.gate.sockets import OpenSockets
from app.gate.told import ToldOnly
from pipelines.people import Identity, Sessions
from pipelines.warehouse.store import Warehouse
from tests.app.test_gate import answer, inside, request

PORTAL = "https://plumbline.example"
ROWAN = Identity("https://provider.example", "17")


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    return Sessions(Warehouse(None))


def asked(kind: str = "http", *, path: str = "/", method: str = "GET", **headers: str) -> dict[str, Any]:
    return {**request(kind, path=path, **({"host": "plumbline.example"} | headers)), "method": method,
            "scheme": "https", "query_string": b"", "server": ("plumbline.example", 443)}  # fmt: skip


def status(sent: list[dict[str, Any]]) -> int:
    """The status of an answer; 101 for a websocket that was accepted and 403 for one closed before."""
    if sent[0]["type"].startswith("websocket"):
        return 101 if sent[0]["type"] == "websocket.accept" else 403
    return int(sent[0]["status"])


def gate(sessions: Sessions, app: Any = inside) -> SignedInOnly:
    return SignedInOnly(app, sessions=lambda: sessions, sockets=OpenSockets())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/_stcore/health", 200), ("/sign-in", 200), ("/sign-in/local", 200), ("/sign-out", 200),
        ("/invitation/accept", 200), ("/api/v1/returns", 200), ("/openapi.json", 200),
        ("/", 401), ("/trends", 401), ("/media/abc.csv", 401), ("/_stcore/host-config", 401),
        ("/_stcore/upload_file/a/b", 401), ("/static/js/index.js", 401), ("/sign-inn", 401), ("/apis", 401),
        ("/_stcore/healthz", 401), ("/_stcore/health/..", 401), ("/favicon.png", 401), ("//sign-in", 401),
        ("/Sign-in", 401), ("/component/x", 401), ("/_stcore/script-health-check", 401),
    ],
)  # fmt: skip
def test_without_a_session_only_the_few_open_addresses_answer(sessions: Sessions, path: str, expected: int) -> None:
    assert status(answer(gate(sessions), asked(path=path))) == expected


def test_a_page_opened_in_a_browser_leads_to_the_sign_in_page_and_back(sessions: Sessions) -> None:
    sent = answer(gate(sessions), asked(path="/trends", accept="text/html", sec_fetch_dest="document"))
    assert status(sent) == 303
    assert dict(sent[0]["headers"])[b"location"] == b"/sign-in?to=/trends"


@pytest.mark.parametrize("cookie", ["", "x=1", f"{COOKIE}=", f"{COOKIE}=guessed", f"plumbline={'a' * 43}", "=;=;;"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_cookie_that_opens_nothing_opens_nothing(sessions: Sessions, kind: str, cookie: str) -> None:
    assert status(answer(gate(sessions), asked(kind, cookie=cookie))) in (401, 403)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_live_session_opens_everything_until_it_ends(sessions: Sessions, kind: str) -> None:
    secret = sessions.start(ROWAN)
    passing = asked(kind, cookie=f"other=1; {COOKIE}={secret}")
    assert status(answer(gate(sessions), dict(passing))) in (200, 101)
    sessions.end(sessions.find(secret).id, why="signed out")
    assert status(answer(gate(sessions), dict(passing))) in (401, 403)


def test_two_cookies_of_one_name_are_no_session(sessions: Sessions) -> None:
    secret = sessions.start(ROWAN)
    assert secret_of(asked(cookie=f"{COOKIE}={secret}")) == secret
    assert secret_of(asked(cookie=f"{COOKIE}={secret}; {COOKIE}={secret}")) is None


@given(st.text(max_size=60))
def test_no_path_is_open_but_those_that_are_named(path: str) -> None:
    named = ("/sign-in", "/sign-out", "/invitation", "/api")
    expected = path in ("/_stcore/health", "/openapi.json", *named) or path.startswith(
        tuple(f"{one}/" for one in (*named, "/openapi.json"))
    )
    assert is_open(path) is expected


@pytest.mark.parametrize(
    ("scope", "let_in"),
    [
        (asked(), True),
        (asked(host="plumbline.example:443"), False),
        (asked(host="elsewhere.example"), False),
        (asked(host="plumbline.example.elsewhere.example"), False),
        (asked(host=""), False),
        (asked(origin=PORTAL), True),
        (asked(origin="http://plumbline.example"), False),
        (asked(origin="https://elsewhere.example"), False),
        (asked(origin="null"), False),
        (asked("websocket", origin=PORTAL), True),
        (asked("websocket"), False),
        (asked("websocket", origin="https://elsewhere.example"), False),
        (asked("websocket", origin="null"), False),
        (asked(method="POST"), False),
        (asked(method="PUT", sec_fetch_site="cross-site"), False),
        (asked(method="POST", sec_fetch_site="same-origin"), True),
        (asked(method="POST", origin=PORTAL), True),
        (asked(method="POST", origin="https://elsewhere.example", path="/api/v1/returns"), False),
        (asked(method="POST", path="/api/v1/returns"), True),
        (asked(method="POST", path="/sign-out/back-channel"), True),
        (asked(method="POST", path="/sign-in/local"), False),
        (asked(host="10.0.0.7:8501", path="/_stcore/health"), True),
    ],
)
def test_only_the_portals_own_address_and_pages_are_answered(scope: dict[str, Any], let_in: bool) -> None:
    found = status(answer(RightHost(inside, address=PORTAL), scope))
    assert found == ((101 if scope["type"] == "websocket" else 200) if let_in else 403)


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/x"])
def test_what_nobody_needs_is_shut_here_too(path: str) -> None:
    assert status(answer(RightHost(inside, address=PORTAL), asked(path=path))) == 404


def test_strangers_are_slowed_each_by_address_and_others_go_on(sessions: Sessions) -> None:
    doors = gate(sessions)
    doors.strangers = Buckets(pace=1, size=3, clock=lambda: 0.0)
    found = [status(answer(doors, {**asked(path="/sign-in"), "client": ("192.0.2.1", 1)})) for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert status(answer(doors, {**asked(path="/sign-in"), "client": ("192.0.2.2", 1)})) == 200
    secret = sessions.start(ROWAN)
    mine = {**asked(cookie=f"{COOKIE}={secret}"), "client": ("192.0.2.1", 1)}
    assert status(answer(doors, mine)) == 200


def test_buckets_fill_again_and_no_more_are_kept_than_may_be() -> None:
    now = [0.0]
    buckets = Buckets(pace=1, size=2, most=2, clock=lambda: now[0])
    assert [buckets.has_one("a") for _ in range(3)] == [True, True, False]
    now[0] = 1.0
    assert [buckets.has_one("a"), buckets.has_one("a")] == [True, False]
    for name in "bcdef":
        buckets.has_one(name)
    assert len(buckets._kept) == 2


# -- websockets -------------------------------------------------------------------------------------------


class Browser:
    """One end of a websocket that stays open: what it sends is put in, what it gets is kept."""

    def __init__(self) -> None:
        self.sends: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sends.put_nowait({"type": "websocket.connect"})
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        return await self.sends.get()

    async def send(self, message: dict[str, Any]) -> None:
        self.got.append(message)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that says back what it hears, until it is told that the websocket is closed."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": message["bytes"]})


async def until(true: Any) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that")


def test_an_open_websocket_is_closed_the_moment_its_session_ends(sessions: Sessions) -> None:
    sockets = OpenSockets()
    sessions.on_end(sockets.close)
    doors = SignedInOnly(echo, sessions=lambda: sessions, sockets=sockets)
    secret, other = sessions.start(ROWAN), sessions.start(ROWAN)

    async def go() -> tuple[Browser, Browser]:
        mine, theirs = Browser(), Browser()
        running = [
            asyncio.create_task(doors(asked("websocket", cookie=f"{COOKIE}={one}"), browser.receive, browser.send))
            for one, browser in ((secret, mine), (other, theirs))
        ]
        await until(lambda: sockets.count() == 2 and mine.got and theirs.got)
        await asyncio.to_thread(sessions.end, sessions.find(secret).id, why="lost laptop")
        await asyncio.wait_for(running[0], 5)
        theirs.sends.put_nowait({"type": "websocket.receive", "bytes": b"hello"})
        await until(lambda: len(theirs.got) == 2)
        theirs.sends.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(running[1], 5)
        return mine, theirs

    mine, theirs = asyncio.run(go())
    assert [message["type"] for message in mine.got] == ["websocket.accept", "websocket.close"]
    assert theirs.got[1] == {"type": "websocket.send", "bytes": b"hello"}
    assert sockets.count() == 0


def test_a_message_in_a_session_that_is_over_never_reaches_the_portal(sessions: Sessions) -> None:
    doors = SignedInOnly(echo, sessions=lambda: sessions, sockets=OpenSockets())  # nobody tells the sockets
    secret = sessions.start(ROWAN)

    async def go() -> Browser:
        browser = Browser()
        scope = asked("websocket", cookie=f"{COOKIE}={secret}")
        running = asyncio.create_task(doors(scope, browser.receive, browser.send))
        await until(lambda: browser.got)
        await asyncio.to_thread(sessions.end, sessions.find(secret).id, why="lost laptop")
        browser.sends.put_nowait({"type": "websocket.receive", "bytes": b"show me"})
        await asyncio.wait_for(running, 5)
        return browser

    assert [message["type"] for message in asyncio.run(go()).got] == ["websocket.accept", "websocket.close"]


def test_a_session_has_only_so_many_websockets(sessions: Sessions) -> None:
    doors = SignedInOnly(echo, sessions=lambda: sessions, sockets=OpenSockets(most=2))
    secret = sessions.start(ROWAN)

    async def go() -> list[str]:
        browsers = [Browser() for _ in range(3)]
        running = [
            asyncio.create_task(doors(asked("websocket", cookie=f"{COOKIE}={secret}"), one.receive, one.send))
            for one in browsers
        ]
        await until(lambda: all(one.got for one in browsers))
        for one in browsers:
            one.sends.put_nowait({"type": "websocket.disconnect"})
        await asyncio.gather(*running)
        return [one.got[0]["type"] for one in browsers]

    assert sorted(asyncio.run(go())) == ["websocket.accept", "websocket.accept", "websocket.close"]


# -- files and uploads ------------------------------------------------------------------------------------


def of(session: Any, scope: dict[str, Any]) -> dict[str, Any]:
    return {**scope, HERE: session}


@pytest.fixture
def two(sessions: Sessions) -> tuple[Any, Any]:
    return sessions.find(sessions.start(ROWAN)), sessions.find(sessions.start(ROWAN))


@pytest.mark.parametrize("address", ["/media/0123abcd.csv", "/_stcore/upload_file/5e55-10n/f11e-1d"])
def test_a_files_address_is_answered_only_in_the_session_that_was_told_it(two: tuple[Any, Any], address: str) -> None:
    async def telling(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.send", "bytes": b"\x0a\x10" + address.encode() + b"\x12\x00"})
        else:
            await inside(scope, receive, send)

    guarded, (mine, other) = ToldOnly(telling), two
    assert status(answer(guarded, of(mine, asked(path=address)))) == 404
    answer(guarded, of(mine, asked("websocket")))
    assert status(answer(guarded, of(mine, asked(path=address)))) == 200
    assert status(answer(guarded, of(other, asked(path=address)))) == 404
    assert status(answer(guarded, of(None, asked(path=address)))) == 404
    assert status(answer(guarded, of(mine, asked(path=address + "x")))) == 404
    assert status(answer(guarded, of(other, asked(path="/static/js/index.js")))) == 200


def test_a_session_uploads_only_so_much_in_an_hour(two: tuple[Any, Any]) -> None:
    now, (mine, other) = [0.0], two
    limited = UploadQuota(inside, an_hour=lambda _: 1_000_000, clock=lambda: now[0])
    upload = asked(method="PUT", path="/_stcore/upload_file/a/b")

    def sent(session: Any) -> int:
        return status(answer(limited, of(session, dict(upload)), b"x" * 600_000))

    assert [sent(mine), sent(mine), sent(mine)] == [200, 200, 429]
    assert sent(other) == 200
    now[0] = 3601.0
    pieces = [b"x" * 600_000] * 4  # within one upload, or in several that were begun together: counted as it comes
    assert status(answer(limited, of(mine, dict(upload)), *pieces)) == 429
    now[0] = 7202.0
    assert sent(mine) == 200
