"""`plumbline audit`: verify, anchor, search and export, as an operator runs them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines import access_record, audit
from pipelines.cli import app
from pipelines.house import House, open_house
from pipelines.scope import Actor, Scope
from pipelines.settings import settings
from schemas.errors import QuestionError
from tests.factories import KEY, officer_of

FORMULA = '=HYPERLINK("x")'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose record has three events."""
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(tmp_path / "p.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", KEY.decode())
    for kept in (settings, open_house):
        kept.cache_clear()
    found = open_house()
    for actor in (officer_of("la:990", purpose="follow_up"), officer_of("school:900001"),
                  Actor(FORMULA, "officer", Scope.parse("la:991"))):  # fmt: skip
        access_record.taken(found.warehouse, actor, "incidents read", schools={"900001": 2})
    yield found
    found.warehouse.close()
    for kept in (settings, open_house):
        kept.cache_clear()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["audit", *words])


def tamper(house: House, change: str) -> None:
    """Change the record behind the program's back."""
    with house.warehouse.writing() as cursor:
        cursor.run(change)


def test_a_whole_record_is_said_to_be_whole(house: House) -> None:
    done = run("verify")
    assert (done.exit_code, done.output.strip()) == (0, "The record is whole: 3 events, anchored at event 3.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE audit SET purpose = 'inspection' WHERE sequence = 2", "Event 2 was changed"),
        ("DELETE FROM audit WHERE sequence = 2", "Event 2 is missing"),
        ("DELETE FROM audit WHERE sequence = 3", "Event 3 is missing, and with it the end"),
    ],
)
def test_a_broken_record_is_said_to_be_broken_and_where(house: House, change: str, said: str) -> None:
    tamper(house, change)
    done = run("verify")
    assert done.exit_code == 1
    assert said in done.output


def test_without_anchors_a_record_is_not_said_to_be_whole(house: House) -> None:
    assert house.warehouse.path is not None
    house.warehouse.path.with_name("p.duckdb.anchor").unlink()
    done = run("verify")
    assert done.exit_code == 1
    assert "No anchor says where the record ended" in done.output


def test_a_line_kept_elsewhere_tells_what_both_files_together_hide(house: House) -> None:
    line = run("anchor").output.strip()
    tamper(house, "DELETE FROM audit WHERE sequence = 3")
    path = house.warehouse.path
    assert path is not None
    path.with_name("p.duckdb.anchor").unlink()
    done = run("verify", "--anchor", line)
    assert done.exit_code == 1
    assert "Event 3 is missing" in done.output


def test_a_line_that_was_changed_is_refused(house: House) -> None:
    line = run("anchor").output.strip()
    assert isinstance(run("verify", "--anchor", line.replace(" 3 ", " 2 ", 1)).exception, QuestionError)


def test_after_a_restored_backup_the_record_is_anchored_anew_and_says_so(house: House) -> None:
    tamper(house, "DELETE FROM audit WHERE sequence = 3")
    assert isinstance(run("anchor").exception, QuestionError)
    assert run("anchor", "--anew").exit_code == 0
    assert run("verify").exit_code == 0
    with house.warehouse.reading() as cursor:
        assert cursor.rows("SELECT action FROM audit WHERE sequence = 3") == [{"action": "record anchored anew"}]


def test_the_record_is_searched_by_who_what_about_whom_and_when(house: House) -> None:
    assert "1 events fit." in run("search", "--who", "school:900001").output
    assert "3 events fit." in run("search", "--subject", "900001", "--what", "READ").output
    assert "0 events fit." in run("search", "--what", "read", "--to", "2020-01-01").output
    found = run("search", "--who", "la:990").output
    assert "incidents read, la:990 for follow_up" in found


def test_searching_and_exporting_are_recorded_themselves(house: House, tmp_path: Path) -> None:
    run("search", "--who", "nobody")
    run("export", "--out", str(tmp_path / "r.csv"))
    with house.warehouse.reading() as cursor:
        last = [row["action"] for row in cursor.rows("SELECT action FROM audit ORDER BY sequence DESC LIMIT 2")]
    assert last == ["record exported", "record searched"]


def test_an_export_for_people_holds_every_event_and_no_formula(house: House, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    assert run("export", "--out", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["sequence"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["actor"] == f"'{FORMULA}"


def test_an_export_in_lines_is_exact_and_can_be_followed_elsewhere(house: House, tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    assert run("export", "--out", str(out)).exit_code == 0
    events = [json.loads(line) for line in out.read_text().splitlines()]
    assert events[2]["actor"] == FORMULA
    previous = audit.GENESIS
    for event in events:
        values = [event[name] for name in sorted(set(event) - {"previous_hash", "hash"})]
        assert event["previous_hash"] == previous
        assert event["hash"] == (previous := audit.hash_of(values, previous))


def test_an_export_takes_the_place_of_no_file_and_has_one_of_two_forms(house: House, tmp_path: Path) -> None:
    assert run("export", "--out", str(tmp_path / "p.duckdb.csv")).exit_code == 0
    assert run("export", "--out", str(tmp_path / "p.duckdb.csv")).exception is not None
    assert isinstance(run("export", "--out", str(tmp_path / "r.xlsx")).exception, QuestionError)
