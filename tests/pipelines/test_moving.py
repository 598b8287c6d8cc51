"""What a return would move: told beforehand exactly as the portal tells it afterwards, and nothing kept by telling."""

from __future__ import annotations

from datetime import datetime

import pytest

from app import who_has_sent
from pipelines import moving, register, returns
from pipelines.differences import Changed
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting, Scope
from pipelines.return_states import MOVES, ReturnState, must_move, state_of
from schemas.calendar import Term
from schemas.errors import RefusedError, StaleError
from tests.factories import KEY, OFFICER, URN, checked, child, incident, officer_of, submit, warehouse

SECOND = "900002"
SCHOOL = officer_of(f"school:{URN}")
RISK = {"adult_involved": "yes", "external_coercion": "yes"}
LATER = {"reported_date": "2026-02-02", "dsl_informed_date": "2026-02-03"}


def first() -> list[dict[str, str]]:
    """Fourteen incidents called for, nine of them escalated."""
    told = [{"police_contacted": "yes", "police_contact_date": "2025-10-02"}] * 9 + [{}] * 5
    return [incident(incident_ref=f"I{place}", **RISK, **answers) for place, answers in enumerate(told)]


def test_what_is_said_to_move_is_what_the_portal_shows_afterwards() -> None:
    store = warehouse()
    submit(store, checked(first()))
    again = checked([*first()[:-2], incident(incident_ref="I12", **RISK, **LATER)])
    found = moving.moved(store, again, actor=SCHOOL, key=KEY)
    assert found is not None
    submit(store, again)
    door, scope = Reporting(store), Scope.parse(f"school:{URN}")
    for move in (*found.headlines, *found.other_terms):
        asked = Question(move.measure, year=move.year or None, term=move.term or None)
        assert move.after == door.figures(scope, asked).rows[0].__class__(
            **{name: getattr(door.figures(scope, asked).rows[0], name) for name in move.after.__slots__}
            | {"by": move.after.by}
        )
    escalation = next(move for move in found.headlines if move.measure == "escalated_when_called_for")
    assert (escalation.before.count, escalation.before.denominator) == (9, 14)
    assert (escalation.after.count, escalation.after.denominator) == (9, 12)
    [spring] = found.other_terms
    assert (spring.term, spring.before.count or 0, spring.after.count) == ("spring", 0, 1)


def test_telling_what_would_move_keeps_nothing() -> None:
    store = warehouse()
    submit(store, checked(first()))
    with store.reading() as cursor:
        tables = [row["table_name"] for row in cursor.rows("SELECT table_name FROM duckdb_tables()")]
        before = {table: cursor.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}
    moving.moved(store, checked(first()[:3]), actor=SCHOOL, key=KEY)
    with store.reading() as cursor:
        assert {table: cursor.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables} == before


def test_for_several_schools_the_senders_own_figures_are_told() -> None:
    store = warehouse({"URN": URN}, {"URN": SECOND})
    both = checked([incident(), incident(school_urn=SECOND)])
    found = moving.moved(store, both, actor=officer_of("la:990"), key=KEY)
    assert found is not None
    assert found.scope == Scope.parse("la:990")
    assert [move.after.count for move in found.headlines if move.measure == "incidents"] == [2]
    assert found.released == {"990": None}


def test_a_trust_is_told_of_a_school_what_it_may_see_and_nothing_from_before_it_joined() -> None:
    store = warehouse()
    content = (
        b"URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\n"
        b"900001,99001,Trust,06,Multi-academy trust,01/09/2025,,\n"
    )
    register.load_register(store, [NamedFile("groups.csv", content)], actor=OFFICER, when=datetime(2020, 1, 1))  # noqa: DTZ001
    before = [incident(reported_date="2024-02-01", dsl_informed_date="2024-02-01") for _ in range(12)]
    submit(store, checked(before, year="202324", term=Term.SPRING))
    trust, arriving = officer_of("trust:99001"), checked([incident(incident_ref="NEW")])
    found = moving.moved(store, arriving, actor=trust, key=KEY)
    theirs = moving.moved(store, arriving, actor=SCHOOL, key=KEY)
    assert found is not None
    assert theirs is not None
    repeat = {one.scope: next(m for m in one.headlines if m.measure in moving.ALL_YEARS) for one in (found, theirs)}
    assert repeat[SCHOOL.scope].after.denominator == 12
    assert repeat[trust.scope].after.denominator == 1  # the child of the arriving incident
    [mine] = [move for move in found.headlines if move.measure == "incidents"]
    assert (found.school, mine.after.count) == (URN, 1)


def test_too_many_rows_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "MOST_ROWS", 3)
    assert moving.moved(warehouse(), checked([incident(), incident()]), actor=SCHOOL, key=KEY) is None


def test_a_preview_names_the_references_and_the_columns_that_changed_and_no_answer() -> None:
    store = warehouse()
    stays, goes = incident(incident_ref="STAYS"), incident(incident_ref="GOES")
    kept = child(incident_ref="STAYS", child_key="a" * 16)
    other = child(incident_ref="CHILD", child_key="b" * 16)
    left = child(incident_ref="GOES", child_key="c" * 16)
    submit(store, checked([stays, goes, incident(incident_ref="CHILD")], [kept, other, left]))
    arriving = [incident(incident_ref="STAYS", widely_shared="yes", status="closed", closed_date="2025-10-09"),
                incident(incident_ref="CHILD"), incident(incident_ref="COMES")]  # fmt: skip
    involved = [kept, other | {"role": "received"}, child(incident_ref="COMES", child_key="d" * 16)]
    [found] = returns.preview(store, checked(arriving, involved), actor=OFFICER, key=KEY)
    assert found.named_new == ("COMES",)
    assert found.named_removed == ("GOES",)
    assert found.named_changed == (
        Changed("CHILD", ("children.role",)),
        Changed("STAYS", ("incidents.widely_shared", "incidents.status", "incidents.closed_date")),
    )


def test_children_that_changed_places_change_their_incident() -> None:
    store = warehouse()
    one = [incident(incident_ref="ONE")]
    pair = [child(incident_ref="ONE", child_key=key, role=role) for key, role in (("a" * 16, "pictured"), ("b" * 16, "received"))]  # noqa: E501  # fmt: skip
    submit(store, checked(one, pair))
    swapped = [pair[0] | {"role": "received"}, pair[1] | {"role": "pictured"}]
    [found] = returns.preview(store, checked(one, swapped), actor=OFFICER, key=KEY)
    assert found.named_changed == (Changed("ONE", ("children",)),)


@pytest.mark.parametrize("term", list(Term)[:2])
def test_what_came_in_since_it_was_read_refuses_a_return_a_nil_return_and_a_withdrawal(term: Term) -> None:
    store = warehouse()
    sent = submit(store, checked([incident()]))[0]
    passed = checked([incident(incident_ref="OTHER")])
    [read] = returns.preview(store, passed, actor=OFFICER, key=KEY)
    assert read.seen == sent.return_id == returns.last_return(store, SCHOOL.scope, URN)
    returns.record_nil(store, school_urn=URN, academic_year="202526", term=term, actor=SCHOOL, seen=read.seen)
    with pytest.raises(StaleError, match="Read again"):
        returns.submit(store, passed, actor=SCHOOL, key=KEY, seen={URN: read.seen})
    with pytest.raises(StaleError):
        returns.record_nil(store, school_urn=URN, academic_year="202526", term=term, actor=SCHOOL, seen=read.seen)
    if term is Term.SPRING:
        with pytest.raises(StaleError):
            returns.withdraw(store, sent.return_id, actor=SCHOOL, seen=read.seen)
    now = returns.last_return(store, SCHOOL.scope, URN)
    assert returns.submit(store, passed, actor=SCHOOL, key=KEY, seen={URN: now})


def test_a_withdrawn_version_stays_on_record_and_counts_no_longer() -> None:
    store = warehouse()
    sent = submit(store, checked([incident()]))[0]
    with pytest.raises(RefusedError):
        returns.withdraw(store, sent.return_id, actor=officer_of("school:900002"), seen=sent.return_id)
    returns.withdraw(store, sent.return_id, actor=SCHOOL, seen=sent.return_id)
    row = Reporting(store).figures(SCHOOL.scope, Question("incidents", year="202526", term="autumn")).rows[0]
    assert str(row.state) == "not_submitted"
    with store.reading() as cursor:
        rows = cursor.rows("SELECT version, state, incidents FROM returns ORDER BY return_id")
    assert [tuple(row.values()) for row in rows] == [(1, "submitted", 1), (1, "withdrawn", 0)]
    with pytest.raises(RefusedError, match="no version to withdraw"):
        returns.withdraw(store, sent.return_id, actor=SCHOOL, seen=sent.return_id + 1)
    assert submit(store, checked([incident()]))[0].version == 2


def test_a_return_moves_only_as_the_drawing_allows() -> None:
    for before, allowed in MOVES.items():
        for after in ReturnState:
            if after in allowed:
                must_move(before, after)
            else:
                with pytest.raises(RefusedError):
                    must_move(before, after)
    assert state_of("submitted", followed_by=None) is ReturnState.SUBMITTED
    assert state_of("submitted", followed_by="submitted") is ReturnState.SUPERSEDED
    assert state_of("submitted", followed_by="withdrawn") is ReturnState.WITHDRAWN


def test_the_release_of_a_term_is_told_with_its_day() -> None:
    urns = ("900001", "900002", "900003", "900004")
    store = warehouse(*({"URN": urn} for urn in urns))
    when = datetime(2025, 12, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
    for urn in urns:
        submit(store, checked([incident(school_urn=urn) for _ in range(6)]), when=when)
    Reporting(store).release("990")
    found = moving.moved(store, checked([incident(incident_ref="LATE")]), actor=SCHOOL, key=KEY)
    assert found is not None
    assert found.released["990"] is not None


def test_two_versions_of_one_moment_are_two_rows_of_which_one_stands() -> None:
    store = warehouse()
    moment = datetime(2025, 12, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
    for _ in range(2):
        submit(store, checked([incident()]), when=moment)
    sent = Reporting(store).versions(SCHOOL.scope)
    assert list(sent["version"]) == [2, 1]
    assert list(who_has_sent.versions(sent)["Now"]) == ["Stands", "Superseded"]
