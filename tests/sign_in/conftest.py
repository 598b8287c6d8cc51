"""One provider for all tests of a file; each test finds it as it was at first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sign_in.provider import CLEAN, Browser, Portal, Running, running

TENANT = "3f2b1a00-1111-4222-8333-444455556666"


@pytest.fixture(scope="module")
def _provider() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def _tenant() -> Iterator[Running]:
    with running(f"/{TENANT}/v2.0") as found:
        yield found


@pytest.fixture
def provider(_provider: Running) -> Running:
    """A provider that knows Ada."""
    _provider.tell(**CLEAN)
    _provider.knows("ada", name="Ada Quill", plumbline_grants=["lead@school:900001"])
    return _provider


@pytest.fixture
def tenant(_tenant: Running) -> Running:
    """A provider whose issuer is one tenant's, in the manner of Entra ID."""
    _tenant.tell(**CLEAN)
    return _tenant


@pytest.fixture
def portal(provider: Running) -> Portal:
    """A portal that is registered there."""
    return Portal(provider.oidc())


@pytest.fixture
def browser(portal: Portal, provider: Running) -> Iterator[Browser]:
    """A browser; its requests are answered by one event loop, as in a server."""
    found = Browser(portal, provider)
    with found.client:
        yield found
