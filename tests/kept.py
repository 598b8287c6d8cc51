"""Warehouses that take long to make, made once for a whole test run, however many processes share it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from pipelines.demo import build_demo, fill, share
from pipelines.sample import generate
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.store import Warehouse
from tests.factories import KEY

_root: list[Path] = []


def keep_in(folder: Path) -> None:
    """Where all processes of this run keep what they make."""
    _root[:] = [folder]


def demonstration() -> Path:
    """A copy of one's own of the demonstration's warehouse: four years, the planted change, shared figures."""
    return _copy_of("demonstration.duckdb", lambda path: build_demo(path, key=KEY).close())


def small() -> Path:
    """A copy of one's own of the small sample's warehouse, with its shared figures."""
    return _copy_of("small.duckdb", _make_small)


def _make_small(path: Path) -> None:
    store = fill(Warehouse(path), generate(size="small"), key=KEY)
    share(store)
    store.close()


def _copy_of(name: str, make: Callable[[Path], None]) -> Path:
    original = _root[0] / name
    with (_root[0] / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other processes wait for the first to make it
        if not original.exists():
            making = original.with_suffix(".making")
            make(making)
            making.rename(original)
    return Path(shutil.copy(original, mkdtemp(dir=_root[0])))


def unmarked() -> Path:
    """A copy of one's own of the small sample's warehouse, not marked as invented, for a portal that is served."""
    return _copy_of("unmarked.duckdb", _make_unmarked)


def _make_unmarked(path: Path) -> None:
    sender = Actor("a test", "operator", OPERATOR)
    fill(Warehouse(path), generate(size="small"), key=KEY, sender=sender).close()
