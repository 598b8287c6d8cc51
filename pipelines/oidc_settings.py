"""The identity provider, as the environment names it; without one nobody signs in by OpenID Connect."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.scope import Scope
from schemas.claims import AUTHENTICATIONS, Profile, RolesFrom, profile, profile_file, profile_names
from schemas.errors import PlumblineError

PROFILE = "generic"
LEEWAY = "60"
LONGEST_LEEWAY = 300
WRONG_ADDRESS = (
    "PLUMBLINE_OIDC_{} must begin with https:// (http:// only on this machine) and hold no user name and no query."
)


@dataclass(frozen=True, slots=True)
class Oidc:
    """What PLUMBLINE_OIDC_… says of the provider.

    ISSUER: its address, exactly as its tokens name it. CLIENT_ID and CLIENT_SECRET_FILE: what it gave for this portal.
    PROFILE: dfe-sign-in, entra or generic (the default). CLAIMS_FILE: a profile of one's own instead, in the form of
    `schemas/identity/generic.toml`. CLIENT_AUTHENTICATION: client_secret_basic or client_secret_post, when it is not
    the profile's. ORGANISATION: the one to which everybody of this provider belongs, for example la:990, when its roles
    shall count there. API_ADDRESS and API_SECRET_FILE: DfE Sign-in's API, asked for roles. LEEWAY: how many seconds its
    clock may differ (60). TITLE: what its button says.
    """

    issuer: str
    client_id: str
    profile: Profile
    client_secret: str = field(repr=False)
    client_authentication: str
    title: str
    organisation: Scope | None = None
    api_address: str = ""
    api_secret: str = field(default="", repr=False)
    leeway: int = int(LEEWAY)


def oidc_of_environment() -> Oidc | None:
    """The provider that is set; None where no issuer is. Raises PlumblineError naming the setting that is wrong."""
    issuer = _given("ISSUER")
    if not issuer:
        return None
    chosen = _profile()
    if not is_safe_address(issuer) or not re.search(f"(?:{chosen.issuer_form})$", issuer):
        raise PlumblineError(_wrong_address("ISSUER", chosen))
    api_address, api_secret = _api(chosen)
    return Oidc(
        issuer=issuer,
        client_id=_needed("CLIENT_ID"),
        profile=chosen,
        client_secret=_secret("CLIENT_SECRET_FILE"),
        client_authentication=_authentication(chosen),
        title=_given("TITLE") or chosen.title,
        organisation=Scope.parse(_given("ORGANISATION")) if _given("ORGANISATION") else None,
        api_address=api_address,
        api_secret=api_secret,
        leeway=_leeway(),
    )


def is_safe_address(address: str) -> bool:
    """Whether what is sent to an address can be read on the way by nobody: https, or http on this machine."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    plain = parts.username is None and not parts.query and not parts.fragment and address.isascii()
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    return bool(parts.hostname) and plain and safe


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _wrong_address(name: str, chosen: Profile) -> str:
    said = WRONG_ADDRESS.format(name)
    return f"{said} For {chosen.title} it ends with the tenant's number and /v2.0." if chosen.issuer_form else said


def _profile() -> Profile:
    if file := _given("CLAIMS_FILE"):
        return profile_file(Path(file))
    name = _given("PROFILE") or PROFILE
    if name not in profile_names():
        raise PlumblineError(f"PLUMBLINE_OIDC_PROFILE must be one of {', '.join(profile_names())}.")
    return profile(name)


def _authentication(chosen: Profile) -> str:
    said = _given("CLIENT_AUTHENTICATION") or chosen.client_authentication
    if said not in AUTHENTICATIONS:
        raise PlumblineError(f"PLUMBLINE_OIDC_CLIENT_AUTHENTICATION must be one of {', '.join(AUTHENTICATIONS)}.")
    return said


def _api(chosen: Profile) -> tuple[str, str]:
    if chosen.roles_from is not RolesFrom.API:
        return "", ""
    address = _needed("API_ADDRESS").rstrip("/")
    if not is_safe_address(address):
        raise PlumblineError(WRONG_ADDRESS.format("API_ADDRESS"))
    return address, _secret("API_SECRET_FILE")


def _leeway() -> int:
    said = _given("LEEWAY") or LEEWAY
    if not said.isdecimal() or int(said) > LONGEST_LEEWAY:
        raise PlumblineError(f"PLUMBLINE_OIDC_LEEWAY must be a number of seconds up to {LONGEST_LEEWAY}.")
    return int(said)


def _given(name: str) -> str:
    return os.environ.get(f"PLUMBLINE_OIDC_{name}", "").strip()


def _needed(name: str) -> str:
    if not (found := _given(name)):
        raise PlumblineError(f"PLUMBLINE_OIDC_{name} must be set beside PLUMBLINE_OIDC_ISSUER.")
    return found


def _secret(name: str) -> str:
    file = _needed(name)
    try:
        found = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise PlumblineError(f"PLUMBLINE_OIDC_{name} cannot be read. Name the file with the secret.") from None
    if not found:
        raise PlumblineError(f"PLUMBLINE_OIDC_{name} names an empty file. Put the secret into it.")
    return found
