"""Two people for the dangerous things, and what one person tries in order to be two."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines import audit, erasing
from pipelines.people import accounts, administering, approvals, grants, identities, proposals
from pipelines.people.accounts import Account
from pipelines.people.dangerous import Done
from pipelines.people.deciding import Decider, seconds
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.inviting import Offer
from pipelines.people.proposals import Kind, Proposal, State
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.errors import ForbiddenError, PlumblineError, QuestionError, RefusedError, StaleError
from schemas.roles import GrantRole
from tests import factories
from tests.people.world import ADMINISTRATOR, BY_OPERATOR, OFFICER, World, today


@pytest.fixture
def world() -> World:
    return World()


def proposed(world: World, author: Decider, who: Identity | None = None, place: str = "la:990") -> Proposal:
    """Somebody proposed as an administrator."""
    wanted = world.wanted(who or world.person("New"), place, ADMINISTRATOR)
    return approvals.propose_grant(world.warehouse, wanted, decider=author)


def approve(world: World, one: Proposal, by: Decider, *, read: str | None = None, **more: object) -> Done:
    return approvals.approve(
        world.warehouse, one.number, read or one.fingerprint, decider=by, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_one_proposes_another_approves_and_it_is_done_and_on_record(world: World) -> None:
    avery, bo, new = world.decider("Avery", "la:990"), world.decider("Bo", "la:990"), world.person("New")
    one = proposed(world, avery, new)
    assert world.held(new) == []
    approve(world, one, bo)
    assert world.held(new) == [("la:990", "administrator")]
    assert world.events()[-3:] == [
        ("proposal made", avery.actor.name), ("proposal approved", bo.actor.name), ("grant given", avery.actor.name),
    ]  # fmt: skip
    assert approvals.waiting(world.warehouse, avery) == ()


SECOND = [
    ("la:990", ADMINISTRATOR, True), ("la:990", OFFICER, True), ("trust:99001", ADMINISTRATOR, True),
    ("trust:99001", OFFICER, True), ("school:900001", ADMINISTRATOR, True), ("school:900001", OFFICER, True),
    ("la:990", GrantRole.LEAD, False), ("school:900001", GrantRole.LEAD, False),
    ("school:900001", GrantRole.SIGNATORY, False), ("school:900002", ADMINISTRATOR, False),
    ("la:991", ADMINISTRATOR, False), ("trust:99002", OFFICER, False),
]  # fmt: skip


@pytest.mark.parametrize(("place", "role", "may"), SECOND)
def test_the_second_person_is_of_the_organisation_or_of_those_around_it(
    world: World, place: str, role: GrantRole, may: bool
) -> None:
    one = proposed(world, world.decider("Avery", "school:900001"), place="school:900001")
    second = world.decider("Bo", place, role)
    if may:
        approve(world, one, second)
        return
    with pytest.raises(ForbiddenError):
        approve(world, one, second)
    assert world.held(Identity("https://provider.example", "New")) == []


def test_a_school_decides_nothing_of_the_authority_around_it(world: World) -> None:
    one = proposed(world, world.decider("Avery", "la:990"))
    with pytest.raises(ForbiddenError):
        approve(world, one, world.decider("Bo", "school:900001"))
    with pytest.raises(ForbiddenError):
        approvals.end(world.warehouse, one.number, decider=world.decider("Cy", "school:900001"))


def test_the_author_does_not_approve_under_another_grant_of_theirs(world: World) -> None:
    avery = world.decider("Avery", "school:900001")
    one = proposed(world, avery, place="school:900001")
    for place, role in (("la:990", OFFICER), ("school:900001", OFFICER), ("trust:99001", ADMINISTRATOR)):
        other = world.under(world.grant(avery.identity, place, role))  # type: ignore[arg-type]
        with pytest.raises(ForbiddenError, match="You proposed this"):
            approve(world, one, other)


def test_nor_under_another_account_of_the_same_name(world: World) -> None:
    one = proposed(world, world.decider("Avery", "la:990"))
    twin = world.person("Avery", issuer=LOCAL)
    with world.warehouse.writing() as cursor:
        identities.keep(cursor, twin, name="AVERY", by="a test")
    with pytest.raises(ForbiddenError, match="your name"):
        approve(world, one, world.under(world.grant(twin, "la:990", ADMINISTRATOR)))


def test_nobody_approves_or_proposes_their_own_rise(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990", OFFICER)
    one = proposed(world, avery, bo.identity)
    with pytest.raises(ForbiddenError, match="your own account"):
        approve(world, one, bo)
    with pytest.raises(RefusedError, match="to themselves"):
        proposed(world, avery, avery.identity, place="school:900001")


def test_a_plan_that_is_not_the_one_read_is_refused(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    one, other = proposed(world, avery), proposed(world, avery, world.person("Other"))
    with pytest.raises(StaleError, match="not what you read"):
        approve(world, one, bo, read=other.fingerprint)
    with pytest.raises(StaleError):
        approve(world, one, bo, read="0" * 16)


CHANGES: dict[str, Callable[[World, Decider, Identity], object]] = {
    "another grant": lambda world, _, who: world.grant(who, "la:991", GrantRole.READER),
    "another name": lambda world, _, who: _rename(world, who),
    "the author's grant has ended": lambda world, avery, _: grants.end(
        world.warehouse, avery.grant_id, reason="left", actor=BY_OPERATOR.actor
    ),
}


def _rename(world: World, who: Identity) -> None:
    with world.warehouse.writing() as cursor:
        identities.keep(cursor, who, name="Somebody else", by="a test")


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_since_it_was_proposed_is_refused(world: World, change: str) -> None:
    avery, bo, new = world.decider("Avery", "la:990"), world.decider("Bo", "la:990"), world.person("New")
    one = proposed(world, avery, new)
    CHANGES[change](world, avery, new)
    with pytest.raises(StaleError):
        approve(world, one, bo)
    assert ("la:990", "administrator") not in world.held(new)
    assert [found.state for found in approvals.waiting(world.warehouse, bo)] == [State.WAITS]


def test_a_second_person_whose_own_grant_has_ended_is_none(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    one = proposed(world, avery)
    administering.end(world.warehouse, world.sessions, bo.grant_id, reason="left", decider=avery)
    with pytest.raises(ForbiddenError):
        approve(world, one, bo)


def test_after_fourteen_days_it_is_over(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    one, later = proposed(world, avery), audit.now() + timedelta(days=14)
    assert approvals.waiting(world.warehouse, bo, when=later) == ()
    with pytest.raises(RefusedError, match="run out"):
        approve(world, one, bo, when=later)


@pytest.mark.parametrize("first", ["approve", "withdraw", "turn down"])
def test_what_was_decided_is_not_decided_again(world: World, first: str) -> None:
    avery, bo, new = world.decider("Avery", "la:990"), world.decider("Bo", "la:990"), world.person("New")
    one = proposed(world, avery, new)
    if first == "approve":
        approve(world, one, bo)
    else:
        who = avery if first == "withdraw" else bo
        ended = approvals.end(world.warehouse, one.number, decider=who)
        assert ended.state is (State.WITHDRAWN if first == "withdraw" else State.TURNED_DOWN)
    for again in (
        lambda: approve(world, one, bo),
        lambda: approvals.end(world.warehouse, one.number, decider=avery),
    ):
        with pytest.raises(RefusedError, match="Nothing was done"):
            again()
    assert len(world.held(new)) == (1 if first == "approve" else 0)


def test_of_two_who_approve_at_once_one_does(world: World) -> None:
    avery, new = world.decider("Avery", "la:990"), world.person("New")
    one = proposed(world, avery, new)
    both = [world.decider(name, "la:990") for name in ("Bo", "Cy", "Di", "Ed")]
    done, refused = [], []

    def try_it(by: Decider) -> None:
        try:
            done.append(approve(world, one, by))
        except PlumblineError as fault:
            refused.append(fault)

    threads = [threading.Thread(target=try_it, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 3)
    assert world.held(new) == [("la:990", "administrator")]


def test_the_same_is_proposed_once(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    proposed(world, avery)
    with pytest.raises(RefusedError, match="proposed already"):
        proposed(world, avery)


def test_what_one_person_does_is_not_proposed(world: World) -> None:
    wanted, avery = world.wanted(world.person("New"), "la:990", GrantRole.READER), world.decider("Avery", "la:990")
    with pytest.raises(QuestionError, match="one person only"):
        approvals.propose_grant(world.warehouse, wanted, decider=avery)


@pytest.mark.parametrize("role", [GrantRole.LEAD, OFFICER])
def test_only_an_administrator_proposes_an_administrator(world: World, role: GrantRole) -> None:
    with pytest.raises(ForbiddenError):
        proposed(world, world.decider("Avery", "la:990", role))


def test_the_operator_is_the_second_person_where_nobody_else_is(world: World) -> None:
    avery, new = world.decider("Avery", "la:991"), world.person("New")
    one = proposed(world, avery, new, place="la:991")
    with world.warehouse.reading() as cursor:
        assert seconds(cursor, Scope.parse("la:991"), {avery.identity}, on=today()).here == 0
    assert [found.number for found in approvals.waiting(world.warehouse, BY_OPERATOR)] == [one.number]
    approve(world, one, BY_OPERATOR)
    assert world.held(new) == [("la:991", "administrator")]


def test_who_could_be_the_second_person_is_counted_by_person(world: World) -> None:
    avery = world.decider("Avery", "school:900001")
    bo = world.decider("Bo", "school:900001")
    world.grant(bo.identity, "school:900001", OFFICER)  # type: ignore[arg-type]
    world.decider("Cy", "trust:99001")
    with world.warehouse.reading() as cursor:
        found = seconds(cursor, Scope.parse("school:900001"), {avery.identity}, on=today())
    assert (found.here, [str(one) for one in found.around]) == (1, ["trust:99001"])


def test_an_administrator_is_invited_by_two_and_the_link_is_told_once(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    offer = Offer("new@council.example", Scope.parse("la:990"), ADMINISTRATOR, today(), None, "deputy")
    one = approvals.propose_invitation(world.warehouse, offer, decider=avery)
    assert one.kind is Kind.INVITATION
    done = approve(world, one, bo)
    assert done.invitation is not None
    assert done.invitation.role is ADMINISTRATOR
    assert len(done.code) > 40
    assert done.code not in repr(done)
    with world.warehouse.reading() as cursor:
        whole = str([cursor.rows(f"SELECT * FROM {table}") for table in ("audit", "proposals", "invitations")])
        record = str(cursor.rows("SELECT * FROM audit"))
    assert done.code not in whole
    assert "council.example" not in record


def test_a_link_to_the_account_of_an_administrator_takes_two(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    account = _account(world, "la:990", ADMINISTRATOR)
    with pytest.raises(RefusedError, match="somebody else has to agree"):
        administering.reset(world.warehouse, account, factor_too=True, reason="lost", decider=avery)
    assert administering.takes_two(world.warehouse, account) == Scope.parse("la:990")
    one = approvals.propose_reset(
        world.warehouse, account, Scope.parse("la:990"), factor_too=True, reason="lost", decider=avery
    )
    with world.warehouse.writing() as cursor:  # somebody gets in before: the account is another by now
        accounts.change_within(cursor, account, "password changed", actor=BY_OPERATOR.actor, password="x")
    with pytest.raises(StaleError):
        approve(world, one, bo)


def _account(world: World, place: str, role: GrantRole) -> Account:
    account = Account("a" * 32, "di@council.example", "", None)
    with world.warehouse.writing() as cursor:
        accounts.make_within(cursor, account, actor=BY_OPERATOR.actor)
        identities.keep(cursor, account.identity, name="Di", by="a test")
    world.grant(account.identity, place, role)
    return account


def test_a_password_alone_is_not_enough_at_an_authority(world: World) -> None:
    avery, account = world.decider("Avery", "la:990"), _account(world, "school:900002", GrantRole.LEAD)
    for role in (GrantRole.READER, ADMINISTRATOR):
        step = approvals.propose_grant if role is ADMINISTRATOR else administering.give
        wanted = world.wanted(account.identity, "la:990", role)
        with pytest.raises(RefusedError, match="password alone"):
            step(world.warehouse, wanted, decider=avery)


def _sent(world: World, urn: str = "900001") -> None:
    factories.submit(world.warehouse, factories.checked([factories.incident(school_urn=urn)]))


def _rows(world: World) -> int:
    with world.warehouse.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM incidents")[0]["n"])


@pytest.mark.parametrize(
    ("author", "second"),
    [
        (("school:900001", GrantRole.LEAD), ("school:900001", ADMINISTRATOR)),
        (("school:900001", GrantRole.SIGNATORY), ("la:990", OFFICER)),
        (("la:990", ADMINISTRATOR), ("la:990", OFFICER)),
        (("trust:99001", ADMINISTRATOR), ("school:900001", OFFICER)),
    ],
)
def test_rows_are_erased_when_a_second_person_approves_the_dry_run(
    world: World, author: tuple[str, GrantRole], second: tuple[str, GrantRole]
) -> None:
    _sent(world)
    avery, bo = world.decider("Avery", *author), world.decider("Bo", *second)
    request = erasing.of_return("900001", "202526", Term.AUTUMN)
    plan = erasing.plan(world.warehouse, request, actor=avery.actor)
    one = approvals.propose_erasure(world.warehouse, plan, reason="sent in error", decider=avery)
    with pytest.raises(ForbiddenError):
        approve(world, one, avery)
    assert _rows(world) == 1
    done = approve(world, one, bo)
    assert (_rows(world), done.erased is not None) == (0, True)


def test_other_rows_than_those_of_the_dry_run_are_not_erased(world: World) -> None:
    _sent(world)
    avery, bo = world.decider("Avery", "school:900001"), world.decider("Bo", "school:900001")
    plan = erasing.plan(world.warehouse, erasing.of_school("900001"), actor=avery.actor)
    one = approvals.propose_erasure(world.warehouse, plan, reason="leaves", decider=avery)
    _sent(world)
    with pytest.raises(StaleError):
        approve(world, one, bo)
    assert _rows(world) == 2
    with world.warehouse.reading() as cursor:
        found = proposals.find(cursor, one.number)
    assert found is not None
    assert found.state is State.WAITS  # the approval was not kept either


@pytest.mark.parametrize(
    ("place", "role"),
    [("school:900001", GrantRole.SENDER), ("school:900001", GrantRole.READER), ("la:990", GrantRole.LEAD),
     ("la:991", ADMINISTRATOR), ("school:900002", ADMINISTRATOR)],
)  # fmt: skip
def test_who_may_not_erase_does_not_propose_it(world: World, place: str, role: GrantRole) -> None:
    _sent(world)
    plan = erasing.plan(world.warehouse, erasing.of_school("900001"), actor=BY_OPERATOR.actor)
    with pytest.raises(RefusedError):
        approvals.propose_erasure(world.warehouse, plan, reason="no", decider=world.decider("Avery", place, role))
