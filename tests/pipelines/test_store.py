"""The store: any past figure, no key as it was sent, one program at a time, and an audit that shows tampering."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import audit, returns
from pipelines.history import history_issues
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.reporting import Question, Reporting, Scope, State
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, WarehouseError
from tests.factories import KEY, OFFICER, checked, child, incident, officer_of, register_csv, submit, warehouse

SCHOOL = Scope.parse("school:900001")
COUNT = Question("incidents", year="202526", term="autumn")
FIRST, SECOND, THIRD = (datetime(2026, 1, day) for day in (10, 20, 30))  # noqa: DTZ001


def test_a_figure_can_be_given_as_it_was_at_any_moment() -> None:
    store = warehouse()
    submit(store, checked([incident(), incident()]), when=FIRST)
    returns.record_nil(store, school_urn="900001", academic_year="202526", term=Term.AUTUMN, actor=OFFICER, when=SECOND)
    submit(store, checked([incident(), incident(), incident()]), when=THIRD)
    door = Reporting(store)
    rows = [
        door.figures(SCHOOL, Question("incidents", year="202526", term="autumn", as_at=datetime(2026, 1, day))).rows[0]  # noqa: DTZ001
        for day in (5, 15, 25, 31)
    ]
    assert [row.state for row in rows] == [State.NOT_SUBMITTED, State.VALUE, State.NIL_RETURN, State.VALUE]
    assert [row.count for row in rows] == [None, 2, 0, 3]
    versions = {door.data_version(datetime(2026, 1, day)) for day in (15, 25, 31)}  # noqa: DTZ001
    assert len(versions) == 3


def test_the_key_that_a_school_sends_is_nowhere_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "kept.duckdb"
    sent = "feedfacecafebeef" * 2
    with Warehouse(path) as store:
        load_register(store, [NamedFile("register.csv", register_csv([{}]))], actor=OFFICER)
        submit(store, checked([incident(incident_ref="A")], [child(incident_ref="A", child_key=sent)]))
        with store.reading() as cursor:
            kept = cursor.rows("SELECT child_key FROM children")[0]["child_key"]
    assert kept != sent
    assert len(kept) == 32
    assert sent.encode() not in path.read_bytes()


def test_another_process_is_told_that_the_store_is_open(tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    script = (
        "import sys\nfrom pathlib import Path\nfrom pipelines.warehouse.store import Warehouse\n"
        "from schemas.errors import QuestionError, WarehouseError\n"
        "try:\n    Warehouse(Path(sys.argv[1]))\nexcept WarehouseError as error:\n    print(error)\n"
    )
    with Warehouse(path):
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    assert "open in another program" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_not_a_store_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "not-a-store.duckdb"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(WarehouseError, match="not a warehouse"):
        Warehouse(path)


def test_a_tampered_removed_or_reordered_event_is_found_and_located() -> None:
    for tampering in (
        "UPDATE audit SET actor = 'someone else' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "UPDATE audit SET sequence = CASE sequence WHEN 2 THEN 3 WHEN 3 THEN 2 ELSE sequence END",
    ):
        store = warehouse()
        for _ in range(3):
            submit(store, checked([incident()]))
        with store.writing() as cursor:
            assert audit.first_broken(cursor) is None
            cursor.run(tampering)
            assert audit.first_broken(cursor) in (2, 3)


@pytest.mark.parametrize(("told", "rule"), [("2025-10-01", "history-sent-in-another-term"),
                                           ("2026-02-02", "history-reference-used")])  # fmt: skip
def test_a_reference_of_another_term_is_asked_about_or_refused_but_never_lost_in_silence(told: str, rule: str) -> None:
    store = warehouse()
    submit(store, checked([incident(incident_ref="A")]))
    spring = checked([incident(incident_ref="A", reported_date=told)], term=Term.SPRING)
    with store.reading() as cursor:
        found = [issue.rule for issue in history_issues(cursor, spring, key=KEY, actor=OFFICER)]
    assert [one for one in found if one != "history-involved-before"] == [rule]


def test_a_check_does_not_tell_who_was_involved_at_another_school() -> None:
    store = warehouse({}, {"URN": "900002"})
    seen = child(incident_ref="A", child_key="a" * 16)
    submit(store, checked([incident(incident_ref="A")], [seen]))
    later = incident(incident_ref="B", school_urn="900002", reported_date="2025-11-01")
    asked = checked([later], [seen | {"incident_ref": "B", "school_urn": "900002"}])
    with store.reading() as cursor:
        for scope, told in (("school:900002", False), ("la:990", True)):
            found = [one.rule for one in history_issues(cursor, asked, key=KEY, actor=officer_of(scope))]
            assert ("history-involved-before" in found) is told


def test_an_early_return_of_a_running_term_makes_no_other_school_late() -> None:
    store = warehouse({}, {"URN": "900002"}, {"URN": "900003"})
    submit(store, checked([incident()]), when=datetime(2026, 1, 10))  # noqa: DTZ001
    submit(store, checked([incident(reported_date="2026-01-20")], term=Term.SPRING), when=datetime(2026, 2, 1))  # noqa: DTZ001
    for day, came in ((datetime(2026, 2, 10), (1, 1)), (datetime(2026, 4, 10), (1, 3))):  # noqa: DTZ001
        asked = Question("returns_received", by=("term",), as_at=day)
        rows = Reporting(store).figures(Scope.parse("la:990"), asked).rows
        found = {row.by["term"]: (row.coverage.returned, row.coverage.expected) for row in rows}
        assert found == {"autumn": (1, 3), "spring": came}


def test_a_return_of_a_term_that_has_not_begun_is_refused() -> None:
    with pytest.raises(QuestionError, match="not begun"):
        submit(warehouse(), checked([incident()]), when=datetime(2025, 6, 1))  # noqa: DTZ001
