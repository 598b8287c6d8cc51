"""What an organisation may ask about others, and how whether their returns came is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines import exact
from pipelines.figures import FigureTable, Question
from pipelines.history import schools_in_scope
from pipelines.homes import home, homes
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.store import Cursor
from schemas.errors import ForbiddenError, RefusedError


def must_be_comparable(cursor: Cursor, scope: Scope, about: Scope, question: Question, moment: datetime) -> str:
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
    return home(scope, homes(cursor, scope, moment)[0])["la"]


def coverage_of_others(
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
