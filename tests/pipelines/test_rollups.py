"""What stands now is kept beside the originals: over any history it says what the originals say, to the last row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import audit, register, returns
from pipelines.figures import Question
from pipelines.history import FIRST_YEAR
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Reporting, Scope
from pipelines.warehouse import questions, standing
from pipelines.warehouse.compose import bindings, grains
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.measurement import Kind, measures
from schemas.rulesets import rule_set
from tests.factories import OFFICER, checked, child, incident, register_csv, submit, warehouse

TABLES = tuple(standing.READS)
URNS = ("900001", "900002", "900003", "900004")
TERMS = ((Term.AUTUMN, date(2025, 10, 1)), (Term.SPRING, date(2026, 2, 2)), (Term.SUMMER, date(2026, 5, 4)))
BEGUN = datetime(2026, 5, 10)  # noqa: DTZ001 - in the summer term
SCOPES = ("la:990", "la:991", "trust:99001", "trust:99002", "school:900001", "school:900003")
OF_EACH_KIND = {
    Kind.COUNT: "incidents", Kind.SHARE: "escalated_when_called_for", Kind.RATE: "children_per_1000",
    Kind.DAYS: "days_to_escalation", Kind.REPEAT: "involved_again_365_days", Kind.CELLS: "recording_completeness",
}  # fmt: skip
BREAKDOWNS = ((), ("term", "sex"), ("school",))

numbers = st.integers(0, 3)
SUBMIT = st.tuples(st.just("submit"), numbers, st.integers(0, 2), st.lists(st.tuples(numbers, numbers), max_size=4))
NIL = st.tuples(st.just("nil"), numbers, st.integers(0, 2))
WITHDRAW = st.tuples(st.just("withdraw"), numbers, st.integers(0, 2))
LOAD = st.tuples(st.just("load"), st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=4))
MEMBERS = st.tuples(st.just("members"), numbers, st.integers(0, 300))


def live(store: Warehouse, history: list[tuple[Any, ...]]) -> None:
    """Let all of it happen, an hour apart."""
    for place, (kind, *told) in enumerate(history):
        when = BEGUN + timedelta(hours=place + 1)
        {"submit": _submit, "nil": _nil, "withdraw": _withdraw, "load": _load, "members": _members}[kind](
            store, when, *told
        )


def _submit(store: Warehouse, when: datetime, school: int, term: int, rows: list[tuple[int, int]]) -> None:
    """A few incidents by reference, which may have been sent in another term, each with a child of four."""
    name, told = TERMS[term]
    found = {
        f"R{ref}": (
            incident(
                incident_ref=f"R{ref}", school_urn=URNS[school], reported_date=str(told + timedelta(days=ref)),
                dsl_informed_date=str(told + timedelta(days=ref)), adult_involved="yes" if who else "no",
                police_contacted="yes" if ref else "not_known",
            ),
            child(incident_ref=f"R{ref}", school_urn=URNS[school], child_key=f"{who:016x}"),
        )
        for ref, who in rows
    }  # fmt: skip
    if found:
        rows_of, involved = zip(*found.values(), strict=True)
        submit(store, checked(rows_of, involved, term=name), when=when)


def _nil(store: Warehouse, when: datetime, school: int, term: int) -> None:
    returns.record_nil(
        store, school_urn=URNS[school], academic_year="202526", term=TERMS[term][0], actor=OFFICER, when=when
    )


def _withdraw(store: Warehouse, when: datetime, school: int, term: int) -> None:
    with store.writing() as cursor:
        cursor.run(
            "INSERT INTO returns SELECT (SELECT max(return_id) + 1 FROM returns), school_urn, academic_year, term, "
            "version + 1, 'withdrawn', nil, $when, recorded_by, file_sha256, rule_book, key_version, 0, 0, 0 "
            "FROM returns WHERE school_urn = $urn AND term = $term ORDER BY return_id DESC LIMIT 1",
            {"when": when, "urn": URNS[school], "term": str(TERMS[term][0])},
        )
        audit.record(cursor, audit.Event(OFFICER, "return withdrawn", URNS[school], changes_figures=True), when=when)
        standing.refresh(cursor, [URNS[school]])


def _load(store: Warehouse, when: datetime, changes: list[tuple[bool, bool]]) -> None:
    """A register in which schools may have gone to the other authority, or have another phase and size."""
    content = register_csv(
        {"URN": urn, "LA (code)": "991" if moved else "990", "PhaseOfEducation (code)": "2" if grown else "4",
         "NumberOfPupils": "700" if grown else "500", "Trusts (code)": "99001", "Trusts (name)": "One"}
        for urn, (moved, grown) in zip(URNS, changes, strict=True)
    )  # fmt: skip
    register.load_register(store, [NamedFile("register.csv", content)], actor=OFFICER, when=when)


def _members(store: Warehouse, when: datetime, school: int, days: int) -> None:
    joined = date(2025, 9, 1) + timedelta(days=days)
    content = (
        "URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\n"
        f"{URNS[school]},99002,Two,06,Multi-academy trust,{joined:%d/%m/%Y},,\n"
    )
    register.load_register(store, [NamedFile("groups.csv", content.encode())], actor=OFFICER, when=when)


def kept(cursor: Cursor) -> dict[str, list[str]]:
    """Every row of what stands, in no order."""
    return {name: sorted(str(row) for row in cursor.rows(f"SELECT * FROM standing_{name}")) for name in TABLES}


def answers(cursor: Cursor, scope: Scope, *, from_kept: bool) -> dict[Any, list[str]]:
    """Every kind of measure and the returns due, from what stands or from the originals."""
    moment = datetime(2026, 11, 1)  # noqa: DTZ001
    start = standing.grains_at(cursor, scope, moment) if from_kept else grains(scope)
    assert ("standing_incidents" in start) is from_kept
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    values |= dict.fromkeys(("year", "term", "phase", "school"))
    found = {}
    for by in BREAKDOWNS:
        for name in OF_EACH_KIND.values():
            text = questions.figures(measures()[name], rule_set("ukcis-2024"), Question(name, by=by))
            found[name, by] = cursor.rows(start + text, values)
        if "sex" not in by:
            found["coverage", by] = cursor.rows(start + questions.coverage(by, pupils=True), values)
            found["returns", by] = cursor.rows(start + questions.coverage(by, pupils=False), values)
    return {asked: sorted(str(_sorted(row)) for row in rows) for asked, rows in found.items()}


def _sorted(row: dict[str, Any]) -> dict[str, Any]:
    """Children in a fixed order: days and whether again go together."""
    if "again" in row:
        return {**row, "days": sorted(zip(row["days"], row["again"], strict=True)), "again": None}
    return {name: sorted(value) if isinstance(value, list) else value for name, value in row.items()}


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    history=st.lists(st.one_of(SUBMIT, SUBMIT, NIL, WITHDRAW, LOAD, MEMBERS), min_size=3, max_size=6),
    asked=st.sampled_from([SCOPES[:3], SCOPES[3:]]),
)
def test_over_any_history_what_stands_equals_what_is_made_anew_and_what_the_originals_say(
    history: list[tuple[Any, ...]], asked: tuple[str, ...]
) -> None:
    store = warehouse(*({"URN": urn, "LA (code)": "990" if urn < "900003" else "991"} for urn in URNS))
    live(store, history)
    with store.writing() as cursor:
        for scope in map(Scope.parse, asked):
            assert answers(cursor, scope, from_kept=True) == answers(cursor, scope, from_kept=False)
        before = kept(cursor)
        standing.rebuild(cursor)
        assert kept(cursor) == before


def test_a_question_as_at_an_earlier_moment_is_answered_from_the_originals() -> None:
    store = warehouse()
    asked = checked([incident(), incident()])
    submit(store, asked, when=datetime(2026, 1, 10))  # noqa: DTZ001
    submit(store, checked([incident()]), when=datetime(2026, 1, 20))  # noqa: DTZ001
    with store.reading() as cursor:
        texts = [standing.grains_at(cursor, Scope.parse("la:990"), datetime(2026, 1, day)) for day in (15, 20)]  # noqa: DTZ001
    assert ["standing_incidents" in text for text in texts] == [False, True]


def test_what_is_due_does_not_wait_for_a_return_to_come() -> None:
    """Nothing that is kept depends on today: the spring term falls due by the passing of its last day."""
    store = warehouse({}, {"URN": "900002"})
    submit(store, checked([incident()]), when=datetime(2026, 1, 10))  # noqa: DTZ001
    due = []
    for day in (datetime(2026, 4, 2), datetime(2026, 4, 3)):  # noqa: DTZ001 - Good Friday is 3 April
        table = Reporting(store).figures(Scope.parse("la:990"), Question("returns_received", by=("term",), as_at=day))
        due.append([(row.by["term"], row.coverage.expected) for row in table.rows])
    assert due == [[("autumn", 2)], [("autumn", 2), ("spring", 2)]]


@pytest.mark.parametrize(
    "before",
    [
        "DROP TABLE standing_incidents; DROP TABLE standing_state",
        "UPDATE standing_state SET made_by = 'an older definition'; DELETE FROM standing_children",
        "UPDATE standing_state SET sequence = sequence - 1; DELETE FROM standing_returns",
    ],
)
def test_a_store_without_what_stands_or_with_an_older_one_has_it_made_at_opening(tmp_path: Path, before: str) -> None:
    path = tmp_path / "older.duckdb"
    with Warehouse(path) as store:
        register.load_register(store, [NamedFile("register.csv", register_csv([{}]))], actor=OFFICER)
        submit(store, checked([incident(), incident()]))
        with store.writing() as cursor:
            right = kept(cursor)
            for statement in before.split("; "):
                cursor.run(statement)
    with Warehouse(path) as store, store.reading() as cursor:
        assert kept(cursor) == right
