"""Passwords: how they are kept (argon2id), and which are refused before they are (NCSC and NIST SP 800-63B).

Length counts, and that nobody would guess it; no rule asks for digits or signs, and none runs out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST = 12
LONGEST = 256
LEAST_SCORE = 3  # of zxcvbn's 0–4: more than 10⁸ guesses
LOOKED_AT = 72  # zxcvbn's time grows with the square of the length
TELLING = 5  # fewer letters of a name in a password tell nothing
TOO_SHORT = (
    f"Choose a longer password: at least {SHORTEST} characters. Three words that do not belong together will do."
)
TOO_LONG = f"Choose a shorter password: at most {LONGEST} characters."
COMMON = (
    "This password is on lists of common passwords, or easily guessed. Choose three words that do not belong together."
)
NAMED = "Leave your e-mail address, your name, your organisation's name and the portal's out of the password."


class Passwords:
    """Makes and compares what is kept of passwords; what it costs does not depend on whether there is an account."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._lock, self._nobodys = Lock(), ""

    def made(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(_normal(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one kept; for None a comparison is made too, with a password that nobody has."""
        try:
            return self._hasher.verify(kept or self._nobody(), _normal(password)) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, kept: str) -> bool:
        """Whether a password was kept with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def _nobody(self) -> str:
        with self._lock:
            self._nobodys = self._nobodys or self._hasher.hash("the password of nobody")
            return self._nobodys


def fault_of(password: str, *, about: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password, in words that do not repeat it; None when it may be kept.

    `about`: the e-mail address, the person's name and the organisation's, which others know.
    """
    said, known = _normal(password), [text for text in about if text]
    if len(said) < SHORTEST:
        return TOO_SHORT
    if len(said) > LONGEST:
        return TOO_LONG
    if any(part in _letters(said) for part in _telling(known)):
        return NAMED
    return COMMON if _is_common(said, known) else None


def _is_common(said: str, known: list[str]) -> bool:
    """Whether it is on a list, or easily guessed once the words that others know are taken out of it."""
    rest = said.casefold()
    for word in sorted(_words(known), key=len, reverse=True):
        rest = rest.replace(word, "")
    if said.casefold() in _list() or _letters(said) in _list() or not rest:
        return True
    return int(zxcvbn(rest[:LOOKED_AT])["score"]) < LEAST_SCORE  # its own list of known words is shared by all threads


def _words(known: list[str]) -> set[str]:
    return {word for text in known for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) >= TELLING}


@cache
def _list() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def _telling(known: Iterable[str]) -> list[str]:
    parts = [part for text in known for part in (text, text.partition("@")[0] if "@" in text else text)]
    return [part for part in map(_letters, (*parts, "plumbline")) if len(part) >= TELLING]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _normal(password: str) -> str:
    """One spelling of the same characters, however a keyboard put them together."""
    return unicodedata.normalize("NFC", password)
