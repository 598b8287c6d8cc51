"""What the register says of schools in a period: phase, authority, trust, pupils, intake. Public; no figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.figures import Question
from pipelines.history import FIRST_YEAR, last_day_of
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, academic_year

NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """One school as the register gives it for a period; None where it does not say.

    `phase` as in the register; `percentage_fsm` 0–100; authority, trust and `is_open` on the period's last day, or on
    the school's own last day where that was earlier.
    """

    urn: str
    name: str
    phase: str | None
    la_code: str
    la_name: str
    trust_uid: str | None
    trust_name: str | None
    pupils: int | None
    percentage_fsm: float | None
    sex_of_intake: str | None
    is_open: bool


def read(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> Mapping[str, SchoolFacts]:
    """The schools that are or were an organisation's, by URN in order of name; for a school, of its authority."""
    day = last_day(question, moment)
    around = _authority_of(cursor, scope, moment, on=day) if scope.kind is ScopeKind.SCHOOL else scope
    values = bindings(around, as_at=moment, first_year=FIRST_YEAR)
    rows = cursor.rows(
        grains_at(cursor, around, moment) + "SELECT f.* REPLACE (a.la_code AS la_code, a.la_name AS la_name), "
        "t.trust_uid, t.trust_name, "
        "coalesce(f.open_date, DATE '1900-01-01') <= $day AND f.status <> 'proposed_to_open' "
        "AND CASE WHEN f.status = 'closed' THEN coalesce(f.close_date, DATE '1900-01-01') "
        "ELSE coalesce(f.close_date, DATE '9999-12-31') END >= $day AS is_open "
        "FROM school_facts f LEFT JOIN trust_members t ON t.urn = f.urn "
        "AND least($day, coalesce(f.close_date, $day)) BETWEEN t.from_date AND t.to_date "
        "JOIN authority_members a ON a.urn = f.urn "
        "AND least($day, coalesce(f.close_date, $day)) BETWEEN a.from_date AND a.to_date "
        "WHERE f.urn IN (SELECT urn FROM scope_schools WHERE from_date <= CAST($as_at AS DATE)) "
        "AND f.academic_year = $year ORDER BY f.name, f.urn",
        {**values, "day": day, "year": academic_year(day)},
    )
    return {str(row["urn"]): _facts(row) for row in rows}


def last_day(question: Question, moment: datetime) -> date:
    """The day on which membership is judged: the last of the period, today where that is still to come."""
    today = moment.date()
    if question.year is None:
        return today
    return min(today, last_day_of(question.year, Term(question.term or Term.SUMMER)))


def _authority_of(cursor: Cursor, school: Scope, moment: datetime, *, on: date) -> Scope:
    values = bindings(school, as_at=moment, first_year=FIRST_YEAR)
    start = grains_at(cursor, school, moment)
    found = cursor.rows(
        start + "SELECT la_code FROM authority_members WHERE urn = $scope AND $on BETWEEN from_date AND to_date",
        {**values, "on": on},
    )
    code = str(found[0]["la_code"] or "") if found else ""
    return Scope(ScopeKind.AUTHORITY, code) if code else school


def _facts(row: Mapping[str, Any]) -> SchoolFacts:
    return SchoolFacts(
        urn=str(row["urn"]), name=str(row["name"]), phase=_known(row["phase"]), la_code=str(row["la_code"]),
        la_name=str(row["la_name"]), trust_uid=row["trust_uid"] or None, trust_name=row["trust_name"] or None,
        pupils=int(row["pupils"]) if row["pupils"] else None, percentage_fsm=row["percentage_fsm"],
        sex_of_intake=_known(row["sex_of_intake"]), is_open=bool(row["is_open"]),
    )  # fmt: skip


def _known(text: str | None) -> str | None:
    return None if text in (None, "", NOT_KNOWN) else text
