"""Tokens of a provider: read only when signed by one of its own public keys, and believed only when every claim fits.

No algorithm with a shared secret and no unsigned token is ever read, whatever a token's header or the provider says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey, import_key
from joserfc.jws import JWSRegistry

from schemas.errors import ProviderError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
DEFAULT_ALGORITHMS = ("RS256",)  # of a provider that does not name its own
LEAST_RSA_BITS = 2048
BITS_A_LETTER = 6
MOST_KEYS = 50
LONGEST_TOKEN = 64 * 1024
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class UnknownKeyError(ProviderError):
    """A token is signed by a key that is not among those known; the provider may have new ones."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: who made it, for whom, and when; `algorithms` are those the provider says it uses."""

    issuer: str
    client_id: str
    now: float
    leeway: int
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS


def keys_of(published: object) -> KeySet:
    """The keys of a provider that can verify a signature; ProviderError where it has none."""
    entries = published.get("keys") if isinstance(published, Mapping) else None
    found = [_key(entry) for entry in entries[:MOST_KEYS]] if isinstance(entries, list) else []
    usable = [key for key in found if key is not None]
    if not usable:
        raise ProviderError("wrong", "the provider publishes no key that can be used")
    return KeySet(usable)


def _key(entry: object) -> Key | None:
    if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC") or entry.get("use", "sig") != "sig":
        return None
    if entry["kty"] == "RSA" and len(str(entry.get("n"))) * BITS_A_LETTER < LEAST_RSA_BITS:
        return None
    try:
        key = import_key(entry)
        large = not isinstance(key, RSAKey) or key.public_key.key_size >= LEAST_RSA_BITS
    except BROKEN:
        return None
    return key if isinstance(key, RSAKey | ECKey) and large else None


def id_token(token: object, keys: KeySet, expected: Expected, *, nonce: str, access_token: str = "") -> dict[str, Any]:
    """The claims of an ID token that answers this sign-in; ProviderError for any other."""
    header, claims = _signed(token, keys, expected.algorithms)
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    params = {"nonce": nonce, "client_id": expected.client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, header, options, params).validate(now=int(expected.now), leeway=expected.leeway)
    except BROKEN as error:
        raise ProviderError("wrong", f"the token does not fit this sign-in ({type(error).__name__})") from None
    _must_be_for(claims, expected)
    return claims


def logout_token(token: object, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0); ProviderError for anything else."""
    _, claims = _signed(token, keys, expected.algorithms)
    registry = jwt.JWTClaimsRegistry(
        now=int(expected.now), leeway=expected.leeway,
        iss={"essential": True, "value": expected.issuer}, aud={"essential": True, "value": expected.client_id},
        iat={"essential": True}, exp={"essential": True}, jti={"essential": True},
    )  # fmt: skip
    try:
        registry.validate(claims)
    except BROKEN as error:
        raise ProviderError("wrong", f"the logout token does not fit ({type(error).__name__})") from None
    _must_be_for(claims, expected)
    events, told = claims.get("events"), [claims.get(name) for name in ("sub", "sid")]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims:
        raise ProviderError("wrong", "this is no logout token")
    if not any(told) or not all(isinstance(one, str) or one is None for one in told):
        raise ProviderError("wrong", "the logout token does not say whose session has ended")
    return claims


def _signed(token: object, keys: KeySet, algorithms: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    allowed = [name for name in algorithms if name in ALGORITHMS]
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not allowed:
        raise ProviderError("wrong", "there is no token that could be read")
    try:
        read = jwt.decode(token, keys, registry=JWSRegistry(algorithms=allowed, strict_check_header=False))
    except (InvalidKeyIdError, BadSignatureError):
        raise UnknownKeyError("wrong", "the token is not signed by the provider") from None
    except BROKEN as error:
        raise ProviderError("wrong", f"the token cannot be read ({type(error).__name__})") from None
    return read.header, read.claims


def _must_be_for(claims: Mapping[str, Any], expected: Expected) -> None:
    """For this portal and nobody else besides: what others may hold too proves less."""
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise ProviderError("wrong", "the token is for somebody else")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise ProviderError("wrong", "the token was given to somebody else")
