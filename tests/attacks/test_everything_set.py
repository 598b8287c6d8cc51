"""Whatever can be set, pressed or taken on a page brings nothing of anybody else's.

A lead of an authority, of a trust and of a school, who may do most, open each of their pages and read off it what
stands there: they set everything to its last value, then to values that name another's, on the page and in its address,
press the buttons and take every file. So a new page or widget is attacked without being named. Each forged value is
tried on every third page, and each measure on Trends or Compare in turn: together on both, by one of the three.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from itertools import islice

import pytest

from app.permissions import PAGES
from schemas.measurement import measures
from tests.attacks import world
from tests.attacks.portal import Portal
from tests.attacks.speaking import MEDIA, TRIGGER, Heard, Speaker
from tests.attacks.test_every_page import AWAY, EVERYBODY, address, found, may_open

THOROUGH = ("lead la", "lead trust", "lead school")
MOST_BUTTONS = 4  # of a page
WIDGETS = {"selectbox", "radio", "multiselect", "checkbox", "text_input", "text_area"}


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
    if not may_open(one, page):
        return  # test_every_page
    values = islice(others(one.organisation), list(PAGES).index(page) % 3, None, 3)  # each value on every third page
    with portal.tab(name) as tab:
        first = tab.run(address(page))
        standing = widgets(first)
        tab.run(address(page), widgets={key: last_value(kind, widget) for key, (kind, widget) in standing.items()})
        for value in values:
            tab.run(address(page), widgets={key: forged(kind, [value]) for key, (kind, _) in standing.items()})
            tab.run(address(page), query=query_of(first, value))
        press_everything(tab, page, tab.run(address(page)))
        taken = take_everything(portal, name, tab)
        assert found(tab.told + taken, world.foreign(one.organisation)) == []


def query_of(heard: Heard, value: str) -> dict[str, str]:
    """Every name that stands for a value in the address of a page, with a value of another's."""
    bound = {getattr(one, "query_param_key", "") for _, one in heard.elements} - {""}
    return dict.fromkeys(bound | {"school", "trust", "comparator", "group", "as"}, value)


def press_everything(tab: Speaker, page: str, heard: Heard) -> None:
    """Press each button of a page, by itself and with a purpose where one is asked."""
    purpose = {one.id: one.options[0] for kind, one in heard.elements if kind == "radio"}  # type: ignore[attr-defined]
    buttons = [one.id for kind, one in heard.elements if kind == "button" and not one.disabled]  # type: ignore[attr-defined]
    for button in islice(buttons, MOST_BUTTONS):
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
def test_every_measure_on_trends_or_compare_brings_nothing_of_anothers(name: str, portal: Portal) -> None:
    one = EVERYBODY[name]
    with portal.tab(name) as tab:
        for number, measure in enumerate(measures().values(), start=THOROUGH.index(name)):
            page = ("trends", "compare")[number % 2]
            tab.run(page, query={"measure": measure.title, "by": "school", "school": others(one.organisation)[0]})
        assert found(tab.told, world.foreign(one.organisation)) == []
