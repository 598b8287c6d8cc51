"""What an identity provider's claims mean here: one file of `schemas/identity/` for each kind of provider."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.definition_files import check_keys, names, read
from schemas.errors import LanguageError
from schemas.roles import GrantRole

FOLDER = "identity"
REQUIRED = ("title", "ask", "scopes", "userinfo", "client_authentication", "subject", "name", "roles_from")
OPTIONAL = ("issuer_form", "issuer_holds", "roles_claim", "grants_claim", "organisation", "roles")
AUTHENTICATIONS = ("client_secret_basic", "client_secret_post")
KINDS = ("school", "trust", "la")
NEVER_VOUCHED = frozenset({GrantRole.ADMINISTRATOR, GrantRole.PROTECTION_OFFICER})  # given by two people of the portal


class RolesFrom(StrEnum):
    """Where somebody's roles stand."""

    NOTHING = "nothing"  # the portal's own grants alone decide
    CLAIM = "claim"  # in a claim, for the one organisation that is told or set
    GRANTS = "grants"  # in a claim, as role@organisation
    API = "api"  # asked of DfE Sign-in's API, for each organisation


@dataclass(frozen=True, slots=True)
class Place:
    """Which kind of organisation a category is here, and where its code stands in the claim."""

    scope: str
    code: str


@dataclass(frozen=True, slots=True)
class Organisations:
    """The claim that tells an organisation: an object or JSON text, with paths like `category.id` into it."""

    claim: str
    id: str
    kind: str
    kinds: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Profile:
    """How a provider tells who somebody is, and what it may vouch for."""

    title: str
    ask: str
    scopes: tuple[str, ...]
    userinfo: bool
    client_authentication: str
    subject: tuple[str, ...]
    name: tuple[str, ...]
    roles_from: RolesFrom
    issuer_form: str = ""
    issuer_holds: str = ""
    roles_claim: str = ""
    grants_claim: str = ""
    organisations: Organisations | None = None
    roles: Mapping[str, GrantRole] = field(default_factory=dict)


def profile_names() -> tuple[str, ...]:
    """The profiles that come with Plumbline."""
    return tuple(path.removeprefix(f"{FOLDER}/").removesuffix(".toml") for path in names(FOLDER))


def profile(name: str) -> Profile:
    """A profile that comes with Plumbline; LanguageError when there is none of this name."""
    if name not in profile_names():
        raise LanguageError(f"{FOLDER}: there is no profile of this name; there are {', '.join(profile_names())}")
    return _profile(read(f"{FOLDER}/{name}.toml"), where=f"{FOLDER}/{name}.toml")


def profile_file(path: Path) -> Profile:
    """A profile of one's own, in the form of those of `schemas/identity/`."""
    try:
        return _profile(tomllib.loads(path.read_text(encoding="utf-8")), where=str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise LanguageError(f"{path}: cannot be read as TOML") from None


def _profile(entry: Mapping[str, Any], *, where: str) -> Profile:
    check_keys(entry, required=REQUIRED, optional=OPTIONAL, where=where)
    found = {key: value for key, value in entry.items() if key not in ("organisation", "roles")}
    found |= {key: _texts(entry, key, where=where) for key in ("scopes", "subject", "name")}
    found["roles_from"] = _one_of(entry["roles_from"], tuple(RolesFrom), where=f"{where}: roles_from")
    made = Profile(
        **{**found, "roles_from": RolesFrom(entry["roles_from"])},
        organisations=_organisations(entry.get("organisation"), where=f"{where}: organisation"),
        roles=_roles(entry.get("roles", {}), where=f"{where}: roles"),
    )
    _holds_together(made, where=where)
    return made


def _texts(entry: Mapping[str, Any], key: str, *, where: str) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        raise LanguageError(f"{where}: {key} must be a list of names")
    return tuple(value)


def _organisations(entry: Mapping[str, Any] | None, *, where: str) -> Organisations | None:
    if entry is None:
        return None
    check_keys(entry, required=("claim", "id", "kind", "kinds"), where=where)
    kinds = {}
    for category, place in entry["kinds"].items():
        check_keys(place, required=("scope", "code"), where=f"{where}.kinds.{category}")
        _one_of(place["scope"], KINDS, where=f"{where}.kinds.{category}.scope")
        kinds[category] = Place(place["scope"], place["code"])
    return Organisations(entry["claim"], entry["id"], entry["kind"], kinds)


def _roles(entry: Mapping[str, str], *, where: str) -> dict[str, GrantRole]:
    open_to_providers = tuple(role for role in GrantRole if role not in NEVER_VOUCHED)
    return {told: GrantRole(_one_of(role, open_to_providers, where=f"{where}.{told}")) for told, role in entry.items()}


def _one_of(value: str, allowed: tuple[str, ...], *, where: str) -> str:
    if value not in allowed:
        raise LanguageError(f"{where}: must be one of {', '.join(allowed)}")
    return value


def _holds_together(made: Profile, *, where: str) -> None:
    _one_of(made.client_authentication, AUTHENTICATIONS, where=f"{where}: client_authentication")
    if "openid" not in made.scopes:
        raise LanguageError(f"{where}: scopes must hold openid")
    if "groups" in made.scopes:
        raise LanguageError(f"{where}: groups must not be asked for: they overflow what a browser carries")
    if "email" in made.subject or "preferred_username" in made.subject:
        raise LanguageError(f"{where}: subject must not be an address: addresses are given to other people later")
    needs = {RolesFrom.CLAIM: made.roles_claim, RolesFrom.GRANTS: made.grants_claim, RolesFrom.API: made.organisations}
    if not needs.get(made.roles_from, True):
        raise LanguageError(f"{where}: roles_from does not say where they stand")
    try:
        re.compile(made.issuer_form)
    except re.error:
        raise LanguageError(f"{where}: issuer_form must be a regular expression") from None
