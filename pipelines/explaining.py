"""Why queries stand: what the sender says, and what was said before and is kept while the rows stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.differences import differences
from pipelines.intake.checking import Checked
from pipelines.keys import rekey
from pipelines.scope import OPERATOR
from pipelines.versions_compared import named
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import FIRST_YEAR, grains_at
from pipelines.warehouse.store import Cursor
from schemas.errors import PlumblineError
from schemas.explanation import Explanation, as_explanation
from schemas.issues import Issue, queries

Given = Mapping[str, Explanation | str]  # by rule
Explained = Mapping[Issue, Explanation]
Place = tuple[object, ...]  # rule, column and the row's own identity

TABLES = ("incidents", "children")
IDENTITY = {"incidents": ["incident_ref"], "children": ["incident_ref", "child_key", "role"]}


def explained(checked: Checked, given: Given, before: Explained) -> dict[Issue, Explanation]:
    """The explanation of each query that has one.

    What is given for a rule explains its queries that were not explained before, and with `afresh` those too. Raises
    PlumblineError for a code that is not on its list, or a rule of which there is no query.
    """
    chosen = {rule: as_explanation(one) for rule, one in given.items()}
    asked = queries(checked.issues)
    if wrong := sorted(set(chosen) - {issue.rule for issue in asked}):
        raise PlumblineError(f"There is no query {', '.join(wrong)} in this return to explain.")
    found: dict[Issue, Explanation] = {}
    for issue in asked:
        new, old = chosen.get(issue.rule), before.get(issue)
        if new is not None and (old is None or new.afresh):
            found[issue] = new
        elif old is not None:
            found[issue] = old
    return found


def explained_before(cursor: Cursor, checked: Checked, *, key: bytes) -> dict[Issue, Explanation]:
    """Queries that the version that stands had too, explained, of incidents that have not changed since.

    An incident is the same while its row and the rows of its children are. A query about a whole table is the same
    while every incident is.
    """
    asked = queries(checked.issues)
    if checked.incidents is None or checked.children is None or not asked:
        return {}
    said = _said(cursor, checked)
    if not len(said):
        return {}
    children = checked.children.assign(child_key=rekey(checked.children["child_key"], key))
    arriving = {"incidents": named(checked.incidents), "children": named(children)}
    standing = {name: named(_standing(cursor, checked, name)) for name in TABLES}
    same = differences(arriving, standing)
    places = _places(said, standing, frozenset(same.unchanged))
    whole = not (same.new or same.changed or same.removed)
    return {
        issue: found
        for issue in asked
        if (found := places.get(_place(issue, arriving))) is not None and (issue.row is not None or whole)
    }


def keep(cursor: Cursor, found: Explained, returns_of: Mapping[Issue, list[int]]) -> None:
    """Write each explanation with every version that it belongs to."""
    rows = [
        (number, issue.rule, issue.table, issue.row, issue.column, why.reason, why.note, why.carried_from)
        for issue, why in found.items()
        for number in returns_of[issue]
    ]
    names = ["return_id", "rule", "table_name", "row_number", "column_name", "reason", "note", "carried_from"]
    frame = pd.DataFrame(rows, columns=names)
    for name in ("row_number", "carried_from"):
        frame[name] = frame[name].astype("Int64")
    cursor.append("explanations", frame)


def _places(
    said: pd.DataFrame, standing: Mapping[str, pd.DataFrame], unchanged: frozenset[str]
) -> dict[Place, Explanation]:
    """Where something was explained, and how; rows of incidents that changed are left out."""
    rows = {name: table.set_index(["return_id", "row_number"]) for name, table in standing.items()}
    found: dict[Place, Explanation] = {}
    for record in said.to_dict("records"):
        one = {str(name): value for name, value in record.items()}
        identity = _identity_then(one, rows)
        if identity is not None and (not identity or identity[0] in unchanged):
            carried = one["return_id"] if pd.isna(one["carried_from"]) else one["carried_from"]
            note = None if pd.isna(one["note"]) else str(one["note"])
            place = (one["rule"], one["table_name"], _text(one["column_name"]), *identity)
            found[place] = Explanation(str(one["reason"]), note, carried_from=int(carried))
    return found


def _identity_then(one: Mapping[str, Any], rows: Mapping[str, pd.DataFrame]) -> Place | None:
    """Which row an earlier explanation was about: () for a whole table, None where it cannot be found."""
    if pd.isna(one["row_number"]):
        return ()
    table, at = rows.get(one["table_name"]), (one["return_id"], int(one["row_number"]))
    if table is None or at not in table.index:
        return None
    return _values(table.loc[[at]].iloc[0], str(one["table_name"]))


def _place(issue: Issue, arriving: Mapping[str, pd.DataFrame]) -> Place:
    """The same of a query of now."""
    if issue.row is None:
        return (issue.rule, issue.table, issue.column)
    rows = arriving.get(issue.table)
    if rows is None or issue.row not in rows.index:
        return ()
    return (issue.rule, issue.table, issue.column, *_values(rows.loc[[issue.row]].iloc[0], issue.table))


def _values(row: pd.Series, table: str) -> Place:
    return tuple(_text(row[name]) for name in IDENTITY[table])


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _said(cursor: Cursor, checked: Checked) -> pd.DataFrame:
    return _of_standing(cursor, checked, "SELECT e.* FROM explanations e JOIN own ON own.return_id = e.return_id")


def _standing(cursor: Cursor, checked: Checked, table: str) -> pd.DataFrame:
    return _of_standing(cursor, checked, f"SELECT t.* FROM {table} t JOIN own ON own.return_id = t.return_id")


def _of_standing(cursor: Cursor, checked: Checked, asked: str) -> pd.DataFrame:
    """A question about the versions that stand for this return's schools, year and term (`own`)."""
    assert checked.incidents is not None  # noqa: S101 - the caller has looked
    moment = audit.now()
    values = {
        **bindings(OPERATOR, as_at=moment, first_year=FIRST_YEAR),
        "year": checked.academic_year or "",
        "term": str(checked.term or ""),
        "urns": [str(urn) for urn in checked.incidents["school_urn"].dropna().unique()],
    }
    own = (
        "SELECT return_id FROM live_returns WHERE academic_year = $year AND term = $term "
        "AND school_urn IN (SELECT unnest($urns))"
    )
    return cursor.frame(grains_at(cursor, OPERATOR, moment) + asked.replace("JOIN own ", f"JOIN ({own}) own "), values)
