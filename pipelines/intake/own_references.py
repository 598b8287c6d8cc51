"""What a school's own reference may look like, although a person's number may look the same.

A reference is judged beside the others of its column. Numbers of people are spread at random; references run
on. So numbers are a school's own when at least three of a column begin alike, when they begin with the year, or
with noughts. Any other ten digits with the check digit of an NHS number or ULN are refused; with a wrong one they
may be such a number with a typing error, and the school is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake.check_digits import is_valid_nhs_number, is_valid_uln, is_valid_upn
from pipelines.intake.forms import Identifier

ENOUGH_ALIKE = 3
_BEGINNING = 5
_YEAR_OR_NOUGHTS = "^[A-Za-z]{0,3}(?:20[12][0-9]|000[0-9]?)[0-9]{1,6}$"
_MAY_RUN_ON = "^(?:[0-9]{10}|[A-Za-z]{2}[0-9]{7})$"
_TEN_DIGITS = re.compile(r"([0-9]{10})(?:[.]0)?")
_DATED = re.compile("[A-Za-z]20[12][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{4}")
_YEAR_AND_LETTER = re.compile("[A-Za-z]{2}20[12][0-9]{3}[A-Da-d]")


def not_plainly_own(references: pa.Array) -> pa.Array:
    """The references without those that begin with a year or noughts, or that run on."""
    left = references.filter(pc.invert(pc.match_substring_regex(references, _YEAR_OR_NOUGHTS)))
    may_run = pc.match_substring_regex(left, _MAY_RUN_ON)
    if not pc.any(may_run).as_py():
        return left
    begins = pc.utf8_slice_codeunits(left, 0, _BEGINNING)
    counts = begins.filter(may_run).value_counts()
    shared = counts.field("values").filter(pc.greater_equal(counts.field("counts"), ENOUGH_ALIKE))
    return left.filter(pc.invert(pc.and_(may_run, pc.is_in(begins, shared))))


def refused(found: Mapping[str, Identifier]) -> dict[str, Identifier]:
    """The finds among references that are an error."""
    return {text: form for text, form in found.items() if not _may_be_own(text)}


def to_ask_about(found: Mapping[str, Identifier]) -> list[str]:
    """References of ten digits whose check digit is neither an NHS number's nor a ULN's."""
    return [text for text in found if _TEN_DIGITS.fullmatch(text) and not _is_checked(text)]


def _may_be_own(text: str) -> bool:
    if _TEN_DIGITS.fullmatch(text):
        return not _is_checked(text)
    if _DATED.fullmatch(text):
        return not is_valid_upn(text.upper())
    return bool(_YEAR_AND_LETTER.fullmatch(text))


def _is_checked(text: str) -> bool:
    digits = text[:10]
    return is_valid_nhs_number(digits) or is_valid_uln(digits)
