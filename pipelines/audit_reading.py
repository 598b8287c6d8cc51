"""The record read: searched by who, what, about whom and when, and written out to keep elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TextIO

from pipelines.cells_given_out import write_csv
from pipelines.warehouse.store import Cursor

COLUMNS = ("sequence", "recorded_at", "actor", "role", "scope", "action", "subject", "purpose", "request_id", "detail",
           "changes_figures", "previous_hash", "hash")  # fmt: skip
AT_ONCE = 10_000
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: parts of names, whole days in UTC, first and last day included; what is empty is any."""

    who: str = ""
    what: str = ""
    subject: str = ""
    from_day: date | None = None
    to_day: date | None = None


def where(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The condition of a search, and its bound values."""
    ends = wanted.to_day and datetime.combine(wanted.to_day + timedelta(days=1), datetime.min.time())
    starts = wanted.from_day and datetime.combine(wanted.from_day, datetime.min.time())
    values = {"who": wanted.who.casefold(), "what": wanted.what.casefold(), "subject": wanted.subject.casefold(),
              "starts": starts, "ends": ends}  # fmt: skip
    return (
        "($who = '' OR contains(lower(actor), $who) OR contains(lower(role), $who) OR lower(scope) = $who) "
        "AND ($what = '' OR contains(lower(action), $what)) "
        "AND ($subject = '' OR contains(lower(subject), $subject) OR contains(lower(detail), $subject)) "
        "AND ($starts IS NULL OR recorded_at >= $starts) AND ($ends IS NULL OR recorded_at < $ends)"
    ), values


def search(cursor: Cursor, wanted: Wanted, *, most: int) -> tuple[list[Event], int]:
    """The last events that fit, the latest first, and how many fit in all."""
    condition, values = where(wanted)
    rows = cursor.rows(
        f"SELECT {', '.join(COLUMNS)} FROM audit WHERE {condition} ORDER BY sequence DESC LIMIT $most",
        {**values, "most": most},
    )
    counted = cursor.rows(f"SELECT count(*) AS n FROM audit WHERE {condition}", values)
    return rows, int(counted[0]["n"])


def every(cursor: Cursor, wanted: Wanted) -> Iterator[Event]:
    """All events that fit, the earliest first, a few thousand at a time."""
    condition, values = where(wanted)
    asked = f"SELECT {', '.join(COLUMNS)} FROM audit WHERE {condition} ORDER BY sequence"
    for rows in cursor.batches(asked, values, size=AT_ONCE):
        for row in rows:
            yield dict(zip(COLUMNS, row, strict=True))


def write_lines(events: Iterator[Event], out: TextIO) -> int:
    """Write events as JSON Lines, exactly as they are hashed; how many they were."""
    count = 0
    for count, event in enumerate(events, start=1):  # noqa: B007 - counted
        out.write(json.dumps(event, default=datetime.isoformat, sort_keys=True) + "\n")
    return count


def write_table(events: Iterator[Event], out: TextIO) -> int:
    """Write events as CSV for people, harmless in a spreadsheet program; how many they were."""
    count = 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        yield COLUMNS
        for count, event in enumerate(events, start=1):  # noqa: B007 - counted
            yield tuple(_cell(event[name]) for name in COLUMNS)

    write_csv(out, rows())
    return count


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
