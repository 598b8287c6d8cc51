"""A submitted return is kept whole or not at all, as a version that stays; and any past figure can be given."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import audit, returns
from pipelines.intake.tables import NamedFile
from pipelines.register import load_register
from pipelines.reporting import Question, Reporting, Scope, State
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import PlumblineError, QuestionError, RefusedError, WarehouseError
from tests.factories import KEY, OFFICER, checked, child, incident, officer_of, register_csv, submit, warehouse

LA = Scope.parse("la:990")
SCHOOL = Scope.parse("school:900001")
COUNT = Question("incidents", year="202526", term="autumn")
FIRST, SECOND, THIRD = (datetime(2026, 1, day) for day in (10, 20, 30))  # noqa: DTZ001

CRASHING = """
import os, sys
from pathlib import Path
from pipelines.warehouse.store import Cursor, Warehouse
from tests.factories import checked, incident, submit

real, calls = Cursor.append, 0
def dying(self, table, frame):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os._exit(9)
    real(self, table, frame)
Cursor.append = dying
store = Warehouse(Path(sys.argv[1]))
submit(store, checked([incident() for _ in range(5)]))
os._exit(0)
"""


def test_a_second_version_takes_the_place_of_the_first_and_both_stay() -> None:
    store = warehouse()
    first = submit(store, checked([incident(), incident()]), when=FIRST)[0]
    second = submit(store, checked([incident()]), when=SECOND)[0]
    assert (first.version, second.version) == (1, 2)
    door = Reporting(store)
    assert door.figures(SCHOOL, COUNT).rows[0].count == 1
    assert sorted(door.versions(SCHOOL)["version"]) == [1, 2]


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


def test_the_receipt_holds_the_fingerprint_of_what_was_sent() -> None:
    store = warehouse()
    passed = checked([incident()])
    receipt = submit(store, passed)[0]
    assert receipt.file_sha256 == passed.sha256
    assert receipt.recorded_by == OFFICER.name
    assert hashlib.sha256(b"").hexdigest() != receipt.file_sha256


@pytest.mark.parametrize("call", range(1, 5))
def test_a_crash_at_any_write_leaves_the_old_state_whole(call: int, tmp_path: Path) -> None:
    path = tmp_path / "crash.duckdb"
    with Warehouse(path) as store:
        load_register(store, [NamedFile("register.csv", register_csv([{}]))], actor=OFFICER)
        submit(store, checked([incident(), incident()]))
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", CRASHING, str(path), str(call)],
        cwd=root, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr[-1500:]
    with Warehouse(path) as store:
        assert Reporting(store).figures(SCHOOL, COUNT).rows[0].count == 2
        with store.reading() as cursor:
            assert audit.first_broken(cursor) is None
            assert cursor.rows("SELECT count(*) AS n FROM incidents")[0]["n"] == 2
            assert cursor.rows("SELECT count(*) AS n FROM returns")[0]["n"] == 1


def test_another_process_is_told_that_the_store_is_open(tmp_path: Path) -> None:
    path = tmp_path / "busy.duckdb"
    script = (
        "import sys\nfrom pathlib import Path\nfrom pipelines.warehouse.store import Warehouse\n"
        "from schemas.errors import WarehouseError\n"
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


@pytest.mark.parametrize("scope", ["school:900002", "la:991", "trust:99001"])
def test_no_one_sends_for_a_school_outside_their_organisation(scope: str) -> None:
    store = warehouse({}, {"URN": "900002"}, {"URN": "900003", "LA (code)": "991"})
    actor = officer_of(scope)
    with pytest.raises(RefusedError):
        returns.submit(store, checked([incident()]), actor=actor, key=KEY)
    with pytest.raises(RefusedError):
        returns.record_nil(store, school_urn="900001", academic_year="202526", term=Term.AUTUMN, actor=actor)
    with store.reading() as cursor:
        assert cursor.rows("SELECT count(*) AS n FROM returns")[0]["n"] == 0


@pytest.mark.parametrize("scope", ["school:900001", "la:990"])
def test_a_school_and_its_authority_send_for_it(scope: str) -> None:
    store = warehouse()
    assert returns.submit(store, checked([incident()]), actor=officer_of(scope), key=KEY)[0].version == 1


def test_a_nil_return_of_a_term_to_come_or_of_an_unknown_school_is_refused() -> None:
    store = warehouse()
    with pytest.raises(QuestionError, match="not begun"):
        returns.record_nil(store, school_urn="900001", academic_year="209899", term=Term.SPRING, actor=OFFICER)
    with pytest.raises(QuestionError, match="register"):
        returns.record_nil(store, school_urn="900009", academic_year="202526", term=Term.AUTUMN, actor=OFFICER)


def test_a_file_of_several_schools_becomes_a_version_for_each() -> None:
    store = warehouse({}, {"URN": "900002"})
    rows = [incident(incident_ref="A"), incident(incident_ref="A", school_urn="900002")]
    kept = submit(store, checked(rows))
    assert [(one.school_urn, one.incidents, one.children) for one in kept] == [("900001", 1, 1), ("900002", 1, 1)]
    by_school = Reporting(store).figures(LA, Question("incidents", by=("school",))).rows
    assert [row.count for row in by_school] == [1, 1]


def test_a_query_is_explained_by_a_code_of_the_list_and_by_nothing_else() -> None:
    store = warehouse()
    files = [NamedFile("incidents.csv", _csv([incident(incident_ref="A")])),
             NamedFile("children.csv", _csv([child(incident_ref="A")]))]  # fmt: skip
    passed = returns.check(store, files, stated=returns.Stated(), actor=OFFICER, key=KEY)
    rule = passed.issues[0].rule
    with pytest.raises(PlumblineError, match="checked_and_correct"):
        submit(store, passed, explanations={rule: "because I say so"})
    submit(store, passed, explanations={rule: "checked_and_correct"})
    with store.reading() as cursor:
        reasons = {
            row["reason"] for row in cursor.rows("SELECT reason FROM explanations WHERE rule = $rule", {"rule": rule})
        }
    assert reasons == {"checked_and_correct"}


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


def _csv(rows: list[dict[str, str]]) -> bytes:
    head = ",".join(rows[0])
    return "\n".join([head, *(",".join(row.values()) for row in rows)]).encode()
