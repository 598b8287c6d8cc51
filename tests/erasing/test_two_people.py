"""Erasing takes a dry run, a second person, and exactly the rows that were read; the record says how many."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

import pytest

from pipelines import audit, erasing, returns
from pipelines.erasing.carrying_out import erase as erase_within
from pipelines.erasing.plans import Plan
from pipelines.keys import rekey
from pipelines.reporting import Question, Reporting, Scope
from pipelines.scope import OPERATOR, Actor
from pipelines.sharing.releasing import release_due
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, RefusedError, StaleError
from tests.erasing.worlds import APPROVES, ASKS, erase
from tests.factories import KEY, OFFICER, checked, child, incident, officer_of, submit, warehouse
from tests.sharing.worlds import SENT, URNS, YEAR, at, authority, send

CHILD = "c0ffee0123456789"
OTHER = "beef00000000beef"
# Every table is either rid of rows by an erasure, or has a reason to be left alone.
LEFT_ALONE = {
    "schools": "the public register", "memberships": "the public register", "links": "the public register",
    "audit": "the record: counts and places, no cell and no key", "erasures": "the list of erasures itself",
    "erased_places": "places of rows that are gone", "rewritings": "when the file was written anew",
    "shared_releases": "what was released stays", "shared_figures": "what was released stays",
    "people": "staff accounts, ended by administrators", "grants": "ended, not erased, when a school leaves",
    "accounts": "staff accounts", "second_factors": "staff accounts", "sessions": "staff sessions",
    "standing_state": "no row of anybody", "proposals": "who agreed to what: counts and places, no cell and no key",
}  # fmt: skip


def sent() -> Warehouse:
    """A school with two incidents: one of the child alone, one of the child and another."""
    store = warehouse({})
    rows = [incident(incident_ref="alone"), incident(incident_ref="both")]
    involved = [child(incident_ref="alone", child_key=CHILD), child(incident_ref="both", child_key=CHILD),
                child(incident_ref="both", child_key=OTHER)]  # fmt: skip
    submit(store, checked(rows, involved))
    return store


def rows_of(store: Warehouse, table: str) -> int:
    with store.reading() as cursor:
        return int(cursor.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def everything_said(store: Warehouse) -> str:
    with store.reading() as cursor:
        return "\n".join(str(cursor.rows(f"SELECT * FROM {table}")) for table in ("audit", "erasures", "erased_places"))


def test_a_childs_rows_go_in_every_version_and_an_incident_only_when_no_other_child_is_in_it() -> None:
    store = sent()
    submit(store, checked([incident(incident_ref="alone")], [child(incident_ref="alone", child_key=CHILD)]))
    plan = erasing.plan(store, erasing.of_child("900001", CHILD), actor=ASKS, key=KEY)
    assert plan.by_table == {"incidents": 2, "children": 3}
    erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES)
    with store.reading() as cursor:
        assert [row["incident_ref"] for row in cursor.rows("SELECT incident_ref FROM incidents")] == ["both"]
        headers = cursor.rows("SELECT incidents, children FROM returns ORDER BY return_id")
    assert headers == [{"incidents": 1, "children": 1}, {"incidents": 0, "children": 0}]


def test_neither_the_record_nor_the_list_nor_a_kept_plan_holds_the_key() -> None:
    import pandas as pd

    store = sent()
    kept_as = str(rekey(pd.Series([CHILD]), KEY)[0])
    plan = erasing.plan(store, erasing.of_child("900001", CHILD), actor=ASKS, key=KEY)
    again = Plan.of_text(plan.as_text())
    erasing.carry_out(store, again, actor=ASKS, approved_by=APPROVES)
    said = plan.as_text() + repr(plan) + repr(again) + everything_said(store)
    assert CHILD not in said
    assert kept_as not in said
    assert rows_of(store, "children") == 1


def test_whoever_asks_cannot_approve() -> None:
    store = sent()
    plan = erasing.plan(store, erasing.of_school("900001"), actor=ASKS)
    for same in (ASKS, Actor("Ada ", "data-protection officer", OPERATOR), Actor(" ", "nobody", OPERATOR)):
        with pytest.raises(RefusedError, match="second person"):
            erasing.carry_out(store, plan, actor=ASKS, approved_by=same)
    assert rows_of(store, "incidents") == 2


def test_what_came_since_the_dry_run_is_not_erased_unseen() -> None:
    store = sent()
    plan = erasing.plan(store, erasing.of_child("900001", CHILD), actor=ASKS, key=KEY)
    submit(store, checked([incident(incident_ref="new")], [child(incident_ref="new", child_key=CHILD)]))
    with pytest.raises(StaleError, match="changed since the dry run"):
        erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES)
    assert rows_of(store, "children") == 4


def test_a_plan_is_carried_out_once() -> None:
    store = sent()
    plan = erasing.plan(store, erasing.of_return("900001", "202526", Term.AUTUMN), actor=ASKS)
    erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES)
    with pytest.raises(StaleError):
        erasing.carry_out(store, plan, actor=ASKS, approved_by=APPROVES)


def test_a_fault_on_the_way_leaves_everything_as_it_was() -> None:
    store = sent()
    plan = erasing.plan(store, erasing.of_school("900001"), actor=ASKS)
    before = {name: rows_of(store, name) for name in ("incidents", "children", "returns", "audit")}
    with pytest.raises(ZeroDivisionError):
        _erase_and_fail(store, plan)
    assert {name: rows_of(store, name) for name in before} == before


def _erase_and_fail(store: Warehouse, plan: Plan) -> None:
    with store.writing() as cursor:
        erase_within(cursor, plan, actor=ASKS, approved_by=APPROVES, moment=audit.now())
        raise ZeroDivisionError


def test_nobody_plans_for_a_school_that_is_not_theirs() -> None:
    store = warehouse({}, {"URN": "900002", "LA (code)": "991"})
    submit(store, checked([incident()]))
    for scope in ("la:991", "school:900002"):
        with pytest.raises(RefusedError):
            erasing.plan(store, erasing.of_return("900001", "202526", Term.AUTUMN), actor=officer_of(scope))
    with pytest.raises(RefusedError, match="other authorities"):
        erasing.plan(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202627"), actor=officer_of("la:991"))
    with pytest.raises(RefusedError):
        erasing.plan(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202627"),
                     actor=officer_of("school:900001"))  # fmt: skip


def test_there_is_nothing_to_erase_of_a_child_who_is_not_there() -> None:
    with pytest.raises(RefusedError, match="nothing of this"):
        erasing.plan(sent(), erasing.of_child("900001", "0123456789abcdef"), actor=ASKS, key=KEY)


def test_the_period_is_the_current_and_two_previous_years_and_never_less_than_one() -> None:
    today = date(2026, 11, 21)
    assert erasing.past_retention(2, today=today).academic_year == "202425"
    assert erasing.past_retention(1, today=date(2026, 8, 31)).academic_year == "202425"
    with pytest.raises(QuestionError):
        erasing.past_retention(0, today=today)


def test_the_record_of_an_erasure_is_whole_and_says_who_asked_who_approved_and_how_many() -> None:
    store = sent()
    done = erase(store, erasing.of_child("900001", CHILD), when=datetime(2026, 11, 1))  # noqa: DTZ001
    with store.reading() as cursor:
        assert audit.first_broken(cursor) is None
        [event] = cursor.rows("SELECT * FROM audit WHERE action = 'rows erased'")
    assert (event["actor"], event["subject"], event["changes_figures"]) == ("ada", "school:900001", True)
    assert '"children": 2' in event["detail"]
    assert done.reference in event["detail"]
    assert '"approved_by": "pat"' in event["detail"]


def test_erasing_a_return_withdraws_it_and_a_later_one_goes_on_with_the_versions() -> None:
    store = sent()
    erase(store, erasing.of_return("900001", "202526", Term.AUTUMN), when=audit.now())
    figure = Reporting(store).figures(Scope.parse("school:900001"), Question("incidents", year="202526", term="autumn"))
    assert [str(row.state) for row in figure.rows] in ([], ["not_submitted"])
    assert submit(store, checked([incident()]))[0].version == 2


def test_a_return_of_an_erased_year_is_taken_no_longer_nor_an_incident_of_then() -> None:
    store = warehouse({})
    submit(store, checked([incident(reported_date="2024-10-01")], year="202425"))
    erase(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202526"), when=audit.now())
    with pytest.raises(RefusedError, match="no return with incidents of then"):
        submit(store, checked([incident(reported_date="2024-10-01")], year="202425"))
    with pytest.raises(RefusedError, match="no return with incidents of then"):
        submit(store, checked([incident(reported_date="2025-08-20")]))
    with pytest.raises(RefusedError, match="no return with incidents of then"):
        returns.record_nil(store, school_urn="900001", academic_year="202425", term=Term.SPRING, actor=OFFICER)


def test_of_an_erased_year_it_stays_known_that_the_return_came_and_not_what_it_held() -> None:
    store = warehouse({})
    submit(store, checked([incident(reported_date="2024-10-01")], year="202425"))
    erase(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202526"), when=audit.now())
    with store.reading() as cursor:
        [row] = cursor.rows("SELECT * FROM returns")
    assert (row["academic_year"], row["version"], row["state"]) == ("202425", 1, "submitted")
    assert [row[name] for name in ("nil", "incidents", "children", "queries")] == [None] * 4


def test_what_was_shared_stays_to_the_byte_and_is_still_answered() -> None:
    store = authority()
    for term in Term:
        send(store, term, dict.fromkeys(URNS, 6))
        release_due(store, "990", least=5, moment=at(*[int(x) for x in str(SENT[term].date()).split("-")]))
    released = "SELECT * FROM shared_figures ORDER BY ALL"
    asked = Question("incidents", by=("year",), about=Scope.parse("la:990"))
    reporting = Reporting(store)
    told = reporting.figures(Scope.parse("school:900001"), asked).rows  # makes the releases that are due by now
    with store.reading() as cursor:
        before = (cursor.rows(released), cursor.rows("SELECT * FROM shared_releases ORDER BY ALL"))
    erase(store, erasing.of_school("900005"), when=audit.now())
    erase(store, erasing.Request(erasing.Kind.RETENTION, academic_year="202526"), when=audit.now())
    release_due(store, "990", least=5)
    with store.reading() as cursor:
        after = (cursor.rows(released), cursor.rows("SELECT * FROM shared_releases ORDER BY ALL"))
    assert after == before
    assert rows_of(store, "shared_counts") == rows_of(store, "shared_places") == 0  # each school's own counts
    assert reporting.figures(Scope.parse("school:900001"), asked).rows == told
    assert told[0].count == 144
    assert YEAR == "202425"


def test_a_school_that_leaves_in_a_year_that_is_not_wholly_shared_leaves_what_protects_the_rest() -> None:
    store = authority()
    send(store, Term.AUTUMN, dict.fromkeys(URNS, 6))
    release_due(store, "990", least=5, moment=at(2025, 1, 11))
    counts = rows_of(store, "shared_counts")
    erase(store, erasing.of_school("900005"), when=at(2025, 3, 1))
    send(store, Term.SPRING, dict.fromkeys([urn for urn in URNS if urn != "900005"], 6))
    assert release_due(store, "990", least=5, moment=at(2025, 5, 11)) == 1
    assert rows_of(store, "shared_counts") > counts
    with store.reading() as cursor:
        rows = cursor.rows(
            "SELECT period, count, expected FROM shared_figures WHERE table_id = 'incidents' AND level = 'authority' "
            "AND release_id = (SELECT max(release_id) FROM shared_releases) ORDER BY period"
        )
    assert [asdict_of(row) for row in rows] == [("autumn", 48, 8), ("spring", 42, 7)]


def asdict_of(row: dict[str, object]) -> tuple[object, ...]:
    return (row["period"], row["count"], row["expected"])


def test_a_table_that_could_hold_rows_is_erased_or_has_a_reason_to_be_left_alone() -> None:
    from pipelines.erasing import selection

    with warehouse({}).reading() as cursor:
        tables = {str(row["table_name"]) for row in cursor.rows("SELECT table_name FROM duckdb_tables()")}
    erased = {"incidents", "children", "returns"} | {
        name for kind in erasing.Kind for name in selection.dependent(kind)
    }  # fmt: skip
    made_again = {name for name in tables if name.startswith("standing_")}
    unknown = tables - erased - made_again - set(LEFT_ALONE)
    assert not unknown, f"say in pipelines/erasing/selection.py what happens to {sorted(unknown)}, or here why nothing"


def test_a_plan_that_is_kept_as_text_is_the_same_plan() -> None:
    store = sent()
    for request in (erasing.of_child("900001", CHILD), erasing.of_school("900001")):
        plan = erasing.plan(store, request, actor=ASKS, key=KEY)
        assert asdict(Plan.of_text(plan.as_text())) | {"request": None} == asdict(plan) | {"request": None}
