"""Open the warehouse: one DuckDB database, a cursor for each run, one writer at a time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.warehouse import standing
from pipelines.warehouse.rewriting import rewrite
from pipelines.warehouse.tables import statements
from schemas.errors import WarehouseError

ERASED_SINCE = "SELECT 1 FROM erasures WHERE erasure_id > (SELECT coalesce(max(erasure_id), 0) FROM rewritings) LIMIT 1"
NOTE_REWRITTEN = "INSERT INTO rewritings SELECT max(erasure_id), $now FROM erasures"
BUSY = (
    "The warehouse is open in another program, probably the portal. Close it, or set PLUMBLINE_WAREHOUSE to "
    "another file, and try again."
)


class Cursor:
    """One thread's own way in; runs SQL with every value bound."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.noted: dict[str, Any] = {}  # what a transaction leaves for those who are told once it is kept

    def run(self, sql: str, values: Mapping[str, Any] | None = None) -> None:
        """Run a statement and leave its result."""
        self._cursor.execute(sql, dict(values or {}))

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a question, each as column → value."""
        self._cursor.execute(sql, dict(values or {}))
        names = [part[0] for part in self._cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]

    def frame(self, sql: str, values: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """The rows of a question as a frame."""
        return self._cursor.execute(sql, dict(values or {})).df()

    def batches(self, sql: str, values: Mapping[str, Any] | None = None, *, size: int) -> Iterator[list[Any]]:
        """The rows of a question as tuples, so many at a time: for answers too large to hold."""
        self._cursor.execute(sql, dict(values or {}))
        while rows := self._cursor.fetchmany(size):
            yield rows

    def append(self, table: str, frame: pd.DataFrame) -> None:
        """Append a frame's rows, columns matched by name."""
        if not len(frame):
            return
        # As Arrow: DuckDB would make an enum type of every categorical, which is slow for a million references.
        self._cursor.register("arriving", pa.Table.from_pandas(frame, preserve_index=False))
        names = ", ".join(frame.columns)
        self._cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM arriving")
        self._cursor.unregister("arriving")


class Warehouse:
    """One store. `path` is a file, or None for one in memory.

    `when_kept` is told what each transaction noted, in the order in which they were kept, before the next may begin.
    """

    def __init__(self, path: Path | None, *, threads: int | None = None, memory: str = "4GB") -> None:
        self.path = path
        self._writing = RLock()
        self.when_kept: Callable[[Mapping[str, Any]], None] | None = None
        self._connection = _open(path, threads=threads or os.cpu_count() or 1, memory=memory)
        self._bring_up_to_date()
        self._open_with: dict[str, Any] = {"threads": threads or os.cpu_count() or 1, "memory": memory}
        self.write_anew()

    def write_anew(self) -> None:
        """Rid the file of the bytes of rows that were erased, if any were since it was last written anew.

        Nobody else may be using the store: DuckDB only marks the space of deleted rows as free.
        """
        if self.path is None or not self.is_to_be_written_anew():
            return
        self._connection.close()
        rewrite(self.path, memory=self._open_with["memory"])
        self._connection = _open(self.path, **self._open_with)
        with self.writing() as cursor:
            cursor.run(NOTE_REWRITTEN, {"now": datetime.now(UTC).replace(tzinfo=None)})

    def _bring_up_to_date(self) -> None:
        with self.writing() as cursor:
            for statement in statements():
                cursor.run(statement)
            standing.bring_up_to_date(cursor)

    def is_to_be_written_anew(self) -> bool:
        """Whether rows were erased since the file was last written anew."""
        with self.reading() as cursor:
            return bool(cursor.rows(ERASED_SINCE))

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """A cursor of one's own (a connection is never shared between threads), and one state of the store."""
        with self._connection.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield Cursor(cursor)
            finally:
                cursor.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A cursor in a transaction that is kept whole or not at all."""
        with self._writing, self._connection.cursor() as cursor:
            inside = Cursor(cursor)
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield inside
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
            if self.when_kept is not None and inside.noted:
                self.when_kept(inside.noted)

    @contextmanager
    def trying(self) -> Iterator[Cursor]:
        """A cursor in which anything may be written to see what would follow; nothing of it is ever kept."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield Cursor(cursor)
            finally:
                cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Close the store; what was committed is on disk."""
        self._connection.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open(path: Path | None, *, threads: int, memory: str) -> duckdb.DuckDBPyConnection:
    new = path is not None and not path.exists()
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path) if path else ":memory:")
    except (duckdb.Error, OSError) as error:
        if "set lock" in str(error).lower():  # a damaged file is said to have a wrong “block”
            raise WarehouseError(BUSY) from None
        raise WarehouseError(f"{path}: this is not a warehouse that Plumbline can open.") from None
    if path is not None:
        if new:
            path.chmod(0o600)
        shutil.rmtree(path.with_name(path.name + ".tmp"), ignore_errors=True)  # what a crash left of large sorts
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute("SET memory_limit = $memory", {"memory": memory})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
