"""The day by which returns of a term are due, set by their authority; without one no return is late.

A day is never set in the past, so a deadline that is set or moved makes no return late that came before it.
The releases of shared figures do not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines import audit, decisions
from pipelines.decisions import Decision, DecisionKind
from pipelines.history import last_day_of
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term, academic_year, default_terms, label, start_year
from schemas.errors import ForbiddenError, QuestionError

ENGLAND = ZoneInfo("Europe/London")
LONGEST = timedelta(days=366)  # after the end of the term
NOT_YOURS = "Only an authority sets the day by which its schools' returns are due."
PAST = "Choose today or a later day: nobody can meet a deadline that has passed."
Place = tuple[str, str, str]  # authority, academic year, term


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which a return of a term is in time, for the schools of one authority."""

    number: int
    la_code: str
    academic_year: str
    term: Term
    day: date
    decided_at: datetime
    decided_by: str
    role: str

    @property
    def place(self) -> Place:
        """What it is for."""
        return self.la_code, self.academic_year, str(self.term)


def day_in_england(moment: datetime) -> date:
    """The day on which a moment kept in UTC falls, as a calendar in England shows it."""
    return moment.replace(tzinfo=UTC).astimezone(ENGLAND).date()


def first_possible(year: str, term: Term, *, today: date) -> date:
    """The earliest day that can be set for a term: its last, or today."""
    return max(last_day_of(year, term), today)


def open_terms(*, today: date) -> tuple[tuple[str, Term], ...]:
    """The terms that have begun and for which a deadline can still be set, the latest first."""
    this = start_year(academic_year(today))
    years = (f"{start}{(start + 1) % 100:02d}" for start in (this - 2, this - 1, this))
    bands = [band for year in years for band in default_terms(year)]
    found = [band for band in bands if band.first_day <= today <= band.last_day + LONGEST]
    return tuple((band.academic_year, band.term) for band in reversed(found))


def set_deadline(
    warehouse: Warehouse, year: str, term: Term, *, day: date, actor: Actor, when: datetime | None = None
) -> None:
    """Set or move the day by which returns of a term are due; what stood before stays on record."""
    _must_be_authority(actor)
    _must_fit(year, term, day, today=day_in_england(when or audit.now()))
    content = {"academic_year": year, "term": str(term), "day": day.isoformat()}
    with warehouse.writing() as cursor:  # what stands is read in it: two officers at once keep one deadline
        found = _of_term(cursor, year, term, actor=actor)
        if not found:
            decisions.decide_within(cursor, DecisionKind.DEADLINE, content, actor=actor, when=when)
        elif found[-1].day != day:
            decisions.revise_within(cursor, found[-1].number, content, actor=actor)


def end_deadline(warehouse: Warehouse, year: str, term: Term, *, actor: Actor) -> None:
    """Take back the deadline of a term: no return of it is late any more."""
    _must_be_authority(actor)
    with warehouse.writing() as cursor:
        found = _of_term(cursor, year, term, actor=actor)
        if not found:
            raise QuestionError(f"No deadline is set for the {term} term of {label(year)}.")
        for one in found:
            decisions.withdraw_within(cursor, one.number, actor=actor)


def standing(warehouse: Warehouse, authority: Scope) -> Mapping[Place, Deadline]:
    """An authority's deadlines as they stand."""
    return _by_place(decisions.decisions(warehouse, authority, DecisionKind.DEADLINE))


def standing_everywhere(cursor: Cursor) -> Mapping[Place, Deadline]:
    """Every authority's deadlines as they stand: a trust's schools may be in several."""
    return _by_place(decisions.standing_of_all(cursor, DecisionKind.DEADLINE))


def _of_term(cursor: Cursor, year: str, term: Term, *, actor: Actor) -> list[Deadline]:
    """One's own deadlines for a term, the last said at the end: one, or none."""
    found = _in_turn(decisions.standing_within(cursor, actor.scope, DecisionKind.DEADLINE))
    return [one for one in found if one.place == (actor.scope.code, year, str(term))]


def _by_place(found: tuple[Decision, ...]) -> Mapping[Place, Deadline]:
    return {one.place: one for one in _in_turn(found)}


def _in_turn(found: tuple[Decision, ...]) -> list[Deadline]:
    return sorted(map(_deadline, found), key=lambda one: (one.decided_at, one.number))


def _must_be_authority(actor: Actor) -> None:
    if actor.scope.kind is not ScopeKind.AUTHORITY:
        raise ForbiddenError(NOT_YOURS)


def _must_fit(year: str, term: Term, day: date, *, today: date) -> None:
    last_day = last_day_of(year, term)
    if day < last_day:
        ends = f"{last_day.day} {last_day:%B %Y}"
        raise QuestionError(f"A return is of the whole term, so it cannot be due before the term ends on {ends}.")
    if day < today:
        raise QuestionError(PAST)
    if day > last_day + LONGEST:
        raise QuestionError("Choose a day within a year of the end of the term.")


def _deadline(one: Decision) -> Deadline:
    kept = one.content
    return Deadline(
        one.decision_id, one.scope.code, kept["academic_year"], Term(kept["term"]), date.fromisoformat(kept["day"]),
        one.decided_at, one.decided_by, one.role,
    )  # fmt: skip
