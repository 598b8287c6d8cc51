"""Ways to reach or find a person: e-mail, web, phone, postcode, address, account."""

from __future__ import annotations

import re

from pipelines.intake.forms import Identifier, digits_of, stands_alone, whole

_DAY_FIRST = re.compile(r"[0-9]{1,2}[ /.-][0-9]{1,2}[ /.-][0-9]{2,4}")
_SHORT_NUMBERS = ("0800", "0808", "0845", "0500", "0169")  # numbers that have fewer than ten digits

_AREAS = (
    "A[BL]|B[ABDHLNRSTX]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    "|L[ADELNSU]?|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
_SITES = "com|net|org|uk|io|app|tv|gg|me|ly|info|biz|eu|edu|gov|social|chat|live|link"
_FAR_SITES = "ee|be|gl|gd|cc|xyz|site|online|dev|ai|co|fr|de|es|it|nl|pl|ro|in|pk|ru|cn|us|ca|au|ie"
_PLATFORMS = "snap(?:chat)?|insta(?:gram)?|tik ?tok|discord|whatsapp|telegram|kik|roblox|xbox|psn|gamer ?tag"
_STREETS = "street|road|avenue|lane|crescent|gardens|terrace|grove|mews|rd|ave|cres"
_STREETS_IF_NAMED = "Close|Drive|Court|Place|Way|Walk|Hill|Park|Square|Row|Rise|View|Green|St|Dr|Cl"
_NAMED_STREET = re.compile(f"[A-Z][A-Za-z']+ (?:{_STREETS_IF_NAMED})$")


def _phone(found: re.Match[str]) -> bool:
    if not found[1]:
        return True  # a word says that it is one
    digits = digits_of(found[1])
    enough = len(digits) >= 10 or digits.startswith(_SHORT_NUMBERS)
    return stands_alone(found) and enough and not _DAY_FIRST.match(found[1])


def _postcode(found: re.Match[str]) -> bool:
    return " " in found[1] or stands_alone(found)


def _ip_address(found: re.Match[str]) -> bool:
    return ":" in found[1] or all(int(part) <= 255 for part in found[1].split("."))


def _address(found: re.Match[str]) -> bool:
    """A word such as close or park is a street only after a capital letter."""
    return bool(re.search(f"(?i:{_STREETS})$", found[1]) or found[1][:4].casefold() in ("flat", "po b")) or bool(
        _NAMED_STREET.search(found[1])
    )


def _handle(found: re.Match[str]) -> bool:
    """A formula such as @SUM( is not a handle."""
    return not (found[1] and found.string[found.end(1) :].startswith("("))


CONTACTS = (
    Identifier(
        "personal-email",
        "an e-mail address",
        r"[0-9A-Z_%+']@[0-9A-Z-]+\.[0-9A-Z-]|[0-9A-Z] ?[(\[{] ?at ?[)\]}] ?[0-9A-Z]"
        r"|[0-9A-Z] at [0-9A-Z-]+ (?:dot|[(\[]dot[)\]]) [A-Z]|(?:^|[^0-9A-Z])[A-Z]+ dot [A-Z0-9]+ at(?:$|[^0-9A-Z])",
    ),
    Identifier(
        "personal-web-address",
        "a web address",
        r"[0-9A-Z]\[[.]\][A-Z]|h(?:tt|xx)ps?:/?/[^ ]|"
        rf"{whole(r'www[.][0-9A-Z-]+[.][0-9A-Z]+')}"
        rf"|(?:^|[^0-9A-Z@._-])([0-9A-Z][0-9A-Z-]*[.](?:(?:co|sch|ac|gov|org)[.])?(?:{_SITES}))(?:$|[^0-9A-Z])"
        rf"|(?:^|[^0-9A-Z@._-])[0-9A-Z][0-9A-Z-]*[.](?:{_FAR_SITES})/[^ ]",
    ),
    Identifier(
        "personal-ip-address",
        "an IP address",
        whole("(?:[0-9]{1,3}[.]){3}[0-9]{1,3}|(?:[0-9A-F]{1,4}:){7}[0-9A-F]{1,4}"),
        _ip_address,
    ),
    Identifier(
        "personal-phone",
        "a phone number",
        r"(?:^|[^0-9A-Z])([+][0-9](?:[ ().-]{0,3}[0-9]){8,14}|00[1-9](?:[ ().-]{0,3}[0-9]){8,13}"
        r"|44 ?[(]?0?[)]? ?[1-37](?:[ -]?[0-9]){8,9}|[(]?0[1-9](?:[ ().-]{0,2}[0-9]){7,9}|0800 ?11 ?11"
        r"|07[0-9]{3}/[0-9]{3} ?[0-9]{3}|7[0-9]{3}[ .-][0-9]{3}[ .-]?[0-9]{3}"
        r"|(?:[(][0-9]{3}[)][ .-]?|[0-9]{3}[ .-])[0-9]{3}-[0-9]{4}"
        r")(?:$|[^0-9A-Z])"
        r"|(?:^|[^0-9A-Z])(?:(?:tele)?phone|mobile|mob|tel|cell|whatsapp|landline|call|ring)"
        r"(?: (?:no|number))?[.:=#]? ?(?:is |on )?[+]?[0-9](?:[ ().-]{0,2}[0-9]){5,}"
        r"|(?:^|[^0-9A-Z])number is:? [+]?[0-9](?:[ -]?[0-9]){8,}",
        _phone,
    ),
    Identifier(
        "personal-postcode",
        "a postcode",
        whole(f"(?:{_AREAS})[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{{2}}|GIR ?0AA"),
        _postcode,
    ),
    Identifier(
        "personal-address",
        "an address",
        whole(
            f"[0-9]{{1,4}}[A-Z]?,? (?:[A-Z][A-Z']+ ){{1,3}}(?:{_STREETS}|{_STREETS_IF_NAMED})"
            "|flat [0-9]{1,3}[A-Z]?|po box [0-9]+"
        ),
        _address,
    ),
    Identifier(
        "personal-handle",
        "an account name",
        r"(?:^|[\s(,;:|/])(@[0-9A-Z_][0-9A-Z_.]{1,29})|(?:^|[^0-9A-Z])[0-9A-Z_.]{2,30}#[0-9]{4}(?:$|[^0-9A-Z])"
        rf"|(?:^|[^0-9A-Z])(?:{_PLATFORMS}|sc|ig|user ?name|login|handle) ?[:=] ?[^ ]"
        rf"|(?:^|[^0-9A-Z])(?:{_PLATFORMS}) ?[:-]? ?[A-Z.]*[0-9_][0-9A-Z_.]+"
        r"|[0-9A-Z_]@[A-Z][0-9A-Z-]+(?:$|[^0-9A-Z.-])",
        _handle,
    ),
    Identifier(
        "personal-password",
        "a password",
        r"(?:^|[^0-9A-Z])(?:password|passcode|passwd|pwd|pw) ?[:= ] ?[^ ]|(?:^|[^0-9A-Z])u: ?[^ ]+ p: ?[^ ]",
    ),
)
