"""THE DOOR: (scope, question) → figures. All that the portal may import for numbers.

Whose figures they are is the first argument, always. What an organisation sees of its own schools is exact;
what it sees of others is protected (`disclosure`), whatever the caller wants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

import pandas as pd

from pipelines import access_record, audit, exact, returns_read, school_facts, survival_curves
from pipelines.disclosure import LEAST_SCHOOLS
from pipelines.erasing.kept import last_erasure
from pipelines.figures import (
    BREAKDOWNS,
    CATEGORIES,
    STATE_WORDS,
    Coverage,
    Figure,
    FigureTable,
    Question,
    State,
    categories,
    category_label,
)
from pipelines.homes import home, homes
from pipelines.kept_answers import KeptAnswers
from pipelines.of_others import coverage_of_others, must_be_comparable
from pipelines.outcomes import OutcomeCount, outcomes
from pipelines.school_facts import SchoolFacts
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.sharing.answers import shared_answer
from pipelines.sharing.releasing import release_due
from pipelines.survival_curves import AgainCurve, Difference, IncidentsPerChild, Point
from pipelines.warehouse import questions
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, RefusedError
from schemas.measurement import Kind, measure
from schemas.rulesets import rule_set

__all__ = [
    "BREAKDOWNS", "CATEGORIES", "LEAST_SCHOOLS", "STATE_WORDS", "AgainCurve", "Coverage", "Difference", "Figure",
    "FigureTable", "IncidentsPerChild", "OutcomeCount", "Point", "Question", "Reporting", "Scope", "ScopeKind",
    "State", "categories", "category_label",
]  # fmt: skip

ROWS_READ = "incidents read"
T = TypeVar("T")


class Reporting:
    """Answers questions from one warehouse, each answer kept until the data change."""

    def __init__(self, warehouse: Warehouse, *, least_shown: int = 5) -> None:
        self._warehouse = warehouse
        self._least = least_shown
        self._answers = KeptAnswers()

    # -- figures ------------------------------------------------------------------------------------------

    def figures(self, scope: Scope, question: Question) -> FigureTable:
        """The answer to a question, exact for one's own schools, of another organisation from the shared family."""
        if question.about not in (None, scope):
            return self._of_others(scope, question, question.about)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, question.as_at)
            key = ("figures", scope, question, version, moment.date())  # another day, another term is due
            kept = self._answers.find(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                kept = self._answers.keep(key, exact.answer(cursor, scope, question, moment, version))
            found: FigureTable = replace(kept, as_at=moment)
            return found

    def _of_others(self, scope: Scope, question: Question, about: Scope) -> FigureTable:
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            exact.must_exist(cursor, about, question, moment, released=True)
            la_code = must_be_comparable(cursor, scope, about, question, moment)
        self.release(la_code)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, None)
            if measure(question.measure).kind is Kind.COVERAGE:
                exact.must_exist(cursor, about, question, moment)
                return coverage_of_others(cursor, scope, question, about, moment, version)
            return shared_answer(cursor, scope, question, la_code=la_code, moment=moment)

    def shared(self, scope: Scope, question: Question) -> FigureTable:
        """What may leave an authority, as anyone outside it would be told."""
        if scope.kind is not ScopeKind.AUTHORITY:
            raise RefusedError("What is shared is protected authority by authority: name one, for example la:990.")
        with self._warehouse.reading() as cursor:
            exact.must_exist(cursor, scope, question, self._moment(cursor, None)[0], released=True)
        self.release(scope.code)
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            return shared_answer(cursor, scope, question, la_code=scope.code, moment=moment)

    def release(self, la_code: str) -> None:
        """Make the releases of an authority's shared figures that are due; nothing when none is."""
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, None)
        key = ("released", la_code, version, moment.date())
        if self._answers.find(key) is None:
            release_due(self._warehouse, la_code, least=self._least)
            self._answers.keep(key, True)

    def data_version(self, as_at: datetime | None = None) -> int:
        """The number of the last change to what figures say."""
        with self._warehouse.reading() as cursor:
            return self._moment(cursor, as_at)[1]

    # -- escalation ---------------------------------------------------------------------------------------

    def outcomes(self, scope: Scope, question: Question) -> tuple[OutcomeCount, ...]:
        """The five outcomes under the question's rule set, counted for one's own schools."""
        _must_be_own(scope, question)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, question.as_at)
            key = ("outcomes", scope, question, version, moment.date())
            kept = self._answers.find(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                kept = self._answers.keep(key, outcomes(cursor, scope, question, moment))
            found: tuple[OutcomeCount, ...] = kept
            return found

    def missed(self, scope: Scope, question: Question, *, actor: Actor) -> pd.DataFrame:
        """One's own incidents that the rule set called for and that were not escalated; the read is audited.

        ForbiddenError without a stated purpose (schemas/purposes.toml), or for another organisation's.
        """
        with access_record.watched(self._warehouse, actor, "single incidents"):
            _must_be_own(scope, question)
            if actor.scope != scope:
                raise ForbiddenError("Rows are shown only to the organisation that signed in.")
            access_record.must_have_purpose(actor)
        rules = rule_set(question.rule_set)
        with self._warehouse.writing() as cursor:
            moment, _ = self._moment(cursor, question.as_at)
            exact.must_exist(cursor, scope, question, moment)
            found = cursor.frame(
                grains_at(cursor, scope, moment) + questions.missed(rules, question),
                exact.values_of(scope, question, moment),
            )
            schools = access_record.by_school(found)
            access_record.read(cursor, actor, ROWS_READ, schools=schools, rows=len(found), rule_set=rules.id)
        return found

    # -- involved again -----------------------------------------------------------------------------------

    def again_curve(self, scope: Scope, question: Question) -> AgainCurve:
        """How soon the children of one's own schools are involved again, day by day up to a year."""
        return self._of_own("again curve", scope, question, survival_curves.curve)

    def again_differences(self, scope: Scope, question: Question) -> Mapping[str, Difference]:
        """For each breakdown of the question, whether its groups are involved again differently, tested together."""
        return self._of_own("again differences", scope, question, survival_curves.differences)

    def incidents_per_child(self, scope: Scope, question: Question) -> IncidentsPerChild:
        """How many children of one's own schools were in how many of the incidents in question."""
        return self._of_own("incidents per child", scope, question, survival_curves.incidents_per_child)

    def _of_own(
        self, name: str, scope: Scope, question: Question, work: Callable[[Cursor, Scope, Question, datetime], T]
    ) -> T:
        _must_be_own(scope, question)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, question.as_at)
            key = (name, scope, question, version, moment.date())
            kept: T | None = self._answers.find(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                kept = self._answers.keep(key, work(cursor, scope, question, moment))
            return kept

    def days_told(self, scope: Scope, question: Question) -> tuple[date, ...]:
        """The day on which staff were told of each incident of one's own schools, in order of time."""
        return self._of_own("days told", scope, question, exact.days_told)

    # -- comparing ----------------------------------------------------------------------------------------

    def school_facts(self, scope: Scope, question: Question) -> Mapping[str, SchoolFacts]:
        """What the register says of an organisation's schools in a period; for a school, of its authority's."""
        return self._of_own("school facts", scope, question, school_facts.read)

    # -- returns ------------------------------------------------------------------------------------------

    def returns(self, scope: Scope, question: Question) -> pd.DataFrame:
        """Each return expected from one's own schools: whether it came, nil, version, when and by whom."""
        _must_be_own(scope, question)
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, question.as_at)
            exact.must_exist(cursor, scope, question, moment)
            return returns_read.expected(cursor, scope, question, moment)

    def versions(self, scope: Scope) -> pd.DataFrame:
        """Every version that one's own schools have sent, the latest first, and the roles of who sent and signed it."""
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            return returns_read.versions(cursor, scope, moment)

    def periods(self, scope: Scope) -> list[tuple[str, str]]:
        """The (academic year, term) pairs of which returns are expected, earliest first."""
        table = self.figures(scope, Question("returns_received", by=("term",)))
        return [(row.by["year"], row.by["term"]) for row in table.rows]

    def schools(self, scope: Scope) -> dict[str, str]:
        """The URN and name of every school that is or was in scope and of which a return is expected."""
        return dict(self.figures(scope, Question("returns_received", by=("school",))).names)

    def home(self, scope: Scope) -> dict[str, str]:
        """What an organisation is called, and the authority and trust that a school belongs to today."""
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            found = homes(cursor, scope, moment)
        return home(scope, found[0]) if found else {"name": str(scope)}

    # -- keeping ------------------------------------------------------------------------------------------

    def _moment(self, cursor: Cursor, as_at: datetime | None) -> tuple[datetime, int]:
        moment = as_at or audit.now()
        self._answers.let_go_of_what_was_erased(last_erasure(cursor))
        return moment, audit.data_version(cursor, as_at=moment)


def _must_be_own(scope: Scope, question: Question) -> None:
    if question.about not in (None, scope):
        raise ForbiddenError("This is shown only for your own organisation.")
