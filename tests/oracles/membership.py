"""Whose a school was on a day: walked through load by load and day by day, as a clerk would."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from tests.oracles.world import Asked, Row, World, extracts_in_order, known_schools, told_on

EVER = date(1900, 1, 1)


def in_scope(world: World, asked: Asked, urn: str, on: date) -> bool:
    """Whether what a school did on a day is the organisation's to see."""
    if asked.kind == "school":
        return urn == asked.code or on <= was_before(world, asked.as_at, asked.code).get(urn, date.min)
    if asked.kind == "la":
        return authority_on(world, asked.as_at, urn, on) == asked.code
    return trust_on(world, asked.as_at, urn, on) == asked.code


def authority_on(world: World, as_at: datetime, urn: str, on: date) -> str:
    """The authority that a school belonged to on a day."""
    return _said_on(_entries(world, as_at, urn, "la"), on)


def trust_on(world: World, as_at: datetime, urn: str, on: date) -> str:
    """The trust that a school was in on a day, empty for none."""
    told = [row for row in world.memberships if _known(row, as_at, world.memberships)]
    if not any(row["urn"] == urn for row in told):
        entries = _entries(world, as_at, urn, "trust")
        if not entries:
            return ""
        begun = next((row for _, _, row in entries), {}).get("opened") or EVER
        found = _said_on(entries, on) if on >= begun else ""
        return "" if _has_closed(told, found, on) else found
    begun_by = [row for row in _statements(world, as_at, urn) if row["from"] <= on]
    if not begun_by:
        return ""
    last = max(begun_by, key=lambda row: (row["from"], row["trust"], row["left"] or date.max))
    ended = last["left"] is not None and last["left"] < on
    return "" if ended or _has_closed(told, last["trust"], on) else str(last["trust"])


Entry = tuple[date, str, Row]


@cache
def _entries(world: World, as_at: datetime, urn: str, column: str) -> list[Entry]:
    """What each extract known says of a school, with the day from which that holds; corrected ones are gone."""
    own = [row for row in extracts_in_order(world) if row["urn"] == urn]
    first = min((row["loaded_at"] for row in own), default=as_at)
    found: dict[date, Row] = {}
    for row in own:
        if row["loaded_at"] <= max(as_at, first) and _says(world, row, column):
            found[told_on(world, row["loaded_at"])] = row
    days = sorted(found)
    entries = []
    for before, day in zip([None, *days], days, strict=False):
        changed = found[day].get("changed")
        since = changed if before and changed and changed > before else day
        entries.append((since if before else EVER, str(found[day][column]), found[day]))
    return entries


def _says(world: World, row: Row, column: str) -> bool:
    """An extract without a code for a school says nothing; one without any trust at all has no such column."""
    if column == "la":
        return bool(row["la"])
    return any(one["trust"] for one in world.schools if one["loaded_at"] == row["loaded_at"])


def _said_on(entries: list[Entry], on: date) -> str:
    """The answer on a day: it changes on the first day on which another is told."""
    answer = ""
    for place, (since, said, _) in enumerate(entries):
        if place == 0 or (said != answer and on >= since):
            answer = said
        elif said != answer:
            break
    return answer


@cache
def _statements(world: World, as_at: datetime, urn: str) -> list[Row]:
    """The memberships that stand after every load known, in turn, has had its say."""
    rows = [row for row in world.memberships if row["urn"] == urn and _known(row, as_at, world.memberships)]
    loads = sorted({_when(row) for row in rows})
    standing: list[Row] = []
    for load in loads:
        said = [{**row, "from": _joined(row, rows)} for row in rows if _when(row) == load]
        earliest = min(row["from"] for row in said)
        standing = [row for row in standing if row["from"] < earliest and not _corrected(row, said, loads)] + said
    return standing


def _corrected(row: Row, said: list[Row], loads: list[datetime]) -> bool:
    """Whether the very next load names the same trust again, for days that this row claimed."""
    nxt = loads[loads.index(_when(row)) + 1]
    left = row["left"] or date.max
    return any(one["trust"] == row["trust"] and _when(one) == nxt and one["from"] <= left for one in said)


def _joined(row: Row, rows: list[Row]) -> date:
    if row["joined"]:
        return row["joined"]  # type: ignore[no-any-return]
    same = [one for one in rows if one["trust"] == row["trust"]]
    known = [one["joined"] for one in same if one["joined"]]
    first_named = min(_when(one) for one in same)
    if known:
        return max(known)  # type: ignore[no-any-return]
    return first_named.date() if first_named > min(_when(one) for one in rows) else EVER


def _has_closed(told: list[Row], trust: str, on: date) -> bool:
    """Whether a trust had closed before a day, as the last load says that names it."""
    own = [row for row in told if row["trust"] == trust]
    last = max((_when(row) for row in own), default=None)
    days = [row["closed"] for row in own if _when(row) == last and row.get("closed")]
    return bool(days) and max(days) < on


@cache
def was_before(world: World, as_at: datetime, urn: str) -> dict[str, date]:
    """Each school that this one was before, under another URN, with its last day as that."""
    found: dict[str, date] = {}
    now = urn
    while (before := _alone_before(world, as_at, now)) and before[0] not in (*found, urn):
        found[before[0]] = before[1]
        now = before[0]
    return {one: day for one, day in found.items() if day > date.min}


def _alone_before(world: World, as_at: datetime, urn: str) -> tuple[str, date] | None:
    links = [row for row in world.links if _stands(row, as_at, world.links)]
    mine = {row["predecessor"] for row in links if row["successor"] == urn and row["predecessor"] != urn}
    if len(mine) != 1:
        return None
    [old] = mine
    theirs = {row["successor"] for row in links if row["predecessor"] == old and row["successor"] != old}
    plain = all("-" not in row.get("words", "") for row in links
                if {row["predecessor"], row["successor"]} & {urn, old})  # fmt: skip
    if theirs != {urn} or not plain:
        return None
    days = [row["established"] for row in links if (row["predecessor"], row["successor"]) == (old, urn)
            and row.get("established")]  # fmt: skip
    known = known_schools(world, Asked("", "", as_at=as_at))
    opened, closed = known.get(urn, {}).get("opened"), known.get(old, {}).get("closed")
    first = max(days, default=None) or opened or (closed + timedelta(days=1) if closed else None)
    return (old, first - timedelta(days=1) if first else date.min)


def _stands(row: Row, as_at: datetime, rows: list[Row]) -> bool:
    """Of what one end tells, its latest load replaces the others."""
    same = [one for one in rows if _end(one) == _end(row) and _known(one, as_at, rows)]
    return _known(row, as_at, rows) and _when(row) == max(_when(one) for one in same)


def _end(row: Row) -> str:
    return str(row[row.get("told_by", "successor")])


def known_links(world: World, as_at: datetime) -> list[Row]:
    """Every link that was told by then."""
    return [row for row in world.links if _known(row, as_at, world.links)]


def _known(row: Row, as_at: datetime, rows: list[Row]) -> bool:
    return _when(row) <= max(as_at, min(_when(one) for one in rows))


def _when(row: Row) -> datetime:
    return row.get("loaded_at", datetime(2020, 1, 1))  # type: ignore[no-any-return] # noqa: DTZ001
