"""Nobody is sent anything of anybody else's: every page and whatever stands on it, for every role and organisation.

What is asked is read off the portal: the pages from the list of pages, the widgets, buttons and files from what each
page draws. So a new page is attacked the day it is listed. Everybody opens every page, the forbidden ones too, by name
and by hash. A lead of an authority, of a trust and of a school, who may do most, also set everything that can be set,
in turn, to its last value, then all to values of others', press every button and take every file. What comes is
searched as the bytes that came.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import date
from itertools import islice

import pytest

from app.permissions import PAGES, Person, Role, may
from pipelines.scope import Scope
from schemas.measurement import measures
from schemas.roles import title
from tests.attacks import world
from tests.attacks.portal import Attacker, Portal, everybody
from tests.attacks.speaking import MEDIA, TRIGGER, Heard, Speaker

EVERYBODY = {one.name: one for one in everybody(date(2026, 11, 1))}
THOROUGH = ("lead la", "lead trust", "lead school")
BUTTONS = 12  # of a page
AWAY = frozenset({"choose_person"})  # in the demonstration only
WIDGETS = {"selectbox", "radio", "multiselect", "checkbox", "text_input", "text_area"}


def address(page: str) -> str:
    """How a page is asked for."""
    return page.replace("_", "-")


def found(raw: bytes, marks: frozenset[str]) -> list[str]:
    """The marks that stand in some bytes, as they are or as JSON writes them."""
    return sorted(mark for mark in marks if mark.encode() in raw)


def whose(one: Attacker) -> str:
    """The organisation under which somebody acts; empty for none."""
    return one.organisation


def may_open(one: Attacker, page: str) -> bool:
    """Whether the table of permissions opens a page to somebody."""
    if not one.organisation:
        return False
    scope = Scope.parse(one.organisation)
    person = Person("x", "x", Role(title(one.grants[0][1], str(scope.kind))), scope)
    action = PAGES[page]
    return action is None or may(person, action)


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_is_sent_a_mark_of_anothers_on_any_page(name: str, portal: Portal) -> None:
    one = EVERYBODY[name]
    with portal.tab(name) as tab:
        for page in PAGES:
            tab.run(address(page))
        foreign = found(tab.everything, world.foreign(whose(one)))
        assert foreign == []
        assert b"Traceback" not in tab.everything
        if may_open(one, "overview"):
            assert found(tab.everything, world.native(one.organisation)), "the search itself must be able to find names"


def test_a_page_that_one_may_not_open_shows_nothing_by_its_name_or_its_hash(portal: Portal) -> None:
    with portal.tab("lead school") as tab:
        first = tab.run()
        hashes = {page: first.pages[address(page)] for page in PAGES if address(page) in first.pages}
        headings = {page: tab.run(address(page)).titles for page in PAGES if page not in AWAY}
    for name, one in EVERYBODY.items():
        shut = [page for page in PAGES if page not in AWAY and not may_open(one, page)]
        with portal.tab(name) as tab:
            for page in shut:
                for heard in (tab.run(address(page)), tab.run(page_hash=hashes.get(page, ""))):
                    if page != "choose_organisation":
                        assert heard.titles != headings[page], f"{name} was shown {page}"


# -- everything that can be set ---------------------------------------------------------------------------


def widgets(heard: Heard) -> dict[str, tuple[str, object]]:
    """Whatever stands on a page and takes a value: by id, its kind and itself."""
    return {one.id: (kind, one) for kind, one in heard.elements if kind in WIDGETS}  # type: ignore[attr-defined]


def last_value(kind: str, one: object) -> object:
    """The last of what a widget offers."""
    options = list(getattr(one, "options", ()))
    if kind == "checkbox":
        return True
    if kind == "multiselect":
        return options
    return options[-1] if options else "x"


def forged(kind: str, values: list[str]) -> object:
    """Something of another's in the place of a value."""
    if kind == "checkbox":
        return True
    return values if kind == "multiselect" else values[0]


def others(organisation: str) -> list[str]:
    """What names another's: a school's number and label, a trust, an authority, a comparator, a group, a return."""
    mine = world.owned(organisation)
    other = next(one for one in world.SCHOOLS if one.urn not in mine and one.name in world.foreign(organisation))
    return [other.urn, f"{other.name} School ({other.urn})", f"school:{other.urn}", "88002", "la:991", "group:1", "1"]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in AWAY])
@pytest.mark.parametrize("name", THOROUGH)
def test_whatever_is_set_pressed_or_taken_brings_nothing_of_anothers(name: str, page: str, portal: Portal) -> None:
    one = EVERYBODY[name]
    with portal.tab(name) as tab:
        first = tab.run(address(page))
        standing = widgets(first)
        for key, (kind, widget) in standing.items():
            tab.run(address(page), widgets={key: last_value(kind, widget)})
        for value in others(one.organisation):
            tab.run(address(page), widgets={key: forged(kind, [value]) for key, (kind, _) in standing.items()})
            tab.run(address(page), query=query_of(first, value))
        tab.run(address(page))
        press_everything(tab, page, first)
        taken = take_everything(portal, name, tab)
        assert found(tab.everything + taken, world.foreign(one.organisation)) == []


def query_of(heard: Heard, value: str) -> dict[str, str]:
    """Every name that stands for a value in the address of a page, with a value of another's."""
    bound = {getattr(one, "query_param_key", "") for _, one in heard.elements} - {""}
    return dict.fromkeys(bound | {"school", "trust", "comparator", "group", "as"}, value)


def press_everything(tab: Speaker, page: str, heard: Heard) -> None:
    """Press each button of a page, by itself and with a purpose where one is asked."""
    purpose = {one.id: one.options[0] for kind, one in heard.elements if kind == "radio"}  # type: ignore[attr-defined]
    buttons = [one.id for kind, one in heard.elements if kind == "button" and not one.disabled]  # type: ignore[attr-defined]
    for button in islice(buttons, BUTTONS):
        tab.run(address(page), widgets={**purpose, button: TRIGGER})


def take_everything(portal: Portal, name: str, tab: Speaker) -> bytes:
    """The content of every file of which a tab was told the address."""
    content = b""
    for path in set(MEDIA.findall(tab.everything)):
        request = urllib.request.Request(portal.address + path.decode(), headers=portal.cookie(name))
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                content += answer.read()
        except urllib.error.HTTPError:
            continue
    return content


@pytest.mark.parametrize("name", THOROUGH)
def test_every_measure_in_every_chart_of_trends_and_compare_brings_nothing_of_anothers(
    name: str, portal: Portal
) -> None:
    one = EVERYBODY[name]
    with portal.tab(name) as tab:
        for measure in measures().values():
            for page in ("trends", "compare"):
                tab.run(page, query={"measure": measure.title, "by": "school", "school": others(one.organisation)[0]})
        assert found(tab.everything, world.foreign(one.organisation)) == []
