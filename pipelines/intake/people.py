"""Names of people by what a text says, with lists of common given and family names.

The lists are the files in `names/`, which say where they come from. A name that is also an English word or a
town counts only beside another name. Words of the vocabulary are never names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from pipelines.intake.forms import words_in
from pipelines.intake.plain_text import in_another_script, plain, without_accents
from schemas.definition_files import read
from schemas.lexicon import lexicon, normalise

_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_OUTSIDE_DIGITS = re.compile("(?<![0-9A-Za-z])[A-Za-z]+|(?<![A-Za-z])[A-Za-z]+(?![0-9A-Za-z])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_INITIAL_AND_NAME = re.compile(
    r"(?:^|.* )(?:[A-Z](?:[.] ?| )([A-Z][a-z']+|[A-Z]{3,})|[A-Z]([A-Z][a-z']+))|([A-Z][a-z']+),? [A-Z][.]?"
)
_CAPITALISED = re.compile(r"[A-Z][a-z']+(?:[ -][A-Z][a-z']+){1,2}")
_ALSO_A_WORD = "~"
_SURE, _PERHAPS = 2, 1
_BEFORE_A_SCHOOL = words_in(
    "st saint saints sir bishop archbishop cardinal blessed lord lady dame king queen prince our"
)
_AFTER_A_SCHOOL = words_in(
    "school schools academy academies college primary infant infants junior juniors nursery high grammar trust",
    "federation catholic ce rc church centre foundation university hospital cluster group partnership road street",
    "house campus site team",
)
_ORDINARY = words_in(
    "ref reference inc incident case log safeguarding concern pastoral new old test sheet table export report upload",
    "autumn spring summer term copy final draft mash camhs nspcc ceop childline lado council county hub ms office",
    "school schools data return returns",
)


def person_in_answer(text: str) -> bool:
    """Whether a text that should be a code holds a name: one sure given name is enough, or a family name alone."""
    if in_another_script(text):
        return True
    seen = without_accents(plain(text))
    words = _words(seen)
    if not words or ordinary().issuperset(word.casefold() for word in words):
        return False
    return (
        any(len(word) > 2 and _given(word) == _SURE for word in words)
        or _lone_family_name(words)
        or _initial_and_family_name(seen, words)
        or any(_pair(one, two) for one, two in pairwise(words))
        or _two_listed(words)
        or _only_capitalised_unknown_words(seen, words)
    )


def person_in_title(text: str) -> bool:
    """Whether the name of a file, sheet or group, or a heading, holds a given name beside a family name.

    Schools are named after people, so a pair before “school” or after “St” is none.
    """
    words = _words(without_accents(plain(text)))
    return any(_pair(one, two) and not _is_a_school(words, place) for place, (one, two) in enumerate(pairwise(words)))


def parts_of_names(reference: str) -> frozenset[str]:
    """The names, folded, that a reference such as Oliver-014 or jbloggs2 holds; empty when it holds none."""
    seen = without_accents(plain(reference))
    words = [word for token in _OUTSIDE_DIGITS.findall(seen) for word in _CAMEL.split(token)]
    beside = list(zip(["", *words], words, strict=False))
    alone = {word for before, word in beside if _name_in_reference(word) and before.casefold() not in _BEFORE_A_SCHOOL}
    paired = {word for before, word in beside if before and (_initialled(before, word) or _pair(before, word))}
    return frozenset(word.casefold() for word in alone | paired)


def _name_in_reference(word: str) -> bool:
    """Short capitals are rather an abbreviation; a letter may stand before a family name."""
    if len(word) < 3 or (len(word) == 3 and word.isupper()) or word.casefold() in ordinary():
        return False
    small = word.casefold()
    return (
        _given(word) == _SURE
        or (len(word) > 3 and _family(word) == _SURE)
        or (len(word) > 5 and _family(small[1:]) == _SURE and len(small) > 6)
    )


def _two_listed(words: Sequence[str]) -> bool:
    """Two words with capitals, such as Will Young, are names by their lists even where one is in the vocabulary."""
    return (
        len(words) == 2
        and all(word.istitle() for word in words)
        and (words[0].casefold() in _list("forenames") and words[1].casefold() in _list("surnames"))
    )


def _only_capitalised_unknown_words(text: str, words: Sequence[str]) -> bool:
    """Two or three words with capitals that neither the vocabulary nor everyday categories know."""
    return bool(_CAPITALISED.fullmatch(text)) and ordinary().isdisjoint(word.casefold() for word in words)


def _initialled(one: str, two: str) -> bool:
    return len(one) == 1 and len(two) > 2 and two[1:].islower() and _family(two) > 0


def _lone_family_name(words: Sequence[str]) -> bool:
    return len(words) <= 3 and any(
        len(word) > 3 and word[0].isupper() and _family(word) == _SURE and word.casefold() not in ordinary()
        for word in words
    )


def _initial_and_family_name(text: str, words: Sequence[str]) -> bool:
    """J Bloggs and Smith J by their capitals; j bloggs where the name is a sure one."""
    if sorted(map(len, words))[0] == 1 and len(words) == 2:
        longer = max(words, key=len)
        if len(longer) > 3 and _family(longer) == _SURE:
            return True
    found = _INITIAL_AND_NAME.fullmatch(text)
    return found is not None and _family(found[1] or found[2] or found[3]) > 0


def _pair(one: str, two: str) -> bool:
    """A given name beside a family name: one of them sure, or both with a capital letter."""
    capitals = one[0].isupper() and two[0].isupper()
    for given, family in ((one, two), (two, one)):
        sureness = (_given(given), _family(family))
        if min(sureness) and len(family) > 2 and (_SURE in sureness or capitals):
            return True
    return capitals and _given(one) == _SURE and _given(two) == 0 and two.casefold() not in ordinary() and len(two) > 2


def _is_a_school(words: Sequence[str], place: int) -> bool:
    before = words[place - 1].casefold() if place else ""
    after = {word.casefold() for word in words[place + 1 : place + 6]}
    return before in _BEFORE_A_SCHOOL or bool(after & _AFTER_A_SCHOOL)


def _words(text: str) -> list[str]:
    return [word for piece in _WORD.findall(text) for word in _CAMEL.split(piece.removesuffix("'s")) if word]


def _given(word: str) -> int:
    return 0 if word.casefold() in ordinary() else _list("forenames").get(word.casefold(), 0)


def _family(word: str) -> int:
    small = word.casefold().replace("'", "")
    return 0 if small in ordinary() else _list("surnames").get(small, 0)


@cache
def _list(name: str) -> Mapping[str, int]:
    lines = (files("pipelines.intake") / "names" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    return {name.lstrip(_ALSO_A_WORD): _PERHAPS if name.startswith(_ALSO_A_WORD) else _SURE for name in names}


@cache
def ordinary() -> frozenset[str]:
    """Words of the vocabulary and of everyday categories, which are never names."""
    tables = [word for table in lexicon().tables.values() for column in table.columns for word in column.words]
    lists = [word for codes in lexicon().lists.values() for code in codes.codes for word in code.words]
    everyday = read("ordinary_words.toml")["words"].values()
    spoken = " ".join([*map(normalise, [*tables, *lists]), *everyday])
    return _ORDINARY | frozenset(_WORD.findall(spoken)) | frozenset(re.findall("[a-z]+", spoken))
