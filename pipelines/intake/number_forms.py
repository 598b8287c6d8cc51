"""Numbers that an office gave to a person or a thing: pupil, learner, health, candidate, passport, device, crime.

A wrong check letter does not clear a number: it is an identifier with a typing error.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pipelines.intake.check_digits import is_valid_nhs_number, is_valid_upn
from pipelines.intake.forms import Identifier, digits_of, stands_alone, whole

_NEVER_ISSUED = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_SEPARATED = re.compile("[ .-]")
_YEAR_FIRST = re.compile("20[12][0-9]")


def _upn(found: re.Match[str]) -> bool:
    """One in pieces must have the right check letter or stand as forms print it, because pieces are common."""
    text = found[1].upper()
    apart = _SEPARATED.split(text)
    together = "".join(apart)
    if len(apart) == 1:
        return len(text) == 13 or text.startswith("UN")
    printed = [len(part) for part in apart] in ([1, 3, 4, 5], [1, 3, 9], [1, 12], [4, 4, 5])
    if "-" in text:
        return printed and is_valid_upn(together)  # references have hyphens, too
    return printed or is_valid_upn(together)


def _nhs_number(found: re.Match[str]) -> bool:
    digits = digits_of(found[1])
    return stands_alone(found) and (digits != found[1] or is_valid_nhs_number(digits))


def _national_insurance_number(found: re.Match[str]) -> bool:
    return stands_alone(found) and found[1][:2].upper() not in _NEVER_ISSUED


def _tax_reference(found: re.Match[str]) -> bool:
    """Only among other words: a pupil's or incident's own reference may look the same."""
    return len(found.string.split()) > 3


def _passport(found: re.Match[str]) -> bool:
    """Not the last cell of a spreadsheet's column, such as BH1048576, which stands wherever a list of answers does."""
    return stands_alone(found) and not found.group(1).endswith("1048576")


def _device(found: re.Match[str]) -> bool:
    """No device's number begins with 20, as references do that begin with the year."""
    return stands_alone(found) and not _YEAR_FIRST.match(found[1])


def _serial_number(found: re.Match[str]) -> bool:
    text = found[1]
    turns = sum(before.isdigit() != after.isdigit() for before, after in pairwise(text))
    return stands_alone(found) and len(digits_of(text)) >= 3 and turns >= 3 and sum(map(str.isalpha, text)) >= 3


def _crime_number(found: re.Match[str]) -> bool:
    """A year in front or in the middle makes it a school's own reference, such as INC/2025/014."""
    return not any(_YEAR_FIRST.fullmatch(part[:4]) for part in re.split("[ /*-]", found[1])[:2])


NUMBERS = (
    Identifier("personal-upn", "a UPN", whole("[A-HJ-NP-RT-Z](?:[ .-]?[0-9]){11}[ .-]?[0-9A-Z]|UN[1-5]"), _upn),
    Identifier(
        "personal-device",
        "a device's number",
        whole(
            "[0-9]{15}|[0-9]{2}[ -][0-9]{6}[ -][0-9]{6}[ -][0-9]|(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}"
            "|(?:imei|serial|s/n)(?: (?:no|number))?[.:# ]{1,3}[0-9A-Z][0-9A-Z-]{5,}"
        ),
        _device,
    ),
    Identifier(
        "personal-nhs-number",
        "an NHS number",
        whole("[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}|nhs(?: (?:no|number))?[.:# ]{0,3}[0-9][0-9 -]{7,}|[0-9]{10}"),
        _nhs_number,
    ),
    Identifier(
        "personal-uln",
        "a ULN or another number of ten digits",
        whole("[0-9]{10}|[0-9]{5} [0-9]{5}|uln[.:# ]{1,3}[0-9][0-9 ]{6,}"),
        stands_alone,
    ),
    Identifier(
        "personal-national-insurance-number",
        "a National Insurance number",
        whole("[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]){6} ?[A-D]"),
        _national_insurance_number,
    ),
    Identifier(
        "personal-tax-reference", "a tax reference", whole("[0-9]{2} ?[A-Z] ?[0-9]{3} ?[0-9]{2}"), _tax_reference
    ),
    Identifier(
        "personal-candidate-number",
        "an examination candidate's number",
        whole("[0-9]{5}[0-9A-Z][0-9]{6}[A-Z]|(?:candidate|cand|uci)(?: (?:no|number))?[.:# ]{1,3}[0-9]{4}[0-9A-Z]*"),
        stands_alone,
    ),
    Identifier(
        "personal-passport",
        "a passport number",
        whole("[A-Z]{2}[0-9]{7}|passport[A-Z.:# ]{0,12}[0-9]{9}"),
        _passport,
    ),
    Identifier(
        "personal-driving-licence",
        "a driving licence number",
        whole(
            "(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999) ?[0-9](?:[05][1-9]|[16][0-2])"
            "(?:0[1-9]|[12][0-9]|3[01])[0-9] ?[A-Z][A-Z9] ?[0-9][0-9A-Z]{2}(?: ?[0-9]{2})?"
        ),
    ),
    Identifier(
        "personal-crime-number",
        "a police crime number",
        whole(
            "(?:[A-Z]{2,3}|[0-9]{2}[A-Z0-9]{0,2})/[0-9]{4,7}[A-Z]?/[0-9]{2,4}|[0-9]{6,7}[A-Z]?/[0-9]{2}"
            "|[0-9]{2}[*][0-9]{5,7}|(?:0[1-7]|1[0-9]|2[1-4]|[3-6][0-9])2[0-9]00[0-9]{5}"
            "|[0-9]{1,4} of [0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}"
            "|(?:cad[.:#/ -]|(?:crime|police|occurrence|log|niche|storm) (?:no|num|number|ref|reference|log|id))"
            "[.:#/ -]{0,3}[0-9A-Z]*[/*-]?[0-9]{3,}"
        ),
        _crime_number,
    ),
)
SERIAL_NUMBER = Identifier(
    "personal-serial-number", "a device's serial number", whole("[0-9A-Z]{10,14}"), _serial_number
)
