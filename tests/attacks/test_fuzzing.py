"""Requests that no browser sends: the gate answers or hangs up, says nothing of its inside, and echoes nothing."""

from __future__ import annotations

import re
import socket
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.portal import Portal
from tests.served import COOKIE

MARK = "Zq7mark"  # stands in whatever is sent; must not stand in what comes back
INSIDE = re.compile(
    rb"Traceback|File \"|site-packages|\.py\b|Exception|sqlalchemy|duckdb|uvicorn|starlette|hypercorn", re.I
)
SETTINGS = settings(max_examples=80, deadline=None, derandomize=True,
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", f"{MARK}")
PLACES = ("/", "/trends", "/_stcore/stream", "/_stcore/host-config", "/_stcore/upload_file", "/_stcore/metrics",
          "/media", "/static", "/component", "/sign-in", "/sign-in/local", "/sign-in/oidc/back", "/sign-out",
          "/invitation", "/api/v1/returns", "/openapi.json", "/_stcore/health", "/_stcore/agent")  # fmt: skip
PIECES = st.sampled_from(
    ("/", "..", "%2e%2e", "%2f", "//", "\\", ";", "%00", "%0d%0a", "?", "#", "@", "%", "%zz", "é", "%c0%af", "*", MARK,
     "<script>", "' OR 1=1 --", "{{7*7}}", "${jndi:ldap://x}", "a" * 3000)
)  # fmt: skip
PATHS = st.builds(lambda place, pieces: place + "".join(pieces), st.sampled_from(PLACES), st.lists(PIECES, max_size=5))
NAMES = st.sampled_from(
    ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "Forwarded",
     "Cookie", "Authorization", "Content-Type", "Content-Length", "Transfer-Encoding", "Origin", "Referer", "Range",
     "Upgrade", "Accept", "Accept-Encoding", "If-None-Match", "Sec-WebSocket-Protocol", "X-Plumbline-Session", "Host",
     "Expect")
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        (MARK, "", "chunked", "gzip, chunked", "-1", "99999999999999999999", "1e9", "bytes=0-,0-,0-", "null", "*",
         f"{COOKIE}={MARK}", f"{COOKIE}=", f"={COOKIE}", "Basic Og==", f"Bearer {MARK}", "localhost", "127.0.0.1",
         "::1", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
         "100-continue", "websocket")
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
)  # fmt: skip
BODIES = st.one_of(st.binary(max_size=300), st.just(MARK.encode() * 50))


def ask(portal: Portal, content: bytes, *, patience: float = 10.0) -> bytes:
    """What comes back for some bytes, until the server hangs up or has said enough."""
    with socket.create_connection((portal.served.host, portal.served.port), timeout=patience) as line:
        answer = b""
        with suppress(OSError):
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
            while (piece := line.recv(65536)) and len(answer) < 2_000_000:
                answer += piece
    return answer


def must_be_calm(answer: bytes, *, to: bytes = b"") -> None:
    """No fault of the server's, nothing of its inside, and nothing of what was sent."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not re.match(rb"HTTP/1\.[01] 5\d\d", head), (to[:200], head[:200])
    assert not INSIDE.search(body[:100_000]) or b"<!doctype html" in body[:200].lower(), body[:300]
    assert MARK.encode() not in body, body[:300]
    assert b"server: uvicorn" not in head.lower()


def written(
    method: str, path: str, headers: list[tuple[str, str]], body: bytes, *, host: str, cookie: str = ""
) -> bytes:
    """A request as it goes over the line; what is not Latin-1 is left out."""
    own = [("Host", host), ("Connection", "close"), *([("Cookie", f"{COOKIE}={cookie}")] if cookie else ())]
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in [*own, *headers]), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


@pytest.mark.parametrize("name", ["", "lead school"])
@SETTINGS
@given(
    method=st.sampled_from(METHODS), path=PATHS, body=BODIES,
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=4),
)  # fmt: skip
def test_no_request_breaks_the_gate(
    name: str, method: str, path: str, headers: list[tuple[str, str]], body: bytes, portal: Portal
) -> None:
    host = f"localhost:{portal.served.port}"
    content = written(method, path, headers, body, host=host, cookie=portal.secrets[name] if name else "")
    must_be_calm(ask(portal, content), to=content)


@SETTINGS
@given(content=st.binary(max_size=400))
def test_bytes_that_are_no_request_break_nothing(content: bytes, portal: Portal) -> None:
    must_be_calm(ask(portal, content), to=content)


@SETTINGS
@given(host=st.one_of(VALUES, st.just("localhost")), second=st.one_of(st.none(), VALUES))
def test_another_host_is_never_answered_with_a_page(host: str, second: str | None, portal: Portal) -> None:
    headers = [("Host", second)] if second is not None else []
    content = written("GET", "/", headers, b"", host=host, cookie=portal.secrets["lead la"])
    answer = ask(portal, content)
    must_be_calm(answer, to=content)
    if host != f"localhost:{portal.served.port}" or second is not None:
        assert not answer.startswith(b"HTTP/1.1 200")


SMUGGLED = (
    "POST /trends HTTP/1.1\r\nHost: {host}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    "POST /trends HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "POST /trends HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nContent-Length: 40\r\n\r\nabc",
    "POST /trends HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc",
    "GET /trends HTTP/1.1\r\nHost: {host}\r\nContent-Length: 50\r\n\r\n"
    "GET /_stcore/metrics HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "GET http://elsewhere.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "GET /trends HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b\r\n\r\n",
    "GET /trends HTTP/1.0\r\n\r\n",
    "GET /trends\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: {host}\r\n\r\n",
    "GET / HTTP/1.1\nHost: {host}\n\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


@pytest.mark.parametrize("content", SMUGGLED)
def test_requests_whose_length_or_form_is_in_doubt_bring_no_page(content: str, portal: Portal) -> None:
    answer = ask(portal, content.format(host=f"localhost:{portal.served.port}").encode())
    must_be_calm(answer)
    assert b" 200 " not in answer.split(b"\r\n", 1)[0]


def test_a_header_without_end_is_cut_off(portal: Portal) -> None:
    host = f"localhost:{portal.served.port}"
    answer = ask(portal, f"GET / HTTP/1.1\r\nHost: {host}\r\nX: ".encode() + b"a" * 3_000_000)
    must_be_calm(answer)
    assert not answer.startswith(b"HTTP/1.1 2")


def test_after_all_this_the_portal_stands_and_its_log_holds_nothing_that_was_sent(portal: Portal) -> None:
    with portal.tab("lead la") as tab:
        assert tab.run("returns").titles
    assert MARK not in portal.log
    assert "Traceback" not in portal.log
