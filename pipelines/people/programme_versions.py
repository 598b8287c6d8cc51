"""Versions of returns as programmes are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from pipelines import audit
from pipelines.history import last_day_of
from pipelines.people import tokens
from pipelines.people.programme_errors import NO_RETURN, NoReturnError
from pipelines.people.tokens import Token
from pipelines.preview import last_seen
from pipelines.return_states import ReturnState, state_of
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.issues import Issue, Severity

MOST_LISTED = 100
SENT = "sent"


@dataclass(frozen=True, slots=True)
class Version:
    """A version as a programme is told of it; `seen` is the number of the last thing sent for its school by then, of
    its organisation's terms.

    `issues` are its queries, None where another way of sending left none on record.
    """

    return_id: int
    school_urn: str
    academic_year: str
    term: Term
    state: ReturnState
    version: int
    nil: bool
    incidents: int
    children: int
    queries: int
    explained: int
    recorded_at: datetime
    role: str
    file_sha256: str
    rule_book: str
    seen: int
    issues: tuple[tuple[Issue, str | None], ...] | None = None  # each with the reason code that was given for it


def standing(cursor: Cursor, token: Token, urn: str, year: str, term: Term) -> Version | None:
    """What stands for a term, None where nothing does."""
    found = read(cursor, token, urn=urn, year=year, term=term)
    return next((one for one in found if one.state is ReturnState.SUBMITTED), None)


def own_version(cursor: Cursor, token: Token, return_id: int) -> Version:
    """A version with its queries; NoReturnError where the token does not open it."""
    found = [one for one in read(cursor, token, return_id=return_id) if is_own(cursor, token, one)]
    if not found:
        raise NoReturnError(NO_RETURN)
    return replace(found[0], issues=queries_of(cursor, return_id))


def is_own(cursor: Cursor, token: Token, one: Version) -> bool:
    """A return is its school's organisation's on the last day of its term; and the school is so today."""
    days: list[date] = [audit.now().date(), last_day_of(one.academic_year, one.term)]
    return tokens.opens(cursor, token, one.school_urn, on=days)


def read(
    cursor: Cursor, token: Token, *, return_id: int | None = None, urn: str | None = None, year: str | None = None,
    term: Term | None = None,
) -> list[Version]:  # fmt: skip
    """The last versions that fit, the latest first, whoever they are of: no answer before `is_own`."""
    rows = cursor.rows(
        "WITH asked AS (SELECT school_urn, academic_year, term FROM returns WHERE ($id IS NULL OR return_id = $id) "
        "AND ($urn IS NULL OR school_urn = $urn) AND ($year IS NULL OR academic_year = $year) "
        "AND ($term IS NULL OR term = $term) GROUP BY ALL), "
        "own AS (SELECT r.*, lead(r.state) OVER (PARTITION BY r.school_urn, r.academic_year, r.term "
        "ORDER BY r.return_id) AS followed_by, max(r.return_id) OVER () AS latest "
        "FROM returns r JOIN asked USING (school_urn, academic_year, term)) "
        "SELECT own.*, coalesce(a.role, '') AS role, "
        "(SELECT count(*) FROM explanations e WHERE e.return_id = own.return_id) AS explained FROM own "
        "LEFT JOIN (SELECT DISTINCT recorded_at, actor, subject, role FROM audit) a "
        "ON a.recorded_at = own.recorded_at AND a.actor = own.recorded_by "
        "AND a.subject = 'school:' || own.school_urn || ' ' || own.academic_year || ' ' || own.term "
        "WHERE own.state = 'submitted' AND own.incidents IS NOT NULL AND ($id IS NULL OR own.return_id = $id) "
        f"ORDER BY own.return_id DESC LIMIT {MOST_LISTED}",
        {"id": return_id, "urn": urn, "year": year, "term": None if term is None else str(term)},
    )
    seen = last_seen(cursor, token.organisation, sorted({row["school_urn"] for row in rows}))
    return [_version(row, seen=seen[row["school_urn"]]) for row in rows]


def _version(row: Mapping[str, Any], *, seen: int) -> Version:
    state = state_of(row["state"], followed_by=row["followed_by"])
    return Version(
        int(row["return_id"]), row["school_urn"], row["academic_year"], Term(row["term"]), state, int(row["version"]),
        bool(row["nil"]), int(row["incidents"]), int(row["children"]), int(row["queries"]), int(row["explained"]),
        row["recorded_at"], row["role"], row["file_sha256"], row["rule_book"], seen,
    )  # fmt: skip


def queries_of(cursor: Cursor, return_id: int) -> tuple[tuple[Issue, str | None], ...] | None:
    """The queries of a version that a programme sent, each with the reason given; None of any other version."""
    sent = cursor.rows(
        "SELECT 1 FROM programme_keys WHERE return_id = $id AND action = $sent LIMIT 1", {"id": return_id, "sent": SENT}
    )
    rows = cursor.rows(
        "SELECT q.*, e.reason FROM programme_queries q LEFT JOIN explanations e ON e.return_id = q.return_id "
        "AND e.rule = q.rule AND e.table_name = q.table_name AND e.row_number IS NOT DISTINCT FROM q.row_number "
        "AND e.column_name IS NOT DISTINCT FROM q.column_name WHERE q.return_id = $id "
        "ORDER BY q.rule, q.table_name, q.row_number, q.column_name",
        {"id": return_id},
    )
    if not rows and not sent:
        return None
    return tuple((_issue(row), row["reason"]) for row in rows)


def _issue(row: Mapping[str, Any]) -> Issue:
    return Issue(
        Severity.QUERY, row["rule"], row["table_name"], row["row_number"], row["column_name"], row["message"],
        row["fix"],
    )  # fmt: skip
