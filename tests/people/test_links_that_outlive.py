"""A link opens no more than whoever made it may still open: not after a promotion, not after their own end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from pipelines import audit
from pipelines.people import administering, approvals, joining
from pipelines.people.accounts import Account
from pipelines.people.deciding import Decider
from pipelines.people.inviting import Offer
from pipelines.people.joining import New
from pipelines.scope import Scope
from schemas.errors import RefusedError
from schemas.roles import GrantRole
from tests.people.local import HERE, OTHER_PASSWORD, Clock, Office
from tests.people.world import ADMINISTRATOR, OFFICER, World, today

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
