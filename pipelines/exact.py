"""The exact answer to a question within a scope: what was counted, over what, from which returns. Behind the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pipelines.erasing.kept import kept_from, must_be_kept
from pipelines.estimates import Counted, figure
from pipelines.figures import Coverage, Figure, FigureTable, Question, categories
from pipelines.history import FIRST_YEAR
from pipelines.scope import Scope
from pipelines.warehouse import questions
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, start_year
from schemas.errors import QuestionError
from schemas.measurement import Kind, Measure, measure
from schemas.register import PHASES
from schemas.rulesets import rule_set

KNOWN_PHASES = (*PHASES.values(), "not_known")
IN_TIME = ("by_year", "by_term", "by_month", "by_school")


def answer(cursor: Cursor, scope: Scope, question: Question, moment: datetime, version: int) -> FigureTable:
    """The exact answer within a scope."""
    asked = measure(question.measure)
    _must_fit(asked, question)
    rules = rule_set(question.rule_set) if asked.uses_rule_set or question.rule_set else None
    values = values_of(scope, question, moment)
    start = grains_at(cursor, scope, moment)
    covered = cursor.rows(start + questions.coverage(question.by, pupils=asked.kind is Kind.RATE), values)
    overall = covered
    if "month" in question.by:  # months that are not whole are in none
        overall = cursor.rows(start + questions.coverage((), pupils=False), values)
    counted = (
        [] if asked.kind is Kind.COVERAGE else cursor.rows(start + questions.figures(asked, rules, question), values)
    )
    names = _school_names(cursor, start, values, covered) if "school" in question.by else {}
    if "month" in question.by:
        counted = _in_whole_months(counted, covered)
    rows = [figure(asked, one) for one in _combinations(question, covered, counted)]
    return FigureTable(
        question=question,
        scope=scope,
        rule_set=rules.id if rules and asked.uses_rule_set else None,
        as_at=moment,
        data_version=version,
        coverage=_together(overall),
        rows=tuple(_in_order(question, rows, names)),
        names=names,
        kept_from=kept_from(cursor),
    )


def _must_fit(asked: Measure, question: Question) -> None:
    answers = [name for name in question.by if f"by_{name}" not in IN_TIME]
    if {"term", "month"} <= set(question.by):
        raise QuestionError("Choose terms or months: a month can lie in two terms.")
    if asked.kind is Kind.COVERAGE and answers:
        raise QuestionError("Returns received can be broken down by term, month, year and school only.")
    if asked.kind is Kind.RATE and "year_group" in answers:
        raise QuestionError(
            "A rate by year group needs the number of pupils in each year group, which the register does not give. "
            "Choose another breakdown, or the number of incidents."
        )
    if asked.uses_rule_set:
        rule_set(question.rule_set)


def values_of(scope: Scope, question: Question, moment: datetime) -> dict[str, Any]:
    filters = {name: getattr(question, name) for name in ("year", "term", "phase", "school")}
    return {**bindings(scope, as_at=moment, first_year=FIRST_YEAR), **filters}


def _combinations(
    question: Question, covered: Sequence[Mapping[str, Any]], counted: Sequence[Mapping[str, Any]]
) -> list[Counted]:
    """Every combination there should be: the returns expected, times every answer a breakdown can have."""
    names = questions.keys(question.by)
    times = [name for name in names if name in IN_TIME]
    found = {tuple(row[name] for name in names): row for row in counted}
    base = {tuple(row[name] for name in times): row for row in covered}
    grid: dict[tuple[Any, ...], Mapping[str, Any] | None] = {}
    for place in [*base, *(tuple(row[name] for name in times) for row in counted)]:
        for combination in _answers(names, dict(zip(times, place, strict=True))):
            grid[combination] = found.get(combination)
    grid.update(found)
    return [_counted(names, combination, row, base, times) for combination, row in grid.items()]


def _in_whole_months(counted: list[dict[str, Any]], covered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was counted in months that are over; of a month that still runs only a part could be told."""
    months = {row["by_month"] for row in covered}
    return [row for row in counted if row["by_month"] in months]


def _answers(names: Sequence[str], place: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    combinations: list[tuple[Any, ...]] = [()]
    for name in names:
        options = (place[name],) if name in place else categories(name.removeprefix("by_"))
        combinations = [(*before, option) for before in combinations for option in options]
    return combinations


def _counted(
    names: Sequence[str], combination: tuple[Any, ...], row: Mapping[str, Any] | None,
    base: Mapping[tuple[Any, ...], Mapping[str, Any]], times: Sequence[str],
) -> Counted:  # fmt: skip
    by = dict(zip(names, combination, strict=True))
    cover = base.get(tuple(by[name] for name in times), {})
    pupils = {name: float(cover.get(name) or 0) for name in ("pupils", "boys", "girls")}
    plain = {name.removeprefix("by_"): str(value) for name, value in by.items()}
    return Counted(plain, row, _coverage(cover), pupils)


def _coverage(row: Mapping[str, Any]) -> Coverage:
    return Coverage(int(row.get("returned") or 0), int(row.get("expected") or 0), int(row.get("nil") or 0))


def _together(covered: Sequence[Mapping[str, Any]]) -> Coverage:
    """The coverage of all combinations: each return expected is in one of them."""
    counts = [_coverage(row) for row in covered]
    return Coverage(
        sum(one.returned for one in counts), sum(one.expected for one in counts), sum(one.nil for one in counts)
    )


def _in_order(question: Question, rows: Sequence[Figure], names: Mapping[str, str]) -> list[Figure]:
    def place(row: Figure) -> tuple[Any, ...]:
        return tuple(
            names.get(value, value)
            if name == "school"
            else value
            if name in ("year", "term", "month")
            else _place_of(name, value)
            for name, value in row.by.items()
        )

    return sorted(rows, key=place)


def _place_of(breakdown: str, value: str) -> int:
    known = categories(breakdown)
    return known.index(value) if value in known else len(known)


def _school_names(
    cursor: Cursor, start: str, values: Mapping[str, Any], covered: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The names of the schools of which returns are expected, in the order of their names."""
    wanted = {name: values[name] for name in ("as_at", "scope", "terms")}
    text = "SELECT urn, name FROM register WHERE urn IN (SELECT urn FROM scope_schools)"
    named = {str(row["urn"]): str(row["name"]) for row in cursor.rows(start + text, wanted)}
    told = {str(row["by_school"]) for row in covered} & set(named)
    return {urn: named[urn] for urn in sorted(told, key=lambda urn: (named[urn], urn))}


def days_told(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> tuple[date, ...]:
    """The day on which staff were told of each incident in question, in order of time."""
    start = grains_at(cursor, scope, moment)
    found = cursor.rows(start + questions.days_told(question), values_of(scope, question, moment))
    return tuple(row["reported_date"] for row in found)


def must_exist(
    cursor: Cursor, scope: Scope, question: Question, moment: datetime, *, released: bool = False
) -> None:  # fmt: skip
    """What the register does not know, or was erased, must not look like a zero or a missing return.

    `released`: it is asked of the figures that were shared, which stay.
    """
    if question.year:
        start_year(question.year)
    if question.term and question.term not in list(Term):
        raise QuestionError(f"A term is one of: {', '.join(Term)}.")
    if question.phase and question.phase not in KNOWN_PHASES:
        raise QuestionError(f"A phase is one of: {', '.join(KNOWN_PHASES)}.")
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    start = grains_at(cursor, scope, moment)
    begun = "SELECT DISTINCT urn FROM scope_schools WHERE from_date <= CAST($as_at AS DATE)"  # none still to come
    mine = {str(row["urn"]) for row in cursor.rows(start + begun, values)}
    if not mine:
        raise QuestionError(f"The register holds no school of {scope}. Correct it, or load the register first.")
    if question.school and question.school not in mine:
        raise QuestionError(f"This URN is not one of the schools of {scope}.")
    if not released:
        must_be_kept(cursor, mine, year=question.year, school=question.school, as_at=question.as_at)
