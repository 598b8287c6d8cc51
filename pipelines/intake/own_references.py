"""What a school's own reference may look like, although a person's number may look the same.

A reference is judged beside the others of its column. Numbers of people are spread at random; references run
on. So numbers are a school's own when at least three of a column begin alike, when they begin with the year, or
with noughts. Any other ten digits with the check digit of an NHS number or ULN are refused; with a wrong one they
may be such a number with a typing error, and the school is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pipelines.intake.check_digits import is_valid_nhs_number, is_valid_uln, is_valid_upn
from pipelines.intake.forms import Identifier

TEN_DIGITS = re.compile(r"([0-9]{10})(?:[.]0)?")
ENOUGH_ALIKE = 3
_JUDGED = frozenset(
    {"personal-nhs-number", "personal-uln", "personal-passport", "personal-national-insurance-number", "personal-upn"}
)
_YEAR_OR_NOUGHTS = re.compile("[A-Za-z]{0,3}(?:20[12][0-9]|000)")
_DATED = re.compile("[A-Za-z]20[12][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{4}")
_BEGINNING = 5


def refused(found: Mapping[str, Identifier], *, references: Iterable[str]) -> dict[str, Identifier]:
    """The finds that stand when the column is seen as a whole."""
    judged = {
        text for text, form in found.items() if (form.rule in _JUDGED and text.isalnum()) or TEN_DIGITS.fullmatch(text)
    }
    running = _running(text for text in references if text in judged)
    return {text: form for text, form in found.items() if text not in judged or _stands(text, form, running=running)}


def to_ask_about(found: Mapping[str, Identifier], *, references: Iterable[str]) -> list[str]:
    """References of ten digits, not running on, whose check digit is neither an NHS number's nor a ULN's."""
    tens = [text for text in found if TEN_DIGITS.fullmatch(text)]
    running = _running(text for text in references if text in set(tens))
    return [text for text in tens if not _is_own(text, running=running) and not _is_checked(text)]


def _stands(text: str, form: Identifier, *, running: frozenset[str]) -> bool:
    if form.rule == "personal-upn":
        return not _DATED.fullmatch(text) or is_valid_upn(text.upper())
    if _is_own(text, running=running):
        return False
    return not TEN_DIGITS.fullmatch(text) or _is_checked(text)


def _is_own(text: str, *, running: frozenset[str]) -> bool:
    return bool(_YEAR_OR_NOUGHTS.match(text)) or text[:_BEGINNING] in running


def _is_checked(text: str) -> bool:
    digits = text[:10]
    return is_valid_nhs_number(digits) or is_valid_uln(digits)


def _running(texts: Iterable[str]) -> frozenset[str]:
    """The beginnings that at least three references share."""
    return frozenset(
        start for start, count in Counter(text[:_BEGINNING] for text in texts).items() if count >= ENOUGH_ALIKE
    )
