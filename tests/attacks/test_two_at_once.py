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

PAGES = ("overview", "trends", "returns", "escalation", "compare", "overview", "trends", "send-a-return")
QUERIES = ({}, {"year": "202526"}, {"year": "202425"}, {"term": "autumn"})
ALDER, FENN = f"school:{world.ALDER.urn}", f"school:{world.FENN.urn}"
PAIRS = (  # and how often each of the two asks
    ("lead la", "la:990", "lead la:991", "la:991", 200),
    ("lead school", ALDER, f"lead {FENN}", FENN, 64),  # twice all that there is
)


def visits(runs: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Pages and choices in turn, the same for both, so that each asks what the other has just asked."""
    return islice(cycle((page, query) for query, page in product(QUERIES, PAGES)), runs)


def go(tab: Speaker, together: Barrier, runs: int) -> int:
    """Every visit of one of two; both begin each at the same moment."""
    drawn = 0
    for page, query in visits(runs):
        together.wait(timeout=120)
        drawn += bool(tab.run(page, query=query).titles)
    return drawn


@pytest.mark.parametrize(("one", "ones", "other", "others", "runs"), PAIRS)
def test_neither_is_ever_sent_a_mark_of_the_other(
    one: str, ones: str, other: str, others: str, runs: int, portal: Portal
) -> None:
    with portal.tab(one) as mine, portal.tab(other) as theirs, ThreadPoolExecutor(2) as two:
        together = Barrier(2)
        drawn = list(two.map(lambda tab: go(tab, together, runs), (mine, theirs)))
        assert drawn == [runs] * 2
        assert found(mine.everything, world.foreign(ones)) == []
        assert found(theirs.everything, world.foreign(others)) == []
        assert found(mine.everything, world.native(ones)), "the search itself must be able to find names"
        assert found(theirs.everything, world.native(others))
