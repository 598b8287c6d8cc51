"""Published files: the official layout, symbols for what is not there, the same bytes each time."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.reporting import Reporting
from pipelines.sharing.publishing import authorities_of, publish
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.family import family
from tests.factories import OFFICER
from tests.sharing.worlds import URNS, authority, send


@pytest.fixture(scope="module")
def store() -> Warehouse:
    store = authority()
    send(store, Term.AUTUMN, dict.fromkeys(URNS, 6), escalated=3)
    send(store, Term.SPRING, {**dict.fromkeys(URNS, 6), URNS[7]: 0}, escalated=3)
    send(store, Term.SUMMER, {**dict.fromkeys(URNS, 0), URNS[3]: 2})
    Reporting(store).release("990")
    return store


def written(store: Warehouse, folder: Path) -> dict[str, bytes]:
    with store.reading() as cursor:
        known = authorities_of(cursor)
    return {path.name: path.read_bytes() for path in publish(store, folder, authorities=known, actor=OFFICER)}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines()))


def test_every_table_of_the_family_has_its_file_and_its_metadata(store: Warehouse, tmp_path: Path) -> None:
    files = written(store, tmp_path)
    names = [*(table.id for table in family().tables), *family().alone]
    assert set(files) == {f"{name}{end}" for name in names for end in (".csv", ".meta.csv")} | {"method.md"}
    for name in names:
        header = files[f"{name}.csv"].decode().splitlines()[0].split(",")
        described = {row["col_name"] for row in rows_of(files[f"{name}.meta.csv"])}
        assert header[:3] == ["time_period", "time_identifier", "geographic_level"]
        assert set(header[9:]) == described


def test_the_same_releases_give_the_same_bytes(store: Warehouse, tmp_path: Path) -> None:
    assert written(store, tmp_path / "first") == written(store, tmp_path / "second")


def test_a_figure_stands_with_its_interval_and_what_is_withheld_with_its_symbol(
    store: Warehouse, tmp_path: Path
) -> None:
    files = written(store, tmp_path)
    rows = rows_of(files["escalation_rate.csv"])
    whole = {row["time_identifier"]: row for row in rows if row["phase"] == "All phases" and not row["trust_id"]}
    autumn = whole["Autumn term"]
    assert (autumn["count"], autumn["denominator"], autumn["percentage"]) == ("24", "48", "50.0")
    assert (autumn["percentage_lower95"], autumn["percentage_upper95"]) == ("36.4", "63.6")
    assert {whole["Summer term"][name] for name in ("count", "denominator", "percentage", "percentage_upper95")} == {
        "c"
    }
    assert (autumn["time_period"], autumn["old_la_code"], autumn["returns_received"]) == ("202425", "990", "8")


def test_a_withheld_row_holds_no_number_that_was_computed(store: Warehouse, tmp_path: Path) -> None:
    for name, content in written(store, tmp_path).items():
        if name.endswith(".meta.csv") or name == "method.md":
            continue
        for row in rows_of(content):
            cells = [value for column, value in row.items() if column not in ("returns_received", "returns_expected")]
            if "c" in cells:
                start = next(at for at, column in enumerate(row) if column in ("count", "value"))
                assert set(cells[start:]) == {"c"}


def test_publishing_is_recorded(store: Warehouse, tmp_path: Path) -> None:
    written(store, tmp_path)
    with store.reading() as cursor:
        events = cursor.rows("SELECT detail FROM audit WHERE action = 'figures published'")
    assert '"authorities": ["990"]' in events[-1]["detail"]
