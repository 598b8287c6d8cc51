"""axe-core on every page: nothing but what Streamlit itself causes, which docs/accessibility.md explains."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import NewTab
from tests.browser.tab import PATHS, Tab

pytestmark = pytest.mark.browser

# Rule of axe → the elements of Streamlit that it finds fault with.
OF_STREAMLIT = {
    "presentation-role-conflict": '[data-testid="stFileUploader"]',
    "scrollable-region-focusable": '[data-testid="stTable"]',
}
EXPLAINED = Path(__file__).parents[2] / "docs" / "accessibility.md"
WINDOWS: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 400, "height": 800}},
}


def faults(tab: Tab) -> list[str]:
    """What axe finds, with the place, apart from what is Streamlit's own."""
    response = Axe().run(tab.page).response
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]}"
        for one in response["violations"]
        for node in one["nodes"]
        if not is_streamlits(tab, one["id"], node["target"][0])
    ]


def is_streamlits(tab: Tab, rule: str, place: str) -> bool:
    """Whether a finding is on the list, inside the element that the list names."""
    owner = OF_STREAMLIT.get(rule)
    inside = "([place, owner]) => Boolean(document.querySelector(place)?.closest(owner))"
    return owner is not None and bool(tab.page.evaluate(inside, [place, owner]))


@pytest.mark.parametrize("title", PATHS)
def test_axe_finds_no_fault_of_ours_on_a_page(title: str, tab: Tab) -> None:
    assert faults(tab.open(title, person="officer").unfold()) == []


def test_axe_finds_no_fault_of_ours_on_the_first_page(tab: Tab) -> None:
    assert faults(tab.open("Overview", person=None).asks("Who is looking?")) == []


@pytest.mark.parametrize("window", WINDOWS)
def test_axe_finds_no_fault_of_ours_on_dark_or_in_a_narrow_window(window: str, new_tab: NewTab) -> None:
    tab = new_tab(**WINDOWS[window])
    titles = [title for title in PATHS if title != "About the figures"]  # long, and made of what others have
    found = {title: faults(tab.open(title, person="school").unfold()) for title in titles}
    assert found == {title: [] for title in titles}


def test_headings_do_not_jump(tab: Tab) -> None:
    for title in PATHS:
        tab.open(title, person="school")
        levels = tab.page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert levels[0] == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), title


def test_what_is_streamlits_is_explained() -> None:
    words = EXPLAINED.read_text(encoding="utf-8")
    assert all(f"`{rule}`" in words for rule in OF_STREAMLIT)
