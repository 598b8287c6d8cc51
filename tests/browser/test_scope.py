"""Attacks through the browser: nobody is sent a name, a number or a page of schools that are not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.identity import PEOPLE
from tests.browser.conftest import NewTab
from tests.browser.serving import Served
from tests.browser.tab import CHOOSER, PATHS, QUESTIONS, Tab

pytestmark = pytest.mark.browser

SCRIPT = "<script>document.title='broken into'</script>"
INVENTIONS = {
    "year": "199900", "term": SCRIPT, "phase": "' OR 1=1 --", "rules": "../../etc/passwd", "measure": SCRIPT,
    "by": "school_urn; DROP TABLE incidents", "unheard_of": SCRIPT,
}  # fmt: skip


def others(served: Served, *, own: str) -> dict[str, str]:
    """The schools, by URN, that are not in someone's scope."""
    everyone = {urn: name for found in served.names.values() for urn, name in found.items()}
    return {urn: name for urn, name in everyone.items() if urn not in served.names[own]}


def told(tab: Tab, names: Iterable[str]) -> list[str]:
    """The names that the document or anything that the server sent holds, in any of the ways to write them."""
    everything = tab.everything
    return [
        name for name in names if any(written in everything for written in (name.encode(), ascii(name)[1:-1].encode()))
    ]


def numbered(tab: Tab) -> set[str]:
    """The schools' numbers in what a tab was sent: by themselves or in a column of them, not inside other figures."""
    runs = re.findall(rb"(?<!\d)9000\d\d(?:9000\d\d)*", tab.everything)
    return {run[place : place + 6].decode() for run in runs for place in range(0, len(run), 6)}


def tour(tab: Tab, *, person: str) -> None:
    """Everything that can be opened: all pages with all that is folded away, each breakdown by school, the list."""
    tab.open("Overview", person=person).unfold()
    for title in list(PATHS)[1:]:
        tab.go(title).unfold()
    tab.open("Escalation", person=person, year="All years").tick("Check the quality of a return")
    tab.press("Show the incidents")
    expect(tab.page.get_by_text(re.compile(r"^(n = [\d,]+ incidents|None)")).last).to_be_visible()
    for measure in ("Incidents recorded", "Returns received"):
        tab.open("Trends", person=person, measure=measure, by="School").unfold()
    tab.open("Send a return", person=person).page.get_by_text("We had no incidents (a nil return)").click()
    expect(tab.page.get_by_role("button", name="Record a nil return")).to_be_visible()
    tab.settle()


@pytest.mark.parametrize(
    ("person", "own"), [("neighbour", "la:991"), ("school", "school:900001"), ("trust", "trust:99001")]
)
def test_nobody_is_sent_the_name_or_number_of_anothers_school(person: str, own: str, served: Served, tab: Tab) -> None:
    tour(tab, person=person)
    assert told(tab, served.names[own].values()), "the tour itself must be able to find names"
    foreign = others(served, own=own)
    assert told(tab, foreign.values()) == []
    assert numbered(tab) & set(served.names[own])
    assert numbered(tab) & set(foreign) == set()


@pytest.mark.parametrize("title", ["Overview", "Trends", "Escalation", "Involved again", "Returns"])
def test_what_is_written_into_the_address_changes_nothing_that_may_not_change(
    title: str, served: Served, tab: Tab
) -> None:
    honest = tab.open(title, person="neighbour").words
    attacked = tab.open(title, person="neighbour", school="900001", **INVENTIONS).words
    assert _without_moments(attacked) == _without_moments(honest)
    tab.open(title, person="neighbour", school="Harrowdene High School (900001)")
    assert tab.page.title() == f"{title} – Plumbline"
    assert told(tab, set(others(served, own="la:991").values()) - {"Harrowdene High School"}) == []
    assert "Harrowdene" not in tab.words
    assert tab.complaints == []


def _without_moments(words: str) -> str:
    return re.sub(r"\d{1,2} \w+ \d{4}, \d\d:\d\d", "", words)


def test_a_choice_forged_on_the_wire_opens_no_other_school(served: Served, tab: Tab) -> None:
    forged: list[str] = []

    def forge(message: str | bytes) -> str | bytes:
        found = BackMsg.FromString(message) if isinstance(message, bytes) else None
        for state in found.rerun_script.widget_states.widgets if found else ():
            if "(900021)" in state.string_value:
                state.string_value = "900001"
                forged.append(state.id)
        return found.SerializeToString() if found else message

    def between(page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        page.on_message(lambda message: server.send(forge(message)))

    tab.page.route_web_socket(re.compile("_stcore/stream"), between)
    tab.open("Trends", person="neighbour", measure="Incidents recorded")
    honest = tab.words
    tab.filter("School").click()
    tab.page.get_by_role("option", name="Velling Primary Academy (900021)").click()
    expect(tab.filter("School")).to_have_value("All schools")
    assert forged
    assert told(tab, others(served, own="la:991").values()) == []
    assert _without_moments(tab.settle().words) == _without_moments(honest)


@pytest.mark.parametrize("nobody", ["nobody", "", "Officer", "officer'--", SCRIPT, "../officer", "0"])
def test_somebody_unknown_is_asked_who_they_are(nobody: str, served: Served, tab: Tab) -> None:
    tab.page.goto(f"{served.address}/trends?as={nobody}")
    tab.asks(CHOOSER).settle()
    assert "What changed over time?" not in tab.words
    assert told(tab, set(others(served, own="la:991").values()) - {"Harrowdene High School"}) == []
    assert tab.complaints == []


def test_a_page_loaded_again_keeps_the_person_and_what_was_chosen(tab: Tab) -> None:
    tab.open("Trends", person="officer").choose("Term", "Autumn").choose("School", "Rushwath School (900003)")
    before = _without_moments(tab.words)
    tab.page.reload()
    assert _without_moments(tab.settle().words) == before
    assert "Rowan Ashby" in tab.words
    assert {"term=Autumn", "as=officer"} <= set(tab.page.url.partition("?")[2].split("&"))


def test_another_page_keeps_the_person(tab: Tab) -> None:
    tab.open("Overview", person="trust")
    for title in ("Returns", "Involved again", "About the figures", "Overview"):
        tab.go(title)
        assert "Imogen Sallow" in tab.words
        assert "as=trust" in tab.page.url


def test_nothing_of_one_person_stays_for_the_next(served: Served, new_tab: NewTab) -> None:
    tab = new_tab().open("Trends", person="officer").choose("School", "Rushwath School (900003)")
    tab.page.get_by_role("link", name="Change person").click()
    tab.asks(CHOOSER).press("Continue as Marian Oakhurst").asks(QUESTIONS["Overview"]).settle()
    tab.received.clear()
    tab.go("Trends")
    assert PEOPLE["neighbour"].name in tab.words
    expect(tab.filter("School")).to_have_value("All schools")
    assert "900003" not in tab.page.url
    assert told(tab, others(served, own="la:991").values()) == []
