"""The portal on the sample's latest year, loaded once through the real intake and opened anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from pipelines.house import House, open_house
from pipelines.settings import settings
from tests import kept
from tests.factories import KEY


@pytest.fixture(scope="session")
def sample_warehouse() -> Path:
    """A warehouse file with the small sample."""
    return kept.small()


@pytest.fixture
def portal(sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house that the portal opens in a demonstration."""
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(sample_warehouse))
    monkeypatch.setenv("PLUMBLINE_KEY", KEY.decode())
    monkeypatch.setenv("PLUMBLINE_DEMO", "1")
    _forget()
    house = open_house()
    yield house
    house.warehouse.close()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    open_house.cache_clear()
    st.cache_data.clear()
