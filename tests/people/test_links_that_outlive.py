"""A link opens no more than whoever made it may still open: not after a promotion, not after their own end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from pipelines import audit, register
from pipelines.intake.tables import NamedFile
from pipelines.people import (
    accounts,
    administering,
    approvals,
    ending,
    grants,
    identities,
    invitations,
    inviting,
    joining,
    listing,
)  # fmt: skip
from pipelines.people.accounts import Account
from pipelines.people.deciding import Decider
from pipelines.people.identities import LOCAL, account_name
from pipelines.people.inviting import Offer
from pipelines.people.joining import New
from pipelines.scope import Scope
from schemas.errors import RefusedError
from schemas.roles import GrantRole
from tests import factories
from tests.people.local import HERE, OTHER_PASSWORD, Clock, Office
from tests.people.world import ADMINISTRATOR, BY_OPERATOR, OFFICER, OPERATING, World, today

EMAIL = "dsl@school.example"


@dataclass
class Town:
    """A world, and the desk at which its people use their links."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.office = Office(self.world.warehouse, Clock(audit.now()))

    def lead(self, place: str = "school:900001") -> Account:
        return self.office.member(EMAIL, place)

    def reset(self, account: Account, by: Decider, *, factor_too: bool = True) -> str:
        return administering.reset(
            self.world.warehouse, account, factor_too=factor_too, reason="lost", decider=by
        )[1]  # fmt: skip

    def invite(self, by: Decider, place: str = "school:900001") -> str:
        offer = Offer("new@school.example", Scope.parse(place), GrantRole.LEAD, today(), None, "new")
        return administering.invite(self.world.warehouse, offer, decider=by)[1]

    def take_over(self, code: str) -> None:
        """Whoever has the link sets a password of theirs."""
        joining.set_anew(self.office.desk, code, New("", self.office.desk.passwords.made(OTHER_PASSWORD)), HERE)

    def join(self, code: str) -> Account:
        return joining.join(self.office.desk, code, New("Di", self.office.desk.passwords.made(OTHER_PASSWORD))).account

    def rename(self, who: Decider) -> None:
        """Somebody takes another name."""
        assert who.identity
        with self.world.warehouse.writing() as cursor:
            identities.keep(cursor, who.identity, name=f"{who.identity.subject} Married", by="a test")

    def opens(self, code: str) -> bool:
        return joining.found(self.office.desk, code) is not None


@pytest.fixture
def town() -> Town:
    return Town()


# -- a promotion ------------------------------------------------------------------------------------------------------


def test_a_link_to_an_account_ends_when_its_owner_becomes_an_administrator(town: Town) -> None:
    world = town.world
    avery, bo, lead = world.decider("Avery", "school:900001"), world.decider("Bo", "school:900001"), town.lead()
    code = town.reset(lead, avery)
    assert town.opens(code)
    wanted = world.wanted(lead.identity, "school:900001", ADMINISTRATOR)
    one = approvals.propose_grant(world.warehouse, wanted, decider=avery)
    approvals.approve(world.warehouse, one.number, one.fingerprint, decider=bo)
    assert not town.opens(code)
    with pytest.raises(RefusedError, match="was used"):
        town.take_over(code)


GIVES: dict[str, Callable[[Town, Account], object]] = {
    "the same organisation": lambda town, lead: administering.give(
        town.world.warehouse, town.world.wanted(lead.identity, "school:900001", GrantRole.READER),
        decider=town.world.decider("Cy", "school:900001"),
    ),
    "another organisation": lambda town, lead: administering.give(
        town.world.warehouse, town.world.wanted(lead.identity, "school:900003", GrantRole.LEAD),
        decider=town.world.decider("Marian", "la:991"),
    ),
    "from a later day": lambda town, lead: administering.give(
        town.world.warehouse,
        town.world.wanted(lead.identity, "school:900003", GrantRole.LEAD, from_day=today() + timedelta(days=9)),
        decider=town.world.decider("Marian", "la:991"),
    ),
    "the operator": lambda town, lead: town.world.grant(lead.identity, "la:991", OFFICER),
    "a link": lambda town, lead: joining.take_grant(
        town.office.desk, town.office.link(EMAIL, "school:900003"), lead
    ),
}  # fmt: skip


@pytest.mark.parametrize("by", GIVES)
def test_a_link_to_an_account_ends_with_any_role_that_its_owner_is_given_meanwhile(town: Town, by: str) -> None:
    lead = town.lead()
    code = town.reset(lead, town.world.decider("Avery", "la:990"))
    GIVES[by](town, lead)
    assert not town.opens(code)
    with pytest.raises(RefusedError):
        town.take_over(code)
    assert "link withdrawn" in [action for action, _ in town.world.events()]


def test_a_link_made_after_the_role_was_given_opens(town: Town) -> None:
    lead = town.lead()
    town.world.grant(lead.identity, "school:900001", GrantRole.READER)
    code = town.reset(lead, town.world.decider("Avery", "school:900001"))
    town.take_over(code)
    assert not town.opens(code)


def test_an_account_taken_over_before_the_approval_is_another_than_was_proposed(town: Town) -> None:
    world = town.world
    avery, bo, lead = world.decider("Avery", "school:900001"), world.decider("Bo", "school:900001"), town.lead()
    code = town.reset(lead, avery)
    wanted = world.wanted(lead.identity, "school:900001", ADMINISTRATOR)
    one = approvals.propose_grant(world.warehouse, wanted, decider=avery)
    town.take_over(code)
    with pytest.raises(RefusedError, match="has changed since"):
        approvals.approve(world.warehouse, one.number, one.fingerprint, decider=bo)


# -- whoever made it --------------------------------------------------------------------------------------------------


def _end(town: Town, avery: Decider) -> None:
    world = town.world
    administering.end(world.warehouse, world.sessions, avery.grant_id, reason="left", decider=BY_OPERATOR)


def _marry_and_end(town: Town, avery: Decider) -> None:
    town.rename(avery)
    _end(town, avery)


def _end_account(town: Town, avery: Decider) -> None:
    with town.world.warehouse.writing() as cursor:
        account = Account(avery.identity.subject, "avery@council.example", "", None)  # type: ignore[union-attr]
        accounts.make_within(cursor, account, actor=OPERATING)
    ending.end(town.world.warehouse, town.world.sessions, account, reason="left", actor=OPERATING)


def _another_school(town: Town) -> None:
    moved = factories.register_csv([{"URN": "900001", "LA (code)": "991", "LA (name)": "Other"}, {"URN": "900002"}])
    register.load_register(town.world.warehouse, [NamedFile("new.csv", moved)], actor=factories.OFFICER)


ENDS: dict[str, Callable[[Town, Decider], object]] = {
    "by another": _end,
    "by another, after they took another name": _marry_and_end,
    "with their account": _end_account,
    "under the hand of something else": lambda town, avery: grants.end(
        town.world.warehouse, avery.grant_id, reason="left", actor=OPERATING
    ),
    "with its last day": lambda town, _: town.office.clock.pass_(days=1),
    "as the school went to another authority": lambda town, _: _another_school(town),
}


@pytest.mark.parametrize("how", ENDS)
def test_the_links_of_an_administrator_end_with_their_role_however_it_ends(town: Town, how: str) -> None:
    world = town.world
    avery = world.under(world.grant(world.person("Avery", LOCAL), "la:990", ADMINISTRATOR, last=today()))
    lead = town.lead()
    codes = [town.reset(lead, avery), town.invite(avery)]
    assert [town.opens(code) for code in codes] == [True, True]
    ENDS[how](town, avery)
    assert [town.opens(code) for code in codes] == [False, False]
    with pytest.raises(RefusedError):
        town.take_over(codes[0])
    with pytest.raises(RefusedError):
        town.join(codes[1])
    with world.warehouse.reading() as cursor:
        assert invitations.open_ones(cursor, at=town.office.clock()) == ()


def test_the_links_of_whoever_still_is_an_administrator_there_open_whatever_else_ended(town: Town) -> None:
    world = town.world
    avery = world.decider("Avery", "la:990")
    world.grant(avery.identity, "school:900001", ADMINISTRATOR)  # type: ignore[arg-type]
    code = town.invite(avery)
    grants.end(world.warehouse, avery.grant_id, reason="left the authority", actor=OPERATING)
    town.join(code)


def test_the_operators_links_open(town: Town) -> None:
    lead = town.lead()
    made, code = inviting.reset(town.world.warehouse, lead, factor_too=True, reason="lost", actor=OPERATING)
    assert made.seconded_by == ""
    town.take_over(code)


def seconded(town: Town, author: Decider, second: Decider, place: str = "la:990") -> str:
    """The code of an administrator's invitation that one proposed and another approved."""
    offer = Offer("deputy@council.example", Scope.parse(place), ADMINISTRATOR, today(), None, "deputy")
    one = approvals.propose_invitation(town.world.warehouse, offer, decider=author)
    return approvals.approve(town.world.warehouse, one.number, one.fingerprint, decider=second).code


def test_a_link_that_two_made_ends_with_the_role_of_either(town: Town) -> None:
    world = town.world
    avery, bo, cy = (world.decider(name, "la:990") for name in ("Avery", "Bo", "Cy"))
    first, second = seconded(town, avery, bo), seconded(town, cy, avery)
    assert town.opens(first)
    assert town.opens(second)
    _end(town, bo)
    assert (town.opens(first), town.opens(second)) == (False, True)
    _end(town, cy)
    assert not town.opens(second)


# -- whoever uses it --------------------------------------------------------------------------------------------------


def test_nobody_gives_a_role_to_themselves_by_a_link_and_the_provider(town: Town) -> None:
    world = town.world
    avery = world.decider("Avery", "school:900001")
    code = town.invite(avery)
    assert avery.identity
    with pytest.raises(RefusedError, match="made or agreed to"):
        joining.take_grant_by_provider(world.warehouse, code, avery.identity, name="Avery")
    with pytest.raises(RefusedError, match="made or agreed to"):  # by key, whatever they are called by now
        joining.take_grant_by_provider(world.warehouse, code, avery.identity, name="Avery Married")
    assert world.held(avery.identity) == [("school:900001", "administrator")]
    assert town.opens(code)
    joining.take_grant_by_provider(world.warehouse, code, world.person("Di"), name="Di")
    assert world.held(world.person("Di")) == [("school:900001", "lead")]


def test_nor_by_a_link_that_two_made(town: Town) -> None:
    world = town.world
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990", OFFICER)
    code = seconded(town, avery, bo)
    for own in (avery.identity, bo.identity):
        assert own
        with pytest.raises(RefusedError, match="made or agreed to"):
            joining.take_grant_by_provider(world.warehouse, code, own, name=own.subject)
    assert world.held(bo.identity) == [("la:990", "protection_officer")]  # type: ignore[arg-type]


# -- seen and withdrawn by others -------------------------------------------------------------------------------------


def test_a_link_to_an_account_is_seen_and_withdrawn_by_every_administrator_of_its_owner(town: Town) -> None:
    world, lead = town.world, town.lead()
    avery, bo, above = (world.decider(*who) for who in (("Avery", "school:900001"), ("Bo", "school:900001"),
                                                        ("Cy", "la:990")))  # fmt: skip
    code = town.reset(lead, avery)
    (link,) = listing.pending(world.warehouse, bo)
    assert [link] == [*listing.pending(world.warehouse, avery)] == [*listing.pending(world.warehouse, above)]
    administering.withdraw(world.warehouse, link.number, decider=bo)
    assert not town.opens(code)


def test_nor_by_anybody_else_while_it_opens_something_of_theirs(town: Town) -> None:
    world, lead = town.world, town.lead()
    world.grant(lead.identity, "school:900002", GrantRole.LEAD)
    elsewhere, part = world.decider("Marian", "la:991"), world.decider("Bo", "school:900001")
    avery = world.decider("Avery", "la:990")
    town.reset(lead, avery)
    for other in (elsewhere, part):  # at the school they are one of one's people, and at another school one of others'
        assert listing.pending(world.warehouse, other) == ()
        (link,) = listing.pending(world.warehouse, avery)
        with pytest.raises(RefusedError, match="only to your organisation"):
            administering.withdraw(world.warehouse, link.number, decider=other)
    assert town.opens(town.reset(lead, avery))


def test_whoever_made_a_link_withdraws_it_under_another_name(town: Town) -> None:
    avery = town.world.decider("Avery", "la:990")
    code = town.reset(town.lead(), avery)
    town.rename(avery)
    assert avery.identity
    avery = replace(avery, actor=replace(avery.actor, name=account_name(avery.identity, "Avery Married")))
    (link,) = listing.pending(town.world.warehouse, avery)
    administering.withdraw(town.world.warehouse, link.number, decider=avery)
    assert not town.opens(code)


def test_the_operator_withdraws_any_link(town: Town) -> None:
    code = town.reset(town.lead(), town.world.decider("Avery", "la:990"))
    with town.world.warehouse.reading() as cursor:
        (link,) = invitations.open_ones(cursor, at=town.office.clock())
    invitations.withdraw(town.world.warehouse, link.number, actor=OPERATING)
    assert not town.opens(code)
