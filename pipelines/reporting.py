"""THE DOOR: (scope, question) → figures. All that the portal may import for numbers.

Whose figures they are is the first argument, always. What an organisation sees of its own schools is exact;
what it sees of others is protected (`disclosure`), whatever the caller wants.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Any, TypeVar

import pandas as pd

from pipelines import access_record, audit, exact, school_facts, survival_curves
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
from pipelines.history import FIRST_YEAR, schools_in_scope
from pipelines.school_facts import SchoolFacts
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.sharing.answers import shared_answer
from pipelines.sharing.releasing import release_due
from pipelines.survival_curves import AgainCurve, Difference, IncidentsPerChild, Point
from pipelines.warehouse import questions
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, RefusedError
from schemas.measurement import Kind, measure
from schemas.rulesets import OUTCOME_LABELS, Outcome, rule_set

__all__ = [
    "BREAKDOWNS", "CATEGORIES", "LEAST_SCHOOLS", "STATE_WORDS", "AgainCurve", "Coverage", "Difference", "Figure",
    "FigureTable", "IncidentsPerChild", "OutcomeCount", "Point", "Question", "Reporting", "Scope", "ScopeKind",
    "State", "categories", "category_label",
]  # fmt: skip

KEPT_ANSWERS = 2000
ROWS_READ = "incidents read"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many incidents of one combination had one of the five outcomes; None where withheld."""

    by: Mapping[str, str]
    outcome: Outcome
    count: int | None


class Reporting:
    """Answers questions from one warehouse, each answer kept until the data change."""

    def __init__(self, warehouse: Warehouse, *, least_shown: int = 5) -> None:
        self._warehouse = warehouse
        self._least = least_shown
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = Lock()
        self._erasure = 0

    # -- figures ------------------------------------------------------------------------------------------

    def figures(self, scope: Scope, question: Question) -> FigureTable:
        """The answer to a question, exact for one's own schools, of another organisation from the shared family."""
        if question.about not in (None, scope):
            return self._of_others(scope, question, question.about)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, question.as_at)
            key = ("figures", scope, question, version, moment.date())  # another day, another term is due
            kept = self._kept(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                kept = self._keep(key, exact.answer(cursor, scope, question, moment, version))
            found: FigureTable = replace(kept, as_at=moment)
            return found

    def _of_others(self, scope: Scope, question: Question, about: Scope) -> FigureTable:
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            exact.must_exist(cursor, about, question, moment, released=True)
            la_code = _must_be_comparable(cursor, scope, about, question, moment)
        self.release(la_code)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, None)
            if measure(question.measure).kind is Kind.COVERAGE:
                exact.must_exist(cursor, about, question, moment)
                return _coverage_of_others(cursor, scope, question, about, moment, version)
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
        if self._kept(key) is None:
            release_due(self._warehouse, la_code, least=self._least)
            self._keep(key, True)

    def data_version(self, as_at: datetime | None = None) -> int:
        """The number of the last change to what figures say."""
        with self._warehouse.reading() as cursor:
            return self._moment(cursor, as_at)[1]

    # -- escalation ---------------------------------------------------------------------------------------

    def outcomes(self, scope: Scope, question: Question) -> tuple[OutcomeCount, ...]:
        """The five outcomes under the question's rule set, counted for one's own schools."""
        _must_be_own(scope, question)
        rules = rule_set(question.rule_set)
        with self._warehouse.reading() as cursor:
            moment, version = self._moment(cursor, question.as_at)
            key = ("outcomes", scope, question, version, moment.date())
            kept = self._kept(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                rows = cursor.rows(
                    grains_at(cursor, scope, moment) + questions.outcomes(rules, question),
                    exact.values_of(scope, question, moment),
                )
                kept = self._keep(key, _outcome_counts(rows))
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
            kept: T | None = self._kept(key)
            if kept is None:
                exact.must_exist(cursor, scope, question, moment)
                kept = self._keep(key, work(cursor, scope, question, moment))
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
            values = exact.values_of(scope, question, moment)
            wanted = {name: values[name] for name in ("as_at", "scope", "terms", "year", "term", "phase", "school")}
            return cursor.frame(
                grains_at(cursor, scope, moment)
                + "SELECT * FROM expected e WHERE ($year IS NULL OR academic_year = $year) "
                "AND ($term IS NULL OR term = $term) AND ($phase IS NULL OR phase = $phase) "
                "AND ($school IS NULL OR school_urn = $school) ORDER BY school_name, first_day",
                wanted,
            )

    def versions(self, scope: Scope) -> pd.DataFrame:
        """Every version that one's own schools have sent, the latest first, and the roles of who sent and signed it."""
        with self._warehouse.reading() as cursor:
            moment, _ = self._moment(cursor, None)
            return cursor.frame(
                grains_at(cursor, scope, moment)
                + "SELECT r.*, s.name AS school_name, coalesce(a.role, '') AS recorded_role, "
                "coalesce(o.role, '') AS signed_off_as "
                "FROM returns r "
                "JOIN terms t ON t.academic_year = r.academic_year AND t.term = r.term "
                "JOIN scope_schools m ON m.urn = r.school_urn AND t.last_day BETWEEN m.from_date AND m.to_date "
                "LEFT JOIN register s ON s.urn = r.school_urn "
                # of two versions in one moment each has an event of its own: the role is told once
                "LEFT JOIN (SELECT DISTINCT recorded_at, actor, subject, role FROM audit) a "
                "ON a.recorded_at = r.recorded_at AND a.actor = r.recorded_by "
                "AND a.subject = 'school:' || r.school_urn || ' ' || r.academic_year || ' ' || r.term "
                "LEFT JOIN sign_offs o ON o.return_id = r.return_id "
                "WHERE r.incidents IS NOT NULL "  # not of a year of which the rows were erased
                "ORDER BY r.recorded_at DESC, r.return_id DESC",
                bindings(scope, as_at=moment, first_year=FIRST_YEAR),
            )

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
            found = _homes(cursor, scope, moment)
        return _home(scope, found[0]) if found else {"name": str(scope)}

    # -- keeping ------------------------------------------------------------------------------------------

    def _moment(self, cursor: Cursor, as_at: datetime | None) -> tuple[datetime, int]:
        moment = as_at or audit.now()
        self._let_go_of_what_was_erased(last_erasure(cursor))
        return moment, audit.data_version(cursor, as_at=moment)

    def _let_go_of_what_was_erased(self, last: int) -> None:
        """Answers are kept by the version of the data, also of earlier ones: none outlives an erasure."""
        with self._lock:
            if last != self._erasure:
                self._answers.clear()
                self._erasure = last

    def _kept(self, key: tuple[object, ...]) -> Any:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def _keep(self, key: tuple[object, ...], answer: Any) -> Any:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer


def _must_be_own(scope: Scope, question: Question) -> None:
    if question.about not in (None, scope):
        raise ForbiddenError("This is shown only for your own organisation.")


def _must_be_comparable(cursor: Cursor, scope: Scope, about: Scope, question: Question, moment: datetime) -> str:
    """The authority in whose releases the answer is; others' figures are those of an organisation one belongs to."""
    if about.kind not in (ScopeKind.AUTHORITY, ScopeKind.TRUST):
        raise ForbiddenError("Another school's figures are not shown.")
    if question.as_at or question.school:
        raise ForbiddenError("Figures of other organisations are shown for all their schools, as they were released.")
    mine = schools_in_scope(cursor, scope, on=moment.date(), as_at=moment)
    theirs = schools_in_scope(cursor, about, on=moment.date(), as_at=moment)
    if not mine & theirs:
        raise ForbiddenError("You can compare with an authority or trust that your schools belong to.")
    if about.kind is ScopeKind.AUTHORITY:
        return about.code
    if scope.kind is ScopeKind.TRUST:
        raise ForbiddenError("You can compare with an authority that your schools belong to.")
    return _home(scope, _homes(cursor, scope, moment)[0])["la"]


def _coverage_of_others(
    cursor: Cursor, scope: Scope, question: Question, about: Scope, moment: datetime, version: int
) -> FigureTable:
    """Whether returns came says nothing about a child; which of them were nil may."""
    if not set(question.by) <= {"term", "year"}:
        raise RefusedError("Of others, returns received are shown over time only.")
    whole = exact.answer(cursor, about, replace(question, about=None), moment, version)
    rows = tuple(replace(row, coverage=replace(row.coverage, nil=0)) for row in whole.rows)
    return replace(
        whole, question=question, scope=scope, coverage=replace(whole.coverage, nil=0), rows=rows, protected=True,
        names={},
    )  # fmt: skip


def _homes(cursor: Cursor, scope: Scope, moment: datetime) -> list[dict[str, Any]]:
    return cursor.rows(
        grains_at(cursor, scope, moment) + "SELECT s.*, t.trust_uid AS member_of, t.trust_name AS member_name, "
        # an organisation whose schools have all gone elsewhere is still called what it was
        "(SELECT max(la_name) FROM authority_members WHERE la_code = $scope) AS own_la_name, "
        "(SELECT max(trust_name) FROM trust_members WHERE trust_uid = $scope) AS own_trust_name "
        "FROM scope_schools m JOIN register s ON s.urn = m.urn "
        "LEFT JOIN trust_members t ON t.urn = s.urn AND $as_at::DATE BETWEEN t.from_date AND t.to_date "
        "ORDER BY m.to_date DESC, s.status = 'closed' LIMIT 1",
        bindings(scope, as_at=moment, first_year=FIRST_YEAR),
    )


def _outcome_counts(rows: Sequence[Mapping[str, Any]]) -> tuple[OutcomeCount, ...]:
    order = list(OUTCOME_LABELS)
    found = [
        OutcomeCount(
            {name.removeprefix("by_"): str(value) for name, value in row.items() if name.startswith("by_")},
            Outcome(row["outcome"]),
            int(row["count"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (tuple(one.by.values()), order.index(one.outcome))))


def _home(scope: Scope, row: Mapping[str, Any]) -> dict[str, str]:
    names = {
        ScopeKind.SCHOOL: row["name"],
        ScopeKind.TRUST: row["own_trust_name"],
        ScopeKind.AUTHORITY: row["own_la_name"],
    }
    found = {"name": str(names.get(scope.kind) or scope), "la": str(row["la_code"]), "la_name": str(row["la_name"])}
    if row["member_of"] and scope.kind is ScopeKind.SCHOOL:
        found |= {"trust": str(row["member_of"]), "trust_name": str(row["member_name"])}
    return found
