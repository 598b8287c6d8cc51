"""The record of who did what: whole, tamper-evident, and without anything that a cell said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import audit, printing, returns
from pipelines.intake import reading
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.lexicon import lexicon
from tests.factories import KEY, OFFICER, checked, incident, officer_of, submit, warehouse

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FOLDERS = sorted(path.parent for path in (SAMPLE / "broken").glob("*/expected.json"))
EVENTS = 6


@pytest.fixture(scope="module")
def chain() -> Warehouse:
    """A store with a chain of six events."""
    store, passed = warehouse(), checked([incident()])
    for number in range(1, EVENTS):
        submit(store, passed, when=datetime(2026, 1, number))  # noqa: DTZ001
    return store


@pytest.fixture
def cursor(chain: Warehouse) -> Iterator[Cursor]:
    """A way in to change the chain; what is changed is not kept."""
    with chain.writing() as inside:
        yield inside
        inside.run("ROLLBACK")
        inside.run("BEGIN TRANSACTION")


def test_an_untouched_chain_is_whole_and_numbered_from_one(cursor: Cursor) -> None:
    events = cursor.rows("SELECT sequence, previous_hash, hash FROM audit ORDER BY sequence")
    assert [event["sequence"] for event in events] == list(range(1, EVENTS + 1))
    assert [event["previous_hash"] for event in events] == [audit.GENESIS, *(event["hash"] for event in events[:-1])]
    assert audit.first_broken(cursor) is None


def test_an_empty_chain_is_whole() -> None:
    with Warehouse(None).reading() as cursor:
        assert audit.first_broken(cursor) is None


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'someone'", "role = 'someone'", "scope = 'la:991'", "action = 'looked'", "subject = 'school:900002'",
        "detail = '{}'", "changes_figures = NOT changes_figures", "recorded_at = recorded_at + INTERVAL 1 MICROSECOND",
        "recorded_at = NULL", "actor = NULL", "purpose = 'inspection'", "purpose = NULL", "request_id = 'x'",
        "request_id = NULL", "hash = repeat('0', 64)", "previous_hash = repeat('0', 64)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [2, EVENTS])
def test_a_changed_event_is_found_where_it_is(cursor: Cursor, change: str, place: int) -> None:
    cursor.run(f"UPDATE audit SET {change} WHERE sequence = {place}")
    assert audit.first_broken(cursor) == place


@pytest.mark.parametrize("place", range(1, EVENTS))
def test_a_removed_event_is_found_where_it_was(cursor: Cursor, place: int) -> None:
    cursor.run(f"DELETE FROM audit WHERE sequence = {place}")
    assert audit.first_broken(cursor) == place


def test_a_removed_event_whose_number_is_given_on_is_found(cursor: Cursor) -> None:
    cursor.run("DELETE FROM audit WHERE sequence = 3")
    cursor.run("UPDATE audit SET sequence = sequence - 1 WHERE sequence > 3")
    assert audit.first_broken(cursor) == 3


def test_events_in_another_order_are_found(cursor: Cursor) -> None:
    cursor.run("UPDATE audit SET sequence = CASE sequence WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE sequence END")
    assert audit.first_broken(cursor) == 3


def test_an_event_put_in_between_is_found(cursor: Cursor) -> None:
    cursor.run("INSERT INTO audit SELECT * FROM audit WHERE sequence = 3")
    assert audit.first_broken(cursor) == 3


def test_an_event_without_a_number_is_found(cursor: Cursor) -> None:
    cursor.run("UPDATE audit SET sequence = NULL WHERE sequence = 6")
    assert audit.first_broken(cursor) == 6


# -- what is recorded -------------------------------------------------------------------------------------


def test_every_write_is_recorded_with_who_and_what_and_nothing_refused_is() -> None:
    store = warehouse()
    submit(store, checked([incident()]))
    returns.record_nil(store, school_urn="900001", academic_year="202526", term=Term.SPRING, actor=OFFICER)
    with pytest.raises(RefusedError):
        returns.submit(store, checked([incident()]), actor=officer_of("la:991"), key=KEY)
    with store.reading() as cursor:
        events = cursor.rows("SELECT * FROM audit ORDER BY sequence")
    assert [(event["action"], event["subject"], event["changes_figures"]) for event in events] == [
        ("register loaded", "schools", True),
        ("return submitted", "school:900001 202526 autumn", True),
        ("nil return recorded", "school:900001 202526 spring", True),
    ]
    assert {(event["actor"], event["role"], event["scope"]) for event in events} == {("tests", "operator", "operator")}
    assert set(json.loads(events[1]["detail"])) == {"return", "version", "incidents", "children", "file"}


@pytest.fixture(scope="module")
def sample_store() -> Warehouse:
    """A warehouse that knows the schools of the sample."""
    store = Warehouse(None)
    files = [NamedFile(path.name, path.read_bytes()) for path in sorted((SAMPLE / "register").glob("*.csv"))]
    load_register(store, files, actor=OFFICER)
    return store


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_cell_of_a_broken_file_is_repeated_anywhere(
    folder: Path, sample_store: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        NamedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.name != "expected.json"
    ]
    stated = returns.Stated(None, "202526", Term.AUTUMN)
    found = returns.check(sample_store, files, stated=stated, actor=OFFICER, key=KEY)
    printing.issues(found.issues, as_json=True)
    printing.issues(found.issues, as_json=False)
    printed = capsys.readouterr()
    with sample_store.reading() as cursor:
        told = " ".join(str(event) for event in cursor.rows("SELECT * FROM audit WHERE action = 'return not accepted'"))
    said = " ".join([printed.out, printed.err, told]).casefold()
    repeated = {cell for cell in _peculiar_cells(files) if cell.casefold() in said}
    assert repeated <= known_schools(sample_store)  # of the sender's schools the record says which they are


def known_schools(store: Warehouse) -> set[str]:
    """The URNs of the register, which is public."""
    with store.reading() as cursor:
        return {str(row["urn"]) for row in cursor.rows("SELECT DISTINCT urn FROM schools")}


def _peculiar_cells(files: list[NamedFile]) -> set[str]:
    """What the cells say, but for codes and words of our own, which a message may use."""
    frames = [table.frame.astype(str) for table in reading.read(files).tables.values()]
    cells = {cell.strip() for frame in frames for cell in frame.to_numpy().ravel()}
    parts = {part.strip() for cell in cells for part in (cell, *cell.split(";"))}
    return {part for part in parts if len(part) > 4 and part.casefold() not in _own_words()}


def _own_words() -> set[str]:
    codes = [code for one in lexicon().lists.values() for code in one.codes]
    words = {word.casefold() for code in codes for word in (code.code, code.label, *code.aliases)}
    columns = {column.name for table in lexicon().tables.values() for column in table.columns}
    return words | columns | {"202526", "autumn", "school urn", "academic year", "key version", "term"}
