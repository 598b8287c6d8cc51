"""Which rows an erasure takes, table by table, as SQL. One place says it for the dry run and for the real thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pipelines.erasing.requests import Kind, Request

INCIDENTS_OF = {
    # What counts before the year; and whatever was sent of an incident in the earlier versions of a return that, as it
    # stands, has it counting before the year. Under the same reference in another term's return it is another one.
    Kind.RETENTION: "coalesce(i.counted_year, r.academic_year) < $year OR EXISTS (SELECT 1 FROM incidents s "
    "JOIN standing_returns o ON o.return_id = s.return_id WHERE o.school_urn = r.school_urn "
    "AND o.academic_year = r.academic_year AND o.term = r.term "
    "AND s.school_urn = i.school_urn AND s.incident_ref = i.incident_ref AND s.counted_year < $year)",
    Kind.RETURN: "r.school_urn = $urn AND r.academic_year = $year AND r.term = $term AND r.recorded_at <= $until",
    Kind.SCHOOL: "r.school_urn = $urn AND r.recorded_at <= $until",
}
WITHOUT_INCIDENT = {  # children whose incident is not in the version: as old as their return
    Kind.RETENTION: "r.academic_year < $year",
    Kind.RETURN: INCIDENTS_OF[Kind.RETURN],
    Kind.SCHOOL: INCIDENTS_OF[Kind.SCHOOL],
}
SAME = "i.return_id = c.return_id AND i.school_urn = c.school_urn AND i.incident_ref = c.incident_ref"
OF_ROWS = ("explanations", "programme_queries")  # each says something of one row, or of a whole version
OF_RETURNS = ("mapped_wordings", "programme_keys")  # each says something of one version
RETURNS_OF = {Kind.RETENTION: "r.academic_year < $year", **{k: INCIDENTS_OF[k] for k in (Kind.RETURN, Kind.SCHOOL)}}


def values(request: Request, *, until: datetime, keys: list[str], places: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything that the SELECTs of this module may bind; `bound` leaves those that one does."""
    return {
        "urn": request.school_urn, "year": request.academic_year, "term": request.term, "until": until, "keys": keys,
        "places": places, "owner": f"school:{request.school_urn}",
    }  # fmt: skip


def bound(sql: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those values that a statement binds."""
    return {name: value for name, value in given.items() if f"${name}" in sql}


def doomed(kind: Kind) -> str:
    """SELECT table_name, return_id, row_number: the rows of incidents and children that go."""
    if kind is Kind.CHILD:
        return _of_child()
    return (
        "SELECT 'incidents' AS table_name, i.return_id, i.row_number FROM incidents i "
        f"JOIN returns r ON r.return_id = i.return_id WHERE {INCIDENTS_OF[kind]} "
        "UNION ALL SELECT 'children', c.return_id, c.row_number FROM children c "
        f"JOIN returns r ON r.return_id = c.return_id LEFT JOIN incidents i ON {SAME} "
        f"WHERE CASE WHEN i.return_id IS NULL THEN {WITHOUT_INCIDENT[kind]} ELSE {INCIDENTS_OF[kind]} END"
    )


def _of_child() -> str:
    """The child's rows in every version, and the incidents of which no other child is left."""
    own = "c.school_urn = $urn AND c.child_key IN (SELECT unnest($keys))"
    return (
        f"SELECT 'children' AS table_name, c.return_id, c.row_number FROM children c WHERE {own} "
        "UNION ALL SELECT 'incidents', i.return_id, i.row_number FROM incidents i "
        f"WHERE i.school_urn = $urn AND EXISTS (SELECT 1 FROM children c WHERE {SAME} AND {own}) "
        f"AND NOT EXISTS (SELECT 1 FROM children c WHERE {SAME} AND NOT ({own}))"
    )


def of_places() -> str:
    """The same from the places that were noted, where the same version stands in them still."""
    return (
        "SELECT p.table_name, p.return_id, p.row_number FROM (SELECT unnest($places::STRUCT(table_name VARCHAR, "
        "return_id BIGINT, row_number INTEGER, recorded_at TIMESTAMP)[], recursive := true)) p "
        "JOIN returns r ON r.return_id = p.return_id AND r.recorded_at = p.recorded_at AND r.school_urn = $urn"
    )


def dependent(kind: Kind) -> dict[str, str]:
    """For each other table, the condition (over its alias t) by which its rows go; `doomed` names the rows above."""
    row = "EXISTS (SELECT 1 FROM doomed d WHERE d.table_name = t.table_name AND d.return_id = t.return_id "
    of_row = f"{row}AND d.row_number = t.row_number)"
    if kind is Kind.CHILD:
        return dict.fromkeys(OF_ROWS, of_row)
    of_return = f"t.return_id IN (SELECT r.return_id FROM returns r WHERE {RETURNS_OF[kind]})"
    found = dict.fromkeys(OF_ROWS, f"{of_return} OR {of_row}") | dict.fromkeys(OF_RETURNS, of_return)
    if kind is Kind.RETENTION:
        of_release = "t.release_id IN (SELECT release_id FROM shared_releases WHERE academic_year < $year)"
        return {**found, "shared_counts": of_release, "shared_places": of_release}
    found["sign_offs"] = of_return
    if kind is Kind.SCHOOL:
        found |= {
            "mailboxes": "t.school_urn = $urn AND t.recorded_at <= $until",
            "mappings": "t.owner = $owner AND t.recorded_at <= $until",
            "decisions": "t.scope = $owner AND t.decided_at <= $until",
            "invitations": "t.organisation = $owner AND t.recorded_at <= $until",
            "token_days": "t.token_id IN (SELECT token_id FROM tokens o WHERE o.organisation = $owner)",
            "tokens": "t.organisation = $owner AND t.recorded_at <= $until",
        }
    return found


def headers(kind: Kind) -> str | None:
    """The condition (over alias r) by which rows of `returns` are erased or, under the retention rule, emptied."""
    if kind is Kind.RETENTION:
        return f"{RETURNS_OF[kind]} AND r.incidents IS NOT NULL"
    if kind is Kind.RETURN:
        return f"{RETURNS_OF[kind]} AND r.state = 'submitted'"
    return RETURNS_OF.get(kind)
