"""Nobody is sent anything of anybody else's on any page, whatever their role and organisation.

The pages are those of the list of pages, so that a new page is attacked the day it is listed. Everybody opens every
page that is theirs, and whoever has no grant that holds, every page; each role at each kind of organisation also asks
for every page that is not theirs, by its name or by its hash in turn. What comes is searched as the bytes that came.
"""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from app.permissions import PAGES, Person, Role, may
from pipelines.scope import Scope
from schemas.roles import title
from tests.attacks import world
from tests.attacks.portal import Attacker, Portal, everybody

EVERYBODY = {one.name: one for one in everybody(date(2026, 11, 1))}
AWAY = frozenset({"choose_person"})  # in the demonstration only


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
            if may_open(one, page) or not one.organisation:
                tab.run(address(page))
        assert found(tab.everything, world.foreign(one.organisation)) == []
        assert b"Traceback" not in tab.everything
        if may_open(one, "overview"):
            assert found(tab.everything, world.native(one.organisation)), "the search itself must be able to find names"


@pytest.fixture(scope="module")
def known(portal: Portal) -> dict[str, tuple[str, list[str]]]:
    """By page, its hash and its heading, as those are told them who may open it."""
    told: dict[str, tuple[str, list[str]]] = {}
    for one in EVERYBODY.values():
        wanted = [page for page in PAGES if page not in told and one.organisation and may_open(one, page)]
        if wanted:
            with portal.tab(one.name) as tab:
                hashes = tab.run().pages
                told |= {page: (hashes.get(address(page), ""), tab.run(address(page)).titles) for page in wanted}
    return told


@pytest.mark.parametrize("name", [name for name, one in EVERYBODY.items() if not name.startswith("lead school:")])
def test_a_page_that_is_not_ones_own_shows_nothing_by_its_name_or_its_hash(
    name: str, portal: Portal, known: dict[str, tuple[str, list[str]]]
) -> None:
    one, turn = EVERYBODY[name], count(list(EVERYBODY).index(name))
    with portal.tab(name) as tab:
        for page in PAGES:
            if page in AWAY or may_open(one, page) or PAGES[page] is None:
                continue
            hashed, heading = known[page]
            heard = tab.run(page_hash=hashed) if next(turn) % 2 and hashed else tab.run(address(page))
            assert heading
            assert heard.titles != heading, f"{name} was shown {page}"
        assert found(tab.everything, world.foreign(one.organisation)) == []
