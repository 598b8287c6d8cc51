"""What a check can know only from what was sent before, and which schools an organisation has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pandas as pd

from pipelines import audit
from pipelines.earlier_counts import count_issues
from pipelines.intake.checking import Checked
from pipelines.intake.findings import finding
from pipelines.keys import rekey
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.versions_compared import compared
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, default_terms
from schemas.errors import ForbiddenError
from schemas.issues import Issue

FIRST_YEAR = "201415"
NO_SCHOOL = "This return holds schools outside your own organisation. Send only your own schools' returns."


def schools_in_scope(cursor: Cursor, scope: Scope, *, on: date, as_at: datetime | None = None) -> frozenset[str]:
    """The URNs that belong to an organisation on a day."""
    moment = as_at or audit.now()
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    found = cursor.rows(
        grains_at(cursor, scope, moment)
        + "SELECT DISTINCT urn FROM scope_schools WHERE $on BETWEEN from_date AND to_date",
        {**values, "on": on},
    )
    return frozenset(str(row["urn"]) for row in found)


def schools_ever_in_scope(cursor: Cursor, scope: Scope, *, as_at: datetime) -> frozenset[str]:
    """The URNs that belong, or once belonged, to an organisation."""
    values = bindings(scope, as_at=as_at, first_year=FIRST_YEAR)
    start = grains_at(cursor, scope, as_at)
    return frozenset(str(row["urn"]) for row in cursor.rows(start + "SELECT urn FROM scope_schools", values))


def must_be_own(cursor: Cursor, scope: Scope, urns: Sequence[str], *, on: date) -> None:
    """ForbiddenError unless all these schools are the organisation's on a day."""
    if scope.kind is not ScopeKind.OPERATOR and not set(urns) <= schools_in_scope(cursor, scope, on=on):
        raise ForbiddenError(NO_SCHOOL)


def last_day_of(year: str, term: Term) -> date:
    """The day on which it is judged whose return of a term it is."""
    return next(band.last_day for band in default_terms(year) if band.term is term)


def history_issues(cursor: Cursor, checked: Checked, *, key: bytes, actor: Actor) -> list[Issue]:
    """Everything that can be said of a return only from what was sent before, and of whose schools it is.

    A file may name any school: of one that is not the actor's, nothing is said but that; and of their own, nothing of
    a return of a term on whose last day it was another's.
    """
    if checked.incidents is None or checked.children is None or not len(checked.incidents):
        return []
    own, outside = _own_rows(cursor, checked, actor)
    if not len(own.incidents):  # type: ignore[arg-type]
        return outside
    return [
        *outside,
        *_seen_before(cursor, own, key=key, actor=actor),
        *_sent_in_another_term(cursor, own, scope=actor.told_as),
        *compared(cursor, own, scope=actor.told_as, key=key),
        *count_issues(cursor, own, scope=actor.told_as),
    ]


def _own_rows(cursor: Cursor, checked: Checked, actor: Actor) -> tuple[Checked, list[Issue]]:
    """The return with the rows of the actor's own schools only, and an error for each incident of another."""
    if actor.scope.kind is ScopeKind.OPERATOR or checked.incidents is None or checked.children is None:
        return checked, []
    year, term = checked.academic_year, checked.term
    on = last_day_of(year, term) if year and term else audit.now().date()  # the day by which sending is refused
    mine = schools_in_scope(cursor, actor.scope, on=on)
    is_own = [rows["school_urn"].isin(mine).to_numpy(bool) for rows in (checked.incidents, checked.children)]
    elsewhere = checked.incidents["school_urn"].notna().to_numpy(bool) & ~is_own[0]
    outside = finding("history-school-outside-scope").at(checked.incidents.index[elsewhere])
    return replace(checked, incidents=checked.incidents[is_own[0]], children=checked.children[is_own[1]]), outside


def _seen_before(cursor: Cursor, checked: Checked, *, key: bytes, actor: Actor) -> list[Issue]:
    """Incidents with `involved_before = no` and a child whom the portal has seen in an earlier one."""
    said_no = checked.incidents.loc[  # type: ignore[union-attr]
        (checked.incidents["involved_before"].astype(object) == "no").to_numpy(bool),  # type: ignore[index]
        ["school_urn", "incident_ref", "reported_date"],
    ]
    if not len(said_no) or not cursor.rows("SELECT 1 FROM children LIMIT 1"):
        return []
    children = checked.children[["school_urn", "incident_ref", "child_key"]].dropna()  # type: ignore[index]
    asked = said_no.assign(row=said_no.index).merge(children.astype(object), on=["school_urn", "incident_ref"])
    asked["child_key"] = rekey(asked["child_key"], key).astype(object)
    firsts = _first_seen(cursor, asked, actor)
    both = asked.merge(firsts, on="child_key")
    earlier = both[both["first_date"] < both["reported_date"]]
    return finding("history-involved-before").at(earlier["row"].unique())


def _first_seen(cursor: Cursor, asked: pd.DataFrame, actor: Actor) -> pd.DataFrame:
    """Within the sender's own schools only: a check must not tell who was involved at another school.

    Of a trust's programme, which acts for one school, only that one.
    """
    moment, scope = audit.now(), actor.told_as
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    only = None if actor.scope == scope else actor.scope.code
    found = cursor.frame(
        grains_at(cursor, scope, moment) + "SELECT child_key, min(reported_date) AS first_date FROM child "
        "WHERE child_key IN (SELECT unnest($keys)) AND ($only IS NULL OR school_urn = $only) GROUP BY child_key",
        {**values, "only": only, "keys": [str(key) for key in asked["child_key"].unique()]},
    )
    return found.assign(first_date=pd.to_datetime(found["first_date"]))


def sent_in_other_terms(cursor: Cursor, checked: Checked, *, scope: Scope) -> pd.DataFrame:
    """What stands in these schools' returns of the scope's other terms: school, reference, `told_then`, year, term."""
    rows = checked.incidents
    urns: list[str] = [] if rows is None else [str(urn) for urn in rows["school_urn"].dropna().unique()]
    moment = audit.now()
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    term = {"year": checked.academic_year or "", "term": str(checked.term or "")}
    return cursor.frame(
        grains_at(cursor, scope, moment)
        + "SELECT i.school_urn, i.incident_ref, i.reported_date AS told_then, r.academic_year, r.term "
        "FROM incidents i JOIN live_returns r ON r.return_id = i.return_id "
        "JOIN own_terms o ON o.school_urn = r.school_urn AND o.academic_year = r.academic_year AND o.term = r.term "
        "WHERE i.school_urn IN (SELECT unnest($urns)) AND NOT (r.academic_year = $year AND r.term = $term)",
        {**values, **term, "urns": urns},
    )


def _sent_in_another_term(cursor: Cursor, checked: Checked, *, scope: Scope) -> list[Issue]:
    """Incidents whose reference stands in the school's return of another term."""
    incidents = checked.incidents
    assert incidents is not None  # noqa: S101 - the caller has looked
    sent = sent_in_other_terms(cursor, checked, scope=scope)
    if not len(sent):
        return []
    own = incidents[["school_urn", "incident_ref", "reported_date"]].assign(row=incidents.index)
    own[["school_urn", "incident_ref"]] = own[["school_urn", "incident_ref"]].astype(object)
    both = own.merge(sent, on=["school_urn", "incident_ref"])
    same = (both["reported_date"] == pd.to_datetime(both["told_then"])).to_numpy(bool)
    return [
        *finding("history-sent-in-another-term").at(both.loc[same, "row"].unique()),
        *finding("history-reference-used").at(both.loc[~same, "row"].unique()),
    ]
