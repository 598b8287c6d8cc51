"""A house and a programme for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.house import House
from tests.api import world
from tests.api.world import Programme


@pytest.fixture
def house() -> House:
    return world.house()


@pytest.fixture
def mine(house: House) -> Iterator[Programme]:
    """A programme of the first school."""
    with world.programme(house, world.token(house)[1]) as one:
        yield one
