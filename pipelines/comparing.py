"""THE DOOR to comparisons: one's own schools against a comparator, by a funnel with exact tails. What a page may show.

An authority compares its schools, a trust its own: those figures are exact. A comparator beyond them is given only as
the protected figure that is shared; a school then sees its own point beside that figure, and nothing of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.comparators import (
    LEAST_SCHOOLS,
    Around,
    Beyond,
    Comparator,
    ComparatorKind,
    beyond,
    is_given,
    members,
    offered,
)
from pipelines.compared import Comparison, Lines, School, placed, shrunk, valued
from pipelines.figures import Coverage, FigureTable, Question, State
from pipelines.groups import Group, groups, keep, withdraw
from pipelines.reporting import Reporting
from pipelines.school_counts import Counted, SetAside, Why, breakdowns, counted, must_be_comparable
from pipelines.school_facts import SchoolFacts
from pipelines.scope import Scope, ScopeKind
from pipelines.similar import Similar, similar_schools
from pipelines.statistics.funnel import Position
from schemas.errors import QuestionError, RefusedError
from schemas.measurement import Measure, measure

__all__ = [
    "LEAST_SCHOOLS", "Comparator", "ComparatorKind", "Comparison", "Group", "Lines", "Position", "School",
    "SchoolFacts", "SetAside", "Similar", "Why", "compare", "groups", "keep", "offers", "similar_to", "withdraw",
]  # fmt: skip

TOO_FEW = (
    "Fewer than three schools have anything to compare here, so no comparison is given. Choose a longer period or "
    "more schools."
)
MOST_OF_IT = (
    "One school has more than half of what is counted here: the comparison would be with that school itself. Choose "
    "a longer period or more schools."
)
NOT_GIVEN = (
    "These schools are public facts of the register. Their figures, together or apart, are not given to a single "
    "school: so few schools could be told apart."
)
NOT_SHARED = (
    "Of these schools no figure is shared for this period: a term is shared once it is closed, and only where returns "
    "came. Choose one academic year that has ended."
)
WITHHELD = "The figure of these schools is withheld here, because it could point at someone or at one school."


def offers(
    reporting: Reporting, scope: Scope, question: Question, kept: Sequence[Group] = ()
) -> Mapping[Comparator, str]:
    """The comparators of a period, for the question's school or for all of one's own, each with what it is called."""
    return offered(_around(reporting, scope, question, kept), school=_school(scope, question))


def similar_to(reporting: Reporting, scope: Scope, question: Question) -> tuple[SchoolFacts, tuple[Similar, ...]]:
    """The question's school and those similar to it, the nearest first, from the same authority or trust."""
    facts = _facts(reporting, scope, question)
    school = facts.get(_school(scope, question) or "")
    if school is None:
        raise QuestionError("Choose a school first: similar schools are similar to one.")
    return school, similar_schools(school, facts.values())


def compare(
    reporting: Reporting, scope: Scope, question: Question, comparator: Comparator, kept: Sequence[Group] = ()
) -> Comparison:
    """One's own schools of a comparator, in a share or a rate; QuestionError for other measures."""
    asked = measure(question.measure)
    must_be_comparable(asked)
    around = _around(reporting, scope, question, kept)
    called = offered(around, school=_school(scope, question)).get(comparator)
    if called is None:
        raise QuestionError("There is no such comparator for this choice. Choose one from the list.")
    found = _own(reporting, around, question, asked, comparator, called)
    whose = beyond(around, comparator)
    if not is_given(around, comparator):
        return replace(found, why_not=NOT_GIVEN, protected=True)
    return _beside(reporting, found, whose, asked, scope) if whose else _among(found, asked)


def _around(reporting: Reporting, scope: Scope, question: Question, kept: Sequence[Group]) -> Around:
    return Around(scope, _facts(reporting, scope, question), tuple(kept))


def _facts(reporting: Reporting, scope: Scope, question: Question) -> Mapping[str, SchoolFacts]:
    return reporting.school_facts(scope, Question("returns_received", year=question.year, term=question.term))


def _school(scope: Scope, question: Question) -> str | None:
    return scope.code if scope.kind is ScopeKind.SCHOOL else question.school


def _own(
    reporting: Reporting, around: Around, question: Question, asked: Measure, comparator: Comparator, called: str
) -> Comparison:
    """One's own schools of the comparator with their values, before anything is compared."""
    plain = replace(question, school=None, phase=None, about=None, by=breakdowns(asked))
    table = reporting.figures(around.scope, plain)
    urns = members(around, comparator) & _visible(around)
    places, left_out = counted(asked, table, urns, around.facts)
    return Comparison(
        question=question, comparator=comparator, called=called,
        schools=tuple(valued(asked, one) for one in places if isinstance(one, Counted)),
        set_aside=tuple(one for one in places if isinstance(one, SetAside)),
        years_left_out=left_out, coverage=_coverage(table, urns), rule_set=table.rule_set, as_at=table.as_at,
        data_version=table.data_version,
    )  # fmt: skip


def _visible(around: Around) -> frozenset[str]:
    """The schools whose own figures may be seen: the facts of a single school hold those around it too."""
    own = around.scope
    return frozenset({own.code} if own.kind is ScopeKind.SCHOOL else around.facts)


def _coverage(table: FigureTable, urns: frozenset[str]) -> Coverage:
    rows = [row.coverage for row in table.rows if row.by["school"] in urns]
    return Coverage(*(sum(getattr(one, part) for one in rows) for part in ("returned", "expected", "nil")))


def _among(found: Comparison, asked: Measure) -> Comparison:
    """One's own schools against what they come to together."""
    if why_not := _cannot_stand(found.schools):
        return replace(found, why_not=why_not)
    return placed(replace(found, schools=shrunk(asked, found.schools)), asked, target=None)


def _cannot_stand(schools: Sequence[School]) -> str | None:
    """Why schools together are no comparator: fewer than three contribute, or one contributes most."""
    if len(schools) < LEAST_SCHOOLS:
        return TOO_FEW
    parts = ([one.count for one in schools], [one.denominator for one in schools])
    return MOST_OF_IT if any(2 * max(part) > sum(part) for part in parts) else None


def _beside(reporting: Reporting, found: Comparison, whose: Beyond, asked: Measure, scope: Scope) -> Comparison:
    """One's own schools against the protected figure of an authority or trust."""
    found = replace(found, protected=True)
    try:
        shared = reporting.figures(
            scope, replace(found.question, about=whose.scope, phase=whose.phase, school=None, by=())
        ).rows[0]
    except (RefusedError, QuestionError) as refused:
        return replace(found, why_not=str(refused))
    if shared.value is None:
        return replace(found, why_not=WITHHELD if shared.state is State.WITHHELD else NOT_SHARED)
    return placed(found, asked, target=shared.value) if found.schools else replace(found, target=shared.value)
