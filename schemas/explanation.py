"""Why a query stands as it is: a reason and a phrase, each from a list; there is no free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from schemas.errors import PlumblineError
from schemas.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Explanation:
    """A reason code (list `query_reason`) with an optional phrase (list `query_note`).

    `afresh`: given in place of what was explained before, too. `carried_from`: the number of the version in which it
    was given, where it was carried over from there.
    """

    reason: str
    note: str | None = None
    afresh: bool = False
    carried_from: int | None = None

    @property
    def words(self) -> str:
        """The reason, and the phrase, as people read them."""
        told = reasons()[self.reason]
        return f"{told}: {notes()[self.note].lower()}" if self.note else told


@cache
def reasons() -> Mapping[str, str]:
    """Each reason code with its label."""
    return {code.code: code.label for code in lexicon().lists["query_reason"].codes}


@cache
def notes() -> Mapping[str, str]:
    """Each phrase's code with the phrase."""
    return {code.code: code.label for code in lexicon().lists["query_note"].codes}


def as_explanation(given: Explanation | str) -> Explanation:
    """What was given, its codes known; a plain text is a reason code, or a reason and a phrase with a + between."""
    if isinstance(given, str):
        reason, _, note = given.partition("+")
        given = Explanation(reason, note or None)
    if given.reason not in reasons():
        raise PlumblineError(f"Explain a query with one of: {', '.join(sorted(reasons()))}.")
    if given.note is not None and given.note not in notes():
        raise PlumblineError(f"Add to a reason one of: {', '.join(sorted(notes()))}.")
    return given
