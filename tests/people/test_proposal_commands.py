"""The operator as the second person, at the command line: what waits is shown, what was shown is approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.house import open_house
from pipelines.people import approvals
from pipelines.settings import settings
from schemas.errors import StaleError
from tests import factories
from tests.people.world import ADMINISTRATOR, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(tmp_path / "plumbline.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", factories.KEY.decode())
    for kept in (settings, open_house):
        kept.cache_clear()
    yield World(open_house().warehouse)
    open_house().warehouse.close()
    for kept in (settings, open_house):
        kept.cache_clear()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["people", *arguments], catch_exceptions=False)
    return " ".join(result.output.split())


def test_what_waits_is_shown_and_approved_with_its_mark(world: World) -> None:
    avery, new = world.decider("Avery", "trust:99001"), world.person("New")
    assert "Nothing waits" in run("proposals")
    wanted = world.wanted(new, "trust:99001", ADMINISTRATOR)
    one = approvals.propose_grant(world.warehouse, wanted, decider=avery)
    said = run("proposals")
    assert f"1 {one.fingerprint}" in said
    assert "administrator@trust:99001" in said
    with pytest.raises(StaleError):
        run("approve", "1", "--mark", "0" * 16)
    assert "Approved, and done" in run("approve", "1", "--mark", one.fingerprint)
    assert world.held(new) == [("trust:99001", "administrator")]


def test_what_waits_is_turned_down(world: World) -> None:
    avery, new = world.decider("Avery", "trust:99001"), world.person("New")
    approvals.propose_grant(world.warehouse, world.wanted(new, "trust:99001", ADMINISTRATOR), decider=avery)
    assert "nothing was done" in run("turn-down", "1")
    assert world.held(new) == []
