"""Comparing schools in a real browser: the funnel, the work list, groups, and what is sent to whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.serving import Served
from tests.browser.tab import CHARTS, Tab
from tests.browser.test_accessibility import faults
from tests.browser.test_pages import must_be_readable
from tests.browser.test_scope import numbered, others, told

pytestmark = pytest.mark.browser


def test_the_school_that_was_planted_is_found_labelled_and_asked_about(tab: Tab, pictures: Path) -> None:
    tab.open("Compare", person="officer")
    assert "Osmerley School (lower)" in tab.first_sentence
    assert "Osmerley School" in tab.page.locator(CHARTS).inner_html()
    assert tab.page.get_by_text("Ask Osmerley School").count() == 1
    must_be_readable(tab.unfold())
    tab.picture(pictures / "officer" / "compare-unfolded.png")
    assert faults(tab) == []
    assert tab.complaints == []


def test_another_measure_period_and_comparator_each_give_their_answer(tab: Tab) -> None:
    tab.open("Compare", person="officer", measure="Decided on the day the lead was told")
    assert "Larkshire Vale Sixth Form College (lower)" in tab.first_sentence
    tab.choose("Compared with", "Schools of the phase “sixteen plus”")
    assert "Fewer than three schools" in tab.first_sentence
    tab.choose("School", "Rushwath School (900003)").choose("Compared with", "Similar schools")
    assert tab.first_sentence.startswith("Rushwath School is similar; ")
    assert "Schools similar to Rushwath School" in tab.words
    tab.open("Compare", person="officer", measure="Incidents recorded")
    assert "cannot be compared fairly" in tab.words
    assert tab.page.locator(CHARTS).count() == 0
    assert tab.complaints == []


def test_a_school_is_sent_nothing_of_another_until_it_asks_who_is_similar(served: Served, tab: Tab) -> None:
    foreign = others(served, own="school:900001")
    tab.open("Compare", person="school")
    for comparator in ("Schools of the phase “secondary”", "Schools of Wychbeck Learning Trust"):
        tab.choose("Compared with", comparator)
    assert told(tab, foreign.values()) == []
    assert numbered(tab) <= {"900001"}
    tab.choose("Compared with", "Similar schools")
    assert "not given to a single school" in tab.first_sentence
    assert tab.page.locator(CHARTS).count() == 0
    assert numbered(tab) <= {"900001"}
    assert "Ask " not in tab.words


@pytest.mark.parametrize(
    "comparator", ["All schools of Larkshire", "la:990", "Group: North", "<script>alert(1)</script>"]
)
def test_a_comparator_of_others_in_the_address_changes_nothing(comparator: str, served: Served, tab: Tab) -> None:
    tab.open("Compare", person="neighbour", comparator=comparator, school="900001")
    expect(tab.filter("Compared with")).to_have_value("All schools of Tarnborough")
    assert told(tab, others(served, own="la:991").values()) == []
    assert tab.complaints == []


def test_a_group_is_made_compared_with_and_withdrawn(tab: Tab) -> None:
    tab.open("Compare", person="trust").unfold()
    make(tab, "jo@example.org", "Quernby Academy (900002)", answer="nobody may be named here")
    make(
        tab,
        "Hub East",
        "Rushwath School (900003)",
        answer="Kept: Hub East, 2 schools. Nothing is compared",
    )
    tab.settle().open("Compare", person="trust", comparator="Group: Hub East")
    assert "Fewer than three schools" in tab.first_sentence
    tab.unfold().choose("Group", "Hub East")
    tab.press("Withdraw the group")
    expect(tab.page.get_by_text("Withdrawn: Hub East.")).to_be_visible()
    expect(tab.filter("Compared with")).to_have_value("Schools of Wychbeck Learning Trust")
    assert tab.complaints == []


def make(tab: Tab, name: str, school: str, *, answer: str) -> None:
    """Fill in the form, one school more, send it and read the answer."""
    box = tab.page.get_by_label("Name", exact=True)
    schools = tab.page.get_by_test_id("stMultiSelect")
    box.fill(name)
    expect(box).to_have_value(name)
    for _ in range(5):  # a list that is drawn again while it opens takes no choice
        schools.get_by_role("combobox").fill(school)
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_timeout(500)
        if schools.get_by_text(school).count():
            break
    expect(schools.get_by_text(school)).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.settle().press("Keep the group")
    expect(tab.page.get_by_text(answer)).to_be_visible()
    tab.settle()  # what is filled in while the page is drawn again is lost
