"""A portal of its own for each test, with local accounts, and browsers to come with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sign_in.local.portal import Browser, Browsers, LocalPortal


@pytest.fixture
def portal() -> LocalPortal:
    """A portal in which nobody has an account yet."""
    return LocalPortal()


@pytest.fixture
def browsers(portal: LocalPortal) -> Iterator[Browsers]:
    """Browsers whose requests one event loop answers, as in a server."""
    with portal.browsers() as found:
        yield found


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    """A browser that has been nowhere yet."""
    return browsers.new()
