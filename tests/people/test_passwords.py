"""Passwords: length and not being guessed count, nothing else; comparing costs the same with and without an account."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from pipelines.people import passwords
from pipelines.people.passwords import COMMON, NAMED, TOO_LONG, TOO_SHORT, Passwords, fault_of
from tests.people.local import Counting

ABOUT = ("dsl@quarrybank.example", "Rowan Ashby", "Quarry Bank School")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("lantern violet seventeen", None),
        ("kanarie höst fläder", None),
        ("ありがとう銀河鉄道の夜汽車", None),
        ("nothing but small letters", None),
        ("p7%Lq!x9-Tr2", None),
        ("short words", TOO_SHORT),
        ("p7%Lq!x9-T2", TOO_SHORT),
        ("violet tractor horizon " * 12, TOO_LONG),
        ("password1234", COMMON),
        ("Password2026!", COMMON),
        ("qwertyuiop[]", COMMON),
        ("aaaaaaaaaaaa", COMMON),
        ("123456789012", COMMON),
        ("dsl@quarrybank.example", NAMED),
        ("QuarryBankSchool-2026", NAMED),
        ("my Rowan Ashby lantern", NAMED),
        ("plumbline lantern violet", NAMED),
        ("quarry school2", COMMON),  # what is left beside the words that others know
    ],
)
def test_which_passwords_are_refused_and_why(password: str, fault: str | None) -> None:
    assert fault_of(password, about=ABOUT) == fault


def test_a_password_of_128_characters_is_kept_whole() -> None:
    made, compare = "".join(chr(97 + (n * 7 + n // 5) % 26) for n in range(128)), Passwords(Counting())
    assert fault_of(made) is None
    assert compare.fits(compare.made(made), made)
    assert not compare.fits(compare.made(made), made[:-1])


def test_no_password_of_the_list_is_taken() -> None:
    long_enough = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= passwords.SHORTEST]
    assert len(long_enough) > 100
    assert not [one for one in long_enough if fault_of(one) is None or fault_of(one.upper()) is None]


@given(st.text(min_size=12, max_size=80))
def test_a_fault_never_repeats_the_password(password: str) -> None:
    assert password not in (fault_of(password, about=ABOUT) or "")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.sampled_from(["NFC", "NFD"]))
def test_a_password_fits_however_its_characters_are_put_together(password: str, form: str) -> None:
    compare = Passwords(Counting())
    typed = unicodedata.normalize(form, password)  # type: ignore[arg-type]
    assert compare.fits(compare.made(password), typed)


def test_passwords_are_kept_as_rfc_9106_says_for_little_memory() -> None:
    kept = Passwords().made("lantern violet seventeen")
    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY
    assert "lantern" not in kept
    assert not Passwords().outdated(kept)


def test_a_password_kept_with_other_parameters_is_outdated_and_still_fits() -> None:
    kept = Passwords(Counting(time_cost=2)).made("lantern violet seventeen")
    assert Passwords(Counting()).outdated(kept)
    assert Passwords(Counting()).fits(kept, "lantern violet seventeen")


@pytest.mark.parametrize("kept", ["", None, "not a hash"])
def test_without_a_password_nothing_fits(kept: str | None) -> None:
    compare = Passwords(Counting())
    assert not compare.fits(kept, "the password of nobody")
    assert not compare.fits(kept, "")


def test_without_an_account_as_many_passwords_are_compared_as_with_one() -> None:
    hasher = Counting()
    compare = Passwords(hasher)
    kept = compare.made("lantern violet seventeen")
    counted = []
    for known in (kept, None, kept, None):
        before = hasher.compared
        compare.fits(known, "violet tractor horizon")
        counted.append(hasher.compared - before)
    assert counted == [1, 1, 1, 1]


def test_the_comparison_for_nobody_costs_what_one_for_somebody_does() -> None:
    compare = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    assert extract_parameters(compare._nobody()) == extract_parameters(compare.made("lantern violet seventeen"))
