"""The chain and its anchors: whatever is done to the record, the first wrong event is named; and it is never slow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import audit, audit_chain
from pipelines.audit_anchor import DAYS_EACH, Anchor, Anchors, read_line, thinned
from pipelines.audit_chain import CHAINED, GENESIS, Break, hash_of, text_of, verify
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError
from tests.factories import KEY

NOON = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - UTC, as the warehouse keeps it
EVENTS = 12
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
FIELDS = ("recorded_at", "actor", "role", "scope", "action", "subject", "detail", "changes_figures", "purpose",
          "request_id", "previous_hash", "hash")  # fmt: skip


def recorded(cursor: Cursor, number: int) -> None:
    """So many events with different purposes and requests, the first half as an older program kept them."""
    for place in range(number):
        actor = Actor("Ann ☂ “x”", "officer", Scope.parse("la:990"), "follow_up" if place % 2 else "", f"r{place}")
        audit.record(cursor, audit.Event(actor, "looked", "la:990", {"n": place}), when=NOON + timedelta(hours=place))


@cache
def chain() -> Warehouse:
    """A store with a chain; each test changes it in a transaction that is not kept."""
    store = Warehouse(None)
    with store.writing() as cursor:
        recorded(cursor, EVENTS)
    return store


@pytest.fixture
def cursor() -> Iterator[Cursor]:
    with chain().trying() as inside:
        yield inside


# -- what is hashed ---------------------------------------------------------------------------------------

VALUES = st.tuples(
    TEXTS, TEXTS, st.booleans() | st.none(), TEXTS, TEXTS | st.none(), st.datetimes() | st.none(), TEXTS | st.none(),
    TEXTS, TEXTS, st.integers(0, 10**12) | st.none(), TEXTS | st.none(),
)  # fmt: skip


@given(VALUES)
def test_the_text_that_is_hashed_is_plain_json_with_sorted_names(values: tuple[Any, ...]) -> None:
    entry = dict(zip(CHAINED, values, strict=True))
    kept = {name: one for name, one in entry.items() if one is not None or name not in audit_chain.SINCE}
    assert text_of(values) == json.dumps(kept, sort_keys=True, default=datetime.isoformat)


def test_a_chain_from_before_purposes_were_kept_is_whole_and_goes_on() -> None:
    """Its hashes are made here as they were then: of nine names, and its new columns are empty."""
    store, previous = Warehouse(None), GENESIS
    with store.writing() as cursor:
        for place in range(1, 4):
            entry: dict[str, Any] = {
                "sequence": place, "recorded_at": NOON, "actor": "Ann", "role": "officer", "scope": "la:990",
                "action": "looked", "subject": "la:990", "detail": "{}", "changes_figures": False,
            }  # fmt: skip
            own = json.dumps(entry, sort_keys=True, default=datetime.isoformat)
            row = {**entry, "previous_hash": previous, "hash": hashlib.sha256((previous + own).encode()).hexdigest()}
            cursor.append("audit", pd.DataFrame([row]))
            previous = str(row["hash"])
        recorded(cursor, 2)
        assert verify(cursor).fault is None
        cursor.run("UPDATE audit SET purpose = 'inspection' WHERE sequence = 2")  # a purpose said afterwards
        assert audit.first_broken(cursor) == 2


# -- tampering --------------------------------------------------------------------------------------------


def edit(place: int, field: str) -> Callable[[Cursor], int]:
    """Change one field of one event."""

    def done(cursor: Cursor) -> int:
        [row] = cursor.rows(f"SELECT {field} AS now FROM audit WHERE sequence = $place", {"place": place})
        now = row["now"]
        other = not now if isinstance(now, bool) else now + timedelta(1) if isinstance(now, datetime) else f"{now}x"
        cursor.run(f"UPDATE audit SET {field} = $other WHERE sequence = $place", {"other": other, "place": place})
        return place

    return done


def blank(place: int, field: str) -> Callable[[Cursor], int]:
    """Empty one field of one event, also one that may be empty in older events."""

    def done(cursor: Cursor) -> int:
        cursor.run(f"UPDATE audit SET {field} = NULL WHERE sequence = $place", {"place": place})
        return place

    return done


def delete(place: int, until: int) -> Callable[[Cursor], int]:
    """Remove events, not the last one."""

    def done(cursor: Cursor) -> int:
        values = {"from": min(place, until), "to": min(max(place, until), EVENTS - 1)}
        cursor.run("DELETE FROM audit WHERE sequence BETWEEN $from AND $to", values)
        return min(place, until)

    return done


def truncate(place: int) -> Callable[[Cursor], int]:
    """Cut the end off."""

    def done(cursor: Cursor) -> int:
        cursor.run("DELETE FROM audit WHERE sequence >= $place", {"place": place})
        return place

    return done


def swap(one: int, other: int) -> Callable[[Cursor], int]:
    """Put two events in each other's place."""

    def done(cursor: Cursor) -> int:
        cursor.run(
            "UPDATE audit SET sequence = CASE sequence WHEN $one THEN $other ELSE $one END "
            "WHERE sequence IN ($one, $other)", {"one": one, "other": other},
        )  # fmt: skip
        return min(one, other)

    return done


def insert(place: int, *, moved: bool) -> Callable[[Cursor], int]:
    """Put an event in: beside another of its number, or with the later ones moved on."""

    def done(cursor: Cursor) -> int:
        if moved:
            cursor.run("UPDATE audit SET sequence = sequence + 1 WHERE sequence >= $place", {"place": place})
        cursor.run(
            "INSERT INTO audit BY NAME SELECT * REPLACE ($place AS sequence, 'invented' AS action) FROM audit "
            "WHERE sequence = (SELECT max(sequence) FROM audit) LIMIT 1", {"place": place},
        )  # fmt: skip
        return place

    return done


PLACES = st.integers(1, EVENTS)
TAMPERING = st.one_of(
    st.builds(edit, PLACES, st.sampled_from(FIELDS)),
    st.builds(blank, PLACES, st.sampled_from(FIELDS)),
    st.builds(delete, st.integers(1, EVENTS - 1), st.integers(1, EVENTS - 1)),
    st.builds(truncate, PLACES),
    st.tuples(PLACES, PLACES).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: swap(*pair)),
    st.builds(insert, PLACES, moved=st.booleans()),
)


@settings(max_examples=300)
@given(TAMPERING)
def test_whatever_is_done_to_the_record_the_first_wrong_event_is_named(tamper: Callable[[Cursor], int]) -> None:
    with chain().trying() as cursor:
        head = verify(cursor)
        assert head.fault is None
        first = tamper(cursor)
        found = verify(cursor, anchors={EVENTS: head.head})
    assert found.fault is not None
    assert found.fault.sequence == first
    assert found.events in (first - 1, first)  # of two events of one number either may come first


def rewrite(cursor: Cursor, place: int) -> None:
    """What a patient forger does: change an event and make every hash after it anew."""
    rows = cursor.rows("SELECT * FROM audit ORDER BY sequence")
    previous = GENESIS
    for row in rows:
        if row["sequence"] == place:
            row["actor"] = "somebody else"
        row["previous_hash"] = previous
        row["hash"] = previous = hash_of([row[name] for name in CHAINED], previous)
    cursor.run("DELETE FROM audit")
    cursor.append("audit", pd.DataFrame(rows))


@given(PLACES)
def test_a_chain_that_was_written_anew_from_somewhere_on_is_told_by_its_anchors(place: int) -> None:
    with chain().trying() as cursor:
        hashes = {row["sequence"]: row["hash"] for row in cursor.rows("SELECT sequence, hash FROM audit")}
        rewrite(cursor, place)
        assert verify(cursor).fault is None, "without an anchor it looks whole"
        found = verify(cursor, anchors={one: hashes[one] for one in (4, 8, EVENTS)})
    assert found.fault is not None
    assert found.fault.how is Break.REWRITTEN
    assert found.fault.sequence <= place <= (found.fault.until or 0)


def test_one_event_made_anew_with_its_own_hash_is_found_at_the_link_after_it(cursor: Cursor) -> None:
    [row] = cursor.rows("SELECT * FROM audit WHERE sequence = 5")
    own = hash_of([("x" if name == "actor" else row[name]) for name in CHAINED], row["previous_hash"])
    cursor.run("UPDATE audit SET actor = 'x', hash = $own WHERE sequence = 5", {"own": own})
    fault = verify(cursor).fault
    assert fault is not None
    assert (fault.sequence, fault.how) == (6, Break.UNLINKED)


def test_a_fault_is_said_in_words(cursor: Cursor) -> None:
    cursor.run("DELETE FROM audit WHERE sequence IN (3, 4)")
    assert str(verify(cursor).fault) == "Events 3 to 4: the first is missing."


# -- anchors ----------------------------------------------------------------------------------------------


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@given(st.integers(1, 10**9), TEXTS)
def test_an_anchor_is_read_as_it_was_printed_and_no_other_line_is(sequence: int, more: str) -> None:
    one = Anchor(sequence, "ab" * 32, NOON)
    line = one.line(KEY)
    assert read_line(KEY, f" {line}\n") == one
    changed = line.replace(f" {sequence} ", f" {sequence + 1} ")
    for other in (changed, line[:-1], line + "0", more, line.replace("2026-11-21", "2026-11-22")):
        with pytest.raises(QuestionError, match="no anchor"):
            read_line(KEY, other)
    with pytest.raises(QuestionError, match="PLUMBLINE_KEY"):
        read_line(b"another key of the same length, or so", line)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[Warehouse, Anchors]]:
    """A warehouse whose record is anchored beside it."""
    path = tmp_path / "p.duckdb"
    with Warehouse(path) as store:
        anchors = Anchors(path, KEY)
        anchors.begin(store)
        yield store, anchors


def record_some(store: Warehouse, number: int = 3) -> None:
    with store.writing() as cursor:
        recorded(cursor, number)


def record_and_fail(store: Warehouse) -> None:
    with store.writing() as cursor:
        recorded(cursor, 2)
        raise ValueError("stop")


def verdict(store: Warehouse, anchors: Anchors) -> audit_chain.Verdict:
    with store.reading() as cursor:
        return verify(cursor, anchors={one.sequence: one.hash for one in anchors.read()})


def test_the_end_of_the_record_is_anchored_once_it_is_on_disk(kept: tuple[Warehouse, Anchors]) -> None:
    store, anchors = kept
    record_some(store)
    assert [one.sequence for one in anchors.read()] == [3]
    assert anchors.path.stat().st_mode & 0o777 == 0o600
    assert verdict(store, anchors).anchored == 3


def test_what_is_not_kept_is_not_anchored(kept: tuple[Warehouse, Anchors]) -> None:
    store, anchors = kept
    record_some(store)
    with pytest.raises(ValueError, match="stop"):
        record_and_fail(store)
    with store.trying() as cursor:
        recorded(cursor, 2)
    assert [one.sequence for one in anchors.read()] == [3]
    assert verdict(store, anchors).fault is None


def test_an_anchor_that_lags_because_the_machine_failed_is_no_fault(kept: tuple[Warehouse, Anchors]) -> None:
    store, anchors = kept
    record_some(store)
    store.when_kept = None  # the transaction is on disk, and then there is no more power
    record_some(store, 2)
    assert verdict(store, anchors).fault is None
    Anchors(store.path or Path(), KEY).begin(store)
    record_some(store, 1)
    assert anchors.read()[-1].sequence == 6


def test_an_end_that_was_cut_off_is_found_and_goes_on_being_found(kept: tuple[Warehouse, Anchors]) -> None:
    store, anchors = kept
    record_some(store, 5)
    with store.writing() as cursor:
        cursor.run("DELETE FROM audit WHERE sequence > 2")
    fault = verdict(store, anchors).fault
    assert fault is not None
    assert (fault.sequence, fault.until, fault.how) == (3, 5, Break.CUT_OFF)
    store.when_kept = None
    later = Anchors(store.path or Path(), KEY)
    later.begin(store)  # the portal is started again, and writes over what was cut off
    record_some(store, 6)
    fault = verdict(store, anchors).fault
    assert fault is not None
    assert fault.how is Break.REWRITTEN


def test_an_anchor_that_cannot_be_written_does_not_undo_what_was_kept(
    kept: tuple[Warehouse, Anchors], caplog: pytest.LogCaptureFixture
) -> None:
    store, anchors = kept
    anchors.path.with_name(anchors.path.name + ".new").mkdir()
    record_some(store)
    assert "could not be kept" in caplog.text
    assert verdict(store, anchors).events == 3


def test_a_changed_file_of_anchors_is_never_written_over(kept: tuple[Warehouse, Anchors]) -> None:
    store, anchors = kept
    record_some(store)
    content = anchors.path.read_text().replace("anchor 1 3", "anchor 1 2")
    anchors.path.write_text(content)
    fresh = Anchors(store.path or Path(), KEY)
    store.when_kept = None
    fresh.begin(store)
    record_some(store)
    assert anchors.path.read_text() == content
    with pytest.raises(QuestionError, match="no anchor"):
        fresh.read()


def test_an_anchor_of_each_day_of_a_month_is_kept_and_of_each_month_before() -> None:
    found: list[Anchor] = []
    for day in range(800):
        found = thinned([*found, Anchor(2 * day + 1, "a" * 64, NOON + timedelta(days=day, hours=-1))])
        found = thinned([*found, Anchor(2 * day + 2, "a" * 64, NOON + timedelta(days=day))])
    assert found[-1].sequence == 1600
    assert DAYS_EACH <= len(found) <= DAYS_EACH + 27
    assert [one.sequence for one in found] == sorted(one.sequence for one in found)
