"""A text as a reader sees it, in plain letters: what hides an identifier from a pattern is levelled first.

Full-width and mathematical letters, digits of other scripts, letters that only look Latin, marks that nobody
sees, and every kind of space and dash become the plain ones.
"""

from __future__ import annotations

import re
import unicodedata

ODD = r"[^ -~]|\\|  "  # what makes a text worth levelling, in the language that Python and Arrow share

_ODD = re.compile(ODD)
_GAPS = re.compile(r"(?:\s|\\[nrt])+")
_LOOKALIKES = str.maketrans(
    "АВЕЅЗІЈКМНОРСТУХаеорсухіѕјԁһԛԝαΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυ‐‑‒–—―−⁃·•․‧。’‘ʼ′＇”“łØøŁıđĐ",
    "ABES3IJKMHOPCTYXaeopcyxisjdhqwaABEZHIKMNOPTYXvopu--------.....'''''\"\"lOoLidD",
)


def plain(text: str) -> str:
    """The text in plain letters, its accents kept, with one space for each gap."""
    if not _ODD.search(text):
        return text
    seen = "".join(map(_plain_character, unicodedata.normalize("NFKC", text)))
    return _GAPS.sub(" ", seen.translate(_LOOKALIKES))


def without_accents(text: str) -> str:
    """The text with the marks over and under its letters taken off."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character))


def in_another_script(text: str) -> bool:
    """Whether a text has letters that are not Latin, as a name in Arabic or Cyrillic letters has."""
    if text.isascii():
        return False
    letters = filter(str.isalpha, unicodedata.normalize("NFKC", text))
    return any(not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters)


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in ("Cf", "Cc", "Mn", "Me") and not character.isspace():
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    if kind == "Zs":
        return " "
    return character
