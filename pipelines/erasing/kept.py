"""What is kept since rows were erased: from which year on, of which schools, and which questions have no answer now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pipelines.erasing.requests import Kind
from pipelines.warehouse.store import Cursor
from schemas.calendar import academic_year, label
from schemas.errors import RefusedError

ERASED = (
    "Rows before {year} were erased under the retention rule, so this figure cannot be worked out. "
    "What was shared with others of those years stays as it was shared."
)
LEFT = "All that this asks about was erased when the school left, on {day}, so there is no figure of it."
NOT_AS_IT_WAS = "Rows of these schools were erased on {day}, so figures cannot be given as they were before."
NO_RECEIPT = (
    "Rows before {year} were erased under the retention rule, and with them what this version held. "
    "That it came is still on record."
)
NO_RETURN = "Rows before {year} were erased under the retention rule, so no return with incidents of then is taken."


def kept_from(cursor: Cursor) -> str | None:
    """The first academic year of which rows are kept; None while nothing was erased under the retention rule."""
    rows = cursor.rows(
        "SELECT max(academic_year) AS year FROM erasures WHERE kind = $kind", {"kind": str(Kind.RETENTION)}
    )
    return None if rows[0]["year"] is None else str(rows[0]["year"])


def last_erasure(cursor: Cursor) -> int:
    """The number of the last erasure, 0 before any: what was worked out before it must not be shown again."""
    return int(cursor.rows("SELECT coalesce(max(erasure_id), 0) AS last FROM erasures")[0]["last"])


def must_be_kept(
    cursor: Cursor, urns: Collection[str], *, year: str | None, school: str | None, as_at: datetime | None
) -> None:
    """RefusedError, in words, for a question of these schools that only rows could answer that were erased."""
    first = kept_from(cursor)
    asked = [year] if year else []
    if as_at is not None:
        asked.append(academic_year(as_at.date()))
    if first is not None and any(one < first for one in asked):
        raise RefusedError(ERASED.format(year=label(first)))
    only = [school] if school else list(urns)
    _must_not_have_left(cursor, only)
    if as_at is not None:
        _must_not_be_changed(cursor, only, as_at)


def must_take(cursor: Cursor, years: Collection[str]) -> None:
    """RefusedError where a return is of, or holds incidents of, a year of which rows were erased."""
    first = kept_from(cursor)
    if first is not None and any(one < first for one in years):
        raise RefusedError(NO_RETURN.format(year=label(first)))


def must_hold(cursor: Cursor, year: str) -> None:
    """RefusedError for what is told of a version of a year of which rows were erased."""
    first = kept_from(cursor)
    if first is not None and year < first:
        raise RefusedError(NO_RECEIPT.format(year=label(first)))


def _must_not_have_left(cursor: Cursor, urns: Collection[str]) -> None:
    """A school that left and sent again since is a school like any other."""
    found = cursor.rows(
        "SELECT school_urn, max(erased_at) AS day FROM erasures WHERE kind = $kind "
        "AND school_urn IN (SELECT unnest($urns)) AND school_urn NOT IN (SELECT school_urn FROM returns) "
        "GROUP BY school_urn",
        {"kind": str(Kind.SCHOOL), "urns": list(urns)},
    )
    if found and len(found) == len(urns):
        raise RefusedError(LEFT.format(day=_day(max(one["day"] for one in found))))


def _must_not_be_changed(cursor: Cursor, urns: Collection[str], as_at: datetime) -> None:
    found = cursor.rows(
        "SELECT max(erased_at) AS day FROM erasures WHERE erased_at > $as_at AND kind <> $retention "
        "AND school_urn IN (SELECT unnest($urns))",
        {"as_at": as_at, "retention": str(Kind.RETENTION), "urns": list(urns)},
    )[0]["day"]
    if found is not None:
        raise RefusedError(NOT_AS_IT_WAS.format(day=_day(found)))


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
