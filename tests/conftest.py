"""One folder for all processes of a test run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests import kept

settings.register_profile("plumbline", deadline=None)  # a time is no fault: it depends on what else the machine does
settings.load_profile("plumbline")


@pytest.fixture(scope="session", autouse=True)
def _kept_together(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each process of pytest-xdist has its own temporary folder beside those of the others."""
    own = tmp_path_factory.getbasetemp()
    kept.keep_in(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
