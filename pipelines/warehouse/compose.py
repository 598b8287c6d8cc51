"""Put the grains together into one question: the CTEs a question needs, in an order that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.scope import Scope, ScopeKind
from schemas.calendar import TermDates, academic_year, default_terms, start_year
from schemas.errors import QuestionError

SCOPES = {
    ScopeKind.AUTHORITY: "SELECT urn, DATE '1900-01-01' AS from_date, DATE '9999-12-31' AS to_date "
    "FROM register WHERE la_code = $scope",
    ScopeKind.TRUST: "SELECT urn, from_date, to_date FROM trust_members WHERE trust_uid = $scope",
    ScopeKind.SCHOOL: "SELECT urn, DATE '1900-01-01' AS from_date, DATE '9999-12-31' AS to_date "
    "FROM register WHERE urn = $scope",
    ScopeKind.OPERATOR: "SELECT urn, DATE '1900-01-01' AS from_date, DATE '9999-12-31' AS to_date "
    "FROM register WHERE $scope = ''",
}
ORDER = ("terms", "live_returns", "register", "trust_members", "scope_schools", "incident", "child", "repeat",
         "starts", "expected", "roll", "successors", "school_facts")  # fmt: skip


def grains(scope: Scope) -> str:
    """`WITH …` naming every grain within a scope; DuckDB computes those that the question uses.

    Binds $as_at (timestamp), $scope (code) and $terms (see `bindings`).
    """
    parts = [f"{name} AS ({_body(name, scope)})" for name in ORDER]
    return "WITH " + ",\n".join(parts) + "\n"


def bindings(scope: Scope, *, as_at: datetime, first_year: str) -> dict[str, Any]:
    """The values that `grains` binds: the moment, the scope's code, and the term dates from a year on."""
    return {"as_at": as_at, "scope": scope.code, "terms": _terms(first_year, as_at.date())}


def _body(name: str, scope: Scope) -> str:
    if name == "terms":
        return (
            "SELECT t.* FROM (SELECT unnest($terms::STRUCT(academic_year VARCHAR, term VARCHAR, first_day DATE, "
            "last_day DATE)[]) AS t)"
        )
    return SCOPES[scope.kind] if name == "scope_schools" else _grain(name)


@cache
def _grain(name: str) -> str:
    return (files("pipelines.warehouse") / "grains" / f"{name}.sql").read_text(encoding="utf-8")


def _terms(first_year: str, until: date) -> list[Mapping[str, Any]]:
    years = range(start_year(first_year), start_year(academic_year(until)) + 1)
    if not years:
        raise QuestionError("The date asked about is before any return.")
    return [_row(band) for start in years for band in default_terms(f"{start}{(start + 1) % 100:02d}")]


def _row(band: TermDates) -> Mapping[str, Any]:
    return {
        "academic_year": band.academic_year,
        "term": str(band.term),
        "first_day": band.first_day,
        "last_day": band.last_day,
    }
