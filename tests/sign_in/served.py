"""The portal as an operator starts it, “plumbline serve”, with a provider; and a person's tab in Chromium."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from pipelines import register
from pipelines.intake.tables import NamedFile
from pipelines.warehouse.store import Warehouse
from schemas.claims import profile
from tests.browser.serving import _free_port, _plumbline
from tests.factories import KEY, OFFICER, register_csv
from tests.sign_in.provider import API_SECRET, BACK, Running

PATIENCE = 180.0  # the machine may be busy with other tests
SCHOOLS = [
    {"URN": "900001", "EstablishmentName": "Larkfield", "Trusts (code)": "99001", "Trusts (name)": "Hillside Trust"},
    {"URN": "900002", "EstablishmentName": "Oakmere"},
]


@dataclass
class Served:
    """A portal that answers, its client at the provider, and what it has printed."""

    address: str
    client_id: str
    log: Path


@contextmanager
def serving(provider: Running, kind: str, folder: Path, *, port: int | None = None, **more: str) -> Iterator[Served]:
    """The portal until the block ends; raises with its log when it does not come up."""
    port, warehouse, log = port or _free_port(), folder / "portal.duckdb", folder / "portal.log"
    store = Warehouse(warehouse)
    register.load_register(store, [NamedFile("register.csv", register_csv(SCHOOLS))], actor=OFFICER)
    store.close()
    address = f"http://127.0.0.1:{port}"
    client_id, secret = provider.register(address + BACK, method=profile(kind).client_authentication)
    for name, content in {"client": secret, "api": API_SECRET}.items():
        (folder / name).write_text(content)
    told = {
        "ISSUER": provider.issuer, "CLIENT_ID": client_id, "CLIENT_SECRET_FILE": str(folder / "client"),
        "PROFILE": kind, "API_ADDRESS": f"{provider.issuer}/api", "API_SECRET_FILE": str(folder / "api"), **more,
    }  # fmt: skip
    environment = {
        **os.environ, "PLUMBLINE_KEY": KEY.decode(), "PLUMBLINE_ADDRESS": address,
        "PLUMBLINE_WAREHOUSE": str(warehouse), **{f"PLUMBLINE_OIDC_{name}": value for name, value in told.items()},
    }  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            [_plumbline(), "serve", "--port", str(port)], cwd=folder, env=environment, stdout=out, stderr=out
        )
        try:
            _wait(address, log, process)
            yield Served(address, client_id, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(address: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"The portal stopped with code {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The portal did not answer within {PATIENCE:.0f} s:\n{log.read_text()}")


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.served = served
        self.context: BrowserContext = browser.new_context(locale="en-GB")
        self.context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        self.context.route(lambda url: "//localhost" not in url and "//127.0.0.1" not in url, _refuse)
        self.page: Page = self.context.new_page()

    def open(self, path: str = "/") -> Page:
        """Go to a page of the portal."""
        self.page.goto(f"{self.served.address}{path}")
        return self.page

    def sign_in(self, subject: str, path: str = "/") -> Page:
        """Open a page, be sent to sign in, and do so at the provider."""
        self.open(path)
        expect(self.page).to_have_title("Sign in – Plumbline")
        self.page.get_by_role("link", name="Sign in with").click()
        self.page.get_by_placeholder("sub").fill(subject)
        self.page.get_by_role("button", name="Authorize").click()
        return self.page

    def is_here_as(self, *words: str) -> None:
        """Wait until the portal says who is here."""
        bar = self.page.locator('[class*="st-key-person-bar"]')
        for word in words:
            expect(bar).to_contain_text(word)

    def reads(self, title: str) -> str:
        """Wait for a page of plain HTML by its heading; its words."""
        expect(self.page.locator("h1")).to_have_text(title)
        return self.page.locator("main").inner_text()


def _refuse(route: Route) -> None:
    """Nothing is loaded from outside: the provider's page asks for a style sheet elsewhere."""
    route.abort()
