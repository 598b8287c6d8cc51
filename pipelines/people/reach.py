"""Whose people an organisation looks after: its own, and those of its schools of today."""

from __future__ import annotations

from datetime import date

from pipelines import audit
from pipelines.history import FIRST_YEAR, schools_in_scope
from pipelines.scope import OPERATOR, Scope, ScopeKind
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor

ENCLOSING = (
    "SELECT 'la' AS kind, la_code AS code FROM authority_members "
    "WHERE urn = $urn AND $on BETWEEN from_date AND to_date "
    "UNION ALL SELECT 'trust', trust_uid FROM trust_members WHERE urn = $urn AND $on BETWEEN from_date AND to_date"
)


def looks_after(cursor: Cursor, whose: Scope, organisation: Scope, *, on: date) -> bool:
    """Whether people of an organisation are those of another to invite and to help; the operator's are all."""
    if whose.kind is ScopeKind.OPERATOR or whose == organisation:
        return True
    if organisation.kind is not ScopeKind.SCHOOL or whose.kind is ScopeKind.SCHOOL:
        return False
    return organisation.code in schools_in_scope(cursor, whose, on=on)


def looked_after(cursor: Cursor, whose: Scope, *, on: date) -> frozenset[Scope]:
    """Every organisation whose people are an organisation's to look after; `looks_after` for all at once."""
    if whose.kind is ScopeKind.SCHOOL:
        return frozenset({whose})
    schools = schools_in_scope(cursor, whose, on=on)
    return frozenset({whose, *(Scope(ScopeKind.SCHOOL, urn) for urn in schools)} - {OPERATOR})


def enclosing(cursor: Cursor, organisation: Scope, *, on: date) -> tuple[Scope, ...]:
    """The authority and the trust that look after a school; none of a trust or an authority."""
    if organisation.kind is not ScopeKind.SCHOOL:
        return ()
    moment = audit.now()
    values = bindings(OPERATOR, as_at=moment, first_year=FIRST_YEAR)
    rows = cursor.rows(grains_at(cursor, OPERATOR, moment) + ENCLOSING, {**values, "urn": organisation.code, "on": on})
    return tuple(sorted(Scope(ScopeKind(row["kind"]), row["code"]) for row in rows if row["code"]))


def trusts_today(cursor: Cursor, *, on: date) -> dict[str, str]:
    """What the trust of each school is called on a day, by URN; schools without one are left out."""
    moment = audit.now()
    rows = cursor.rows(
        grains_at(cursor, OPERATOR, moment)
        + "SELECT urn, trust_name FROM trust_members WHERE $on BETWEEN from_date AND to_date",
        {**bindings(OPERATOR, as_at=moment, first_year=FIRST_YEAR), "on": on},
    )
    return {row["urn"]: row["trust_name"] or "" for row in rows}
