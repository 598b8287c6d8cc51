"""An identity provider by OpenID Connect: where to send somebody, what it says of them, and where they sign out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.httpx_client import AsyncOAuth2Client

from pipelines.oidc_settings import Oidc
from pipelines.people import provider_tokens as tokens
from pipelines.people.provider_discovery import Discovery, Published
from pipelines.people.provider_http import asking, read
from pipelines.people.provider_roles import access_of
from pipelines.people.vouching import (
    Vouched,
    must_be_of_tenant,
    name_of,
    organisation_of,
    subject_of,
    told_in_claims,
)
from schemas.claims import RolesFrom
from schemas.errors import ProviderError

Check = Callable[[Published], dict[str, Any]]


class Provider:
    """The provider of one portal; `back` is the address to which it sends people back."""

    def __init__(self, settings: Oidc, *, back: str, clock: Callable[[], float] = time.time) -> None:
        self.settings, self.back, self._clock = settings, back, clock
        self._discovery = Discovery(settings)

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send somebody who wants to sign in."""
        published = await self._discovery.published()
        async with asking(self.settings) as client:
            client.redirect_uri = self.back
            url, _ = client.create_authorization_url(
                published.authorization, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    async def vouched(self, code: str, *, nonce: str, verifier: str, named: str = "") -> Vouched:
        """Whom the provider vouches for by a code; `named` is whom the answer says it comes from."""
        published = await self._discovery.published()
        if named not in ("", self.settings.issuer) or (published.names_itself and not named):
            raise ProviderError("wrong", "the answer comes from another provider")
        async with asking(self.settings) as client:
            client.redirect_uri = self.back
            answer = await client.fetch_token(published.token, code=code, code_verifier=verifier)
            claims = await self._checked(
                lambda published: tokens.id_token(
                    answer.get("id_token"), published.keys, self._expected(published),
                    nonce=nonce, access_token=str(answer.get("access_token", "")),
                )
            )  # fmt: skip
            whole = {**await self._more(client, published, claims), **claims}
            return await self._vouched(client, whole, str(answer["id_token"]))

    async def ended(self, logout_token: str) -> Callable[[str], bool]:
        """Which sessions a logout token ends: a question to what `provider_session` gave for each."""
        claims = await self._checked(
            lambda published: tokens.logout_token(logout_token, published.keys, self._expected(published))
        )
        return lambda kept: _is_ended(claims, kept)

    async def sign_out_address(self, *, id_token: str, after: str) -> str:
        """Where the provider's own session is ended; '' where it has no such page."""
        published = await self._discovery.published()
        if not published.end_session:
            return ""
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": after}
        query = urlencode({**({"id_token_hint": id_token} if id_token else {}), **asked})
        return f"{published.end_session}{'&' if '?' in published.end_session else '?'}{query}"

    async def sign_out_origin(self) -> str:
        """The scheme and host of that page; '' where there is none."""
        found = urlsplit((await self._discovery.published()).end_session)
        return f"{found.scheme}://{found.netloc}" if found.netloc else ""

    # -- believing ----------------------------------------------------------------------------------------

    def _expected(self, published: Published) -> tokens.Expected:
        return tokens.Expected(
            self.settings.issuer, self.settings.client_id, self._clock(), self.settings.leeway, published.algorithms
        )

    async def _checked(self, check: Check) -> dict[str, Any]:
        """A token's claims by the keys known, or by new ones where it is signed by none of these."""
        try:
            return check(await self._discovery.published())
        except tokens.UnknownKeyError:
            return check(await self._discovery.with_new_keys())

    async def _more(
        self, client: AsyncOAuth2Client, published: Published, claims: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the userinfo page adds about the same person."""
        if not self.settings.profile.userinfo or not published.userinfo:
            return {}
        told = await read(await client.get(published.userinfo))
        if not isinstance(told, Mapping) or told.get("sub") != claims["sub"]:
            raise ProviderError("wrong", "the provider tells of somebody else")
        return told

    async def _vouched(self, client: AsyncOAuth2Client, claims: Mapping[str, Any], id_token: str) -> Vouched:
        profile = self.settings.profile
        must_be_of_tenant(profile, self.settings.issuer, claims)
        here, about = organisation_of(profile, claims), None
        told = told_in_claims(profile, claims, home=self.settings.organisation)
        if profile.roles_from is RolesFrom.API:
            access = await access_of(client, self.settings, str(claims["sub"]), here)
            told, about = access.told, access.about
        return Vouched(
            subject=subject_of(profile, claims),
            name=name_of(profile, claims),
            told=told,
            about=about,
            here=here.scope if here else None,
            provider_session=provider_session(claims),
            id_token=id_token,
        )


def provider_session(claims: Mapping[str, Any]) -> str:
    """What is kept of a session of the provider's: fingerprints of whose it is and of its number, to find it again."""
    return f"{_print(claims.get('sub'))}:{_print(claims.get('sid'))}"


def _is_ended(claims: Mapping[str, Any], kept: str) -> bool:
    subject, _, session = kept.partition(":")
    if claims.get("sid") and (not session or session != _print(claims["sid"])):
        return False
    return not claims.get("sub") or subject == _print(claims["sub"])


def _print(value: object) -> str:
    return sha256(value.encode()).hexdigest()[:32] if isinstance(value, str) and value else ""
