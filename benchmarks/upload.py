"""From upload to issues: a return of 200 and of 20,000 rows, as CSV and as a workbook.

    uv run python benchmarks/upload.py [REPEATS]

Each is checked through the door that the portal uses (`returns.check`: register, history, the note of the attempt), by
a warm reading process, so many times. Printed are P50 and P95 in seconds by the clock, P95 of the processor time of
both processes (what it takes on a machine with nothing else to do), P50 for pandas reading
the same files with calamine or its own CSV reader and no check at all, and the ratio to that followed by plain pandera
with the same formats. A row is a row of incidents or of children. The rows are invented: the sample's autumn returns.
"""

from __future__ import annotations

import csv
import io
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
from check_and_load import make_files, pandera_schema
from openpyxl import Workbook

from pipelines.intake.reading_processes import processes

SIZES = (200, 20_000)
TABLES = ("incidents", "children")
ROWS_EACH = 4  # an incident of the sample comes with three rows of children


def files_of(folder: Path, rows: int) -> dict[str, list[Path]]:
    """The return as two CSV files and as one workbook, of about so many rows in all."""
    make_files(folder, rows // ROWS_EACH)
    book = Workbook(write_only=True)
    for name in TABLES:
        sheet = book.create_sheet(name)
        with (folder / f"{name}.csv").open(newline="") as lines:
            for cells in csv.reader(lines):
                sheet.append([cell or None for cell in cells])
    book.save(folder / "return.xlsx")
    return {"CSV": [folder / f"{name}.csv" for name in TABLES], "XLSX": [folder / "return.xlsx"]}


def through_the_door(paths: list[Path]) -> Callable[[], object]:
    """The whole check as the portal makes it."""
    from pipelines import returns
    from pipelines.intake.tables import NamedFile
    from pipelines.scope import OPERATOR, Actor
    from pipelines.warehouse.store import Warehouse
    from schemas.calendar import Term

    store, stated = Warehouse(None), returns.Stated(None, "202526", Term.AUTUMN)
    files = [NamedFile(path.name, path.read_bytes()) for path in paths]
    actor = Actor("benchmark", "operator", OPERATOR)
    return lambda: returns.check(store, files, stated=stated, actor=actor, key=b"k" * 32)


def read_plainly(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """What pandas makes of the same files, as text."""
    if paths[0].suffix == ".csv":
        return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths}
    sheets = pd.read_excel(io.BytesIO(paths[0].read_bytes()), sheet_name=None, engine="calamine", dtype=str)
    return {name: sheet.fillna("") for name, sheet in sheets.items()}


def read_and_validate(paths: list[Path]) -> None:
    """The same, and plain pandera on it."""
    for name, frame in read_plainly(paths).items():
        pandera_schema(name).validate(frame, lazy=True)


def timed(run: Callable[[], object], *, repeats: int) -> tuple[float, float, float]:
    """P50 and P95 in seconds, and P95 in seconds of processor time, after one run that warms up."""
    run()
    seconds, worked = [], []
    for _ in range(repeats):
        started, before = time.perf_counter(), _processor_time()
        run()
        seconds.append(time.perf_counter() - started)
        worked.append(_processor_time() - before)
    last = math.ceil(0.95 * repeats) - 1
    return statistics.median(seconds), sorted(seconds)[last], sorted(worked)[last]


def _processor_time() -> float:
    """Of this process and of the one that reads."""
    reading = [sum(psutil.Process(one.number).cpu_times()[:2]) for one in processes.waiting]
    return time.process_time() + sum(reading)


def main(repeats: int) -> None:
    """Make the files, run every contender, and print the table."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {repeats} runs each")
    print(
        f"{'':14} {'check P50':>10} {'P95':>7} {'processor':>10} {'reading alone':>14} {'and pandera':>12} {'ratio':>6}"
    )
    for rows in SIZES:
        with tempfile.TemporaryDirectory() as name:
            for kind, paths in files_of(Path(name), rows).items():
                middle, high, worked = timed(through_the_door(paths), repeats=repeats)
                plain, *_ = timed(lambda paths=paths: read_plainly(paths), repeats=repeats)
                pandera, *_ = timed(lambda paths=paths: read_and_validate(paths), repeats=repeats)
                print(
                    f"{rows:>7,} {kind:5}  {middle:9.2f} {high:7.2f} {worked:10.2f} {plain:14.2f} {pandera:12.2f} "
                    f"{middle / pandera:6.1f}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
