"""Names of people among the distinct texts of a column: in answers, and in references and keys."""

from __future__ import annotations

import re
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake.people import parts_of_names, person_in_answer

_TWO_NAMES = r"^[A-Z][a-z'’]+(?:[ _,-]+[A-Z][a-z'’]+){1,3}$"
_LETTERS = r"[A-Za-z]{2}|[^\x00-\x7f]"
_IN_SIXTEENS = r"^[0-9A-Fa-f-]*[0-9][0-9A-Fa-f-]*$"  # a key or a part of one, in which letters spell nothing
_DIGITS = re.compile("[0-9]+")
_A_PREFIX = 3  # references that all share a word have it from the school's name


def names_among_answers(texts: pa.Array) -> list[str]:
    """The texts of a column of answers that name somebody."""
    return [text for text in _with_letters(texts).to_pylist() if person_in_answer(text)]


def names_among_references(texts: pa.Array) -> list[str]:
    """The references or keys that name somebody: two capitalised words, or a listed name that they do not all share."""
    lettered = _with_letters(texts)
    lettered = lettered.filter(pc.invert(pc.match_substring_regex(lettered, _IN_SIXTEENS)))
    two_names = lettered.filter(pc.match_substring_regex(lettered, _TWO_NAMES)).to_pylist()
    return list(dict.fromkeys([*two_names, *_with_listed_names(lettered, among=len(texts))]))


def _with_letters(texts: pa.Array) -> pa.Array:
    return texts.filter(pc.match_substring_regex(texts, _LETTERS))


def _with_listed_names(lettered: pa.Array, *, among: int) -> list[str]:
    """Looked up once for all references that differ in their digits alone."""
    shapes = pc.replace_substring_regex(lettered, "[0-9]+", "0")
    named = {shape: names for shape in pc.unique(shapes).to_pylist() if (names := parts_of_names(shape))}
    if not named:
        return []
    found = lettered.filter(pc.is_in(shapes, pa.array(list(named), pa.string()))).to_pylist()
    by_name: dict[str, list[str]] = defaultdict(list)
    for text in found:
        for name in named[_DIGITS.sub("0", text)]:
            by_name[name].append(text)
    return [text for texts in by_name.values() if not (len(texts) == among >= _A_PREFIX) for text in texts]
