"""Whatever is written in an address or stands in a token's place: nobody leaves the portal and nothing breaks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey

from app.sign_in.oidc_attempts import local_path
from pipelines.people import provider_tokens as tokens
from pipelines.people.vouching import grants_of, organisation, roles_of
from pipelines.scope import Scope
from schemas.claims import profile
from schemas.errors import ProviderError

PORTAL = "https://portal.test"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
EXPECTED = tokens.Expected("https://issuer.test", "client", 1_800_000_000.0, 60)


@given(st.text(max_size=60) | st.text(alphabet="/\\:@.?#%a\t\r\n ", max_size=20))
@example("/\\evil.example")
@example("//evil.example")
@example("/%2f%2fevil.example")
def test_a_page_to_come_back_to_is_always_of_the_portal(told: str) -> None:
    where = urlsplit(urljoin(PORTAL, local_path(told)))
    assert f"{where.scheme}://{where.netloc}" == PORTAL


@pytest.mark.parametrize("path", ["/", "/returns", "/trends?measure=a&by=b", "/compare"])
def test_a_page_of_the_portal_is_come_back_to(path: str) -> None:
    assert local_path(path) == path


@given(st.text(max_size=200) | ANYTHING | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_nothing_that_is_no_token_is_read(token: Any) -> None:
    keys = tokens.keys_of({"keys": [KEY.as_dict(private=False)]})
    with pytest.raises(ProviderError):
        tokens.id_token(token, keys, EXPECTED, nonce="nonce")
    with pytest.raises(ProviderError):
        tokens.logout_token(token, keys, EXPECTED)


@given(ANYTHING)
def test_nothing_that_is_no_set_of_keys_is_used(published: Any) -> None:
    with pytest.raises(ProviderError):
        tokens.keys_of(published)


@given(ANYTHING)
def test_claims_of_any_form_say_at_most_what_they_say(value: Any) -> None:
    dfe = profile("dfe-sign-in")
    assert dfe.organisations
    assert organisation(dfe.organisations, value) is None
    assert roles_of(dfe, value, Scope.parse("la:990")) == ()
    assert grants_of(profile("generic"), value) == ()


KEY = RSAKey.generate_key(2048)
SHORT = {"kty": "RSA", "e": "AQAB", "n": str(KEY.as_dict(private=False)["n"])[:171]}  # 1,024 bits
SHARED = OctKey.generate_key(256).as_dict(private=True)
FOR_SECRECY = {**KEY.as_dict(private=False), "use": "enc"}


@pytest.mark.parametrize("weak", [SHORT, SHARED, FOR_SECRECY, {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256"}])
def test_a_key_that_proves_nothing_is_left_out(weak: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        tokens.keys_of({"keys": [weak]})
    good = ECKey.generate_key("P-256").as_dict(private=False)
    assert len(tokens.keys_of({"keys": [weak, good]}).keys) == 1


def test_no_algorithm_with_a_shared_secret_is_ever_allowed() -> None:
    assert not [name for name in tokens.ALGORITHMS if name.startswith(("HS", "none", "dir"))]
    with pytest.raises(ProviderError):
        tokens.id_token("a.b.c", tokens.keys_of({"keys": [KEY.as_dict(private=False)]}),
                        tokens.Expected("i", "c", 0, 0, ["HS256", "none"]), nonce="n")  # fmt: skip
