"""Why somebody opens single incidents: purposes from `purposes.toml`, a code and its words; there is no free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from schemas.definition_files import check_keys, only_one_each, read
from schemas.errors import LanguageError

FILE = "purposes.toml"
KINDS = frozenset({"school", "trust", "la"})
SEND_RETURN = "send_return"  # what the portal states for whoever checks or sends a return


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose. `organisations`: whose people may state it. `asked`: people choose it; else the portal states it."""

    code: str
    label: str
    means: str
    organisations: frozenset[str]
    asked: bool = True


@cache
def purposes() -> Mapping[str, Purpose]:
    """Every purpose by its code, in the order in which it is asked."""
    entries = read(FILE)
    check_keys(entries, required=("purpose",), where=FILE)
    found = [_purpose(entry) for entry in entries["purpose"]]
    only_one_each([one.code for one in found], where=FILE)
    return {one.code: one for one in found}


def _purpose(entry: Mapping[str, object]) -> Purpose:
    where = f"{FILE}: {entry.get('code', 'a purpose without a code')}"
    check_keys(
        entry, required=("code", "label", "means", "organisations"), optional=("asked",), where=where,
    )  # fmt: skip
    organisations = entry["organisations"]
    if not isinstance(organisations, list) or not organisations or not set(organisations) <= KINDS:
        raise LanguageError(f"{where}: organisations are some of {', '.join(sorted(KINDS))}")
    return Purpose(
        str(entry["code"]), str(entry["label"]), str(entry["means"]), frozenset(organisations),
        entry.get("asked", True) is True,
    )  # fmt: skip


def asked_of(kind: str) -> tuple[Purpose, ...]:
    """The purposes that people of one kind of organisation (`school`, `trust`, `la`) choose from, in order."""
    return tuple(one for one in purposes().values() if one.asked and kind in one.organisations)


def may_state(code: str, *, kind: str) -> bool:
    """Whether a code is a purpose that somebody of this kind of organisation can have."""
    found = purposes().get(code)
    return found is not None and kind in found.organisations


def in_words(code: str) -> str:
    """A purpose as people read it; empty for none, and for a code that is no longer listed the code itself."""
    found = purposes().get(code)
    return found.label if found else code
