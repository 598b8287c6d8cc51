# ruff: noqa: S608 - every text in the SQL is made here
"""Invent a nation and ask what every page asks, without any kept answer, beside plain DuckDB.

    uv run python benchmarks/national.py [--scale 1.0] [--file nation.duckdb] [--scopes 12]

At scale 1: 24,000 schools of 152 authorities, 2,500 trusts, ten academic years, 2,000,000 incidents, 4,000,000
rows of children. Each question goes through the door with nothing kept from the one before, on two threads. Plain
DuckDB runs the bare aggregate: one GROUP BY over a plain table of incidents joined to schools, same filter. `CPU` is
the processor time of both threads, which a busy machine does not lengthen.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from invented_nation import Nation, invent

from pipelines.figures import Question
from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.warehouse import standing
from pipelines.warehouse.store import Warehouse

THREADS = 2
FIRST, AGAIN = "escalated_when_called_for", "involved_again_365_days"
KINDS = ("incidents", "incidents_per_1000", "children_per_1000", FIRST, "days_to_escalation", "recording_completeness")
GROUPS = {"term": "counted_year, counted_term", "year": "counted_year", "school": "school_urn"}
Ask = tuple[str, Question]  # the door's method, and what it is asked


def asked(year: str, term: str) -> dict[str, list[Ask]]:
    """The questions of each page."""
    headlines = ("incidents_per_1000", FIRST, "days_to_escalation", "dsl_informed_same_day")
    rules = ("uksic-advice", "smbc-model-policy", "ukcis-2024")
    by = [("risk_factor",), ("term",)]
    return {
        "Overview": [
            *(("figures", Question(name, year=year)) for name in headlines),
            *(("figures", Question(name, year=year, term=term)) for name in headlines),
            ("figures", Question(FIRST, by=("term",))), ("figures", Question(AGAIN)),
        ],
        "Trends, whole": [("figures", Question(name, by=("term",))) for name in KINDS],
        "Trends, broken down": [
            ("figures", Question(name, by=("term", by)))
            for name in ("incidents", FIRST, "children_per_1000") for by in ("type", "sex", "risk_factor")
        ],
        "Escalation": [
            *(("outcomes", Question(FIRST, year=year, rule_set=one)) for one in rules),
            *(("outcomes", Question(FIRST, by=one, rule_set=rules[2])) for one in by),
        ],
        "Involved again": [("figures", Question(AGAIN, by=by)) for by in ((), ("year",), ("type",), ("sex",))],
        "Compare": [("figures", Question(name, by=("school",), year=year)) for name in KINDS],
        "Returns": [
            ("returns", Question("returns_received", year=year)),
            ("figures", Question("returns_received", by=("term",))),
            ("figures", Question("returns_received", by=("school",))),
        ],
    }  # fmt: skip


def scopes(store: Warehouse, many: int) -> dict[str, list[Scope]]:
    """The largest authority; and authorities, trusts and schools from the largest to the smallest."""
    with store.reading() as cursor:
        found = {
            kind: [str(row["code"]) for row in cursor.rows(
                f"SELECT {code} AS code FROM standing_incidents i {join} GROUP BY 1 ORDER BY count(*) DESC, 1")]
            for kind, code, join in (
                ("la", "la_code", ""), ("school", "school_urn", ""),
                ("trust", "trust_uid", "JOIN standing_members m ON m.urn = i.school_urn"),
            )
        }  # fmt: skip
    spread = {
        kind: [Scope.parse(f"{kind}:{codes[place]}") for place in np.linspace(0, len(codes) - 1, many).astype(int)]
        for kind, codes in found.items()
    }
    return {"largest authority": spread["la"][:1], "authorities": spread["la"], "trusts": spread["trust"],
            "schools": spread["school"]}  # fmt: skip


def plain(store: Warehouse, scope: Scope, question: Question) -> Callable[[], None]:
    """The bare aggregate of a question's subject by plain DuckDB."""
    where = {"la": "s.la_code = $code", "school": "s.urn = $code", "trust": "s.trust_uid = $code"}[scope.kind]
    groups = [GROUPS[name] for name in question.by if name in GROUPS]
    year = "" if question.year is None else f" AND counted_year = '{question.year}'"
    text = (
        f"SELECT {', '.join([*groups, ''])} count(*), count(*) FILTER (police_contacted = 'yes') "
        f"FROM plain_incidents i JOIN plain_schools s ON s.urn = i.school_urn WHERE {where}{year} GROUP BY ALL"
    )

    def run() -> None:
        with store.reading() as cursor:
            cursor.rows(text, {"code": scope.code})

    return run


def timed(what: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds: on the clock, and of processor time."""
    started, used = time.perf_counter(), time.process_time()
    what()
    return (time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000


def measure(store: Warehouse, pages: dict[str, list[Ask]], who: dict[str, list[Scope]]) -> None:
    """Print a line for each page and kind of scope, and one for each page."""
    print("| page | asked for | questions | P50 ms | P95 ms | CPU P95 ms | × plain DuckDB (P50) |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for page, asks in pages.items():
        taken: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for name, some in who.items():
            taken[name] = list(_answers(store, asks, some))
        taken["all"] = [one for name in who if name != "largest authority" for one in taken[name]]
        for name, times in taken.items():
            clock, processor, bare = np.array(times).T
            print(
                f"| {page} | {name} | {len(times)} | {np.median(clock):.0f} | {np.percentile(clock, 95):.0f} "
                f"| {np.percentile(processor, 95):.0f} | {np.median(clock / bare):.1f} |", flush=True,
            )  # fmt: skip


def _answers(store: Warehouse, asks: list[Ask], some: list[Scope]) -> Iterator[tuple[float, float, float]]:
    for scope in some:
        for method, question in asks:
            bare, _ = timed(plain(store, scope, question))
            door = Reporting(store)  # with nothing kept

            def ask(method: str = method, door: Reporting = door, scope: Scope = scope, q: Question = question) -> None:
                getattr(door, method)(scope, q)

            yield (*timed(ask), bare)


def prepare(path: Path, nation: Nation) -> None:
    """Make the nation where it is missing, with its plain tables."""
    if path.exists():
        return
    with Warehouse(path, threads=THREADS) as store:
        made, _ = timed(lambda: _fill(store, nation))
        kept, _ = timed(lambda: _stand(store))
    size = path.stat().st_size / 1e6
    print(f"made in {made / 1000:.0f} s; what stands kept in {kept / 1000:.0f} s; {size:,.0f} MB")


def _fill(store: Warehouse, nation: Nation) -> None:
    with store.writing() as cursor:
        invent(cursor, nation)


def _stand(store: Warehouse) -> None:
    with store.writing() as cursor:
        standing.rebuild(cursor)
    with store.writing() as cursor:  # as someone would keep them who has nothing but DuckDB
        cursor.run("CREATE TABLE plain_incidents AS SELECT * FROM incidents")
        cursor.run("CREATE TABLE plain_schools AS SELECT * FROM standing_schools")


def main() -> None:
    """Make, open, ask, print."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--scale", type=float, default=1.0)
    reader.add_argument("--file", type=Path)
    reader.add_argument("--scopes", type=int, default=12)
    chosen = reader.parse_args()
    nation = Nation(chosen.scale, datetime.now(UTC).date())
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.file or Path(folder) / "nation.duckdb"
        prepare(path, nation)
        with Warehouse(path, threads=THREADS) as store:
            with store.reading() as cursor:
                for table in ("incidents", "children", "returns", "schools", "standing_incidents"):
                    print(f"{cursor.rows(f'SELECT count(*) AS n FROM {table}')[0]['n']:>10,} rows of {table}")
            last = nation.terms[-1]
            measure(store, asked(last.academic_year, last.term), scopes(store, chosen.scopes))


if __name__ == "__main__":
    main()
