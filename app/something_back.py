"""Something back for a return: one's own headline figures at once, beside a comparator where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from app import asking, charts, figure, listing, wording
from app.permissions import Action, Person, may
from pipelines.reporting import Figure, FigureTable, Question
from pipelines.returns import Receipt
from pipelines.scope import ScopeKind
from schemas.errors import PlumblineError
from schemas.family import family
from schemas.measurement import measures

FIRST, AGAIN = "escalated_when_called_for", "involved_again_365_days"
HEADLINES = ("incidents_per_1000", FIRST, "days_to_escalation", "dsl_informed_same_day", AGAIN)
NONE_TO_COMPARE = "There is nothing to compare with here: the figures are of all your schools together."


def show(person: Person, receipts: Sequence[Receipt], names: Mapping[str, str]) -> None:
    """The figures that this return is now part of, in words, as a table and over the terms as a chart."""
    if not may(person, Action.SEE_FIGURES):
        return
    first = receipts[0]
    when = wording.period(first.academic_year, first.term)
    who, asked = _own(person, receipts, names)
    st.header("Something back: your figures with this return", anchor="something-back")
    own = {name: asking.one(person, one) for name, one in _questions(asked, first).items()}
    theirs, called = _theirs(person, {name: table.question for name, (_, table) in own.items()}, receipts)
    st.markdown(f"**{_sentence(who, when, own[FIRST][0], called, theirs.get(FIRST))}**")
    columns = {name: [row, *([theirs[name][0]] if theirs else [])] for name, (row, _) in own.items()}
    figure.show(
        f"{who}, {when}{f', beside {called}' if theirs else ''}",
        chart=None,
        table=listing.compared(columns, [who, *([called] if theirs else [])]),
        caption=_caption(own[FIRST][1], theirs.get(FIRST), called),
        key="something-back",
    )
    _over_terms(person, who, asked, called if theirs else "", receipts)


def _own(person: Person, receipts: Sequence[Receipt], names: Mapping[str, str]) -> tuple[str, Question]:
    """Whose figures: the school's that was sent for, or of all one's schools where several were."""
    plain = Question(FIRST, rule_set=family().rule_set)
    if person.scope.kind is ScopeKind.SCHOOL:
        return asking.home(person)["name"], plain
    if len(receipts) == 1:
        urn = receipts[0].school_urn
        return names.get(urn, urn), replace(plain, school=urn)
    return asking.home(person)["name"], plain


def _questions(asked: Question, first: Receipt) -> dict[str, Question]:
    """Each headline for the term of the return; involved again for all years."""
    of_term = replace(asked, year=first.academic_year, term=str(first.term))
    return {name: replace(asked if name == AGAIN else of_term, measure=name) for name in HEADLINES}


Answers = dict[str, tuple[Figure, FigureTable]]


def _theirs(person: Person, asked: Mapping[str, Question], receipts: Sequence[Receipt]) -> tuple[Answers, str]:
    """A school's authority as it was released; for one school of several, all of one's own; none else."""
    if person.scope.kind is not ScopeKind.SCHOOL:
        if len(receipts) > 1:
            return {}, NONE_TO_COMPARE
        whole = {name: asking.one(person, replace(one, school=None)) for name, one in asked.items()}
        return whole, f"all schools of {asking.home(person)['name']}"
    other = asking.authority(person)
    if other is None:
        return {}, "Your school belongs to no authority that shares figures here."
    try:
        return {name: asking.one(person, asking.about(one, other)) for name, one in asked.items()}, other.called
    except PlumblineError as fault:
        return {}, str(fault)


def _sentence(who: str, when: str, own: Figure, called: str, theirs: tuple[Figure, FigureTable] | None) -> str:
    """What was escalated of what the guidance calls for, and the same of the comparator or why there is none."""
    measure = measures()[FIRST]
    said = f"{who}, {when}: escalated when called for, {wording.sentence(measure, own)}."
    if theirs is None:
        return f"{said} {called}"
    if theirs[0].value is None:
        return f"{said} Of {called}: {wording.short(measure, theirs[0])} for this term."
    return f"{said} {wording.opening(called)}: {wording.short(measure, theirs[0])}."


def _caption(table: FigureTable, theirs: tuple[Figure, FigureTable] | None, called: str) -> str:
    released = ""
    if theirs is not None:
        at = theirs[1]
        released = f"{wording.opening(called)}: {wording.coverage(at.coverage)}"
        released += f"; {figure.released(at)}" if at.protected else ""
    return figure.joined(
        "Involved again: all years", wording.opening(wording.coverage(table.coverage)), released,
        figure.judged_by(family().rule_set),
        "Schools differ in age, size and how much they record: a difference is a question, not a verdict",
        figure.version(table),
    )  # fmt: skip


def _over_terms(person: Person, who: str, asked: Question, called: str, receipts: Sequence[Receipt]) -> None:
    """The first figure over the terms as a small chart with its table."""
    measure, question = measures()[FIRST], replace(asked, by=("term",))
    tables = {who: asking.figures(person, question)}
    if called:
        other = asking.authority(person) if person.scope.kind is ScopeKind.SCHOOL else None
        beside = asking.about(question, other) if other else replace(question, school=None)
        tables[called] = asking.figures(person, beside)
    own = tables[who]
    n = f"{wording.whole(sum(row.denominator or 0 for row in own.rows))} {wording.noun(measure)}"
    figure.show(
        f"{wording.opening(measure.short_title)}, term by term",
        chart=charts.series(measure, tables),
        table=listing.over_terms(measure, tables),
        caption=figure.caption(measure, own, n=n, period="all terms", comparator=called or figure.NOBODY),
        key="something-back-terms",
    )
