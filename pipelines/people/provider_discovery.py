"""What a provider publishes, its addresses and its keys: kept for a while, asked for again when keys change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import KeySet

from pipelines.oidc_settings import Oidc, is_safe_address
from pipelines.people.provider_http import asked, asking
from pipelines.people.provider_tokens import ALGORITHMS, DEFAULT_ALGORITHMS, keys_of
from schemas.errors import ProviderError

KEPT = 3600.0  # seconds that what was published is believed
AGAIN = 30.0  # seconds between two looks for new keys, however many tokens ask for one
FAILED = 5.0  # seconds that a failure is told without asking again, so that no crowd waits for a provider that is down
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
MORE_ADDRESSES = ("userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True, slots=True)
class Published:
    """A provider's addresses, keys and algorithms; '' for an address that it does not have."""

    authorization: str
    token: str
    keys: KeySet
    keys_at: str
    userinfo: str
    end_session: str
    algorithms: tuple[str, ...]
    names_itself: bool


class Discovery:
    """The provider's published facts, asked for once for all who sign in."""

    def __init__(self, settings: Oidc, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings, self._clock = settings, clock
        self._known: Published | None = None
        self._until, self._next_look = 0.0, 0.0
        self._failed: tuple[float, ProviderError] | None = None
        self._turn = asyncio.Lock()

    async def published(self) -> Published:
        """What the provider publishes; ProviderError where it cannot be had or cannot be believed."""
        async with self._turn:
            if self._known is None or self._clock() >= self._until:
                self._known, self._until = await self._unless_failed(), self._clock() + KEPT
            return self._known

    async def with_new_keys(self) -> Published:
        """The same with keys asked for again, but not more often than every half minute."""
        before = await self.published()
        async with self._turn:
            if self._known is before and self._clock() >= self._next_look:
                self._next_look = self._clock() + AGAIN
                self._known, self._until = await self._unless_failed(), self._clock() + KEPT
            return self._known or before

    async def _unless_failed(self) -> Published:
        if self._failed and self._clock() < self._failed[0]:
            raise self._failed[1]
        try:
            found = await _ask(self.settings)
        except ProviderError as error:
            self._failed = self._clock() + FAILED, error
            raise
        self._failed = None
        return found


async def _ask(settings: Oidc) -> Published:
    async with asking(settings) as client:
        told = await asked(client, settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        _must_be_whole(told, settings.issuer)
        keys = keys_of(await asked(client, told["jwks_uri"]))
    return Published(
        authorization=told["authorization_endpoint"],
        token=told["token_endpoint"],
        keys=keys,
        keys_at=told["jwks_uri"],
        userinfo=told.get("userinfo_endpoint") or "",
        end_session=told.get("end_session_endpoint") or "",
        algorithms=_algorithms(told.get("id_token_signing_alg_values_supported")),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _must_be_whole(told: Any, issuer: str) -> None:
    if not isinstance(told, Mapping) or told.get("issuer") != issuer:
        raise ProviderError("wrong", "the provider calls itself otherwise than PLUMBLINE_OIDC_ISSUER")
    for name in ADDRESSES + MORE_ADDRESSES:
        address = told.get(name)
        if (address or name in ADDRESSES) and not (isinstance(address, str) and _is_safe(address)):
            raise ProviderError("wrong", f"the provider's {name} is missing or not safe")


def _is_safe(address: str) -> bool:
    return is_safe_address(address.partition("?")[0])  # an address of a provider may bring its own query


def _algorithms(told: object) -> tuple[str, ...]:
    named = told if isinstance(told, list) else list(DEFAULT_ALGORITHMS)
    found = tuple(name for name in ALGORITHMS if name in named)
    if not found:
        raise ProviderError("wrong", "the provider signs with no algorithm that is safe")
    return found
