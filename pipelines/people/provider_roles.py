"""DfE Sign-in's API: at which organisations somebody has this service, and in which roles there.

No token holds roles. The API is asked with a token of our own, made for each request and signed with the API's secret.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import OctKey

from pipelines.oidc_settings import Oidc
from pipelines.people.provider_http import asked
from pipelines.people.vouching import Organisation, Told, organisation, roles_of
from pipelines.scope import Scope
from schemas.errors import ProviderError

AUDIENCE = "signin.education.gov.uk"
SHORT = 60  # seconds that a token of ours holds
MOST_ORGANISATIONS = 40
AT_ONCE = 5
ACTIVE = 1


@dataclass(frozen=True, slots=True)
class Access:
    """What the API told: roles, and of which organisations it told them; None for all there are."""

    told: tuple[Told, ...]
    about: tuple[Scope, ...] | None


async def access_of(client: AsyncOAuth2Client, settings: Oidc, user: str, here: Organisation | None) -> Access:
    """Somebody's roles at the organisation they chose and at every other of theirs; ProviderError when none is told."""
    listed = await _organisations(client, settings, user)
    every = list(dict.fromkeys([*([here] if here else []), *(listed or ())]))
    asked_of = every[:MOST_ORGANISATIONS]
    turns = asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(*(_roles(client, settings, user, one, turns) for one in asked_of))
    whole = listed is not None and len(asked_of) == len(every)
    return Access(tuple(told for one in found for told in one), None if whole else tuple(o.scope for o in asked_of))


async def _organisations(client: AsyncOAuth2Client, settings: Oidc, user: str) -> tuple[Organisation, ...] | None:
    """The organisations that the API lists of somebody; None when it does not know them."""
    told = await asked(client, _address(settings, "users", user, "organisations"), headers=_signed(settings))
    if told is None:
        return None
    form = settings.profile.organisations
    if not isinstance(told, list) or form is None:
        raise ProviderError("wrong", "the provider's API lists no organisations")
    return tuple(found for one in told if (found := organisation(form, one)) is not None)


async def _roles(
    client: AsyncOAuth2Client, settings: Oidc, user: str, at: Organisation, turns: asyncio.Semaphore
) -> tuple[Told, ...]:
    """The roles at one organisation; none where the API answers 404: no access to this service there."""
    if not at.id:
        return ()
    address = _address(settings, "services", settings.client_id, "organisations", at.id, "users", user)
    async with turns:
        told = await asked(client, address, headers=_signed(settings))
    if told is None:
        return ()
    roles = told.get("roles") if isinstance(told, Mapping) else None
    if not isinstance(roles, list):
        raise ProviderError("wrong", "the provider's API tells no roles")
    return roles_of(settings.profile, list(_codes(roles)), at.scope)


def _codes(roles: Iterable[Any]) -> Iterable[str]:
    for role in roles:
        status = role.get("status") if isinstance(role, Mapping) else None
        active = status is None or (isinstance(status, Mapping) and status.get("id") == ACTIVE)
        if isinstance(role, Mapping) and active and isinstance(role.get("code"), str):
            yield role["code"]


def _signed(settings: Oidc) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": settings.client_id, "aud": AUDIENCE, "iat": now, "exp": now + SHORT}
    key = OctKey.import_key(settings.api_secret)
    return {"Authorization": f"Bearer {jwt.encode({'alg': 'HS256'}, claims, key, algorithms=['HS256'])}"}


def _address(settings: Oidc, *parts: str) -> str:
    return "/".join([settings.api_address, *(quote(part, safe="") for part in parts)])
