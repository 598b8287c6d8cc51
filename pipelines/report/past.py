"""What was sent and tried before for the same schools and term: when, by which role, with which counts."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from pipelines.attempts import NOT_ACCEPTED
from pipelines.history import last_day_of, schools_in_scope
from pipelines.report.holding import Held
from pipelines.scope import Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term

HERE = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Past:
    """One version or attempt; `when` as a clock in England shows it. Counts are None where nobody counted."""

    when: datetime
    school_urn: str
    what: str
    by: str
    incidents: int | None = None
    children: int | None = None
    queries: int | None = None
    errors: int | None = None


def past(warehouse: Warehouse, scope: Scope, versions: pd.DataFrame, *, held: Held) -> tuple[Past, ...]:
    """The versions (of `Reporting.versions`) and failed attempts for what was checked, the latest first.

    Only those of schools that were in the scope on the last day of the term: a file may name any school.
    """
    academic_year, term, schools = held.academic_year, held.term, held.schools
    if not academic_year or not term:
        return ()
    own = versions[
        versions["school_urn"].isin(list(schools))
        & (versions["academic_year"] == academic_year)
        & (versions["term"] == term)
    ]
    with warehouse.reading() as cursor:
        mine = set(schools) & schools_in_scope(cursor, scope, on=last_day_of(academic_year, Term(term)))
        tried = _attempts(cursor, schools=mine, academic_year=academic_year, term=term)
    found = [*map(_version, own.to_dict("records")), *tried]
    return tuple(sorted(found, key=lambda one: one.when, reverse=True))


def _version(row: dict[Any, Any]) -> Past:
    kept = "nil return" if row["nil"] else "return"
    state = "" if row["state"] == "submitted" else f", {row['state']}"
    return Past(
        _here(row["recorded_at"]), str(row["school_urn"]), f"Version {row['version']}: {kept}{state}",
        str(row["recorded_role"]), int(row["incidents"]), int(row["children"]), int(row["queries"]), 0,
    )  # fmt: skip


def _attempts(cursor: Cursor, *, schools: Collection[str], academic_year: str, term: str) -> list[Past]:
    """Attempts that failed; the record says of which schools and term, as far as the file could be read."""
    rows = cursor.rows(
        "SELECT recorded_at, role, detail FROM audit WHERE action = $action AND detail LIKE $year",
        {"action": NOT_ACCEPTED, "year": f"%{academic_year}%"},
    )
    found = [(row, json.loads(row["detail"])) for row in rows]
    return [
        Past(_here(row["recorded_at"]), urn, "Not accepted: nothing was kept", str(row["role"]),
             errors=sum(detail["errors"].values()) if len(detail["schools"]) == 1 else None)  # of several: not its own
        for row, detail in found
        if detail.get("academic_year") == academic_year and detail.get("term") == term
        for urn in sorted(set(detail.get("schools", ())) & set(schools))
    ]  # fmt: skip


def _here(kept: datetime) -> datetime:
    """A moment kept in UTC, on a clock in England; a workbook knows no zones."""
    return pd.Timestamp(kept).tz_localize("UTC").tz_convert(HERE).tz_localize(None).to_pydatetime()
