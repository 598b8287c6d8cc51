"""How long the returns board takes for the largest authority in a nation: `python -m benchmarks.returns_board`.

24,000 invented schools in 48 authorities of 500, three terms each, four schools in five with a return, one in ten of
them sent twice; written straight into the tables, as what is measured is the reading.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from app import board_words
from app.chase_list import as_csv
from pipelines import audit, board
from pipelines.figures import Question
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term

SCHOOLS, AUTHORITIES, ROUNDS = 24_000, 48, 9
LARGEST = Scope.parse("la:200")
YEAR = "202526"
LOADED = pd.Timestamp("2024-09-01")


def main() -> None:
    """Print the median and the slowest time of each part."""
    with Warehouse(None) as store:
        with store.writing() as cursor:
            _fill(cursor)
        question = Question("returns_received", year=YEAR)
        found = board.read(store, LARGEST, question)
        print(f"{SCHOOLS:,} schools; the largest authority has {len(found.returns):,} expected returns of one year")
        _time("reading the board", lambda: board.read(store, LARGEST, question))
        _time("its words, all rows", lambda: board_words.table(found.returns))
        _time("the chase list", lambda: as_csv(found.returns, {}))


def _time(what: str, work: Callable[[], object]) -> None:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    print(f"{what}: median {np.median(times) * 1000:,.0f} ms, slowest {max(times) * 1000:,.0f} ms of {ROUNDS}")


def _fill(cursor: Cursor) -> None:
    urns = [str(100_000 + number) for number in range(SCHOOLS)]
    cursor.append("schools", pd.DataFrame({
        "loaded_at": LOADED, "urn": urns, "name": [f"School {urn}" for urn in urns], "status": "open",
        "la_code": [str(200 + number % AUTHORITIES) for number in range(SCHOOLS)], "la_name": "Invented",
        "phase": "primary",
    }))  # fmt: skip
    sent = [
        (urn, str(term), version, pd.Timestamp("2026-09-10") + pd.Timedelta(seconds=place * 10 + version))
        for place, urn in enumerate(urns) for term in Term if place % 5
        for version in ((1, 2) if place % 10 == 1 else (1,))
    ]  # fmt: skip
    rows = pd.DataFrame(sent, columns=["school_urn", "term", "version", "recorded_at"])
    cursor.append("returns", rows.assign(
        return_id=range(1, len(rows) + 1), academic_year=YEAR, state="submitted", nil=True, recorded_by="bench",
        file_sha256="", rule_book="1", key_version="", incidents=0, children=0, queries=0,
    ))  # fmt: skip
    cursor.append("audit", pd.DataFrame({
        "sequence": range(1, len(rows) + 1), "recorded_at": rows["recorded_at"], "actor": "bench",
        "role": "designated safeguarding lead", "scope": "operator", "action": "nil return recorded",
        "subject": "school:" + rows["school_urn"] + f" {YEAR} " + rows["term"], "detail": "{}",
        "changes_figures": True, "previous_hash": "", "hash": "",
    }))  # fmt: skip
    audit.record(cursor, audit.Event(Actor("bench", "bench", OPERATOR), "filled", "all"))
    standing.rebuild(cursor)


if __name__ == "__main__":
    main()
