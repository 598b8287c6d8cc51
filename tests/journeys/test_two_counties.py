"""The register of two real counties goes into the warehouse with nothing lost. No incident is tied to it."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.warehouse.store import Warehouse
from tests.factories import OFFICER

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "gias_reference"
COUNTIES = FOLDER / "gias_hampshire_surrey_20220420.csv"
PHASES = {"Primary": "primary", "Middle deemed primary": "middle_deemed_primary", "All-through": "all_through"}

pytestmark = pytest.mark.real_data


def _rows() -> list[dict[str, str]]:
    with COUNTIES.open(encoding="cp1252", newline="") as file:
        header, *rows = csv.reader(file)
    assert sum(len(row) > len(header) for row in rows) == 69  # the last column is an unquoted list
    return [dict(zip(header, row, strict=False)) for row in rows]


@pytest.fixture(scope="module")
def store() -> Warehouse:
    if not COUNTIES.exists():
        pytest.skip("the real register is not beside the project")
    warehouse = Warehouse(None)
    load_register(warehouse, [NamedFile(COUNTIES.name, COUNTIES.read_bytes())], actor=OFFICER)
    return warehouse


def test_every_school_its_phase_and_its_pupils_are_kept(store: Warehouse) -> None:
    rows = _rows()
    with store.reading() as cursor:
        kept = cursor.rows("SELECT urn, la_code, status, phase, pupils FROM schools")
    assert len(kept) == len(rows) == 1096
    assert Counter(row["phase"] for row in kept) == Counter(PHASES[row["PhaseOfEducation (name)"]] for row in rows)
    assert sum(row["status"] == "open" for row in kept) == sum(
        row["EstablishmentStatus (name)"] == "Open" for row in rows
    )
    assert sum(row["pupils"] or 0 for row in kept) == sum(int(row["NumberOfPupils"] or 0) for row in rows)
    assert Counter(row["la_code"] for row in kept) == Counter(row["LA (code)"] for row in rows)
    assert {row["urn"] for row in kept} == {row["URN"] for row in rows}


def test_membership_of_trusts_and_links_load_beside_it(store: Warehouse) -> None:
    names = ("alllinksdata_group_membership_2022.csv", "links_edubasealldata20250422.csv")
    load_register(store, [NamedFile(name, (FOLDER / name).read_bytes()) for name in names], actor=OFFICER)
    with store.reading() as cursor:
        assert cursor.rows("SELECT count(DISTINCT urn) AS n FROM memberships")[0]["n"] == 9905
        kept = cursor.rows("SELECT count(*) AS n FROM links")[0]["n"]
    with (FOLDER / names[1]).open(encoding="cp1252", newline="") as file:
        assert kept == sum(1 for row in csv.reader(file) if row) - 1
