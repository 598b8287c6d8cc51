"""A session is found by its secret alone, lasts as long as it may, and ends at once when somebody ends it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pipelines import audit
from pipelines.people import Identity, Sessions, grants, identities
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import RefusedError
from schemas.roles import GrantRole

OPERATING = Actor("command line", "operator", OPERATOR)
ROWAN, IMOGEN = Identity("https://provider.example", "17"), Identity("local", "17")
START = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - as the warehouse keeps it


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def warehouse() -> Warehouse:
    made = Warehouse(None)
    with made.writing() as cursor:
        identities.keep(cursor, ROWAN, name="Rowan Ashby", by="test")
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(warehouse: Warehouse, clock: Clock) -> Sessions:
    return Sessions(warehouse, clock=clock)


def give(warehouse: Warehouse, who: Identity, place: str, role: GrantRole, *, until: date | None = None) -> int:
    given = grants.give(
        warehouse, who, Scope.parse(place), role, from_day=date(2026, 9, 1), until_day=until, reason="begins here",
        actor=OPERATING,
    )  # fmt: skip
    return given.grant_id


def test_a_session_is_found_by_its_secret_and_by_nothing_else(sessions: Sessions) -> None:
    secret = sessions.start(ROWAN)
    found = sessions.find(secret)
    assert found is not None
    assert (found.identity, found.name) == (ROWAN, "Rowan Ashby")
    for other in (None, "", found.id, secret[:-1], secret + "A", secret.swapcase()):
        assert sessions.find(other) is None


def test_the_secret_is_kept_nowhere(warehouse: Warehouse, sessions: Sessions) -> None:
    secret = sessions.start(ROWAN)
    with warehouse.reading() as cursor:
        kept = str(cursor.rows("SELECT * FROM sessions")) + str(cursor.rows("SELECT * FROM audit"))
    assert secret not in kept


def test_the_only_grant_is_in_use_at_once_and_of_several_one_is_chosen(
    warehouse: Warehouse, sessions: Sessions
) -> None:
    first = give(warehouse, ROWAN, "la:990", GrantRole.LEAD)
    secret = sessions.start(ROWAN)
    assert [one.grant_id for one in sessions.find(secret).grants] == [first]
    assert sessions.find(secret).actor.role == "authority safeguarding officer"
    second = give(warehouse, ROWAN, "school:900001", GrantRole.SIGNATORY)
    other = sessions.start(ROWAN)
    assert sessions.find(other).grant is None
    assert str(sessions.act_as(other, second).grant.organisation) == "school:900001"
    assert sessions.find(secret).grant.grant_id == first


def test_a_grant_of_somebody_else_cannot_be_used(warehouse: Warehouse, sessions: Sessions) -> None:
    theirs = give(warehouse, IMOGEN, "la:990", GrantRole.LEAD)
    secret = sessions.start(ROWAN)
    with pytest.raises(RefusedError):
        sessions.act_as(secret, theirs)
    assert sessions.find(secret).grant is None


def test_a_grant_that_is_ended_is_gone_from_open_sessions_at_once(warehouse: Warehouse, sessions: Sessions) -> None:
    given = give(warehouse, ROWAN, "la:990", GrantRole.LEAD)
    secret = sessions.start(ROWAN)
    grants.end(warehouse, given, reason="left the authority", actor=OPERATING)
    assert sessions.find(secret).grant is None
    assert sessions.find(secret).grants == ()


def test_a_grant_holds_from_its_first_day_to_its_last(warehouse: Warehouse, sessions: Sessions, clock: Clock) -> None:
    give(warehouse, ROWAN, "la:990", GrantRole.LEAD, until=date(2026, 11, 23))
    secret = sessions.start(ROWAN)
    assert sessions.find(secret).grant is not None
    clock.now = datetime(2026, 11, 24, 0, 0)  # noqa: DTZ001
    assert (
        Sessions(warehouse, clock=clock, idle=timedelta(days=1), absolute=timedelta(days=2)).find(secret).grant is None
    )


def test_an_unused_session_ends_and_a_used_one_ends_at_the_latest_after_ten_hours(
    sessions: Sessions, clock: Clock
) -> None:
    idle, busy = sessions.start(ROWAN), sessions.start(ROWAN)
    for _ in range(29):
        clock.pass_(minutes=20)
        assert sessions.find(busy) is not None
        assert sessions.find(idle, used=False) is None or clock.now - START <= timedelta(minutes=30)
    clock.pass_(minutes=21)
    assert sessions.find(busy) is None


def test_being_looked_at_does_not_keep_a_session(sessions: Sessions, clock: Clock) -> None:
    secret = sessions.start(ROWAN)
    clock.pass_(minutes=29)
    assert sessions.find(secret, used=False) is not None
    clock.pass_(minutes=2)
    assert sessions.find(secret) is None


def test_a_new_secret_replaces_the_old_one(sessions: Sessions) -> None:
    old = sessions.start(ROWAN)
    new = sessions.rotate(old)
    assert sessions.find(old) is None
    assert sessions.find(new) is not None


def test_what_ends_is_told_once_and_found_no_more(sessions: Sessions) -> None:
    told: list[str] = []
    sessions.on_end(told.append)
    one, other = sessions.start(ROWAN), sessions.start(ROWAN)
    number = sessions.find(one).id
    sessions.end(number, why="lost laptop")
    sessions.end(number, why="lost laptop")
    assert told == [number]
    assert sessions.find(one) is None
    assert sessions.find(other) is not None
    assert sessions.end_all(ROWAN, why="left") == 1
    assert sessions.find(other) is None


def test_sweeping_ends_only_what_is_over(sessions: Sessions, clock: Clock) -> None:
    told: list[str] = []
    sessions.on_end(told.append)
    old = sessions.find(sessions.start(ROWAN))
    clock.pass_(minutes=31)
    young = sessions.start(ROWAN)
    sessions.sweep()
    assert told == [old.id]
    assert sessions.find(young) is not None


def test_sessions_live_through_a_restart_and_end_in_other_processes_too(
    warehouse: Warehouse, sessions: Sessions, clock: Clock
) -> None:
    given = give(warehouse, ROWAN, "la:990", GrantRole.LEAD)
    secret = sessions.start(ROWAN)
    other_process = Sessions(warehouse, clock=clock)
    assert other_process.find(secret).grant.grant_id == given
    other_process.end_all(ROWAN, why="left")
    assert sessions.find(secret) is None


def test_a_restart_does_not_make_an_unused_session_younger(
    warehouse: Warehouse, sessions: Sessions, clock: Clock
) -> None:
    secret = sessions.start(ROWAN)
    clock.pass_(minutes=31)
    assert Sessions(warehouse, clock=clock).find(secret) is None


def test_the_record_says_who_came_and_what_they_chose_and_that_they_went(
    warehouse: Warehouse, sessions: Sessions
) -> None:
    given = give(warehouse, ROWAN, "la:990", GrantRole.LEAD)
    secret = sessions.start(ROWAN, told_by="https://provider.example")
    sessions.act_as(secret, given)
    sessions.end(sessions.find(secret).id, why="signed out")
    with warehouse.reading() as cursor:
        rows = cursor.rows("SELECT actor, action FROM audit ORDER BY sequence")
        assert audit.first_broken(cursor) is None
    who = f"Rowan Ashby ({ROWAN.key})"
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("command line", "grant given"), (who, "signed in"), (who, "organisation chosen"), (who, "session ended"),
    ]  # fmt: skip


def test_a_provider_vouches_for_what_it_told_last(warehouse: Warehouse) -> None:
    school, other = Scope.parse("school:900001"), Scope.parse("school:900002")
    today, actor = date(2026, 11, 23), Actor("provider", "provider", OPERATOR)

    def tell(*told: tuple[Scope, GrantRole], about: set[Scope] | None = None) -> set[tuple[Scope, GrantRole]]:
        grants.told_by_provider(warehouse, ROWAN, told, about=about, today=today, actor=actor)
        with warehouse.reading() as cursor:
            return {(one.organisation, one.role) for one in grants.of(cursor, ROWAN, on=today)}

    own = give(warehouse, ROWAN, "la:990", GrantRole.READER)
    mine = (Scope.parse("la:990"), GrantRole.READER)
    assert tell((school, GrantRole.LEAD)) == {mine, (school, GrantRole.LEAD)}
    assert tell((school, GrantRole.SENDER)) == {mine, (school, GrantRole.SENDER)}
    assert tell((other, GrantRole.LEAD), about={other}) == {mine, (school, GrantRole.SENDER), (other, GrantRole.LEAD)}
    assert tell() == {mine}
    assert own == 1


def test_grants_are_of_roles_that_exist_for_a_reason_and_in_order_of_days(warehouse: Warehouse) -> None:
    with pytest.raises(RefusedError):
        give(warehouse, ROWAN, "la:990", GrantRole.SIGNATORY)
    with pytest.raises(Exception, match="on or after"):
        give(warehouse, ROWAN, "la:990", GrantRole.LEAD, until=date(2026, 8, 31))
    with pytest.raises(Exception, match="Say why"):
        grants.give(warehouse, ROWAN, Scope.parse("la:990"), GrantRole.LEAD, from_day=date(2026, 9, 1),
                    until_day=None, reason="  ", actor=OPERATING)  # fmt: skip


def test_names_are_kept_once_and_the_newest_says(warehouse: Warehouse) -> None:
    with warehouse.writing() as cursor:
        identities.keep(cursor, ROWAN, name="Rowan Ashby", by="test")
        identities.keep(cursor, ROWAN, name="  Rowan   Ashby-Lee ", by="test")
    with warehouse.reading() as cursor:
        assert identities.known(cursor) == {ROWAN: "Rowan Ashby-Lee"}
        assert len(cursor.rows("SELECT * FROM people")) == 2
    assert ROWAN.key != IMOGEN.key
