"""What the running portal answers to those who do not come through its pages."""

from __future__ import annotations

import base64
import http.client
import os
from pathlib import Path

import pytest
import streamlit

from tests.attacks.speaking import Speaker
from tests.browser.serving import Served

pytestmark = pytest.mark.browser

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
HEAD = b'--x\r\nContent-Disposition: form-data; name="f"; filename="return.csv"\r\n\r\n'
A_MOMENT = 3.0
SCRIPTS = sorted(Path(streamlit.__file__).parent.glob("static/static/js/*.js"))


def ask(
    served: Served, path: str = "/", *, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer."""
    connection = http.client.HTTPConnection(served.host, served.port, timeout=20)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body=body, headers=given)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, b"" if answer.status == 101 else answer.read()
    finally:
        connection.close()


def websocket(served: Served, **headers: str) -> int:
    """The status with which a websocket is answered: 101 when it is opened."""
    key = base64.b64encode(os.urandom(16)).decode()
    return ask(
        served, "/_stcore/stream", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13",
        Sec_WebSocket_Key=key, **headers,
    )[0]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/trends?as=officer", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        (f"/static/js/{SCRIPTS[0].name}", 200),
        ("/media/0000.png", 404),
        ("/static/nothing.js", 200),  # Streamlit answers its page to whatever it does not know
        ("/component/nothing/index.html", 404),
        ("/_stcore/metrics", 404),
        ("/_stcore/agent/openapi.json", 404),
    ],
)
def test_every_answer_carries_the_safe_headers(path: str, status: int, served: Served) -> None:
    found, headers, _ = ask(served, path)
    assert found == status
    assert HEADERS.items() <= headers.items()
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_metrics_are_shut_and_tell_nothing(served: Served) -> None:
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics?families=session"):
        status, _, body = ask(served, path)
        assert status == 404
        assert b"session" not in body


@pytest.mark.parametrize("host", ["plumbline.example", "127.0.0.1.plumbline.example", "192.0.2.7", ""])
def test_a_request_for_another_host_is_refused(host: str, served: Served) -> None:
    status, headers, _ = ask(served, Host=host)
    assert status in (400, 403)
    assert HEADERS.items() <= headers.items()


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://localhost:1", "https://127.0.0.1"])
def test_a_request_of_another_site_is_refused(origin: str, served: Served) -> None:
    assert ask(served, Origin=origin)[0] == 403
    assert ask(served, "/_stcore/upload_file/x/y", method="PUT", body=b"x", Origin=origin)[0] == 403
    assert websocket(served, Origin=origin) == 403


def test_only_the_portals_own_pages_open_a_websocket(served: Served) -> None:
    assert websocket(served) == 403
    assert websocket(served, Origin=served.address, Host="plumbline.example") == 403
    assert websocket(served, Origin=served.address) == 101


def test_an_upload_that_says_it_is_too_large_is_refused_before_it_is_sent(served: Served) -> None:
    connection = http.client.HTTPConnection(served.host, served.port, timeout=20)
    connection.putrequest("PUT", "/_stcore/upload_file/a/b")
    connection.putheader("Content-Length", str(22 * 1024 * 1024))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    connection.close()


def test_an_upload_that_turns_out_too_large_is_not_taken(served: Served) -> None:
    with Speaker(served.address, {}) as tab:
        place = tab.upload_place(patience=A_MOMENT)
        assert _upload(served, place, pieces=1) == 204  # only its size, then, is what the other is refused for
        assert _upload(served, place, pieces=23) in (400, 413)
    assert ask(served, "/_stcore/health")[0] == 200


def _upload(served: Served, place: str, *, pieces: int) -> int:
    """The status of an upload of so many megabytes that does not say how long it is."""
    token = ask(served, "/_stcore/health")[1]["set-cookie"].split(";")[0]
    headers = {"Transfer-Encoding": "chunked", "Content-Type": "multipart/form-data; boundary=x", "Cookie": token,
               "X-Xsrftoken": token.partition("=")[2]}  # fmt: skip
    body = (HEAD, *[b"x" * 1024 * 1024] * pieces, b"\r\n--x--\r\n")
    connection = http.client.HTTPConnection(served.host, served.port, timeout=20)
    try:
        connection.request("PUT", place, body=iter(body), encode_chunked=True, headers=headers)
        return connection.getresponse().status
    except (ConnectionError, http.client.HTTPException):
        return 400  # cut off while it was still being sent
    finally:
        connection.close()
