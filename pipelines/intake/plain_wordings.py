"""Which wordings of a school may be kept in its mapping: short, made of ordinary words, identifying nobody.

A list of names can never be whole, so it is the other way round: every word must be known to be ordinary. Whatever is
not is corrected in the file at the school and never kept here.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.intake.kept_words import kind_in_value
from pipelines.intake.layout import header_key
from pipelines.intake.personal_headers import announced_kind
from pipelines.intake.tables import tidy
from schemas.definition_files import check_keys, read
from schemas.lexicon import lexicon, normalise

LONGEST = 60
MOST_WORDS = 8
NOT_ORDINARY = frozenset({"may", "will"})  # in the vocabulary's definitions, and first names too
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '’&/()+,.:?*_–-]*")
_POSSESSIVE = re.compile(r"['’]s\b")
_WORDS = re.compile(r"[a-z]+")
_NUMBERS = re.compile(r"[0-9]+")


def header_wording(header: str) -> str | None:
    """The form in which a header may be kept; None when it announces personal data or might name somebody."""
    key = header_key(header)
    if announced_kind(header) or announced_kind(key):
        return None
    return key if _is_plain(tidy(header)) and _is_plain(key) else None


def value_wording(text: str) -> str | None:
    """The form in which an answer may be kept; None when it might identify somebody."""
    key = value_key(text)
    return key if _is_plain(tidy(text)) and _is_plain(key) else None


def value_key(text: str) -> str:
    """The form in which answers are compared, as the vocabulary's aliases are."""
    return normalise(tidy(text))


def _is_plain(text: str) -> bool:
    words, numbers = _WORDS.findall(_joined(text)), _NUMBERS.findall(text)
    return (
        bool(words or numbers)
        and len(text) <= LONGEST
        and len(words) <= MOST_WORDS
        and bool(_SHAPE.fullmatch(text))
        and kind_in_value(text) is None
        and _few_digits(numbers)
        and _no_initials(words)
        and all(len(word) == 1 or word in ordinary_words() for word in words)
    )


def _joined(text: str) -> str:
    """“Child's” as “child”, so that its last letter is no initial; “don't” as one word."""
    return _POSSESSIVE.sub("", text.casefold()).replace("'", "").replace("’", "")


def _few_digits(numbers: list[str]) -> bool:
    """“Year 9” and “11-16”; longer or more numbers may be somebody's."""
    return len(numbers) <= 2 and all(len(number) <= 2 for number in numbers)


def _no_initials(words: list[str]) -> bool:
    """At most one single letter, unless it is a word: “Y 9”, “SEN K”, and not “J S”."""
    return len([word for word in words if len(word) == 1 and word != "a"]) <= 1


@cache
def ordinary_words() -> frozenset[str]:
    """The words of the vocabulary and of `schemas/ordinary_words.toml`."""
    content = read("ordinary_words.toml")
    check_keys(content, required=("words",), where="ordinary_words.toml")
    listed = " ".join(content["words"].values())
    return frozenset(_WORDS.findall(_joined(f"{listed} {_vocabulary()}"))) - NOT_ORDINARY


def _vocabulary() -> str:
    columns = [(*column.words, column.definition) for table in lexicon().tables.values() for column in table.columns]
    codes = [(*code.words, code.definition) for kept in lexicon().lists.values() for code in kept.codes]
    return " ".join(word for words in (*columns, *codes) for word in words)
