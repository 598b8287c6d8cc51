"""The whole terms before and after a day, of those of which returns are expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.figures import Figure, Question
from pipelines.reporting import Reporting
from pipelines.scope import Scope

Term = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Dated:
    """One term with its first and last day."""

    year: str
    term: str
    first_day: date
    last_day: date

    @property
    def name(self) -> Term:
        """The (academic year, term) pair."""
        return self.year, self.term


@dataclass(frozen=True, slots=True)
class Window:
    """The terms compared, as (academic year, term), earliest first; the one left out, if any; and every whole term.

    `change_at` is the place, in `all_terms`, of the first whole term after the change.
    """

    from_day: date
    before: tuple[Term, ...]
    after: tuple[Term, ...]
    left_out: Term | None
    all_terms: tuple[Term, ...]
    change_at: int

    @property
    def same_seasons(self) -> bool:
        """Whether both sides hold as many autumns, springs and summers."""
        return sorted(term for _, term in self.before) == sorted(term for _, term in self.after)

    def is_before(self, row: Figure) -> bool:
        """Whether a figure belongs to the terms compared before the change."""
        return (row.by["year"], row.by["term"]) in self.before

    def is_after(self, row: Figure) -> bool:
        """Whether a figure belongs to the terms compared after the change."""
        return (row.by["year"], row.by["term"]) in self.after


def calendar(reporting: Reporting, scope: Scope, *, today: date) -> tuple[Dated, ...]:
    """The terms that have ended and of which returns are expected, earliest first."""
    expected = reporting.returns(scope, Question("returns_received"))
    columns = ["academic_year", "term", "first_day", "last_day"]
    rows = expected[columns].drop_duplicates().itertuples(index=False)
    found = [Dated(str(year), str(term), first.date(), last.date()) for year, term, first, last in rows]
    return tuple(sorted((one for one in found if one.last_day < today), key=lambda one: one.first_day))


def around(terms: Sequence[Dated], from_day: date, *, most: int) -> Window:
    """At most so many whole terms on either side of a day."""
    before = [one.name for one in terms if one.last_day < from_day]
    after = [one.name for one in terms if one.first_day >= from_day]
    fell_in = [one.name for one in terms if one.first_day < from_day <= one.last_day]
    return Window(
        from_day=from_day,
        before=tuple(before[-most:]),
        after=tuple(after[:most]),
        left_out=fell_in[0] if fell_in else None,
        all_terms=tuple(one.name for one in terms),
        change_at=len(before) + len(fell_in),
    )
