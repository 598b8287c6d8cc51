"""What identifies a person: the forms that the personal-data gate looks for in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake.contact_forms import CONTACTS
from pipelines.intake.forms import Identifier
from pipelines.intake.number_forms import NUMBERS, SERIAL_NUMBER
from pipelines.intake.plain_text import ODD, plain
from pipelines.intake.word_forms import WORDS

ENOUGH = 100_000  # finds after which nobody counts
LONGEST = 33_000  # characters looked at: no cell of a spreadsheet holds more, and a longer one is refused for that
_FEW = 50  # texts below which it is quicker to look at each than to make the common search ready

# The order decides what a text is called: the surer forms first.
IDENTIFIERS: tuple[Identifier, ...] = (*NUMBERS, *CONTACTS, *WORDS, SERIAL_NUMBER)
BY_RULE: Mapping[str, Identifier] = {identifier.rule: identifier for identifier in IDENTIFIERS}


def find_in(text: str, *, without: frozenset[str] = frozenset()) -> Identifier | None:
    """The first form of identifier that a text contains, leaving out some rules."""
    seen = plain(text[:LONGEST])
    for identifier in IDENTIFIERS:
        if identifier.rule in without:
            continue
        if any(map(identifier.confirms, _compiled(identifier.pattern).finditer(seen))):
            return identifier
    return None


def find_all(texts: Iterable[str], *, without: frozenset[str] = frozenset()) -> dict[str, Identifier]:
    """Those of many texts that contain an identifier (a hundred thousand at most), each with its form."""
    distinct = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    found = ((text, find_in(text, without=without)) for text in _suspects(distinct, without))
    return dict(islice(((text, form) for text, form in found if form), ENOUGH))


def _suspects(distinct: pa.Array, without: frozenset[str]) -> Iterable[str]:
    """The texts that may hold an identifier; odd ones are levelled before they are looked at."""
    if len(distinct) <= _FEW:
        return list(distinct.to_pylist())
    odd = pc.match_substring_regex(distinct, ODD)
    as_seen = distinct
    if pc.any(odd).as_py():
        levelled = pa.array(map(plain, distinct.filter(odd).to_pylist()), pa.string())
        as_seen = pc.replace_with_mask(distinct, odd, levelled)
    suspicious = pc.match_substring_regex(as_seen, _suspicious(without), ignore_case=True)
    return list(distinct.filter(suspicious).to_pylist())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


@cache
def _suspicious(without: frozenset[str]) -> str:
    return "|".join(identifier.pattern for identifier in IDENTIFIERS if identifier.rule not in without)
