"""Every broken file gives exactly its expected issues, and stores nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines import returns
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.sample import generate
from pipelines.sample.broken import broken_files
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.issues import errors
from tests.factories import KEY, OFFICER

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FOLDERS = sorted(path.parent for path in (SAMPLE / "broken").glob("*/expected.json"))
KEPT = ("incidents", "children", "returns", "explanations")


@pytest.fixture(scope="module")
def store() -> Warehouse:
    """A warehouse that knows the schools of the sample."""
    warehouse = Warehouse(None)
    files = [NamedFile(path.name, path.read_bytes()) for path in sorted((SAMPLE / "register").glob("*.csv"))]
    load_register(warehouse, files, actor=OFFICER)
    return warehouse


def _check(store: Warehouse, folder: Path) -> returns.Checked:
    files = [
        NamedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.name != "expected.json"
    ]
    stated = returns.Stated(None, "202526", Term.AUTUMN)
    return returns.check(store, files, stated=stated, actor=OFFICER, key=KEY)


def _rows_kept(store: Warehouse) -> dict[str, int]:
    with store.reading() as cursor:
        return {name: cursor.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in KEPT}


def test_there_is_a_folder_for_every_planted_fault() -> None:
    assert {folder.name for folder in FOLDERS} == {one.name for one in broken_files(generate(size="small"))}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_broken_file_gives_exactly_its_issues_and_stores_nothing(folder: Path, store: Warehouse) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["issues"]
    checked = _check(store, folder)
    found = [{"rule": one.rule, "table": one.table, "row": one.row, "column": one.column} for one in checked.issues]
    key = lambda one: (one["rule"], one["table"], one["row"] or 0, one["column"] or "")  # noqa: E731
    assert sorted(found, key=key) == sorted(expected, key=key)
    if errors(checked.issues):
        with pytest.raises(RefusedError):
            returns.submit(store, checked, actor=OFFICER, key=KEY)
    assert _rows_kept(store) == dict.fromkeys(KEPT, 0)
