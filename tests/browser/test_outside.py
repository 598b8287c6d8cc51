"""Nothing that the portal does reaches outside this machine."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.serving import Served
from tests.browser.tab import PATHS, Tab
from tests.browser.test_sending import good

pytestmark = pytest.mark.browser

INSIDE = frozenset({"data", "blob"})  # made by the page itself


def test_no_request_leaves_the_machine(served: Served, tab: Tab, tmp_path: Path) -> None:
    asked: list[str] = []
    tab.page.context.on("request", lambda request: asked.append(request.url))
    tab.open("Overview", person=None).press("Continue as Tobias Wrenfield").asks(
        "Are our safeguarding procedures working?"
    ).settle()
    for title in list(PATHS)[1:]:
        tab.go(title).unfold()
    tab.go("Send a return").page.locator('input[type="file"]').set_input_files(good(tmp_path))
    expect(tab.page.get_by_role("button", name="Check", exact=True)).to_be_enabled()
    tab.page.emulate_media(media="print")
    tab.page.emulate_media(color_scheme="dark")
    addresses = {*asked, *tab.sockets}
    assert any("/_stcore/upload_file/" in address for address in addresses)
    outside = {one for one in addresses if urlsplit(one).scheme not in INSIDE}
    assert {urlsplit(one).netloc for one in outside} == {f"{served.host}:{served.port}"}
