"""The portal without a mouse."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.browser.tab import PATHS, Tab

pytestmark = pytest.mark.browser

MOST_STOPS = 60
AROUND = 6  # pixels outside an element in which a focus ring is drawn
STOP = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const shown = one.getBoundingClientRect();
    const words = one.getAttribute('aria-label') || one.innerText || one.closest('label')?.innerText || '';
    return {words: words.trim(), role: one.getAttribute('role') || one.tagName.toLowerCase(),
            x: shown.x, y: shown.y, width: shown.width, height: shown.height};
}"""


def test_every_link_and_filter_is_reached_by_the_tab_key_and_shows_it(tab: Tab) -> None:
    tab.open("Overview", person="officer")
    reached, unseen = [], []
    for _ in range(MOST_STOPS):
        tab.page.keyboard.press("Tab")
        stop = tab.page.evaluate(STOP)
        if stop is None:
            break
        reached.append(stop["words"])
        if not focus_is_seen(tab):
            unseen.append(stop)
    wanted = [*PATHS, "Change person", "Academic year", "Term", "Phase", "Judged by"]
    places = [next((place for place, words in enumerate(reached) if words.startswith(one)), None) for one in wanted]
    assert None not in places, dict(zip(wanted, places, strict=True))
    assert places == sorted(places), "the order of the keyboard is the order on the page"
    assert "What the words in place of a number mean" in " ".join(reached)
    assert unseen == []


def focus_is_seen(tab: Tab) -> bool:
    """Whether the page around the focused element looks different from what it looks like without focus."""
    tab.page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
    stop = tab.page.evaluate(STOP)
    window = tab.page.viewport_size or {"width": 0, "height": 0}
    left, top = max(0, stop["x"] - AROUND), max(0, stop["y"] - AROUND)
    clip = {
        "x": left, "y": top, "width": min(stop["width"] + 2 * AROUND, window["width"] - left),
        "height": min(stop["height"] + 2 * AROUND, window["height"] - top),
    }  # fmt: skip
    focused = _pixels(tab.page.screenshot(clip=clip, animations="disabled"))
    tab.page.evaluate("window.stopped = document.activeElement; window.stopped.blur()")
    plain = _pixels(tab.page.screenshot(clip=clip, animations="disabled"))
    tab.page.evaluate("window.stopped.focus({focusVisible: true, preventScroll: true})")
    return ImageChops.difference(focused, plain).getbbox() is not None


def _pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_the_first_stop_leads_past_the_menu(tab: Tab) -> None:
    tab.open("Overview", person="officer").page.keyboard.press("Tab")
    assert "skip" in str(tab.page.evaluate(STOP)["words"]).lower()


def test_a_filter_is_chosen_and_a_page_opened_with_keys_alone(tab: Tab) -> None:
    tab.open("Overview", person="officer").filter("Term").focus()
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(tab.page).to_have_url(re.compile("term="))
    tab.settle().page.get_by_test_id("stTopNavLink").filter(has_text="Returns").focus()
    tab.page.keyboard.press("Enter")
    tab.asks("Returns: who has sent what?")
