"""“plumbline serve” starts only when nobody but those who sign in could see anything."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import serving, settings
from pipelines.house import House, open_house
from pipelines.serving_settings import is_origin, serving_of_environment
from pipelines.warehouse.store import Warehouse
from schemas.errors import PlumblineError
from tests import kept
from tests.factories import KEY

COMPLETE = {"PLUMBLINE_KEY": KEY.decode(), "PLUMBLINE_ADDRESS": "https://plumbline.example"}


@pytest.fixture(autouse=True)
def _afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DEMO", "KEY", "KEY_FILE", "ADDRESS", "OIDC_ISSUER", "IDLE_MINUTES", "SESSION_HOURS", "PROXIES"):
        monkeypatch.delenv(f"PLUMBLINE_{name}", raising=False)
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(tmp_path / "plumbline.duckdb"))
    settings.settings.cache_clear()
    open_house.cache_clear()
    yield
    if open_house.cache_info().currsize:
        open_house().warehouse.close()
    settings.settings.cache_clear()
    open_house.cache_clear()


def with_(monkeypatch: pytest.MonkeyPatch, **extra: str) -> None:
    for name, value in {**COMPLETE, **extra}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("missing", COMPLETE)
def test_it_does_not_start_without_its_secret_or_its_address(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    with_(monkeypatch)
    monkeypatch.delenv(missing)
    with pytest.raises(PlumblineError, match=missing):
        serving.must_be_safe()


def test_it_does_not_start_in_demonstration_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    with_(monkeypatch, PLUMBLINE_DEMO="1")
    with pytest.raises(PlumblineError, match="PLUMBLINE_DEMO"):
        serving.must_be_safe()


def test_it_does_not_start_when_nobody_could_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with_(monkeypatch)
    with pytest.raises(PlumblineError, match="Nobody could sign in"):
        serving.must_be_safe()


def test_it_does_not_start_on_invented_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(kept.small()))
    with_(monkeypatch)
    with pytest.raises(PlumblineError, match="invented data"):
        serving.must_be_safe()


def test_the_secret_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_(monkeypatch)
    monkeypatch.delenv("PLUMBLINE_KEY")
    file = tmp_path / "secret"
    file.write_text(KEY.decode() + "\n")
    monkeypatch.setenv("PLUMBLINE_KEY_FILE", str(file))
    assert settings.settings().key == KEY
    monkeypatch.setenv("PLUMBLINE_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(PlumblineError, match="PLUMBLINE_KEY_FILE"):
        settings.given_key()


def test_no_secret_is_told_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    with_(monkeypatch)
    assert KEY.decode() not in repr(settings.settings())


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("https://plumbline.example", True), ("https://plumbline.example:8443", True), ("http://localhost:8501", True),
        ("http://127.0.0.1", True), ("http://plumbline.example", False), ("https://plumbline.example/portal", False),
        ("https://plumbline.example?x=1", False), ("https://someone@plumbline.example", False),
        ("plumbline.example", False),
        ("https://", False), ("https://Plumbline.example", False), ("ftp://localhost", False), ("https://a:b", False),
    ],
)  # fmt: skip
def test_an_address_is_an_origin_by_https_or_of_this_machine(address: str, right: bool) -> None:
    assert is_origin(address) is right


def test_lengths_of_sessions_are_set_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with_(monkeypatch, PLUMBLINE_IDLE_MINUTES="15", PLUMBLINE_SESSION_HOURS="8")
    found = serving_of_environment()
    assert (found.idle, found.absolute) == (timedelta(minutes=15), timedelta(hours=8))
    monkeypatch.setenv("PLUMBLINE_IDLE_MINUTES", "600")
    with pytest.raises(PlumblineError, match="PLUMBLINE_IDLE_MINUTES"):
        serving_of_environment()


def test_sessions_of_the_house_last_as_long_as_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with_(monkeypatch, PLUMBLINE_IDLE_MINUTES="15")
    house = House(Warehouse(None), 5, KEY, 1, 1, serving=serving_of_environment())
    assert house.people.sessions._idle == timedelta(minutes=15)
