"""Pseudonyms made at the school: HMAC-SHA-256 over the pupil's identifier with the school's own secret.

A plain hash of a UPN is broken in seconds by trying them all; without the secret a key tells nothing. What a message
is for stands in it (a child's key, an incident's reference), and so does the kind of identifier. The school's own
numbers are one school's only, so its URN stands in the message too: under a shared secret, two schools' pupil 1234
stay two children.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from pipelines.intake.check_digits import is_valid_upn
from pipelines.intake.identifiers import find_in
from pipelines.intake.tables import tidy
from schemas.recording_systems import Part

KEY_LENGTH = 32  # hexadecimal characters: 128 bits, far beyond chance collisions
REFERENCE_LENGTH = 24
_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-Z]")
_NEARLY_UPN = re.compile(r"(?=(?:[^0-9]*[0-9]){8})[A-Z][0-9A-Z]{10,14}")
_OWN_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Z][0-9A-Z/-]{0,19}")
_BRACKETED = re.compile(r"\(([^()]*)\)\s*$")
# Letters only in the words that such references use: others might be somebody's initials.
_PLAIN_REFERENCE = re.compile(r"(?:(?:INC|INCIDENT|REF|EV|EVENT|CASE|LOG|CONCERN|ID)[-_]?)?[0-9]{1,7}", re.IGNORECASE)


@dataclass(frozen=True)
class Pseudonyms:
    """Makes keys and references of one school with one secret; the secret never shows in a repr."""

    secret: bytes = field(repr=False)
    school_urn: str

    def child_key(self, part: Part, identifier: str) -> str:
        """The key of a child from one normalised identifier."""
        scope = "" if part is Part.UPN else self.school_urn
        return self._of("child-key", str(part), scope, identifier)[:KEY_LENGTH]

    def reference(self, event: str) -> str:
        """A reference of an event, the same whenever the same event is sent."""
        return "r" + self._of("incident-ref", self.school_urn, level(event))[:REFERENCE_LENGTH]

    def _of(self, *parts: str) -> str:
        message = "\0".join(("plumbline", "1", *parts)).encode()
        return hmac.digest(self.secret, message, "sha256").hex()


def level(text: str) -> str:
    """An identifier as compared: one form of each character, no white space, capitals."""
    return "".join(unicodedata.normalize("NFKC", tidy(text)).upper().split())


def usable(part: Part, text: str) -> str | None:
    """The normalised identifier of a pupil, or None when the text is not of that kind (a name, say)."""
    bracketed = _BRACKETED.search(text) if part is Part.UPN else None
    levelled = level(bracketed[1] if bracketed else text)
    if part is Part.UPN:
        return levelled if _UPN.fullmatch(levelled) else None
    if not _OWN_NUMBER.fullmatch(levelled):
        return None
    return (levelled.lstrip("0") or None) if levelled.isdigit() else levelled  # spreadsheets drop leading noughts


def is_nearly_a_upn(text: str) -> bool:
    """Whether this is a UPN with a typing error that leaves it without a UPN's form."""
    return _NEARLY_UPN.fullmatch(level(text)) is not None


def has_wrong_check_letter(upn: str) -> bool:
    """Whether a normalised UPN has a typing error."""
    try:
        return not is_valid_upn(upn)
    except (ValueError, IndexError):
        return True


def may_stand(reference: str, *, identifiers: Collection[str]) -> bool:
    """Whether a system's own event number may be the reference: it is a plain number and nobody's identifier."""
    plain = _PLAIN_REFERENCE.fullmatch(reference) is not None
    return plain and find_in(reference) is None and not _holds(level(reference), identifiers)


def _holds(reference: str, identifiers: Collection[str]) -> bool:
    number = re.sub(r"^[A-Z]+[-_]?", "", reference).lstrip("0")
    return any(number == identifier or reference == identifier for identifier in identifiers)
