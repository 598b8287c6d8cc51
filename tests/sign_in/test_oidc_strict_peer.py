"""The whole way at a second provider, npm's certified `oidc-provider`, where somebody has installed it.

`npm install oidc-provider` in a folder, then `PLUMBLINE_OIDC_PEER=<that folder> pytest` this file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.serving import _free_port
from tests.sign_in.provider import Running
from tests.sign_in.served import Person, serving

pytestmark = pytest.mark.browser
__all__ = ["chromium"]
SECRET = "a secret that only the two know, of some length"


class Peer(Running):
    """The peer, which knows its client already."""

    def register(self, back: str, *, method: str = "client_secret_basic") -> tuple[str, str]:
        return "portal", SECRET


@contextmanager
def peer(port: int, portal: str) -> Iterator[None]:
    """The peer until the block ends."""
    command = ["node", str(Path(__file__).with_name("peer.mjs")), str(port), portal]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


def test_somebody_signs_in_and_out_at_a_stricter_provider(chromium: str, tmp_path: Path) -> None:
    if not os.environ.get("PLUMBLINE_OIDC_PEER") or not shutil.which("node"):
        pytest.skip("PLUMBLINE_OIDC_PEER names no folder with npm's oidc-provider, or node is not installed")
    port, portal_port = _free_port(), _free_port()
    provider = Peer(f"http://localhost:{port}", httpx2.Client())
    with (
        peer(port, f"http://127.0.0.1:{portal_port}"),
        serving(provider, "generic", tmp_path, port=portal_port) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        ada, elsewhere = Person(browser, served), Person(browser, served)
        for one in (ada, elsewhere):
            sign_in(one)
        leave(ada, provider)
        ada.reads("You are signed out")
        elsewhere.open()
        elsewhere.is_here_as("Ada Quill")
        ada.open()
        expect(ada.page).to_have_title("Sign in – Plumbline")
        elsewhere.page.goto(f"{provider.issuer}/session/end")  # there only: the portal is told by the back channel
        elsewhere.page.get_by_role("button", name="Yes, sign me out").click()
        expect(elsewhere.page.get_by_role("heading", name="Sign-out Success")).to_be_visible()
        elsewhere.open()
        expect(elsewhere.page).to_have_title("Sign in – Plumbline")
        assert "Traceback" not in served.log.read_text()
        browser.close()


def sign_in(person: Person) -> None:
    """Sign in on the peer's own pages, and agree."""
    person.open()
    person.page.get_by_role("link", name="Sign in with").click()
    person.page.get_by_placeholder("Enter any login").fill("ada")
    person.page.get_by_placeholder("and password").fill("any")
    person.page.get_by_role("button", name="Sign-in").click()
    person.page.get_by_role("button", name="Continue").click()
    person.is_here_as("Ada Quill", "designated safeguarding lead", "Larkfield")


def leave(person: Person, provider: Running) -> None:
    """Sign out here, then on the peer's own page."""
    person.open("/sign-out")
    person.page.get_by_role("button", name="Sign out").click()
    person.page.wait_for_url(f"{provider.issuer}/session/end?*")
    person.page.get_by_role("button", name="Yes, sign me out").click()
