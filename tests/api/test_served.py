"""The door for programmes in a portal that is served: what docs/api.md tells, and what no client library would send."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pipelines import audit
from pipelines.people import tokens
from pipelines.people.tokens import Wanted
from pipelines.warehouse.store import Warehouse
from tests import served
from tests.api import world
from tests.api.world import LEAD, files_of

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Portal:
    """A portal that is served, and a token of its first school."""

    address: str
    token: str
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.address + path, headers={"Authorization": f"Bearer {self.token}", **headers}, timeout=60)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made: list[str] = []

    def with_token(store: Warehouse) -> None:
        wanted = Wanted("MyConcern export", ("900001",), world.BOTH, audit.now() + timedelta(days=9))
        made.append(tokens.make(store, wanted, actor=LEAD)[1])

    folder = tmp_path_factory.mktemp("portal")
    (folder / "secret").write_text("a provider that nobody asks here")
    provider = {"ISSUER": "https://provider.invalid", "CLIENT_ID": "portal",
                "CLIENT_SECRET_FILE": str(folder / "secret")}  # fmt: skip
    extra = {f"PLUMBLINE_OIDC_{name}": value for name, value in provider.items()}
    with served.open_portal(folder, prepare=with_token, extra=extra) as found:
        yield Portal(found.address, made[0], found.served.log)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a recording system has put its export."""
    for one in files_of(3):
        (tmp_path / one.name).write_bytes(one.content)
    return tmp_path


def example(language: str) -> str:
    """The guide's example in a language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


def run(command: list[str], portal: Portal, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PORTAL": portal.address, "TOKEN": portal.token}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_guides_curl_example_sends_a_return_once(portal: Portal, folder: Path) -> None:
    told = []
    for _ in range(2):
        done = run(["bash", "-c", example("bash")], portal, folder)
        assert done.returncode == 0, done.stdout + done.stderr
        told.append(json.loads((folder / "sent.json").read_text()))
    assert told[0] == told[1]
    assert (told[0]["incidents"], told[0]["state"], told[0]["sent_by"]) == (3, "submitted", "programme")
    assert json.loads((folder / "checked.json").read_text())["state"] == "checked"


def test_the_guides_python_example_sends_a_return(portal: Portal, folder: Path) -> None:
    done = run([sys.executable, "-c", example("python")], portal, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"Return \d+, version \d+: 3 incidents, submitted\.\n", done.stdout)


def test_the_guides_python_example_says_what_to_correct(portal: Portal, folder: Path) -> None:
    for one in files_of(1, status="SECRET"):
        (folder / one.name).write_bytes(one.content)
    done = run([sys.executable, "-c", example("python")], portal, folder)
    assert done.returncode == 1
    assert "incidents 2 status" in done.stdout
    assert "SECRET" not in done.stdout


def test_the_guide_names_every_request() -> None:
    from app.api.operations import OPERATIONS

    assert all(f"`{one.method} {one.path}`" in GUIDE for one in OPERATIONS)


def test_the_door_stands_in_the_portal_without_a_session_and_with_its_own_answers(portal: Portal) -> None:
    assert portal.get("/api/v1/returns").json()["school_urn"] == "900001"
    answers = {
        401: httpx.get(f"{portal.address}/api/v1/returns", timeout=60),
        404: portal.get("/api/v1/nothing"),
        405: httpx.delete(f"{portal.address}/api/v1/returns", timeout=60),
    }
    for status, answer in answers.items():
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
    assert httpx.get(f"{portal.address}/openapi.json", timeout=60).json()["openapi"] == "3.1.0"


def test_another_sites_page_and_another_host_are_refused(portal: Portal) -> None:
    assert portal.get("/api/v1/returns", Origin="https://evil.example").status_code == 403
    assert portal.get("/api/v1/returns", Host="evil.example").status_code in (400, 403)


def test_a_session_of_the_portal_opens_nothing_here(portal: Portal) -> None:
    cookies = {"Cookie": f"{served.COOKIE}={portal.token}"}
    assert httpx.get(f"{portal.address}/api/v1/returns", headers=cookies, timeout=60).status_code == 401


def test_more_than_an_upload_is_refused_as_a_programme_expects(portal: Portal) -> None:
    headers = {"Authorization": f"Bearer {portal.token}", "Idempotency-Key": "key-00001",
               "Content-Type": "application/zip"}  # fmt: skip
    said = _raw(portal, headers | {"Content-Length": str(10**9)}, b"x")
    assert said.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in said


@pytest.mark.parametrize(
    ("headers", "body", "statuses"),
    [
        ({"X-Large": "x" * 100_000}, b"", {b"400", b"431", b"422"}),  # of no use to anyone, and never told again
        ({"Transfer-Encoding": "chunked"}, b"zz\r\n", {b"400"}),
        ({"Transfer-Encoding": "chunked", "Content-Length": "5"}, b"0\r\n\r\n", {b"400"}),
        ({"Content-Length": "-1"}, b"", {b"400"}),
        ({"Content-Length": "1e9"}, b"", {b"400"}),
        ({"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "3"}, b"abc", {b"400"}),
    ],
)
def test_what_no_client_library_sends_is_refused_and_the_portal_goes_on(
    portal: Portal, headers: dict[str, str], body: bytes, statuses: set[bytes]
) -> None:
    own = {"Authorization": f"Bearer {portal.token}", "Idempotency-Key": "key-00001", "Content-Type": "application/zip"}
    said = _raw(portal, own | headers, body)
    assert said[9:12] in statuses
    assert b"Traceback" not in said
    assert portal.get("/api/v1/returns").status_code == 200


def _raw(portal: Portal, headers: dict[str, str], body: bytes) -> bytes:
    """The beginning of the answer to a request as it stands here."""
    where = urlsplit(portal.address)
    lines = ["POST /api/v1/returns HTTP/1.1", f"Host: {where.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    with socket.create_connection((where.hostname, where.port), timeout=60) as wire:
        try:
            wire.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return wire.recv(65536)
        except ConnectionError:  # refused before it was read to the end
            return b"HTTP/1.1 400"


def test_nothing_of_a_request_is_in_the_portals_log(portal: Portal) -> None:
    secret: Any = "SECRET-IN-THE-BODY"
    httpx.post(f"{portal.address}/api/v1/returns?x={secret}", content=secret, timeout=60,
               headers={"Authorization": f"Bearer {portal.token}", "X-Other": secret})  # fmt: skip
    said = portal.log.read_text()
    assert secret not in said
    assert portal.token not in said
