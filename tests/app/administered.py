"""A served portal on a small warehouse, and its pages as somebody who signed in sees them.

The cookie is the network's edge: a test says which one the browser sends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import signed_in
from pipelines import register
from pipelines.house import House, open_house
from pipelines.people import Identity
from pipelines.returns import NamedFile
from pipelines.settings import settings
from tests import factories
from tests.app.opened import APP
from tests.people.world import REGISTER, World


class Portal:
    """A house, the people in it, and the browser whose cookie is sent."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.world = World(house.warehouse)
        self.world.sessions = house.people.sessions
        self.cookie: str | None = None

    def sign_in(self, who: Identity, grant_id: int = 0) -> str:
        """From now on this is whose browser asks."""
        self.cookie = self.house.people.sessions.start(who, told_by="a test")
        if grant_id:
            self.house.people.sessions.act_as(self.cookie, grant_id)
        return self.cookie

    def visit(self, page: str) -> AppTest:
        """A page as whoever signed in sees it."""
        app = AppTest.from_file(str(APP / "main.py"), default_timeout=60)
        app.run()
        app.switch_page(f"views/{page}.py")
        return app.run()


@contextmanager
def administered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """Two authorities, a trust and three schools, served."""
    for name in ("PLUMBLINE_DEMO", "PLUMBLINE_OIDC_ISSUER", "PLUMBLINE_SMTP_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(folder / "portal.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", factories.KEY.decode())
    monkeypatch.setenv("PLUMBLINE_ADDRESS", "https://plumbline.example")
    _forget()
    house = open_house()
    content = factories.register_csv(REGISTER)
    register.load_register(house.warehouse, [NamedFile("register.csv", content)], actor=factories.OFFICER)
    portal = Portal(house)
    monkeypatch.setattr(signed_in, "_secret", lambda: portal.cookie)
    try:
        yield portal
    finally:
        house.warehouse.close()
        _forget()


def _forget() -> None:
    settings.cache_clear()
    open_house.cache_clear()
    st.cache_data.clear()
