"""One served portal for all attacks of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.portal import Portal, attacked


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal on the world of marks, with everybody signed in."""
    with attacked(tmp_path_factory.mktemp("attacked")) as found:
        yield found
