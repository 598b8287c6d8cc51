"""What is sealed opens for its purpose, owner and time, and for nothing else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.people.sealed import derived, seal, unseal

KEY, OTHER = b"k" * 40, b"o" * 40
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(WORDS, WORDS, st.dictionaries(WORDS, WORDS, max_size=3))
def test_what_is_sealed_opens_again(purpose: str, owner: str, content: dict[str, str]) -> None:
    assert unseal(KEY, purpose, owner, seal(KEY, purpose, owner, content), now=0) == content


@given(WORDS, WORDS, WORDS, WORDS)
def test_what_is_of_another_kind_or_owner_never_opens(purpose: str, owner: str, kind: str, whose: str) -> None:
    sealed = seal(KEY, purpose, owner, {"a": "b"})
    assert (unseal(KEY, kind, whose, sealed, now=0) is not None) == ((purpose, owner) == (kind, whose))


def test_another_secret_opens_nothing() -> None:
    assert unseal(OTHER, "p", "o", seal(KEY, "p", "o", {"a": "b"}), now=0) is None


@given(st.integers(min_value=0, max_value=10_000))
def test_what_was_changed_in_one_bit_never_opens(place: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(seal(KEY, "p", "o", {"a": "b"}) + "=="))
    raw[place % len(raw)] ^= 1 << (place % 8)
    assert unseal(KEY, "p", "o", base64.urlsafe_b64encode(raw).decode().rstrip("="), now=0) is None


@given(st.text(max_size=60))
def test_made_up_words_never_open(words: str) -> None:
    assert unseal(KEY, "p", "o", words, now=0) is None


@pytest.mark.parametrize(("now", "opens"), [(99.0, True), (100.0, False), (101.0, False)])
def test_its_time_ends(now: float, opens: bool) -> None:
    assert (unseal(KEY, "p", "o", seal(KEY, "p", "o", {}, until=100), now=now) is not None) is opens


def test_no_purpose_shares_its_bytes_with_another_or_with_the_secret() -> None:
    made = [derived(KEY, purpose) for purpose in ("forms", "device", "second factor", "")]
    assert len({*made, KEY}) == len(made) + 1
