"""Which schools can be compared in a measure, with their counts, and which are set aside and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.figures import Figure, FigureTable, State
from pipelines.school_facts import SchoolFacts
from schemas.errors import QuestionError
from schemas.measurement import Kind, Measure

COMPARABLE = (Kind.SHARE, Kind.RATE)
INSTEAD: Mapping[Kind, str] = {
    Kind.COUNT: "A count is larger in a larger school. Choose incidents per 1,000 pupils instead.",
    Kind.DAYS: "Days have no limits by chance that hold for a few incidents. Choose a share by day, such as "
    "“Decided on the day the lead was told”.",
    Kind.REPEAT: "Too few children of one school are followed for long enough. The page Involved again gives all.",
    Kind.CELLS: "Answers of one incident go together, so limits by chance would be too narrow. Choose a share of "
    "incidents.",
    Kind.COVERAGE: "Whether a return came is not left to chance. The page Returns lists who has sent.",
}  # fmt: skip


class Why(StrEnum):
    """Why a school is set aside rather than drawn."""

    NO_RETURN = "no return"
    NIL = "nil returns only"
    NOTHING = "nothing to measure"
    INCOMPLETE = "not the same terms as the others"
    NO_PUPILS = "no number of pupils"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A school that is listed and not drawn."""

    urn: str
    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class Counted:
    """A school's count and denominator (incidents, or pupils added up over its complete years), and its returns."""

    urn: str
    name: str
    count: int
    denominator: int
    returned: int
    expected: int
    only_nil: bool


def must_be_comparable(measure: Measure) -> None:
    """QuestionError, saying what to choose instead, for a measure without a count out of a denominator."""
    if measure.kind not in COMPARABLE:
        raise QuestionError(f"Schools cannot be compared fairly in this measure. {INSTEAD[measure.kind]}")


def breakdowns(measure: Measure) -> tuple[str, ...]:
    """What the door is asked by: a rate needs each year, so that years with a missing return can be left out."""
    return ("year", "school") if measure.kind is Kind.RATE else ("school",)


def counted(
    measure: Measure, table: FigureTable, urns: frozenset[str], facts: Mapping[str, SchoolFacts]
) -> tuple[list[Counted | SetAside], int]:
    """Each of these schools in order of name, counted or set aside; and how many years were left out of rates."""
    rows: dict[str, list[Figure]] = {}
    for row in table.rows:
        if row.by["school"] in urns:
            rows.setdefault(row.by["school"], []).append(row)
    whole = _terms_expected(table.rows, facts) if measure.kind is Kind.RATE else {}
    kept = {urn: [one for one in found if _is_whole(one, whole, facts)] for urn, found in rows.items()}
    left_out = sum(len(found) - len(kept[urn]) for urn, found in rows.items() if kept[urn])
    names = {urn: table.names.get(urn, urn) for urn in rows}
    in_order = sorted(rows, key=lambda urn: (names[urn], urn))
    return [_school(measure, urn, names[urn], rows[urn], kept[urn]) for urn in in_order], left_out


def _terms_expected(rows: Iterable[Figure], facts: Mapping[str, SchoolFacts]) -> dict[tuple[str, str], int]:
    """The returns expected of most of an authority's schools in a year, by authority and year; more where as many."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        found.setdefault(_place(row, facts), []).append(row.coverage.expected)
    return {place: max(set(several), key=lambda one: (several.count(one), one)) for place, several in found.items()}


def _place(row: Figure, facts: Mapping[str, SchoolFacts]) -> tuple[str, str]:
    school = facts.get(row.by["school"])
    return (school.la_code if school else "", row.by["year"])


def _is_whole(row: Figure, whole: Mapping[tuple[str, str], int], facts: Mapping[str, SchoolFacts]) -> bool:
    """A rate of a year holds the pupils once: with a return missing it would be too low, with one too many too high."""
    return not whole or row.coverage.returned == whole[_place(row, facts)]


def _school(measure: Measure, urn: str, name: str, every: list[Figure], kept: list[Figure]) -> Counted | SetAside:
    returned, expected, nil = (
        sum(getattr(one.coverage, part) for one in every) for part in ("returned", "expected", "nil")
    )
    count, of = (sum(getattr(one, part) or 0 for one in kept) for part in ("count", "denominator"))
    only_nil = 0 < returned == nil and not count
    withheld = any(one.state is State.WITHHELD for one in every)
    if of and not withheld:
        return Counted(urn, name, count, of, returned, expected, only_nil)
    why = Why.WITHHELD if withheld else _why(measure, returned=returned, only_nil=only_nil, kept=bool(kept))
    return SetAside(urn, name, why)


def _why(measure: Measure, *, returned: int, only_nil: bool, kept: bool) -> Why:
    if not returned:
        return Why.NO_RETURN
    if measure.kind is Kind.RATE:
        return Why.NO_PUPILS if kept else Why.INCOMPLETE
    return Why.NIL if only_nil else Why.NOTHING
