"""How long the record takes when it is long: following a million events, recording, searching, who looked.

uv run python benchmarks/record.py [events]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines import audit, audit_chain, audit_reading, register, who_looked
from pipelines.audit_anchor import Anchors
from pipelines.audit_chain import CHAINED, GENESIS
from pipelines.intake.tables import NamedFile
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from tests.factories import OFFICER, register_csv

KEY = b"a secret that only this benchmark knows, of some length"
SCHOOLS = 200
AT_ONCE = 50_000
BEGAN = datetime(2022, 9, 1)  # noqa: DTZ001 - UTC, as the warehouse keeps it


def main(events: int) -> None:
    """Fill a warehouse on disk and time each thing that is done with its record."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.duckdb"
        with Warehouse(path, memory="1GB") as store:
            _timed("fill", lambda: _fill(store, events))
            anchors = Anchors(path, KEY)
            anchors.begin(store)
            officer = Actor("A (00112233445566aa)", "officer", Scope.parse("la:990"), "follow_up")
            _timed("record one event", lambda: _record(store, officer), times=50)
            _timed("follow the whole chain", lambda: _verify(store, anchors))
            wanted = audit_reading.Wanted(subject="100042", what="read")
            _timed("search all of it", lambda: _search(store, wanted), times=3)
            year = "202526"
            _timed("who looked, one school, a year", lambda: who_looked.read(store, _school(), year=year), times=3)
            _timed("who looked, its authority, a year", lambda: who_looked.read(store, officer.scope, year=year))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _school() -> Scope:
    return Scope.parse("school:100042")


def _fill(store: Warehouse, events: int) -> None:
    """Events of an authority's schools over four years, most of them returns and readings."""
    schools = [{"URN": str(100000 + one)} for one in range(SCHOOLS)]
    register.load_register(store, [NamedFile("r.csv", register_csv(schools))], actor=OFFICER, when=BEGAN)
    with store.reading() as cursor:
        previous = str(cursor.rows("SELECT hash FROM audit")[0]["hash"])
    assert previous != GENESIS
    step = timedelta(days=4 * 365) / events
    for start in range(2, events + 1, AT_ONCE):
        rows = []
        for number in range(start, min(start + AT_ONCE, events + 1)):
            entry = _entry(number, BEGAN + number * step)
            own = audit_chain.hash_of([entry[name] for name in CHAINED], previous)
            rows.append({**entry, "previous_hash": previous, "hash": own})
            previous = own
        with store.writing() as cursor:
            cursor.append("audit", pd.DataFrame(rows))


def _entry(number: int, when: datetime) -> dict[str, Any]:
    urn = f"{100000 + number % SCHOOLS}"
    reading = number % 3 == 0
    subject = "la:990" if reading else f"school:{urn} 202526 autumn"
    detail = f'{{"rows": 3, "rule_set": "ukcis-2024", "schools": {{"{urn}": 3}}}}' if reading else '{"version": 1}'
    return {
        "sequence": number, "recorded_at": when.replace(microsecond=number % 1_000_000),
        "actor": "A (00112233445566aa)", "role": "officer", "scope": "la:990" if reading else f"school:{urn}",
        "action": "incidents read" if reading else "return submitted", "subject": subject, "detail": detail,
        "changes_figures": False, "purpose": "follow_up" if reading else "", "request_id": "",
    }  # fmt: skip


def _record(store: Warehouse, actor: Actor) -> None:
    with store.writing() as cursor:
        audit.record(cursor, audit.Event(actor, "looked", "la:990"))


def _verify(store: Warehouse, anchors: Anchors) -> None:
    with store.reading() as cursor:
        found = audit_chain.verify(cursor, anchors={one.sequence: one.hash for one in anchors.read()})
    assert found.fault is None, found


def _search(store: Warehouse, wanted: audit_reading.Wanted) -> None:
    with store.reading() as cursor:
        audit_reading.search(cursor, wanted, most=200)


def _timed(what: str, work: Callable[[], object], *, times: int = 1) -> None:
    start, worked = time.perf_counter(), time.process_time()
    for _ in range(times):
        work()
    took, busy = (time.perf_counter() - start) / times, (time.process_time() - worked) / times
    print(f"{what}: {took:.3f} s by the clock, {busy:.3f} s of processor time", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
