"""Check letters and digits of the numbers by which England knows its children."""

from __future__ import annotations

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # check letters: no I, O or S


def is_valid_upn(text: str) -> bool:
    """Whether a UPN's check letter is right (weights 2–13, modulo 23); a temporary one ends in a letter."""
    last = _UPN_LETTERS.find(text[12]) if text[12].isalpha() else int(text[12])
    values = [*map(int, text[1:12]), last]
    return _UPN_LETTERS[sum(w * v for w, v in enumerate(values, start=2)) % 23] == text[0]


def is_valid_nhs_number(digits: str) -> bool:
    """Whether the check digit of an NHS number is right (weights 10–2, modulo 11)."""
    return -_weighted(digits) % 11 == int(digits[9])


def is_valid_uln(digits: str) -> bool:
    """Whether the check digit of a ULN is right (weights 10–2, modulo 11, taken from ten; a remainder of 0 is none)."""
    rest = _weighted(digits) % 11
    return rest != 0 and 10 - rest == int(digits[9])


def _weighted(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False))
