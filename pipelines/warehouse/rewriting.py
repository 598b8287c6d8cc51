"""Write a database file anew with what it holds, so that the bytes of what was deleted are gone from it.

DuckDB marks the space of deleted rows as free and leaves them there; a fresh file has none of it. The old file is
overwritten before its name goes. On a file system that copies on writing, or a disk that spreads its writes, an old
block can outlive that: the volume should be an encrypted one (docs/deploy.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from schemas.errors import WarehouseError

PIECE = 1024 * 1024
TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE database_name = $name AND NOT temporary AND NOT internal ORDER BY ALL"
)
DIFFERS = "The copy of the warehouse does not hold what the warehouse holds. The warehouse was left as it was."


def rewrite(path: Path, *, memory: str) -> None:
    """Put a fresh copy in the place of a database file that nobody has open; the old file's bytes are overwritten."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.unlink(missing_ok=True)
    copy(path, fresh, memory=memory)
    with _wiping(path), _wiping(_log(path)):
        fresh.replace(path)
        _log(path).unlink(missing_ok=True)
        _make_lasting(path.parent)


def copy(path: Path, out: Path, *, memory: str) -> dict[str, int]:
    """Write all that a database file holds to a new file, readable by its owner only; its rows by table.

    WarehouseError where the copy holds something else.
    """
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)):  # noqa: PTH123 - with its mode from the start
        pass
    out.unlink()
    try:
        with _restricted(), duckdb.connect(":memory:") as connection:
            connection.execute("SET memory_limit = $memory", {"memory": memory})
            connection.execute(f"ATTACH {_quoted(path)} AS old (READ_ONLY)")
            connection.execute(f"ATTACH {_quoted(out)} AS new")
            connection.execute("COPY FROM DATABASE old TO new")
            held = [_rows(connection, name) for name in ("old", "new")]
            if held[0] != held[1]:
                raise WarehouseError(DIFFERS)
            connection.execute("DETACH new")
    except (duckdb.Error, WarehouseError) as error:
        out.unlink(missing_ok=True)
        raise error if isinstance(error, WarehouseError) else WarehouseError(DIFFERS) from None
    out.chmod(0o600)
    with out.open("rb") as file:
        os.fsync(file.fileno())
    return held[1]


def _rows(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    names = [str(row[0]) for row in connection.execute(TABLES, {"name": database}).fetchall()]
    return {name: _count(connection, f"{database}.main.{name}") for name in names}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextmanager
def _restricted() -> Iterator[None]:
    """Whatever is made meanwhile is its owner's only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _wiping(path: Path) -> Iterator[None]:
    """Overwrite what a file held once its name has gone to another; its bytes would stay on the disk as free space."""
    if not path.exists():
        yield
        return
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        yield
        for start in range(0, size, PIECE):
            file.write(bytes(min(PIECE, size - start)))
        file.flush()
        os.fsync(file.fileno())


def _make_lasting(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
