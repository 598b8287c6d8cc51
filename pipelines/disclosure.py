"""Protect figures that include others' data. The one place for it.

Small enough for a governance officer to read whole. Of others only totals and series over time are given at all
(`SHARED_BREAKDOWNS`), and these views of a measure are protected together, whichever of them is asked for:

1. A figure is safe when neither its count, nor what that leaves of its denominator, nor the denominator is small,
   at least three schools contribute and none of them most; and when the same holds of what is left of it without
   the asker's own schools, whose part the asker knows.
2. A term is shown when the whole year is safe: the year itself and each of its terms. One withheld term thus takes
   the other terms of its year along, since year minus the others would give it away.
3. A year is shown when it is safe. The total of all years is shown when it and every year are.

What is withheld takes everything computed from it along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.figures import Coverage, Figure, State

SHARED_BREAKDOWNS = frozenset({"term", "year"})
LEAST_SCHOOLS = 3
Period = tuple[str | None, str | None]  # academic year and term, None for all
ALL: Period = (None, None)


def period(row: Figure, *, year: str | None = None, term: str | None = None) -> Period:
    """The year and term that a row is about, by its breakdowns and the question's filters."""
    return row.by.get("year", year), row.by.get("term", term)


def shown_periods(
    rows: Iterable[Figure], parts: Sequence[Figure], *, own: frozenset[str], least: int
) -> frozenset[Period]:
    """The periods whose figures someone outside may see; the total of one term over several years is never one.

    `rows` are the measure's figures by term, by year and in all; `parts` its figures by term and school; `own` the
    asker's schools; `least` the smallest count shown.
    """
    verdicts = {period(row): _is_safe(row, _within(parts, period(row)), own=own, least=least) for row in rows}
    safe = {one for one, verdict in verdicts.items() if verdict}
    years = {one for one in verdicts if one != ALL and one[1] is None}
    whole = {year for year, _ in years if all(one in safe for one in verdicts if one[0] == year)}
    shown = {one for one in verdicts if one[1] is not None and one[0] in whole} | (years & safe)
    return frozenset(shown | ({ALL} & safe if years <= safe else set()))


def protect(row: Figure, *, shown: bool) -> Figure:
    """The row as someone outside may see it; that no return came is no secret."""
    return _shown(row) if shown or row.state is State.NOT_SUBMITTED else withhold(row)


def is_small(count: int | None, denominator: int | None, *, least: int) -> bool:
    """Whether a count, what it leaves of its denominator, or the denominator itself is small but not zero."""
    of = denominator or 0
    return any(0 < number < least for number in (count or 0, of - (count or 0), of))


def enough_schools(counts: Sequence[int]) -> bool:
    """At least three schools contribute (a nil return contributes 0), and none of them more than half."""
    return len(counts) >= LEAST_SCHOOLS and 2 * max(counts) <= sum(counts)


def withhold(row: Figure) -> Figure:
    """The row with nothing left that was computed from its count."""
    return replace(
        _shown(row), value=None, count=None, denominator=None, lower95=None, upper95=None, state=State.WITHHELD,
        p90=None,
    )  # fmt: skip


def without_nil(coverage: Coverage) -> Coverage:
    """Coverage that does not tell which periods had nothing: that could leave one withheld figure alone."""
    return replace(coverage, nil=0)


def _shown(row: Figure) -> Figure:
    """A shown row keeps its value; counts beside it that were not tested for smallness are left out."""
    return replace(
        row, not_known=None, not_applicable=None, undated=None, at_risk=None, coverage=without_nil(row.coverage)
    )


def _within(parts: Sequence[Figure], asked: Period) -> list[Figure]:
    """What schools contribute to a period: a school's part of each of its terms."""
    return [
        part
        for part in parts
        if part.state is not State.NOT_SUBMITTED
        and all(wanted in (None, said) for wanted, said in zip(asked, period(part), strict=True))
    ]


def _is_safe(row: Figure, parts: Sequence[Figure], *, own: frozenset[str], least: int) -> bool:
    if row.state is State.NOT_SUBMITTED:
        return True
    if is_small(row.count, row.denominator, least=least):
        return False
    others = [part for part in parts if part.by["school"] not in own]
    return all(_can_stand(some, least=least) for some in (parts, others))


def _can_stand(parts: Sequence[Figure], *, least: int) -> bool:
    counts, denominators = _by_school(parts, "count"), _by_school(parts, "denominator")
    small = is_small(sum(counts), sum(denominators), least=least)
    return not small and enough_schools(counts) and enough_schools(denominators)


def _by_school(parts: Sequence[Figure], name: str) -> list[int]:
    found: dict[str, int] = {}
    for part in parts:
        school = part.by["school"]
        found[school] = found.get(school, 0) + (getattr(part, name) or 0)
    return list(found.values())
