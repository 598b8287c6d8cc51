"""The provider's settings: whole and safe, or refused by the name of what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.oidc_settings import is_safe_address, oidc_of_environment
from pipelines.scope import Scope
from schemas.errors import LanguageError, PlumblineError, QuestionError

TENANT = "https://login.microsoftonline.com/3f2b1a00-1111-4222-8333-444455556666/v2.0"


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a portal with a provider."""
    secret = tmp_path / "secret"
    secret.write_text("the client's secret\n")
    for name, value in {
        "ISSUER": "https://id.example",
        "CLIENT_ID": "portal",
        "CLIENT_SECRET_FILE": str(secret),
    }.items():
        monkeypatch.setenv(f"PLUMBLINE_OIDC_{name}", value)
    return monkeypatch


def test_without_an_issuer_there_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUMBLINE_OIDC_ISSUER", raising=False)
    assert oidc_of_environment() is None


def test_a_provider_is_generic_unless_said(provider: pytest.MonkeyPatch) -> None:
    found = oidc_of_environment()
    assert found
    assert (found.issuer, found.client_id, found.client_secret) == (
        "https://id.example",
        "portal",
        "the client's secret",
    )
    assert (found.leeway, found.organisation, found.profile.subject) == (60, None, ("sub",))


def test_secrets_are_not_shown_with_the_settings(provider: pytest.MonkeyPatch) -> None:
    assert "the client's secret" not in repr(oidc_of_environment())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "http://id.example"),
        ("ISSUER", "id.example"),
        ("ISSUER", "https://user:word@id.example"),
        ("ISSUER", "https://id.example/?a=b"),
        ("CLIENT_ID", ""),
        ("CLIENT_SECRET_FILE", ""),
        ("CLIENT_SECRET_FILE", "/nowhere/secret"),
        ("CLIENT_SECRET_FILE", "/dev/null"),
        ("PROFILE", "other"),
        ("PROFILE", "../generic"),
        ("PROFILE", "dfe-sign-in"),  # without its API's address
        ("CLIENT_AUTHENTICATION", "none"),
        ("LEEWAY", "-1"),
        ("LEEWAY", "3600"),
    ],
)
def test_what_is_wrong_is_named(provider: pytest.MonkeyPatch, name: str, value: str) -> None:
    provider.setenv(f"PLUMBLINE_OIDC_{name}", value)
    with pytest.raises(PlumblineError, match="PLUMBLINE_OIDC_" + ("API_ADDRESS" if value == "dfe-sign-in" else name)):
        oidc_of_environment()


def test_entra_is_one_tenants_and_never_the_worlds(provider: pytest.MonkeyPatch) -> None:
    provider.setenv("PLUMBLINE_OIDC_PROFILE", "entra")
    for world in ("common", "organizations", "consumers"):
        provider.setenv("PLUMBLINE_OIDC_ISSUER", f"https://login.microsoftonline.com/{world}/v2.0")
        with pytest.raises(PlumblineError, match="tenant"):
            oidc_of_environment()
    provider.setenv("PLUMBLINE_OIDC_ISSUER", TENANT)
    provider.setenv("PLUMBLINE_OIDC_ORGANISATION", "la:990")
    found = oidc_of_environment()
    assert found
    assert (found.organisation, found.profile.subject) == (Scope.parse("la:990"), ("tid", "oid"))
    provider.setenv("PLUMBLINE_OIDC_ORGANISATION", "Westshire")
    with pytest.raises(QuestionError):
        oidc_of_environment()


def test_claims_can_be_named_in_a_file_of_ones_own(provider: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "claims.toml"
    source = Path(__file__).parents[2] / "schemas" / "identity" / "generic.toml"
    file.write_text(source.read_text().replace('"plumbline_grants"', '"https://id.example/roles"'))
    provider.setenv("PLUMBLINE_OIDC_CLAIMS_FILE", str(file))
    found = oidc_of_environment()
    assert found
    assert found.profile.grants_claim == "https://id.example/roles"
    file.write_text("not TOML")
    with pytest.raises(LanguageError):
        oidc_of_environment()


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/path", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://id.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("ftp://localhost", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://id.example:port", False),
        ("https://[", False),
        ("https://a:b@id.example", False),
        ("", False),
    ],
)
def test_an_address_is_safe_when_nobody_reads_on_the_way(address: str, safe: bool) -> None:
    assert is_safe_address(address) is safe


def test_every_setting_is_documented() -> None:
    root = Path(__file__).parents[2]
    source = (root / "pipelines" / "oidc_settings.py").read_text(encoding="utf-8")
    page = (root / "docs" / "sign-in.md").read_text(encoding="utf-8")
    names = set(re.findall(r'_(?:given|needed|secret)\("([A-Z_]+)"\)', source))
    assert len(names) == 11
    assert not [name for name in names if f"`PLUMBLINE_OIDC_{name}`" not in page]
