"""Whatever the portal writes while people sign in and send, at the most talkative setting: no secret, name or cell."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pipelines import register
from pipelines.intake.tables import NamedFile
from pipelines.warehouse.store import Warehouse
from tests.factories import KEY, OFFICER, register_csv
from tests.people.local import PASSWORD, Clock, Office
from tests.sign_in.local.portal import Forms

EMAIL, WRONG = "dsl-of-nowhere@school.example", "a wrong password of somebody"
TOKEN = "plumb_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
CELL = "A-REFERENCE-OF-NOBODY-7731"
PATIENCE = 240.0  # a machine busy with other tests


@dataclass
class Portal:
    """A served portal in a process of its own, its folder and what it has written."""

    port: int
    folder: Path
    link: str
    log: Path

    def ask(
        self, method: str, path: str, *, cookies: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, str, str]:  # fmt: skip
        """The status, the cookies that are set, and the text."""
        sent = {"accept": "text/html", "origin": f"http://localhost:{self.port}", "cookie": cookies}
        with closing(HTTPConnection("localhost", self.port, timeout=60)) as connection:
            connection.request(method, path, body=body or None, headers={**sent, **headers})
            with connection.getresponse() as answer:
                text = answer.read().decode(errors="replace")
                made = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
                return answer.status, "; ".join(made), text

    def fill(self, path: str, **said: str) -> str:
        """Fill in the form of a page; the cookies that are set then."""
        _, cookies, text = self.ask("GET", path)
        (action, held), *_ = Forms(text).found
        form = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", action, cookies=cookies, body=urlencode({**held, **said}).encode(), **form)[1]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("served")
    path = folder / "var" / "plumbline.duckdb"
    link = _prepared(path)
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    log = folder.parent / f"{folder.name}.log"
    environment = {
        **os.environ, "PLUMBLINE_KEY": KEY.decode(), "PLUMBLINE_WAREHOUSE": str(path),
        "PLUMBLINE_ADDRESS": f"http://localhost:{port}", "STREAMLIT_LOGGER_LEVEL": "debug",
    }  # fmt: skip
    environment.pop("PLUMBLINE_DEMO", None)
    with log.open("wb") as out:
        command = [sys.executable, "-m", "tests.at_rest.talkative", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            served = Portal(port, folder, link, log)
            _wait(served, process)
            yield served
        finally:
            process.terminate()
            process.wait(timeout=30)


def _prepared(path: Path) -> str:
    """A warehouse with a school, somebody who has an account there, and an invitation that is open."""
    with Warehouse(path) as store:
        register.load_register(store, [NamedFile("register.csv", register_csv([{}]))], actor=OFFICER)
        office = Office(store, Clock(datetime.now(UTC).replace(tzinfo=None)))
        office.member(EMAIL)
        return office.link("another@school.example")


def _wait(portal: Portal, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, portal.log.read_text()
        try:
            if portal.ask("GET", "/_stcore/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(portal.log.read_text())


def test_nothing_that_it_writes_holds_a_secret_a_name_or_a_cell(portal: Portal) -> None:
    assert "__Host-plumbline=" not in portal.fill("/sign-in/local", email=EMAIL, password=WRONG)
    cookies = portal.fill("/sign-in/local", email=EMAIL, password=PASSWORD)
    found = re.search(r"__Host-plumbline=([^;]{20,})", cookies)
    assert found, "nobody was signed in"
    assert portal.ask("GET", "/", cookies=f"__Host-plumbline={found[1]}")[0] == 200
    portal.ask("GET", f"/?q={CELL}", cookies=f"__Host-plumbline={found[1]}")
    portal.ask("GET", f"/invitation?code={portal.link}")
    portal.ask("GET", f"/invitation/{portal.link}")
    api = {"authorization": f"Bearer {TOKEN}", "content-type": "text/csv"}
    portal.ask("POST", "/api/v1/returns", body=f"incident_ref\n{CELL}\n".encode(), **api)
    portal.ask("POST", "/_stcore/upload_file/x/y", cookies=f"__Host-plumbline={found[1]}", body=CELL.encode() * 10)
    written = portal.log.read_text(errors="replace")
    assert "Runtime state" in written, "it was not talkative"
    told = {
        "the portal's secret": KEY.decode(), "a cookie": found[1], "a password": PASSWORD, "a wrong one": WRONG,
        "a token": TOKEN, "a link": portal.link, "an address": EMAIL, "a cell": CELL, "a name": "Rowan Ashby",
    }  # fmt: skip
    assert [what for what, text in told.items() if text in written] == []


def test_whatever_it_writes_to_disk_is_its_owners_only(portal: Portal) -> None:
    files = [path for path in portal.folder.rglob("*") if path.is_file()]
    assert any(path.name.startswith("plumbline.duckdb") for path in files)
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in files if path.stat().st_mode & 0o077} == {}
