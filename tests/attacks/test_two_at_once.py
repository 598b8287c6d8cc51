"""Two people of different scopes at once, again and again, caches warm: neither is ever sent a mark of the other's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice, product
from threading import Barrier

import pytest

from tests.attacks import world
from tests.attacks.portal import Portal
from tests.attacks.speaking import Speaker
from tests.attacks.test_every_page import found

RUNS = 200
PAGES = ("overview", "trends", "returns", "escalation", "compare", "overview", "trends", "send-a-return")
QUERIES = ({}, {"year": "202526"}, {"year": "202425"}, {"term": "autumn"})
ALDER, FENN = f"school:{world.ALDER.urn}", f"school:{world.FENN.urn}"
PAIRS = (("lead la", "la:990", "lead la:991", "la:991"), ("lead school", ALDER, f"lead {FENN}", FENN))


def visits() -> Iterator[tuple[str, dict[str, str]]]:
    """Pages and choices in turn, the same for both, so that each asks what the other has just asked."""
    return islice(cycle((page, query) for query, page in product(QUERIES, PAGES)), RUNS)


def go(tab: Speaker, together: Barrier) -> int:
    """Every visit of one of two; both begin each at the same moment."""
    drawn = 0
    for page, query in visits():
        together.wait(timeout=120)
        drawn += bool(tab.run(page, query=query).titles)
    return drawn


@pytest.mark.parametrize(("one", "ones", "other", "others"), PAIRS)
def test_neither_is_ever_sent_a_mark_of_the_other(one: str, ones: str, other: str, others: str, portal: Portal) -> None:
    with portal.tab(one) as mine, portal.tab(other) as theirs, ThreadPoolExecutor(2) as two:
        together = Barrier(2)
        drawn = list(two.map(lambda tab: go(tab, together), (mine, theirs)))
        assert drawn == [RUNS] * 2
        assert found(mine.everything, world.foreign(ones)) == []
        assert found(theirs.everything, world.foreign(others)) == []
        assert found(mine.everything, world.native(ones)), "the search itself must be able to find names"
        assert found(theirs.everything, world.native(others))
