"""Keys, references, lists in cells and school years, as properties, with oracles written another way."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.recording.key_files import SchoolKey
from pipelines.recording.lists import as_many, entries
from pipelines.recording.pseudonyms import Pseudonyms, has_wrong_check_letter, may_stand, usable
from pipelines.recording.school_years import year_group
from schemas.recording_systems import IDENTIFYING, Part

QUICK = settings(max_examples=60, deadline=None)
secrets = st.binary(min_size=32, max_size=32)
parts = st.sampled_from(IDENTIFYING)
numbers = st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True)
words = st.text(alphabet="abcXYZ 019-", min_size=1, max_size=8).map(str.strip).filter(bool)


def slow_hmac(secret: bytes, message: bytes) -> str:
    """HMAC-SHA-256 from its definition (RFC 2104)."""
    block = secret.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


@QUICK
@given(secrets, numbers)
def test_a_key_is_the_hmac_of_what_it_is_for_and_of_the_identifier(secret: bytes, number: str) -> None:
    message = b"\0".join([b"plumbline", b"1", b"child-key", b"upn", b"", number.encode()])
    assert Pseudonyms(secret, "900001").child_key(Part.UPN, number) == slow_hmac(secret, message)[:32]


def test_a_secret_does_not_show_where_a_value_is_shown() -> None:
    secret = b"\xaa" * 32
    shown = repr((Pseudonyms(secret, "900001"), SchoolKey(secret, "1", "2026-09-01")))
    assert "aa" not in shown.replace("\\x", "")


@QUICK
@given(secrets, parts, numbers, parts, numbers)
def test_two_pupils_have_one_key_only_if_they_are_one(secret: bytes, a: Part, one: str, b: Part, two: str) -> None:
    made = Pseudonyms(secret, "900001")
    assert (made.child_key(a, one) == made.child_key(b, two)) == ((a, one) == (b, two))
    assert made.child_key(a, one) != made.reference(one)


@QUICK
@given(secrets, secrets, parts, numbers)
def test_another_secret_gives_another_key(secret: bytes, other: bytes, part: Part, number: str) -> None:
    keys = {Pseudonyms(each, "900001").child_key(part, number) for each in (secret, other)}
    assert len(keys) == len({secret, other})


@QUICK
@given(st.integers(0, 10**11 - 1), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUVWXYZ"))
def test_a_upn_is_the_same_however_it_is_typed_and_has_one_check_letter(number: int, last: str) -> None:
    body = f"{number:011d}{last}"
    upns = [f"{letter}{body}" for letter in "ABCDEFGHJKLMNPQRTUVWXYZ"]
    right = [upn for upn in upns if not has_wrong_check_letter(upn)]
    assert len(right) == 1
    upn = right[0]
    spellings = (upn, upn.lower(), f" {upn}\u00a0", f"{upn[:4]} {upn[4:]}", f"Ann Example ({upn})", f"\ufeff{upn}")
    assert {usable(Part.UPN, spelling) for spelling in spellings} == {upn}


@QUICK
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDÉÑ' -", max_size=20))
def test_a_text_without_a_digit_is_nobody_s_number(text: str) -> None:
    assert [usable(part, text) for part in IDENTIFYING] == [None, None, None]


@QUICK
@given(st.integers(1, 999_999), st.integers(0, 6))
def test_noughts_that_a_spreadsheet_drops_make_no_other_pupil(number: int, noughts: int) -> None:
    assert usable(Part.ADMISSION_NUMBER, "0" * noughts + str(number)) == str(number)


@QUICK
@given(st.text(max_size=40))
def test_only_a_short_plain_number_may_stand_as_a_reference(text: str) -> None:
    if may_stand(text, identifiers=()):
        assert 1 <= sum(letter.isdigit() for letter in text) <= 7
        assert text.isascii()
        assert not may_stand(text, identifiers=("".join(filter(str.isdigit, text)).lstrip("0"), text.upper()))


@QUICK
@given(st.lists(words, min_size=1, max_size=5), st.sampled_from(["\n", ";", "|"]))
def test_a_list_in_a_cell_comes_apart_as_it_was_put_together(listed: list[str], separator: str) -> None:
    cell = f"{separator} ".join(listed)
    assert entries(cell, ["\n", ";", "|"]) == listed
    assert as_many(cell, len(listed), ["\n", ";", "|"]) == listed


@QUICK
@given(st.dates(date(2000, 9, 1), date(2024, 8, 31)), st.integers(0, 7000))
def test_a_child_is_in_reception_in_the_school_year_in_which_it_turns_five(born: date, days: int) -> None:
    on = born + timedelta(days=days)
    last_day = date(on.year + (on.month >= 9), 8, 31)
    turns = last_day.year - born.year - ((born.month, born.day) > (8, 31))
    expected = {3: "N1", 4: "N2", 5: "R"}.get(turns, str(turns - 5) if 6 <= turns <= 19 else None)
    assert year_group(born, on=on) == expected


def test_nobody_is_in_a_school_year_before_birth() -> None:
    assert year_group(date(2025, 12, 1), on=date(2025, 11, 30)) is None
