"""The shape of one form of identifier: a pattern, and what confirms a find.

Each pattern is written in the part of the language that Python and Arrow share (no looking around), so that
Arrow can pick the few suspects out of millions of texts and Python confirms them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_DIGITS = re.compile(r"[0-9]")


def whole(body: str) -> str:
    """The body as a word of its own: no letter or digit touches it."""
    return f"(?:^|[^0-9A-Z])({body})(?:$|[^0-9A-Z])"


def always(found: re.Match[str]) -> bool:
    """Confirms every find."""
    return True


def stands_alone(found: re.Match[str]) -> bool:
    """Whether no hyphen or underscore ties the find to a longer reference, such as INC-2026-0012."""
    start, end = found.span(1)
    around = found.string[max(start - 1, 0) : start] + found.string[end : end + 1]
    return not set(around) & set("-_")


def digits_of(text: str) -> str:
    """The digits of a text."""
    return "".join(_DIGITS.findall(text))


def words_in(*lines: str) -> frozenset[str]:
    """The words of some lines, as a set to look words up in."""
    return frozenset(word for line in lines for word in line.split())


@dataclass(frozen=True)
class Identifier:
    """One form of identifier: its rule, what to call it, its pattern, and what confirms a find."""

    rule: str
    kind: str
    pattern: str
    confirms: Callable[[re.Match[str]], bool] = always
