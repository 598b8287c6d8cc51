"""Check and load a file of many schools, beside plain DuckDB and plain pandera on the same rows.

    uv run python benchmarks/check_and_load.py [ROWS]

Each contender runs in a process of its own; printed are seconds, the ratio to plain DuckDB, and peak memory.
Plain DuckDB is `read_csv` of the two files (everything as text) and an insert into a table on disk: no check at
all. Plain pandera is `pandas.read_csv` and one schema with the same formats. The rows are invented: the
sample's autumn returns, repeated under other references, schools and keys.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

CONTENDERS = ("duckdb", "pandera", "plumbline")
SCHOOLS = 20_000


def make_files(folder: Path, rows: int) -> None:
    """Write `incidents.csv` with so many rows, and `children.csv` with the children of each."""
    from pipelines.sample import generate

    autumn = {
        one.school_urn: one for one in generate().returns if one.term == "autumn" and one.academic_year == "202526"
    }
    pool = pd.concat([one.incidents for one in autumn.values()], ignore_index=True)
    involved = pd.concat([one.children.assign(school_urn=urn) for urn, one in autumn.items()])
    places = pool[["school_urn", "incident_ref"]].assign(place=pool.index)
    of_pool = places.merge(involved, on=["school_urn", "incident_ref"])
    numbers = np.arange(rows)
    incidents = pool.iloc[numbers % len(pool)].assign(
        incident_ref=[f"B{number}" for number in numbers], school_urn=(200_000 + numbers % SCHOOLS).astype(str)
    )
    incidents.to_csv(folder / "incidents.csv", index=False)
    by_place = {place: group.drop(columns="place") for place, group in of_pool.groupby("place")}
    parts = [_children(by_place[place], numbers[numbers % len(pool) == place]) for place in by_place]
    pd.concat(parts).to_csv(folder / "children.csv", index=False)


def _children(group: pd.DataFrame, numbers: np.ndarray) -> pd.DataFrame:
    repeated = group.iloc[np.tile(np.arange(len(group)), len(numbers))]
    of = np.repeat(numbers, len(group))
    keys = [f"{number:016x}" for number in of * 16 + np.tile(np.arange(len(group)), len(numbers))]
    return repeated.assign(
        incident_ref=[f"B{number}" for number in of], school_urn=(200_000 + of % SCHOOLS).astype(str), child_key=keys
    )


def run_duckdb(folder: Path) -> None:
    """Plain DuckDB: read and insert, no check."""
    import duckdb

    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        for name in ("incidents", "children"):
            source = str(folder / f"{name}.csv")
            connection.execute(f"CREATE TABLE {name} AS FROM read_csv($source, all_varchar = true)", {"source": source})


def pandera_schema(name: str) -> DataFrameSchema:
    """The formats of one table as one plain schema for text."""
    import pandera.pandas as pa

    from schemas.lexicon import lexicon

    columns = {}
    for column in lexicon().tables[name].columns:
        codes = [code.code for code in column.codes.codes] if column.codes else []
        if column.kind == "code":
            check = pa.Check.isin([*codes, ""])
        elif column.kind == "codes":
            check = pa.Check.str_matches(rf"^(?:(?:{'|'.join(codes)})(?:;|$))*$")
        else:
            check = pa.Check.str_matches(r"^(?:\d{4}-\d\d-\d\d)?$" if column.kind == "date" else column.pattern)
        columns[column.name] = pa.Column(str, check)
    return pa.DataFrameSchema(columns)


def run_pandera(folder: Path) -> None:
    """Plain pandera: the same formats on plain text columns, no cross-field rules, nothing kept."""
    for name in ("incidents", "children"):
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        pandera_schema(name).validate(frame, lazy=True)


def run_plumbline(folder: Path) -> None:
    """The whole path: read, personal-data gate, staged checks, re-keying, one transaction with its audit."""
    from pipelines import returns
    from pipelines.intake.tables import NamedFile
    from pipelines.scope import OPERATOR, Actor
    from pipelines.warehouse.store import Warehouse
    from schemas.calendar import Term

    key, actor = b"k" * 32, Actor("benchmark", "operator", OPERATOR)
    with Warehouse(folder / "plumbline.duckdb") as warehouse:
        files = [NamedFile(name, (folder / name).read_bytes()) for name in ("incidents.csv", "children.csv")]
        stated = returns.Stated(None, "202526", Term.AUTUMN)
        checked = returns.check(warehouse, files, stated=stated, actor=actor, key=key)
        assert not checked.has_errors, checked.issues[:5]
        started = time.perf_counter()
        returns.submit(warehouse, checked, actor=actor, key=key)
        print(f"  of which keeping: {time.perf_counter() - started:.1f} s; issues listed: {len(checked.issues):,}")


def measure(contender: str, folder: Path) -> None:
    """Run one contender in this process and print its seconds and peak memory."""
    started = time.perf_counter()
    globals()[f"run_{contender}"](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    print(f"{time.perf_counter() - started:.2f} {peak:.2f}")


def main(rows: int) -> None:
    """Make the files, run every contender apart, and print the comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, "make", name, str(rows)], check=True)
        size = sum((folder / f"{table}.csv").stat().st_size for table in ("incidents", "children")) / 1e6
        children = sum(1 for _ in (folder / "children.csv").open()) - 1
        print(f"{rows:,} incidents and {children:,} children of {SCHOOLS:,} schools, {size:,.0f} MB of CSV")
        base = 0.0
        for contender in CONTENDERS:
            command = [sys.executable, __file__, contender, name]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
            seconds, peak = (float(part) for part in printed[-1].split())
            base = base or seconds
            ratio = seconds / base
            print(f"{contender:10} {seconds:7.1f} s   {ratio:4.1f} × plain DuckDB   {peak:5.1f} GB at its peak")
            print("\n".join(printed[:-1]), end="\n" if printed[:-1] else "")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        make_files(Path(sys.argv[2]), int(sys.argv[3]))
    elif len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
