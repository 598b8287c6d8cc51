"""Put the grains together into one question: the CTEs a question needs, in an order that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.cells import sums
from schemas.calendar import TermDates, academic_year, default_terms, start_year
from schemas.errors import QuestionError

ALWAYS = "DATE '1900-01-01' AS from_date, DATE '9999-12-31' AS to_date"
# Whose data, as at when: docs/design.md. A school sees what it was under an earlier URN too, until the day it changed.
SCOPES = {
    ScopeKind.AUTHORITY: "SELECT urn, from_date, to_date FROM authority_members WHERE la_code = $scope",
    ScopeKind.TRUST: "SELECT urn, from_date, to_date FROM trust_members WHERE trust_uid = $scope",
    ScopeKind.SCHOOL: f"SELECT urn, {ALWAYS} FROM register WHERE urn = $scope "
    "UNION ALL SELECT forebear, DATE '1900-01-01', until_date FROM forebears WHERE urn = $scope",
    ScopeKind.OPERATOR: f"SELECT urn, {ALWAYS} FROM register WHERE $scope = ''",
}
BEFORE_SCOPE = ("terms", "register", "authority_members", "trust_members", "forebears", "scope_schools")
ORDER = ("terms", "live_returns", *BEFORE_SCOPE[1:], "own_terms", "roll", "incident", "child", "cells", "repeat",
         "starts", "expected", "successors", "school_facts")  # fmt: skip


# The same grains from the tables of what stands now (standing.py), for questions as at now; the others stay.
OF_ITS_SCHOOLS = "school_urn IN (SELECT urn FROM scope_schools)"
DATED = "SEMI JOIN scope_schools m ON m.urn = s.school_urn AND s.reported_date BETWEEN m.from_date AND m.to_date"
# Which rows: of incidents, of cells (which incidents are joined to), and of what is kept for each school.
WITHIN = {
    ScopeKind.AUTHORITY: ("WHERE la_code = $scope", "la_code = $scope", OF_ITS_SCHOOLS),  # of the row's own day
    ScopeKind.TRUST: (DATED, OF_ITS_SCHOOLS, OF_ITS_SCHOOLS),
    ScopeKind.SCHOOL: (DATED, OF_ITS_SCHOOLS, OF_ITS_SCHOOLS),
    ScopeKind.OPERATOR: ("", "TRUE", "TRUE"),
}
OF_FEW = {  # its schools' rows first, by a join that a scan can use; then the days on which they belonged
    name: f"SELECT * FROM main.{name} WHERE {OF_ITS_SCHOOLS}" for name in ("standing_incidents", "standing_children")
}
STANDING = {
    "live_returns": "SELECT * FROM standing_returns WHERE {of_schools}",
    "register": "SELECT * FROM standing_schools",
    "authority_members": "SELECT * FROM standing_authorities",
    "trust_members": "SELECT * FROM standing_members",
    "forebears": "SELECT * FROM standing_forebears",
    "incident": "SELECT * FROM standing_incidents s {dated}",
    "child": "SELECT * FROM standing_children s {dated}",
    "cells": "SELECT * FROM standing_cells WHERE {of_cells}",
    "starts": "SELECT * FROM standing_starts",
    "roll": "SELECT r.*, y.academic_year FROM (SELECT * FROM standing_rolls WHERE {of_schools}) r "
    "JOIN (SELECT DISTINCT academic_year FROM terms) y "
    "ON y.academic_year >= r.from_year AND y.academic_year < r.until_year",
}


def grains(scope: Scope, *, standing: bool = False) -> str:
    """`WITH …` naming every grain within a scope; DuckDB computes those that the question uses.

    Binds $as_at (timestamp), $scope (code) and $terms (see `bindings`). `standing` reads the tables of what stands
    now (see `standing.grains_at`).
    """
    if standing:
        named = dict.fromkeys((*BEFORE_SCOPE, *ORDER))  # the scope goes before what is narrowed to it
        parts = {name: body(name, scope) for name in named} | _standing(scope)
        narrowed = OF_FEW if WITHIN[scope.kind][0] == DATED else {}
        before = {name: parts.pop(name) for name in BEFORE_SCOPE}
        return _with(before | narrowed | parts, first=("roll", *narrowed))
    return _with({name: body(name, scope) for name in ORDER}, first=("roll",))


def _with(parts: Mapping[str, str], *, first: tuple[str, ...]) -> str:
    """`first` are those that DuckDB must work out by themselves; else it judges every row of a nation by the filters
    before it asks whose it is, and joins ranges of years in the middle of something larger."""
    how = dict.fromkeys(first, "MATERIALIZED ") | {"scope_schools": "NOT MATERIALIZED "}
    return "WITH " + ",\n".join(f"{name} AS {how.get(name, '')}({text})" for name, text in parts.items()) + "\n"


def _standing(scope: Scope) -> dict[str, str]:
    dated, of_cells, of_schools = WITHIN[scope.kind]
    return {name: text.format(dated=dated, of_cells=of_cells, of_schools=of_schools) for name, text in STANDING.items()}


def bindings(scope: Scope, *, as_at: datetime, first_year: str) -> dict[str, Any]:
    """The values that `grains` binds: the moment, the scope's code, and the term dates from a year on."""
    return {"as_at": as_at, "scope": scope.code, "terms": _terms(first_year, as_at.date())}


def body(name: str, scope: Scope) -> str:
    """The SELECT of one grain from the originals and other grains."""
    if name == "terms":
        return (
            "SELECT t.* FROM (SELECT unnest($terms::STRUCT(academic_year VARCHAR, term VARCHAR, first_day DATE, "
            "last_day DATE)[]) AS t)"
        )
    if name == "cells":
        return _grain(name).format(**sums())
    if name == "own_terms" and scope.kind is ScopeKind.OPERATOR:  # every return, of schools beside the register too
        return "SELECT DISTINCT school_urn, academic_year, term FROM returns"
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
