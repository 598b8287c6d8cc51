"""Who looked at an organisation, changed something of its schools or acted for it, and why: from the record.

An event concerns an organisation when it names it or one of its schools: for an authority or a trust those that were
its own on the day of the event, for a school also what it was under an earlier number. People of other organisations
are told by organisation, role and the key of their account, never by name; of a reading of many schools each is told
its own part only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from pipelines import access_record, audit
from pipelines.history import FIRST_YEAR
from pipelines.own_people import sessions_of, who
from pipelines.scope import OPERATOR, Actor, Scope, ScopeKind
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import academic_year, start_year

OF_SCHOOL = re.compile(r"school:([0-9]{6})(?: .*)?")
READ = ("sequence", "recorded_at", "actor", "role", "scope", "action", "subject", "detail", "purpose", "request_id")
AT_ONCE = 2_000
MOST = 10_000  # a longer list takes seconds to make, and a page shows the first of them
Belonged = Mapping[str, tuple[tuple[date, date], ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """One event as an organisation may know it.

    `who` is a name among one's own people, else the key of an account, empty where none is known. `schools` gives, of
    one's own schools, how many rows, versions or returns of each the event was about; 0 where nobody counted.
    """

    sequence: int
    when: datetime
    organisation: Scope
    own: bool
    role: str
    who: str
    action: str
    purpose: str
    schools: Mapping[str, int]
    detail: Mapping[str, Any]
    request: str = ""
    of_session: bool = False  # somebody of one's own signed in or out, under no organisation

    @property
    def number(self) -> int:
        """How many rows, versions or returns it was about."""
        return sum(self.schools.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: parts of words, and days in UTC, first and last included; what is empty is any."""

    who: str = ""
    what: str = ""
    school: str = ""
    from_day: date | None = None
    to_day: date | None = None


def read(warehouse: Warehouse, scope: Scope, *, year: str | None = None) -> tuple[Look, ...]:
    """What concerns an organisation or its schools in an academic year (or ever), the latest first, at most `MOST`."""
    days = (None, None) if year is None else _days(year)
    with warehouse.reading() as cursor:
        return tuple(islice(_concerning(cursor, scope, *days, besides=False), MOST))


def search(warehouse: Warehouse, scope: Scope, asked: Asked, *, actor: Actor) -> tuple[Look, ...]:
    """The same and what one's own people did besides, sign-ins too, narrowed; that it was searched is recorded.

    What is searched is what the organisation may know: another's name finds nothing.
    """
    access_record.keep_counts(warehouse)
    with warehouse.writing() as cursor:
        every = _concerning(cursor, scope, asked.from_day, asked.to_day, besides=True)
        found = tuple(islice((one for one in every if _fits(one, asked)), MOST))
        access_record.read(cursor, actor, "record searched", schools={}, events=len(found))
    return found


def years(warehouse: Warehouse) -> tuple[str, ...]:
    """The academic years in which anything was recorded, the latest first."""
    with warehouse.reading() as cursor:
        [ends] = cursor.rows("SELECT min(recorded_at) AS first, max(recorded_at) AS last FROM audit")
    if ends["first"] is None:
        return ()
    first, last = (start_year(academic_year(ends[name].date())) for name in ("first", "last"))
    return tuple(f"{year}{(year + 1) % 100:02}" for year in range(last, first - 1, -1))


def _days(year: str) -> tuple[date, date]:
    start = start_year(year)
    return date(start, 9, 1), date(start + 1, 8, 31)


def _fits(one: Look, asked: Asked) -> bool:
    said = f"{one.who}\n{one.role}\n{one.organisation}".casefold()
    return (
        asked.who.casefold() in said
        and asked.what.casefold() in one.action.casefold()
        and (not asked.school or asked.school in one.schools)
    )


def _concerning(
    cursor: Cursor, scope: Scope, from_day: date | None, to_day: date | None, *, besides: bool
) -> Iterator[Look]:  # fmt: skip
    belonged = _schools_of(cursor, scope)
    sessions = sessions_of(cursor, scope) if besides else None
    asked = (
        f"SELECT {', '.join(READ)} FROM audit "
        "WHERE ($starts IS NULL OR recorded_at >= $starts) AND ($ends IS NULL OR recorded_at < $ends) "
        "AND (scope = $own OR subject = $own OR list_contains($sessions, subject) "
        "OR list_has_any(regexp_extract_all(subject || ' ' || detail, '[0-9]{6}'), $urns)) ORDER BY sequence DESC"
    )
    values = {
        "starts": from_day and datetime.combine(from_day, datetime.min.time()),
        "ends": to_day and datetime.combine(to_day + timedelta(days=1), datetime.min.time()),
        "own": str(scope), "sessions": sorted(sessions or ()), "urns": sorted(belonged),
    }  # fmt: skip
    for rows in cursor.batches(asked, values, size=AT_ONCE):
        for row in rows:
            found = _look(dict(zip(READ, row, strict=True)), scope, belonged, sessions)
            if found is not None:
                yield found


def _schools_of(cursor: Cursor, scope: Scope) -> Belonged:
    """Each school of an organisation with the days on which it belonged; a school and what it was, always."""
    moment = audit.now()
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + "SELECT urn, from_date, to_date FROM scope_schools",
        bindings(scope, as_at=moment, first_year=FIRST_YEAR),
    )
    found: dict[str, tuple[tuple[date, date], ...]] = {}
    for row in rows:
        always = scope.kind is ScopeKind.SCHOOL
        days = (date.min, date.max) if always else (row["from_date"], row["to_date"])
        found[str(row["urn"])] = (*found.get(str(row["urn"]), ()), days)
    return found


def _look(event: Mapping[str, Any], scope: Scope, belonged: Belonged, sessions: frozenset[str] | None) -> Look | None:
    """What an organisation may know of an event; None where it does not concern it.

    Given `sessions` of its own people, what they did that is about nobody's data concerns it too: here and at no other
    organisation that they act for.
    """
    organisation, subject, detail = _scope(event["scope"]), str(event["subject"]), json.loads(event["detail"])
    day = event["recorded_at"].date()
    named = {urn: number for urn, number in _named(subject, detail).items()
             if any(first <= day <= last for first, last in belonged.get(urn, ()))}  # fmt: skip
    own = organisation == scope or (organisation == OPERATOR and subject in (sessions or ()))
    if not named and subject != str(scope) and not (own and sessions is not None):
        return None
    whole = own or (bool(named) and OF_SCHOOL.fullmatch(subject) is not None)  # else it may tell of other schools
    return Look(
        event["sequence"], event["recorded_at"], organisation, organisation == scope, event["role"],
        who(event["actor"], own=own), event["action"], event["purpose"] or "", named, detail if whole else {},
        event["request_id"] or "", own and organisation == OPERATOR,
    )  # fmt: skip


def _named(subject: str, detail: Mapping[str, Any]) -> dict[str, int]:
    """The schools that an event names, and how much of each it was about."""
    told = detail.get("schools", ())
    counted = told.items() if isinstance(told, dict) else ((urn, 0) for urn in told)
    found = {str(urn): int(number) for urn, number in counted}
    if of_school := OF_SCHOOL.fullmatch(subject):
        found.setdefault(of_school[1], _count(detail.get("rows")))
    return found


def _count(rows: object) -> int:
    """A number of rows, told as one or table by table."""
    if isinstance(rows, dict):
        return sum(int(number) for number in rows.values())
    return rows if isinstance(rows, int) else 0


@lru_cache(maxsize=1000)
def _scope(text: str) -> Scope:
    return OPERATOR if text == str(OPERATOR) else Scope.parse(text)
