"""The profiles of identity providers: whole, and vouching for nothing that takes two people of the portal."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.claims import NEVER_VOUCHED, profile, profile_file, profile_names
from schemas.errors import LanguageError

GENERIC = (Path(__file__).parents[2] / "schemas" / "identity" / "generic.toml").read_text(encoding="utf-8")


def test_there_are_three_profiles() -> None:
    assert profile_names() == ("dfe-sign-in", "entra", "generic")


@pytest.mark.parametrize("name", profile_names())
def test_no_profile_vouches_for_an_administrator_or_goes_by_an_address(name: str) -> None:
    found = profile(name)
    assert not NEVER_VOUCHED & set(found.roles.values())
    assert not {"email", "preferred_username", "upn"} & {*found.subject, *found.name}
    assert "groups" not in found.scopes


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('subject = ["sub"]', 'subject = ["email"]'),
        ('subject = ["sub"]', "subject = []"),
        ('subject = ["sub"]', 'subject = "sub"'),
        ('scopes = ["openid", "profile"]', 'scopes = ["profile"]'),
        ('scopes = ["openid", "profile"]', 'scopes = ["openid", "groups"]'),
        ('roles_from = "grants"', 'roles_from = "elsewhere"'),
        ('roles_from = "grants"', 'roles_from = "api"'),
        ('roles_from = "grants"', 'roles_from = "claim"'),
        ('lead = "lead"', 'lead = "administrator"'),
        ('lead = "lead"', 'lead = "protection_officer"'),
        ('lead = "lead"', 'lead = "head teacher"'),
        ("userinfo = true", "user_info = true"),
        ("userinfo = true", ""),
        ('client_authentication = "client_secret_basic"', 'client_authentication = "none"'),
        ('name = ["name"]', 'name = ["name"]\nissuer_form = "("'),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    assert line in GENERIC
    file = tmp_path / "claims.toml"
    file.write_text(GENERIC.replace(line, instead), encoding="utf-8")
    with pytest.raises(LanguageError, match=r"claims\.toml"):
        profile_file(file)
