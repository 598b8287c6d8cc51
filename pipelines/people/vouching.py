"""What a provider's claims say of somebody: who they are, and what it vouches for at which organisation.

Pure functions over claims that have been verified. Whatever does not have its expected form says nothing; only who
somebody is must be certain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.scope import Scope
from schemas.claims import Organisations, Profile, RolesFrom
from schemas.errors import ProviderError, QuestionError
from schemas.roles import GrantRole, exists_at

LONGEST = 255  # of a subject, by the standard
MOST = 100  # organisations and roles of one person
Told = tuple[Scope, GrantRole]


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as a provider tells it: which it is here, and what the provider calls it."""

    scope: Scope
    id: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody that a provider vouches for.

    `told` are the roles it vouches for; `about` the organisations that it told of, None for all. `here` is the
    organisation that the person chose at the provider, if any. `provider_session` names its own session there.
    """

    subject: str
    name: str
    told: tuple[Told, ...] = ()
    about: tuple[Scope, ...] | None = None
    here: Scope | None = None
    provider_session: str = ""
    id_token: str = ""


def subject_of(profile: Profile, claims: Mapping[str, Any]) -> str:
    """The account's name at its provider, which never changes; ProviderError where a part of it is missing."""
    parts = [claims.get(name) for name in profile.subject]
    whole = [part for part in parts if isinstance(part, str) and 0 < len(part) <= LONGEST and part.isprintable()]
    if len(whole) < len(parts) or (len(parts) > 1 and any(":" in part for part in whole)):
        raise ProviderError("wrong", "the token does not say who it is about")
    return ":".join(whole)


def name_of(profile: Profile, claims: Mapping[str, Any]) -> str:
    """What somebody is called, as far as it is told."""
    parts = [claims.get(name) for name in profile.name]
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.isprintable() and part.strip())


def must_be_of_tenant(profile: Profile, issuer: str, claims: Mapping[str, Any]) -> None:
    """ProviderError unless the claim that names the tenant is the one in the issuer's address."""
    if profile.issuer_holds and claims.get(profile.issuer_holds) not in issuer.split("/"):
        raise ProviderError("wrong", "the token is of another tenant")


def organisation_of(profile: Profile, claims: Mapping[str, Any]) -> Organisation | None:
    """The organisation in the claims; None where there is none that can be in this portal."""
    if profile.organisations is None:
        return None
    return organisation(profile.organisations, claims.get(profile.organisations.claim))


def organisation(form: Organisations, value: object) -> Organisation | None:
    """One organisation, an object or JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    place = form.kinds.get(_text(value, form.kind))
    if place is None:
        return None
    try:
        return Organisation(Scope.parse(f"{place.scope}:{_text(value, place.code)}"), _text(value, form.id))
    except QuestionError:
        return None


def roles_of(profile: Profile, told: object, scope: Scope) -> tuple[Told, ...]:
    """The roles of a claim that the profile knows and that exist at an organisation."""
    texts = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    found = [profile.roles[text] for text in texts[:MOST] if isinstance(text, str) and text in profile.roles]
    return tuple(dict.fromkeys((scope, role) for role in found if exists_at(role, str(scope.kind))))


def grants_of(profile: Profile, told: object) -> tuple[Told, ...]:
    """The roles of a claim that writes them as role@organisation."""
    texts = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    found: list[Told] = []
    for text in texts[:MOST]:
        role, _, written = text.partition("@") if isinstance(text, str) else ("", "", "")
        try:
            found += roles_of(profile, role, Scope.parse(written))
        except QuestionError:
            continue
    return tuple(dict.fromkeys(found))


def told_in_claims(profile: Profile, claims: Mapping[str, Any], *, home: Scope | None) -> tuple[Told, ...]:
    """What the claims themselves vouch for; `home` is the organisation of everybody at this provider, if any."""
    if profile.roles_from is RolesFrom.GRANTS:
        return grants_of(profile, claims.get(profile.grants_claim))
    if profile.roles_from is not RolesFrom.CLAIM:
        return ()
    found = organisation_of(profile, claims)
    scope = found.scope if found else home
    return roles_of(profile, claims.get(profile.roles_claim), scope) if scope else ()


def _text(value: object, path: str) -> str:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
