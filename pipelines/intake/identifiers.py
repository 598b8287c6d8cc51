"""What identifies a person: the forms that the personal-data gate looks for in a text.

Each form is one pattern in the part of the language that Python and Arrow share (no looking around),
so that Arrow can pick the few suspects out of millions of texts and Python confirms them. A wrong check
letter does not clear a text: it is an identifier with a typing error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

ENOUGH = 100_000  # finds after which nobody counts
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # check letters: no I, O or S
_NEVER_ISSUED = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_DIGITS = re.compile(r"[0-9]")
_DAY_FIRST = re.compile(r"[0-9]{1,2}[ /.-][0-9]{1,2}[ /.-][0-9]{2,4}")

_AREAS = (
    "A[BL]|B[ABDHLNRSTX]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    "|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_SITES = "com|net|org|uk|io|app|tv|gg|me|ly|info|biz|eu|edu|gov|social|chat|live|link"


def whole(body: str) -> str:
    """The body as a word of its own: no letter or digit touches it."""
    return f"(?:^|[^0-9A-Z])({body})(?:$|[^0-9A-Z])"


def _always(found: re.Match[str]) -> bool:
    return True


def stands_alone(found: re.Match[str]) -> bool:
    """Whether no hyphen or underscore ties the find to a longer reference, such as INC-2026-0012."""
    start, end = found.span(1)
    around = found.string[max(start - 1, 0) : start] + found.string[end : end + 1]
    return not set(around) & set("-_")


def is_valid_upn(text: str) -> bool:
    """Whether a UPN's check letter is right (weights 2–13, modulo 23); a temporary one ends in a letter."""
    last = _UPN_LETTERS.find(text[12]) if text[12].isalpha() else int(text[12])
    values = [*map(int, text[1:12]), last]
    return _UPN_LETTERS[sum(w * v for w, v in enumerate(values, start=2)) % 23] == text[0]


def is_valid_nhs_number(digits: str) -> bool:
    """Whether the check digit of an NHS number is right (weights 10–2, modulo 11)."""
    check = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return check == int(digits[9])


def is_valid_luhn(digits: str) -> bool:
    """Whether the last digit of a device number is right."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _upn(found: re.Match[str]) -> bool:
    """A spaced one must have the right check letter, because numbers with spaces are common."""
    text = found[1].upper()
    return " " not in text or is_valid_upn(text.replace(" ", ""))


def _nhs_number(found: re.Match[str]) -> bool:
    digits = "".join(_DIGITS.findall(found[1]))
    return stands_alone(found) and (digits != found[1] or is_valid_nhs_number(digits))


def _phone(found: re.Match[str]) -> bool:
    digits = len(_DIGITS.findall(found[1]))
    return stands_alone(found) and digits >= 10 and not _DAY_FIRST.match(found[1])


def _national_insurance_number(found: re.Match[str]) -> bool:
    return stands_alone(found) and found[1][:2].upper() not in _NEVER_ISSUED


def _postcode(found: re.Match[str]) -> bool:
    return " " in found[1] or stands_alone(found)


def _date(found: re.Match[str]) -> bool:
    numbers = [int(number) for number in re.findall(r"[0-9]+", found[1])[:3]]
    if len(numbers) < 3:
        return 1 <= numbers[0] <= 31
    _, *rest = numbers if numbers[0] > 31 else reversed(numbers)
    return stands_alone(found) and sorted(rest) <= [12, 31] and 0 < min(rest) <= 12 and max(rest) <= 31


def _device(found: re.Match[str]) -> bool:
    digits = found[1].replace("-", "").replace(" ", "")
    return not digits.isdigit() or is_valid_luhn(digits)


def _ip_address(found: re.Match[str]) -> bool:
    return all(int(part) <= 255 for part in found[1].split("."))


def _handle(found: re.Match[str]) -> bool:
    """A formula such as @SUM( is not a handle."""
    return not found.string[found.end(1) :].startswith("(")


def _titled_name(found: re.Match[str]) -> bool:
    title, _, name = found[1].partition(" ")
    return title[0].isupper() and name[0].isupper()


def _free_text(found: re.Match[str]) -> bool:
    """A list of labels is not prose: only one of its pieces may be long."""
    return any(len(piece.split()) > 10 for piece in re.split(r"[;,|]", found.string))


@dataclass(frozen=True)
class Identifier:
    """One form of identifier: its rule, what to call it, its pattern, and what confirms a find."""

    rule: str
    kind: str
    pattern: str
    confirms: Callable[[re.Match[str]], bool] = _always


IDENTIFIERS = (
    Identifier("personal-upn", "a UPN", whole("[A-HJ-NP-RT-Z](?: ?[0-9]){11} ?[0-9A-Z]"), _upn),
    Identifier("personal-email", "an e-mail address", r"[0-9A-Z_%+']@[0-9A-Z-]+\.[0-9A-Z-]"),
    Identifier(
        "personal-web-address",
        "a web address",
        rf"https?://[^ ]|{whole(r'www[.][0-9A-Z-]+[.][0-9A-Z]+')}"
        rf"|(?:^|[^0-9A-Z@._-])([0-9A-Z][0-9A-Z-]*[.](?:(?:co|sch|ac|gov|org)[.])?(?:{_SITES}))"
        r"(?:$|[^0-9A-Z])",
    ),
    Identifier(
        "personal-device",
        "a device's number",
        whole("[0-9]{15}|[0-9]{2}-[0-9]{6}-[0-9]{6}-[0-9]|(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}"),
        _device,
    ),
    Identifier("personal-ip-address", "an IP address", whole("(?:[0-9]{1,3}[.]){3}[0-9]{1,3}"), _ip_address),
    Identifier(
        "personal-nhs-number",
        "an NHS number",
        whole("[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}|[0-9]{10}"),
        _nhs_number,
    ),
    Identifier("personal-uln", "a ULN or another number of ten digits", whole("[0-9]{10}"), stands_alone),
    Identifier(
        "personal-phone",
        "a phone number",
        r"(?:^|[^0-9A-Z])([+][0-9](?:[ ().-]{0,2}[0-9]){8,14}|0044(?: ?[0-9]){9,11}|44[17][0-9]{9}"
        r"|[(]?0[1-9](?:[ ()-]{0,2}[0-9]){8,9}|[(][0-9]{3}[)] ?[0-9]{3}-[0-9]{4})(?:$|[^0-9A-Z])",
        _phone,
    ),
    Identifier(
        "personal-national-insurance-number",
        "a National Insurance number",
        whole("[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?[0-9]){6} ?[A-D]"),
        _national_insurance_number,
    ),
    Identifier(
        "personal-postcode",
        "a postcode",
        whole(f"(?:{_AREAS})[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{{2}}|GIR ?0AA"),
        _postcode,
    ),
    Identifier(
        "personal-candidate-number",
        "an examination candidate's number",
        whole("[0-9]{5}[0-9A-Z][0-9]{6}[A-Z]"),
        stands_alone,
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
        whole("(?:[A-Z]{2,3}|[0-9]{2}[A-Z0-9]{0,2})/[0-9]{4,7}/[0-9]{2,4}"),
    ),
    Identifier(
        "personal-date-of-birth",
        "a date, which may be a date of birth",
        whole(
            "[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})"
            "|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}(?:T[0-9:.]*Z?)?"
            f"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ -](?:{_MONTHS})[a-z]{{0,6}}[ -](?:[0-9]{{4}}|[0-9]{{2}})"
        ),
        _date,
    ),
    Identifier(
        "personal-handle",
        "an account name",
        r"(?:^|[\s(,;:])(@[0-9A-Z_][0-9A-Z_.]{1,29})"
        r"|(?:^|[^0-9A-Z])(?:snap(?:chat)?|insta(?:gram)?|tiktok|discord|whatsapp|user ?name|login|handle)"
        r" ?[:=] ?[^ ]",
        _handle,
    ),
    Identifier(
        "personal-name",
        "a person's name",
        whole(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Rev)[.]? [A-Z][a-z'’-]+"),
        _titled_name,
    ),
    Identifier("personal-free-text", "free text", r"(?:^|\s)(?:[^\s]+\s+){10}[^\s]", _free_text),
)

BY_RULE: Mapping[str, Identifier] = {identifier.rule: identifier for identifier in IDENTIFIERS}


def find_in(text: str, *, without: frozenset[str] = frozenset()) -> Identifier | None:
    """The first form of identifier that a text contains, leaving out some rules."""
    for identifier in IDENTIFIERS:
        if identifier.rule in without:
            continue
        if any(map(identifier.confirms, _compiled(identifier.pattern).finditer(text))):
            return identifier
    return None


def find_all(texts: Iterable[str], *, without: frozenset[str] = frozenset()) -> dict[str, Identifier]:
    """Those of many texts that contain an identifier (a hundred thousand at most), each with its form."""
    distinct = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    suspects = distinct.filter(pc.match_substring_regex(distinct, _suspicious(without), ignore_case=True))
    found = ((text, find_in(text, without=without)) for text in suspects.to_pylist())
    return dict(islice(((text, form) for text, form in found if form), ENOUGH))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _suspicious(without: frozenset[str]) -> str:
    return "|".join(identifier.pattern for identifier in IDENTIFIERS if identifier.rule not in without)
