"""After an erasure the bytes are gone: from the database file, its log, and the old file on the disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from secrets import token_hex

import pytest

from pipelines import erasing, register
from pipelines.intake.tables import NamedFile
from pipelines.keys import rekey
from pipelines.scope import OPERATOR, Actor
from pipelines.warehouse.rewriting import copy, rewrite
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import WarehouseError
from tests.factories import KEY, OFFICER, checked, child, incident, register_csv, submit

ASKS = Actor("ada", "administrator", OPERATOR)
APPROVES = Actor("pat", "data-protection officer", OPERATOR)


def filled(path: Path, references: list[str], keys: list[str]) -> Warehouse:
    """A store with one school and an incident of a child for each of these references and keys."""
    store = Warehouse(path)
    register.load_register(store, [NamedFile("register.csv", register_csv([{}]))], actor=OFFICER)
    rows = [incident(incident_ref=reference) for reference in references]
    children = [child(incident_ref=one, child_key=key) for one, key in zip(references, keys, strict=True)]
    submit(store, checked(rows, children))
    return store


def kept_as(key: str) -> str:
    import pandas as pd

    return str(rekey(pd.Series([key]), KEY)[0])


def on_disk(path: Path, *texts: str) -> list[str]:
    """Which of these texts are in the database file or in anything beside it."""
    whole = b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())
    return [text for text in texts if text.encode() in whole]


def planted(count: int) -> list[str]:
    return [token_hex(16) for _ in range(count)]


def erase(store: Warehouse, request: erasing.Request) -> None:
    plan = erasing.plan(store, request, actor=ASKS, key=KEY)
    erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES)


def test_a_childs_reference_and_key_are_gone_from_file_and_log_and_the_others_are_there(tmp_path: Path) -> None:
    path = tmp_path / "store" / "plumbline.duckdb"
    references, keys = planted(6), planted(6)
    store = filled(path, references, keys)
    store.close()
    assert on_disk(path, references[0], kept_as(keys[0])) == [references[0], kept_as(keys[0])]
    store = Warehouse(path)
    erase(store, erasing.of_child("900001", keys[0]))
    store.close()
    Warehouse(path).close()  # the next opening writes the file anew
    assert on_disk(path, references[0], kept_as(keys[0]), keys[0]) == []
    assert on_disk(path, *references[1:]) == references[1:]


def test_what_a_retention_run_erased_is_gone_even_of_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "store" / "plumbline.duckdb"
    references, keys = planted(3000), planted(3000)
    store = filled(path, references, keys)
    erase(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202627"))
    store.close()
    Warehouse(path).close()
    assert on_disk(path, *references[:50], *map(kept_as, keys[:50])) == []


def test_the_old_file_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "plumbline.duckdb"
    [reference], [key] = planted(1), planted(1)
    filled(path, [reference], [key]).close()
    with path.open("rb") as old:  # as a disk's free space still would
        rewrite(path, memory="1GB")
        assert not any(old.read())
    assert on_disk(path, reference) == [reference]


def test_a_file_is_written_anew_once_and_stays_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "plumbline.duckdb"
    store = filled(path, planted(2), planted(2))
    erase(store, erasing.of_return("900001", "202526", Term.AUTUMN))
    store.close()
    Warehouse(path).close()
    first = path.stat().st_ino
    Warehouse(path).close()
    assert path.stat().st_ino == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_copy_holds_the_same_rows_and_is_its_owners_only(tmp_path: Path) -> None:
    path, out = tmp_path / "plumbline.duckdb", tmp_path / "backup.duckdb"
    filled(path, planted(4), planted(4)).close()
    mask = os.umask(0)
    try:
        held = copy(path, out, memory="1GB")
    finally:
        os.umask(mask)
    assert (held["incidents"], held["children"]) == (4, 4)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_copy_of_what_is_no_warehouse_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "plumbline.duckdb", tmp_path / "backup.duckdb"
    path.write_bytes(b"no database")
    with pytest.raises(WarehouseError):
        copy(path, out, memory="1GB")
    assert not out.exists()
