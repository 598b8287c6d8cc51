"""Behind the portal's own checks: whoever calls a door for a school that was not theirs on that day is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from pipelines import board, mailboxes, mappings, moving, receipts, register, returns, sign_off
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Question, Reporting
from pipelines.scope import Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from tests.factories import KEY, OFFICER, checked, incident, officer_of, register_csv, submit, warehouse

URN, AUTUMN = "900001", ("202526", Term.AUTUMN)
FIRST, MOVED = datetime(2020, 1, 1), datetime(2026, 2, 1)  # noqa: DTZ001
# 900001 was of authority 990 and trust 99001 to January 2026, then of 991 and 99002; 900002 is another's all along.
GROUPS = b"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
900001,99001,One,06,Multi-academy trust,01/09/2019,31/01/2026,
900001,99002,Two,06,Multi-academy trust,01/02/2026,,
"""
THEN, NEVER = ("la:990", "trust:99001", f"school:{URN}"), ("la:991", "trust:99002", "school:900002", "la:992")
DAY = "2025-10-10"


@pytest.fixture(scope="module")
def store() -> Warehouse:
    """Two schools; what the first sent for the autumn belongs to those it was with then."""
    made = warehouse({"URN": URN}, {"URN": "900002", "LA (code)": "991"}, when=FIRST)
    register.load_register(made, [NamedFile("groups.csv", GROUPS)], actor=OFFICER, when=FIRST)
    moved = register_csv([{"URN": URN, "LA (code)": "991"}, {"URN": "900002", "LA (code)": "991"}])
    register.load_register(made, [NamedFile("register.csv", moved)], actor=OFFICER, when=MOVED)
    submit(made, checked(_rows()), when=datetime(2026, 1, 10))  # noqa: DTZ001
    return made


def _rows(count: int = 3) -> list[dict[str, str]]:
    return [incident(school_urn=URN, incident_ref=f"A{n}", reported_date=DAY, dsl_informed_date=DAY)
            for n in range(count)]  # fmt: skip


Door = Callable[[Warehouse, Scope], object]
PLACE = {"school_urn": URN, "academic_year": AUTUMN[0], "term": AUTUMN[1]}
DOORS: dict[str, Door] = {
    "last_return": lambda store, scope: returns.last_return(store, scope, URN, on=AUTUMN),
    "nil_queries": lambda store, scope: returns.nil_queries(store, scope, **PLACE),  # type: ignore[arg-type]
    "preview": lambda store, scope: returns.preview(store, checked(_rows()), actor=_as(scope), key=KEY),
    "moved": lambda store, scope: moving.moved(store, checked(_rows()), actor=_as(scope), key=KEY),
    "asking": lambda store, scope: sign_off.asking(store, scope, [URN], *AUTUMN),
    "proofs": lambda store, scope: receipts.proofs(store, scope, [1]),
}
WRITES: dict[str, Door] = {
    "submit": lambda store, scope: returns.submit(store, checked(_rows()), actor=_as(scope), key=KEY),
    "record_nil": lambda store, scope: returns.record_nil(store, actor=_as(scope), **PLACE),  # type: ignore[arg-type]
    "withdraw": lambda store, scope: returns.withdraw(store, 1, actor=_as(scope), seen=1),
}


def _as(scope: Scope) -> Any:
    return officer_of(str(scope))


@pytest.mark.parametrize("who", NEVER)
@pytest.mark.parametrize("name", [*DOORS, *WRITES])
def test_who_was_not_the_schools_then_is_refused(store: Warehouse, name: str, who: str) -> None:
    before = _sent(store)
    with pytest.raises(RefusedError):
        (DOORS | WRITES)[name](store, Scope.parse(who))
    assert _sent(store) == before


@pytest.mark.parametrize("who", THEN)
@pytest.mark.parametrize("name", DOORS)
def test_who_was_the_schools_then_is_let_in(store: Warehouse, name: str, who: str) -> None:
    DOORS[name](store, Scope.parse(who))


@pytest.mark.parametrize("name", ["last_return", "nil_queries", "preview", "moved", "asking", "proofs"])
def test_the_scope_cannot_be_left_out(store: Warehouse, name: str) -> None:
    door: Any = {"last_return": returns.last_return, "nil_queries": returns.nil_queries, "preview": returns.preview,
                 "moved": moving.moved, "asking": sign_off.asking, "proofs": receipts.proofs}[name]  # fmt: skip
    with pytest.raises(TypeError):
        door(store)


def test_a_former_organisation_keeps_what_was_and_a_later_one_does_not_get_it(store: Warehouse) -> None:
    door = Reporting(store)
    for who, expected in (*((one, 3) for one in THEN), *((one, None) for one in NEVER[:3])):
        scope = Scope.parse(who)
        assert _count(door, scope) == expected, who
        assert (URN in set(door.versions(scope)["school_urn"])) is (expected is not None)
        assert _is_on_the_board(store, scope) is (expected is not None)


def test_outcomes_are_those_of_the_days_on_which_the_school_was_ones_own(store: Warehouse) -> None:
    for who in (*THEN, *NEVER[:3]):
        scope = Scope.parse(who)
        rows = _outcomes(Reporting(store), scope)
        assert rows == (3 if who in THEN else 0), who


def test_mail_and_wordings_go_by_today(store: Warehouse) -> None:
    mailboxes.keep(
        store, URN, "dsl@school900001.example", role=mailboxes.ContactRole.LEAD, actor=_as(Scope.parse("la:991"))
    )
    assert set(mailboxes.mailboxes(store, Scope.parse("la:990"))) == set()
    assert set(mailboxes.mailboxes(store, Scope.parse("la:991"))) == {URN}
    with pytest.raises(RefusedError):
        mappings.kept(store, Scope.parse(f"school:{URN}"), actor=_as(Scope.parse("trust:99001")))


def _count(door: Reporting, scope: Scope) -> int | None:
    found = door.figures(scope, Question("incidents", year="202526", term="autumn", by=("school",))).rows
    return next((row.count for row in found if row.by["school"] == URN), None)


def _is_on_the_board(store: Warehouse, scope: Scope) -> bool:
    found = board.read(store, scope, Question("returns_received", year="202526", term="autumn")).returns
    return URN in {one.school_urn for one in found}


def _outcomes(door: Reporting, scope: Scope) -> int:
    return sum(row.count or 0 for row in door.outcomes(scope, Question("incidents", rule_set="uksic-advice")))


def _sent(store: Warehouse) -> int:
    with store.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM returns")[0]["n"])
