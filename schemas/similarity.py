"""What makes two schools similar, from `similar_schools.toml`: which characteristics, in which steps and weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from schemas.definition_files import check_keys, only_one_each, read
from schemas.errors import LanguageError

FILE = "similar_schools.toml"
KNOWN = frozenset({"pupils", "percentage_fsm", "sex_of_intake"})
MATCHING = frozenset({"phase"})


class StepKind(StrEnum):
    """How far apart two values are: by how many times, by how much, or whether they are the same at all."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One thing in which schools are alike or not; `step` is what counts as one step apart."""

    id: str
    label: str
    kind: StepKind
    step: float
    weight: float

    def steps(self, one: Any, other: Any) -> float | None:
        """How many steps two values are apart; None where one is missing."""
        if one is None or other is None:
            return None
        if self.kind is StepKind.SAME:
            return 0.0 if one == other else 1.0
        if self.kind is StepKind.RATIO:
            return float(abs(math.log(one / other)) / math.log(self.step))
        return float(abs(one - other) / self.step)


@dataclass(frozen=True, slots=True)
class Similarity:
    """The whole definition. `missing` are the steps apart where a characteristic is not known."""

    most: int
    must_match: str
    missing: float
    characteristics: tuple[Characteristic, ...]


@cache
def similarity() -> Similarity:
    """The definition in force; LanguageError when it does not hold together."""
    entry = read(FILE)
    check_keys(entry, required=("most", "must_match", "missing", "characteristic"), where=FILE)
    found = tuple(_characteristic(one) for one in entry["characteristic"])
    only_one_each([one.id for one in found], where=FILE)
    if entry["must_match"] not in MATCHING or entry["most"] < 3 or entry["missing"] < 0:
        raise LanguageError(f"{FILE}: must_match is phase, most at least 3, missing not below 0")
    if not math.isclose(sum(one.weight for one in found), 1):
        raise LanguageError(f"{FILE}: the weights do not add up to 1")
    return Similarity(entry["most"], entry["must_match"], float(entry["missing"]), found)


def _characteristic(entry: Mapping[str, Any]) -> Characteristic:
    where = f"{FILE}: {entry.get('id', '?')}"
    check_keys(entry, required=("id", "label", "kind", "step", "weight"), where=where)
    if entry["id"] not in KNOWN or entry["kind"] not in list(StepKind):
        raise LanguageError(f"{where}: id is one of {', '.join(sorted(KNOWN))}, kind of {', '.join(StepKind)}")
    if entry["weight"] <= 0 or entry["step"] <= 0 or (entry["kind"] == StepKind.RATIO and entry["step"] <= 1):
        raise LanguageError(f"{where}: weight and step are above 0, the step of a ratio above 1")
    return Characteristic(
        entry["id"], entry["label"], StepKind(entry["kind"]), float(entry["step"]), float(entry["weight"])
    )
