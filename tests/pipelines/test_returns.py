"""The life of a return: versions, nil, several schools, refusals, and what is kept of a failed attempt."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines import audit, register, returns
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting, Scope
from pipelines.warehouse.store import Warehouse
from schemas import rulebook
from schemas.calendar import Term
from schemas.errors import PlumblineError, QuestionError, RefusedError
from schemas.issues import Issue, Severity
from tests.factories import KEY, OFFICER, URN, checked, child, incident, officer_of, register_csv, submit, warehouse

SECOND = "900002"
AUTUMN = returns.Stated(URN, "202526", Term.AUTUMN)
LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
KEPT = ("incidents", "children", "returns", "explanations")


def rows(store: Warehouse, sql: str, **values: Any) -> list[dict[str, Any]]:
    with store.reading() as cursor:
        return cursor.rows(sql, values)


def counts(store: Warehouse) -> dict[str, int]:
    return {table: rows(store, f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in KEPT}


def incidents_of(store: Warehouse, scope: str = f"school:{URN}") -> tuple[int | None, str]:
    row = Reporting(store).figures(Scope.parse(scope), Question("incidents", year="202526", term="autumn")).rows[0]
    return row.count, str(row.state)


def some(count: int, **answers: str) -> list[dict[str, str]]:
    return [incident(**answers) for _ in range(count)]


def nil(store: Warehouse, urn: str = URN, *, actor: Any = OFFICER, **more: Any) -> returns.Receipt:
    asked = {"academic_year": "202526", "term": Term.AUTUMN} | more
    return returns.record_nil(store, school_urn=urn, actor=actor, **asked)


def as_files(incidents: list[dict[str, str]], *, key: str = "ab" * 16) -> list[NamedFile]:
    """The two CSV files of a return, with a reference and a child for each incident."""
    numbered = [{**row, "incident_ref": f"I{place}"} for place, row in enumerate(incidents)]
    involved = [
        child(incident_ref=row["incident_ref"], school_urn=row["school_urn"], child_key=key) for row in numbered
    ]
    return [NamedFile(f"{name}.csv", pd.DataFrame(table).to_csv(index=False).encode())
            for name, table in (("incidents", numbered), ("children", involved))]  # fmt: skip


def with_query(passed: returns.Checked, rule: str = "cross-outside-term", row: int | None = 2) -> returns.Checked:
    asked = Issue(Severity.QUERY, rule, "incidents", row, "reported_date", "A date.", "Look again.")
    return replace(passed, issues=(*passed.issues, asked))


# -- versions and nil -------------------------------------------------------------------------------------


def test_a_new_version_supersedes_the_last_and_both_stay() -> None:
    store = warehouse()
    first, second = (submit(store, checked(some(number)))[0] for number in (2, 5))
    assert (first.version, second.version) == (1, 2)
    assert incidents_of(store) == (5, "value")
    assert counts(store) == {"incidents": 7, "children": 7, "returns": 2, "explanations": 0}
    stored = rows(store, "SELECT return_id, count(*) AS n FROM incidents GROUP BY ALL ORDER BY 1")
    assert [row["n"] for row in stored] == [2, 5]


def test_a_version_belongs_to_one_school_year_and_term() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    sent = [
        submit(store, checked(some(1)))[0],
        submit(store, checked(some(1, school_urn=SECOND)))[0],
        submit(store, checked(some(1, reported_date="2026-02-02", dsl_informed_date="2026-02-02"), term=Term.SPRING))[
            0
        ],
        submit(store, checked(some(1)))[0],
    ]
    assert [one.version for one in sent] == [1, 1, 1, 2]


def test_a_nil_return_is_a_return_and_a_version_and_can_be_replaced_and_come_back() -> None:
    store = warehouse()
    receipt = nil(store)
    assert (receipt.nil, receipt.version, receipt.incidents) == (True, 1, 0)
    assert incidents_of(store) == (0, "nil_return")
    assert submit(store, checked(some(3)))[0].version == 2
    assert incidents_of(store) == (3, "value")
    assert nil(store).version == 3
    assert incidents_of(store) == (0, "nil_return")
    assert counts(store)["incidents"] == 3  # the version of rows stays


def test_a_nil_return_of_a_term_that_has_not_begun_is_refused() -> None:
    store = warehouse()
    with pytest.raises(QuestionError, match="has not begun"):
        nil(store, academic_year="202526", term=Term.SPRING, when=datetime(2025, 12, 31))  # noqa: DTZ001
    assert nil(store, term=Term.SPRING, when=datetime(2026, 1, 1)).version == 1  # noqa: DTZ001


def test_a_version_says_who_when_which_file_and_which_rules() -> None:
    store, content = warehouse(), as_files(some(1))
    passed = returns.check(store, content, stated=AUTUMN, actor=OFFICER, key=KEY)
    receipt = submit(store, passed)[0]
    [kept] = rows(store, "SELECT * FROM returns")
    assert kept["rule_book"] == rulebook.VERSION
    assert (kept["recorded_by"], receipt.recorded_by) == ("tests", "tests")
    assert kept["recorded_at"] == receipt.recorded_at
    assert abs(audit.now() - receipt.recorded_at) < timedelta(minutes=1)
    assert kept["file_sha256"] == receipt.file_sha256 == passed.sha256


def test_the_fingerprint_of_one_file_is_its_sha256() -> None:
    path = Path(__file__).parents[2] / "data" / "sample" / "broken" / "accepted-zip" / "return.zip"
    passed = returns.look_alone([NamedFile(path.name, path.read_bytes())], stated=returns.Stated())
    assert passed.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# -- several schools --------------------------------------------------------------------------------------


def test_a_file_of_several_schools_is_split_by_urn() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    submit(store, checked(some(1, school_urn=SECOND)))
    both = submit(store, checked([*some(2), *some(4, school_urn=SECOND)]))
    assert [(one.school_urn, one.version, one.incidents, one.children) for one in both] == [
        (URN, 1, 2, 2),
        (SECOND, 2, 4, 4),
    ]
    assert incidents_of(store) == (2, "value")
    assert incidents_of(store, f"school:{SECOND}") == (4, "value")
    for table in ("incidents", "children"):
        strays = rows(
            store, f"SELECT 1 FROM {table} t JOIN returns r USING (return_id) WHERE t.school_urn <> r.school_urn"
        )
        assert strays == []


def test_a_file_of_several_schools_is_kept_whole_or_not_at_all() -> None:
    store = warehouse({"URN": URN, "LA (code)": "990"}, {"URN": SECOND, "LA (code)": "991"})
    mixed = checked([*some(1), *some(1, school_urn=SECOND)])
    with pytest.raises(RefusedError, match="outside your own organisation"):
        returns.submit(store, mixed, actor=officer_of("la:990"), key=KEY)
    assert counts(store) == dict.fromkeys(KEPT, 0)


# -- explanations -----------------------------------------------------------------------------------------


def test_an_explanation_is_kept_with_its_query() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    passed = with_query(checked([*some(1), *some(1, school_urn=SECOND)]), row=3)
    kept = submit(store, passed, explanations={"cross-outside-term": "checked_and_correct"})
    assert [one.queries for one in kept] == [0, 1]  # row 3 is the second school's
    [row] = rows(store, "SELECT * FROM explanations")
    assert row == {"return_id": kept[1].return_id, "rule": "cross-outside-term", "table_name": "incidents",
                   "row_number": 3, "column_name": "reported_date", "reason": "checked_and_correct",
                   "note": None, "carried_from": None}  # fmt: skip


def test_a_query_about_the_whole_file_is_each_schools() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    passed = with_query(checked([*some(1), *some(1, school_urn=SECOND)]), row=None)
    kept = submit(store, passed, explanations={"cross-outside-term": "unusual_but_right"})
    assert [one.queries for one in kept] == [1, 1]
    assert counts(store)["explanations"] == 2


@pytest.mark.parametrize(
    ("explanations", "said"),
    [
        ({"cross-outside-term": "because"}, "Explain a query with one of"),
        ({"cross-x": "unusual_but_right"}, "no query"),
    ],
)
def test_an_unknown_reason_or_query_is_refused_and_nothing_is_kept(explanations: dict[str, str], said: str) -> None:
    store = warehouse()
    with pytest.raises(PlumblineError, match=said) as refused:
        submit(store, with_query(checked(some(1))), explanations=explanations)
    assert "because" not in str(refused.value)
    assert counts(store) == dict.fromkeys(KEPT, 0)


# -- keys -------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_and_another_secret_gives_another() -> None:
    one, other = (rows_of_secret(secret) for secret in (KEY, b"another secret of the portal, long enough"))
    assert len(one) == 1  # a child in two incidents is one child
    assert one != other


def rows_of_secret(secret: bytes) -> set[str]:
    store = warehouse()
    twice = [child(incident_ref=f"I{number}", child_key="c" * 16) for number in range(2)]
    returns.submit(store, checked(some(2), twice), actor=OFFICER, key=secret)
    return {row["child_key"] for row in rows(store, "SELECT child_key FROM children")}


# -- refused ----------------------------------------------------------------------------------------------


def test_a_return_with_errors_is_refused_and_only_the_attempt_is_kept() -> None:
    store = warehouse()
    bad = as_files([incident(reported_date="31/02/2025", reported_by="SECRET-WORDS"), incident(status="maybe")])
    found = returns.check(store, bad, stated=AUTUMN, actor=OFFICER, key=KEY)
    with pytest.raises(RefusedError, match="has errors"):
        submit(store, found)
    assert counts(store) == dict.fromkeys(KEPT, 0)
    *_, event = rows(store, "SELECT * FROM audit ORDER BY sequence")
    assert (event["action"], event["changes_figures"]) == ("return not accepted", False)
    detail = json.loads(event["detail"])
    assert set(detail) == {"errors", "academic_year", "term", "schools"}
    assert (detail["academic_year"], detail["term"], detail["schools"]) == ("202526", "autumn", [URN])
    assert detail["errors"]["format-code"] == 2
    assert not any(word in str(event) for word in ("SECRET", "31/02", "maybe", "abab"))


def test_of_a_sound_return_that_was_only_checked_nothing_is_kept_but_the_fact() -> None:
    store = warehouse()
    returns.check(store, as_files(some(1)), stated=AUTUMN, actor=OFFICER, key=KEY)
    assert counts(store) == dict.fromkeys(KEPT, 0)
    *_, event = rows(store, "SELECT * FROM audit ORDER BY sequence")
    assert (event["action"], event["changes_figures"]) == ("return checked", False)
    assert set(json.loads(event["detail"])) == {"queries", "academic_year", "term", "schools"}
    assert "abab" not in str(event)


def test_what_could_not_be_read_cannot_be_submitted() -> None:
    store = warehouse()
    found = returns.check(store, [NamedFile("a.csv", b"\x00\x01")], stated=AUTUMN, actor=OFFICER, key=KEY)
    with pytest.raises(RefusedError):
        submit(store, found)
    with pytest.raises(RefusedError):
        returns.preview(store, found, actor=OFFICER, key=KEY)
    with pytest.raises(RefusedError, match="which academic year"):
        submit(store, replace(checked(some(1)), term=None))


GROUPS = b"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
900001,99001,Trust,06,Multi-academy trust,15/11/2025,,
900002,99001,Trust,06,Multi-academy trust,01/09/2019,01/12/2025,
"""


@pytest.fixture(scope="module")
def two_schools() -> Warehouse:
    """One school joined the trust during autumn, one left it then; they are in two authorities."""
    store = warehouse({"URN": URN, "LA (code)": "990"}, {"URN": SECOND, "LA (code)": "991"})
    register.load_register(store, [NamedFile("groups.csv", GROUPS)], actor=OFFICER, when=LONG_AGO)
    return store


@pytest.mark.parametrize(
    ("scope", "urn", "year", "may"),
    [
        ("school:900001", URN, "202526", True),
        ("school:900001", SECOND, "202526", False),
        ("la:990", URN, "202526", True),
        ("la:990", SECOND, "202526", False),
        ("la:991", SECOND, "202526", True),
        ("la:992", URN, "202526", False),
        ("trust:99001", URN, "202526", True),  # joined before the last day of the term
        ("trust:99001", URN, "202425", False),  # not yet a member
        ("trust:99001", SECOND, "202526", False),  # had left
        ("trust:99001", SECOND, "202425", True),
        ("trust:99002", URN, "202526", False),
        ("operator", SECOND, "202526", True),
    ],
)
def test_who_may_send_for_whom(two_schools: Warehouse, scope: str, urn: str, year: str, may: bool) -> None:
    actor = OFFICER if scope == "operator" else officer_of(scope)
    day = "2025-10-01" if year == "202526" else "2024-10-01"
    rows_sent = some(1, school_urn=urn, reported_date=day, dsl_informed_date=day)
    files = as_files(rows_sent)
    stated = returns.Stated(urn, year, Term.AUTUMN)
    found = returns.check(two_schools, files, stated=stated, actor=actor, key=KEY)
    said = [issue.rule for issue in found.issues if issue.severity is Severity.ERROR]
    assert said == ([] if may else ["history-school-outside-scope"])  # a check says what sending would
    passed = checked(rows_sent, year=year)
    doors = (
        lambda: returns.submit(two_schools, passed, actor=actor, key=KEY),
        lambda: nil(two_schools, urn, actor=actor, academic_year=year),
    )
    before = counts(two_schools)
    for door in doors:
        if may:
            door()
        else:
            with pytest.raises(RefusedError):
                door()
    assert (counts(two_schools) == before) is not may


def test_a_check_tells_nothing_of_what_another_school_sent() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    theirs = {"school_urn": SECOND, "status": "closed", "closed_date": "2025-10-09"}
    last_year = {"reported_date": "2024-10-01", "dsl_informed_date": "2024-10-01"}
    submit(store, checked(some(1, school_urn=SECOND, **last_year), year="202425"))
    submit(store, checked(some(1, **theirs)))
    guessed = as_files(some(40, school_urn=SECOND))
    stated = returns.Stated(None, "202526", Term.AUTUMN)

    def history(actor: Any, files: list[NamedFile]) -> set[str]:
        found = returns.check(store, files, stated=stated, actor=actor, key=KEY)
        return {issue.rule for issue in found.issues if issue.rule.startswith(("history-", "whole-count"))}

    asked = {"history-reopened", "history-reference-used", "whole-count-far"}
    assert history(OFFICER, guessed) == asked  # there is something to tell
    assert history(officer_of(f"school:{SECOND}"), guessed) == asked
    assert history(officer_of(f"school:{URN}"), guessed) == {"history-school-outside-scope"}
    mixed = as_files([incident(), *some(40, school_urn=SECOND)])
    assert history(officer_of(f"school:{URN}"), mixed) == {"history-school-outside-scope"}


# -- preview ----------------------------------------------------------------------------------------------


def test_the_preview_tells_what_would_change_and_changes_nothing() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    named = [incident(incident_ref=ref) for ref in ("STAYS", "CHANGES", "GOES")]
    submit(store, checked(named))
    before = counts(store)
    arriving = [named[0], incident(incident_ref="CHANGES", widely_shared="yes"), incident(incident_ref="COMES"),
                incident(incident_ref="STAYS", school_urn=SECOND)]  # fmt: skip
    mine, other = returns.preview(store, checked(arriving), actor=OFFICER, key=KEY)
    assert (mine.version, mine.new, mine.changed, mine.unchanged, mine.removed) == (1, 1, 1, 1, 1)
    assert (other.version, other.new, other.changed, other.unchanged, other.removed) == (0, 1, 0, 0, 0)
    assert (mine.children, mine.was_nil) == (3, False)
    assert counts(store) == before


def test_after_a_withdrawal_the_preview_compares_with_nothing() -> None:
    store = warehouse()
    one = nil(store)
    returns.withdraw(store, one.return_id, actor=OFFICER, seen=one.return_id)
    [found] = returns.preview(store, checked(some(1)), actor=OFFICER, key=KEY)
    assert (found.version, found.withdrawn, found.new) == (1, True, 1)
    submit(store, checked(some(1)))
    assert not returns.preview(store, checked(some(1)), actor=OFFICER, key=KEY)[0].withdrawn


def test_a_changed_child_changes_its_incident_and_the_order_of_rows_does_not() -> None:
    store = warehouse()
    refs = [incident(incident_ref=ref) for ref in ("ONE", "TWO")]
    involved = [child(incident_ref="ONE", child_key="a" * 16), child(incident_ref="TWO", child_key="b" * 16)]
    submit(store, checked(refs, involved))
    [same] = returns.preview(store, checked(refs[::-1], involved[::-1]), actor=OFFICER, key=KEY)
    assert (same.unchanged, same.changed) == (2, 0)
    [other] = returns.preview(
        store, checked(refs, [involved[0], {**involved[1], "year_group": "10"}]), actor=OFFICER, key=KEY
    )
    assert (other.unchanged, other.changed) == (1, 1)


def test_after_a_nil_return_everything_is_new() -> None:
    store = warehouse()
    submit(store, checked(some(2)))
    nil(store)
    [found] = returns.preview(store, checked(some(2)), actor=OFFICER, key=KEY)
    assert (found.version, found.was_nil, found.new, found.removed) == (2, True, 2, 0)


def test_an_incident_that_stands_in_another_term_too_is_told_with_that_term() -> None:
    store = warehouse()
    late = {"reported_date": "2026-02-02", "dsl_informed_date": "2026-02-02"}
    both, own = incident(incident_ref="BOTH", **late), incident(incident_ref="OWN", **late)
    submit(store, checked([both, incident(incident_ref="ELSE")]))
    [found] = returns.preview(store, checked([both, own], term=Term.SPRING), actor=OFFICER, key=KEY)
    assert (found.version, found.new) == (0, 2)
    assert found.elsewhere == (("202526", Term.AUTUMN, 1),)
    [alone] = returns.preview(store, checked([own], term=Term.SPRING), actor=OFFICER, key=KEY)
    assert alone.elsewhere == ()


def test_another_schools_same_reference_is_not_told_of() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    submit(store, checked([incident(incident_ref="SAME", school_urn=SECOND)]))
    [found] = returns.preview(store, checked([incident(incident_ref="SAME")], term=Term.SPRING), actor=OFFICER, key=KEY)
    assert found.elsewhere == ()


# -- explained --------------------------------------------------------------------------------------------


def test_the_receipt_says_how_many_queries_were_sent_and_how_many_of_them_explained() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    asked = [Issue(Severity.QUERY, rule, "incidents", row, None, "", "") for rule, row in
             (("one", 2), ("one", 3), ("other", 2), ("other", 4), ("whole", None))]  # fmt: skip
    file = replace(checked([incident(), incident(), incident(school_urn=SECOND)]), issues=tuple(asked))
    mine, other = submit(store, file, explanations={"one": "unusual_but_right"})
    assert (mine.queries, mine.explained) == (4, 2)
    assert (other.queries, other.explained) == (2, 0)
    mine, _ = submit(store, file)
    assert (mine.queries, mine.explained, mine.carried) == (4, 2, 2)  # the rows are the same, so what was said stands
    assert nil(store).explained == 0


# -- at once ----------------------------------------------------------------------------------------------


def test_returns_sent_at_once_are_kept_one_after_the_other() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})

    def send(number: int) -> int:
        urn = (URN, SECOND)[number % 2]
        if number % 5 == 4:
            return nil(store, urn).return_id
        return submit(store, checked(some(1 + number % 3, school_urn=urn)))[0].return_id

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(send, range(10)))
    assert sorted(numbers) == list(range(1, 11))
    for urn in (URN, SECOND):
        versions = rows(
            store, "SELECT version, recorded_at FROM returns WHERE school_urn = $urn ORDER BY return_id", urn=urn
        )
        assert [row["version"] for row in versions] == list(range(1, 6))
        assert sorted(row["recorded_at"] for row in versions) == [row["recorded_at"] for row in versions]
    with store.reading() as cursor:
        assert audit.first_broken(cursor) is None


DYING = """
import os, signal, sys
from pathlib import Path
from pipelines import returns
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from tests.factories import KEY, OFFICER, checked, incident, submit

write = Cursor.append
def append(self, table, frame):
    write(self, table, frame)
    if table == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
Cursor.append = append
with Warehouse(Path(sys.argv[1])) as store:
    if sys.argv[2] == "nil":
        returns.record_nil(store, school_urn="900001", academic_year="202526", term=Term.AUTUMN, actor=OFFICER)
    submit(store, checked([incident(incident_ref=f"SECOND-{number}") for number in range(3)]))
"""


@pytest.mark.parametrize(
    ("what", "table"), [("rows", "incidents"), ("rows", "audit"), ("nil", "returns"), ("nil", "audit")]
)
def test_killed_after_a_write_and_before_the_end_it_leaves_the_old_state_whole(
    what: str, table: str, tmp_path: Path
) -> None:
    path, root = tmp_path / "w.duckdb", Path(__file__).parents[2]
    with Warehouse(path) as store:
        register.load_register(store, [NamedFile("r.csv", register_csv([{}]))], actor=OFFICER, when=LONG_AGO)
        submit(store, checked(some(2)))
        before, heard = counts(store), rows(store, "SELECT * FROM audit ORDER BY sequence")
    command = [sys.executable, "-c", DYING, str(path), what, table]
    assert subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == -signal.SIGKILL
    with Warehouse(path) as store:
        assert incidents_of(store) == (2, "value")
        assert counts(store) == before
        assert rows(store, "SELECT * FROM audit ORDER BY sequence") == heard
        assert nil(store).version == 2  # and it goes on from there
        with store.reading() as cursor:
            assert audit.first_broken(cursor) is None


def test_a_reader_sees_one_state_while_another_writes() -> None:
    store = warehouse()
    submit(store, checked(some(1)))
    with store.reading() as cursor:
        before = cursor.rows("SELECT count(*) AS n FROM incidents")
        submit(store, checked(some(2)))
        assert cursor.rows("SELECT count(*) AS n FROM incidents") == before
    assert incidents_of(store) == (2, "value")
