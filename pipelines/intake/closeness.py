"""Which of the vocabulary's words a school's wording is closest to: an order to offer them in, never a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from pipelines.intake.plain_wordings import value_key

LIKELY = 0.6


def by_closeness(wording: str, words: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], bool]:
    """The names, the one with the closest word first; and whether that one is close enough to be pointed out."""
    key = value_key(wording)
    near = {
        name: max((_nearness(key, value_key(word)) for word in spoken), default=0.0) for name, spoken in words.items()
    }
    order = tuple(sorted(near, key=lambda name: -near[name]))
    return order, bool(order) and near[order[0]] >= LIKELY


def _nearness(one: str, other: str) -> float:
    """Letters in common, or words in common where that is more: “informed police” and “police informed”."""
    mine, theirs = set(one.split()), set(other.split())
    together = len(mine & theirs) / max(len(mine | theirs), 1)
    return max(SequenceMatcher(None, one, other, autojunk=False).ratio(), together)
