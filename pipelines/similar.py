"""Which schools are similar to one: of its phase, and nearest by published weights (`schemas/similar_schools.toml`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.school_facts import SchoolFacts
from schemas.similarity import Characteristic, Similarity, similarity


@dataclass(frozen=True, slots=True)
class Part:
    """What one characteristic adds to a distance; `known` is false where the register does not say."""

    characteristic: Characteristic
    distance: float
    known: bool


@dataclass(frozen=True, slots=True)
class Similar:
    """One similar school, how far it is (the sum of its parts; 0 is alike in everything), and the parts."""

    school: SchoolFacts
    distance: float
    parts: tuple[Part, ...]


def similar_schools(school: SchoolFacts, others: Iterable[SchoolFacts]) -> tuple[Similar, ...]:
    """The nearest open schools of the same phase, the nearest first, ties by URN; none where the phase is not known."""
    rules = similarity()
    found = [_compared(school, other, rules) for other in others if _may_be_similar(school, other, rules)]
    return tuple(sorted(found, key=lambda one: (one.distance, one.school.urn))[: rules.most])


def _may_be_similar(school: SchoolFacts, other: SchoolFacts, rules: Similarity) -> bool:
    wanted, found = (getattr(one, rules.must_match) for one in (school, other))
    return other.urn != school.urn and other.is_open and wanted is not None and wanted == found


def _compared(school: SchoolFacts, other: SchoolFacts, rules: Similarity) -> Similar:
    parts = tuple(_part(one, school, other, rules) for one in rules.characteristics)
    return Similar(other, round(sum(part.distance for part in parts), 9), parts)


def _part(characteristic: Characteristic, school: SchoolFacts, other: SchoolFacts, rules: Similarity) -> Part:
    steps = characteristic.steps(getattr(school, characteristic.id), getattr(other, characteristic.id))
    known = steps is not None
    return Part(characteristic, characteristic.weight * (steps if steps is not None else rules.missing), known)
