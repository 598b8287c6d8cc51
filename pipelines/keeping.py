"""What keeping a return writes: versions, rows, reasons and their audit events, in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import audit, explaining, mappings
from pipelines.intake.checking import Checked
from pipelines.keys import rekey
from pipelines.scope import Actor
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor
from schemas import rulebook
from schemas.calendar import assign_terms
from schemas.issues import Issue, queries


def schools_of(checked: Checked) -> list[str]:
    """The URNs of a return's schools, in order."""
    return (
        [] if checked.incidents is None else sorted(str(u) for u in checked.incidents["school_urn"].dropna().unique())
    )


def write(
    cursor: Cursor, checked: Checked, *, actor: Actor, key: bytes, explanations: explaining.Given, when: datetime
) -> pd.DataFrame:
    """Everything that keeping a return writes, in the caller's transaction.

    The rows of `returns` are given back, with how many queries were `explained`, and of those how many `carried` over.
    """
    urns = schools_of(checked)
    before = explaining.explained_before(cursor, checked, key=key)
    versions = new_versions(cursor, checked, urns, actor=actor, when=when)
    _keep_rows(cursor, checked, versions, key=key)
    found = explaining.explained(checked, explanations, before)
    explaining.keep(cursor, found, {one: returns_of(checked, versions, one.table, one.row) for one in found})
    mappings.record_use(cursor, checked.used, versions)
    cursor.append("returns", versions)
    record(cursor, versions, actor, "return submitted", when=when)
    standing.refresh(cursor, urns)
    carried = {issue for issue, why in found.items() if why.carried_from is not None}
    return versions.assign(
        explained=_queries_by_school(checked, urns, among=found),
        carried=_queries_by_school(checked, urns, among=carried),
    )


def new_versions(
    cursor: Cursor, checked: Checked, urns: Sequence[str], *, actor: Actor, when: datetime
) -> pd.DataFrame:
    """The rows of `returns` that this submission adds, one a school."""
    before = cursor.frame(
        "SELECT school_urn, max(version) AS version FROM returns "
        "WHERE academic_year = $year AND term = $term GROUP BY school_urn",
        {"year": checked.academic_year, "term": str(checked.term)},
    ).set_index("school_urn")["version"]
    last = cursor.rows("SELECT coalesce(max(return_id), 0) AS last FROM returns")[0]["last"]
    versions = pd.DataFrame({"school_urn": list(urns)})
    versions.insert(0, "return_id", range(last + 1, last + 1 + len(urns)))
    versions["academic_year"], versions["term"] = checked.academic_year, str(checked.term)
    versions["version"] = (before.reindex(list(urns)).fillna(0).to_numpy() + 1).astype(int)
    versions["state"], versions["nil"] = "submitted", checked.incidents is None
    versions["recorded_at"], versions["recorded_by"] = pd.Timestamp(when), actor.name
    versions["file_sha256"], versions["rule_book"] = checked.sha256, rulebook.VERSION
    versions["key_version"] = checked.key_version
    for table, rows in (("incidents", checked.incidents), ("children", checked.children)):
        counts = rows["school_urn"].value_counts() if rows is not None else pd.Series(dtype=int)
        versions[table] = counts.reindex(list(urns)).fillna(0).to_numpy().astype(int)
    versions["queries"] = _queries_by_school(checked, urns)
    return versions


def _queries_by_school(checked: Checked, urns: Sequence[str], *, among: Container[Issue] | None = None) -> list[int]:
    """How many queries (of these) each school's rows have; those of the whole file count for each."""
    counting = [issue for issue in queries(checked.issues) if among is None or issue in among]
    whole = sum(1 for issue in counting if issue.row is None)
    counts: Counter[str] = Counter()
    for table, rows in (("incidents", checked.incidents), ("children", checked.children)):
        asked = [issue.row for issue in counting if issue.table == table and issue.row is not None]
        if rows is not None and asked:
            counts.update(str(urn) for urn in rows["school_urn"].reindex(asked))
    return [counts[urn] + whole for urn in urns]


def _keep_rows(cursor: Cursor, checked: Checked, versions: pd.DataFrame, *, key: bytes) -> None:
    assert checked.incidents is not None  # noqa: S101 - submit has looked
    assert checked.children is not None  # noqa: S101
    ids = pd.Series(versions["return_id"].to_numpy(), index=versions["school_urn"].to_numpy())
    terms = assign_terms(checked.incidents["reported_date"])
    incidents = _own_columns(checked.incidents, ids).assign(
        counted_year=terms["academic_year"].to_numpy(), counted_term=terms["term"].to_numpy()
    )
    cursor.append("incidents", incidents)
    children = _own_columns(checked.children, ids)
    cursor.append("children", children.assign(child_key=rekey(children["child_key"], key)))


def _own_columns(rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    urns = rows["school_urn"].astype("category")
    of_category = ids.reindex([str(urn) for urn in urns.array.categories]).to_numpy()
    return rows.assign(return_id=of_category[urns.array.codes], row_number=rows.index.to_numpy())


def returns_of(checked: Checked, versions: pd.DataFrame, table: str, row: int | None) -> list[int]:
    rows = checked.incidents if table == "incidents" else checked.children
    if row is None or rows is None or row not in rows.index:
        return [int(number) for number in versions["return_id"]]
    own = versions["school_urn"] == str(rows["school_urn"].loc[row])
    return [int(number) for number in versions["return_id"][own]]


def record(cursor: Cursor, versions: pd.DataFrame, actor: Actor, action: str, *, when: datetime) -> None:
    audit.record(cursor, *(_event(row, actor, action) for row in versions.itertuples()), when=when)


def _event(row: Any, actor: Actor, action: str) -> audit.Event:
    detail = {"return": row.return_id, "version": row.version, "incidents": row.incidents,
              "children": row.children, "file": row.file_sha256}  # fmt: skip
    subject = f"school:{row.school_urn} {row.academic_year} {row.term}"
    return audit.Event(actor, action, subject, detail, changes_figures=True)
