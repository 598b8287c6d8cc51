"""Every page as each of the four people, in a real browser: what it must say, and a picture of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.identity import PEOPLE
from tests.browser.conftest import NewTab
from tests.browser.tab import CHARTS, PATHS, QUESTIONS, Tab

pytestmark = pytest.mark.browser

ANSWERED = re.compile(r"\d|\bnot\b|\bnone\b|\b[Nn]o\b|too few")
README_BYTES = 300_000
WIDTHS = "[document.querySelector('[data-testid=\"stMain\"]').scrollWidth, window.innerWidth]"
# For each chart: its description, whether a table follows it in its figure, and the figure's caption.
FIGURES = """charts => charts.map(chart => {
    const figure = chart.closest('[class*="st-key-figure-"]');
    const after = [...figure.querySelectorAll('table')].filter(
        table => chart.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING);
    const captions = [...figure.querySelectorAll('[data-testid="stCaptionContainer"]')].map(one => one.innerText);
    return {alt: chart.getAttribute('aria-label') || '', tables: after.length, caption: captions.join(' ')};
})"""


@pytest.mark.parametrize("title", PATHS)
@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_asks_answers_and_shows_its_figures(person: str, title: str, tab: Tab, pictures: Path) -> None:
    tab.open(title, person=person).asks(QUESTIONS[title])
    assert tab.page.title() == f"{title} – Plumbline"
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert "Demonstration: invented schools, children and returns" in tab.words
    assert PEOPLE[person].name in tab.words
    assert ANSWERED.search(tab.first_sentence) or title == "Send a return", tab.first_sentence
    assert tab.page.get_by_test_id("stException").count() == 0
    assert tab.page.locator('[data-testid="stAlertContentError"]').count() == 0
    tab.picture(pictures / person / f"{PATHS[title].strip('/') or 'overview'}.png")
    must_be_readable(tab.unfold())
    assert tab.complaints == []


def must_be_readable(tab: Tab) -> None:
    """Every chart has a description, a table after it, and a caption that names the state of the data."""
    for found in tab.page.locator(CHARTS).evaluate_all(FIGURES):
        assert found["alt"].endswith(". The table below gives every figure."), found
        assert found["tables"], found
        assert re.search(r"Data version \d+", found["caption"]), found


def test_the_overviews_own_name_leads_to_it_and_not_to_a_page_that_is_not_there(tab: Tab) -> None:
    tab.page.goto(f"{tab.address}/overview?as=officer")
    tab.settle().asks(QUESTIONS["Overview"])
    assert tab.page.get_by_role("dialog").count() == 0
    assert PEOPLE["officer"].name in tab.words


@pytest.mark.parametrize("title", ["Overview", "Escalation"])
def test_a_page_has_charts_at_all(title: str, tab: Tab) -> None:
    assert tab.open(title, person="officer").page.locator(CHARTS).count() >= 1


def test_small_charts_are_described_and_have_their_table(tab: Tab, pictures: Path) -> None:
    tab.open("Trends", person="officer", by="Risk factor")
    assert tab.page.locator(CHARTS).count() == 2
    tab.picture(pictures / "officer" / "trends-by-risk-factor.png")
    must_be_readable(tab.unfold())
    assert tab.complaints == []


def test_the_first_page_asks_who_is_looking(tab: Tab, pictures: Path) -> None:
    tab.open("Overview", person=None).asks("Who is looking?")
    assert all(person.name in tab.words for person in PEOPLE.values())
    tab.picture(pictures / "nobody" / "choose-person.png")
    tab.press("Continue as Imogen Sallow").asks(QUESTIONS["Overview"]).settle()
    assert "Imogen Sallow" in tab.words
    assert "as=trust" in tab.page.url
    assert tab.complaints == []


def test_the_picture_in_the_readme_is_small(new_tab: NewTab, pictures: Path) -> None:
    tab = new_tab(viewport={"width": 1280, "height": 1000}).open("Overview", person="officer")
    path = pictures / "overview.png"
    pictures.mkdir(parents=True, exist_ok=True)
    tab.page.screenshot(path=path, animations="disabled")
    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=192).save(path, optimize=True)
    assert path.stat().st_size < README_BYTES


@pytest.mark.parametrize(
    ("kind", "window"),
    [("dark", {"color_scheme": "dark"}), ("narrow", {"viewport": {"width": 400, "height": 800}})],
)
def test_pages_can_be_read_on_dark_and_in_a_narrow_window(
    kind: str, window: dict[str, Any], new_tab: NewTab, pictures: Path
) -> None:
    tab = new_tab(**window)
    for title in PATHS:
        tab.open(title, person="school")
        wide, room = tab.page.evaluate(WIDTHS)
        assert wide <= room, title
        tab.picture(pictures / kind / f"{PATHS[title].strip('/') or 'overview'}.png")
    assert tab.complaints == []
