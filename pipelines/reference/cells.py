"""How single cells of a reference file are read; each reader raises ValueError at what it does not know."""

from __future__ import annotations

import datetime as dt
import re

from schemas.register import URN_PATTERN

# The register's way, and the official symbols, of saying that there is no figure.
NO_FIGURE = frozenset({"", ".", "..", ":", "-", "c", "k", "n/a", "na", "ne", "supp", "u", "x", "z"})
# How extracts write "date unknown".
UNKNOWN_DATE = dt.date(1900, 1, 1)

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})(?: 00:00(?::00)?)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
_WHOLE = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,9})(?:\.0+)?")
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?) ?%?")


def urn(text: str) -> str:
    """A unique reference number."""
    if not re.fullmatch(URN_PATTERN, text):
        raise ValueError("not a URN")
    return text


def trust_uid(text: str) -> str:
    """A Group UID, or blank."""
    if not re.fullmatch("[0-9]{0,8}", text):
        raise ValueError("not a Group UID")
    return text


def la_code(text: str) -> str:
    """The code of a local authority, or blank; never required to be one that is known, since they change."""
    if not re.fullmatch("([0-9]{1,3})?", text):
        raise ValueError("not the code of a local authority")
    return text and text.zfill(3)


def date(text: str) -> dt.date | None:
    """A date, day first or ISO; None where it is blank or the register's stand-in for unknown."""
    if not text:
        return None
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        raise ValueError("not a date")
    read = dt.date(year, month, day)
    return None if read == UNKNOWN_DATE else read


def whole_number(text: str) -> int | None:
    """A count such as 1,029; None where there is no figure."""
    if text.casefold() in NO_FIGURE:
        return None
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text.split(".")[0].replace(",", ""))


def age(text: str) -> int | None:
    """An age in whole years; None where there is no figure."""
    years = whole_number(text)
    if years is not None and years > 99:
        raise ValueError("not an age")
    return years


def percentage(text: str) -> float | None:
    """A percentage from 0 to 100; None where there is no figure."""
    if text.casefold() in NO_FIGURE:
        return None
    found = _PERCENTAGE.fullmatch(text)
    if not found or float(found[1]) > 100:
        raise ValueError("not a percentage")
    return float(found[1])


def words(text: str) -> str:
    """The letters and digits of a name, so that "All-through" and "All through" are one."""
    return " ".join(re.findall("[a-z0-9]+", text.casefold()))


def code(text: str) -> str:
    """A code without leading zeros, since "06" and "6" are one."""
    return text.lstrip("0") or text[:1]
