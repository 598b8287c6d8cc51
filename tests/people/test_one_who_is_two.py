"""One administrator who makes a second person for themselves: by an invitation, a reset link, a role by reference."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines import erasing
from pipelines.people import administering, approvals, grants, joining
from pipelines.people.accounts import Account
from pipelines.people.deciding import Decider
from pipelines.people.identities import Identity
from pipelines.people.joining import New
from pipelines.people.proposals import Proposal
from pipelines.scope import Scope
from schemas.errors import ForbiddenError
from schemas.roles import GrantRole
from tests import factories
from tests.people.local import OTHER_PASSWORD
from tests.people.test_links_that_outlive import Town, seconded
from tests.people.world import ADMINISTRATOR, BY_OPERATOR, OFFICER, OPERATING

SCHOOL = "school:900001"
PLACES = (SCHOOL, "trust:99001", "la:990")


@pytest.fixture
def town() -> Town:
    found = Town()
    factories.submit(found.world.warehouse, factories.checked([factories.incident(school_urn="900001")]))
    return found


def rows(town: Town) -> int:
    with town.world.warehouse.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM incidents")[0]["n"])


def acting(town: Town, who: Identity) -> Decider:
    """Somebody under the role that they hold."""
    with town.world.warehouse.reading() as cursor:
        return town.world.under(next(one for one in grants.every(cursor) if one.identity == who))


def erasure(town: Town, author: Decider) -> Proposal:
    plan = erasing.plan(town.world.warehouse, erasing.of_school("900001"), actor=author.actor)
    return approvals.propose_erasure(town.world.warehouse, plan, reason="leaves", decider=author)


def approve(town: Town, one: Proposal, by: Decider) -> None:
    approvals.approve(town.world.warehouse, one.number, one.fingerprint, decider=by)


def _invited(town: Town, avery: Decider) -> Identity:
    return town.join(town.invite(avery)).identity


def _reset(town: Town, avery: Decider) -> Identity:
    lead = town.lead()  # brought in by whoever runs the machine
    town.take_over(town.reset(lead, avery))
    return lead.identity


def _given(town: Town, avery: Decider) -> Identity:
    other = town.world.person("A second account")
    administering.give(town.world.warehouse, town.world.wanted(other, SCHOOL), decider=avery)
    return other


def _given_long_ago(town: Town, avery: Decider) -> Identity:
    other = town.world.person("A second account")
    wanted = town.world.wanted(other, SCHOOL, GrantRole.READER)
    given = administering.give(town.world.warehouse, wanted, decider=avery)
    administering.end(town.world.warehouse, town.world.sessions, given.grant_id, reason="over", decider=avery)
    town.world.grant(other, SCHOOL, GrantRole.LEAD)
    return other


MAKES: dict[str, Callable[[Town, Decider], Identity]] = {
    "an invitation": _invited, "a link to their account": _reset, "a role": _given,
    "a role that is over": _given_long_ago,
}  # fmt: skip


@pytest.mark.parametrize("how", MAKES)
@pytest.mark.parametrize("place", PLACES)
def test_one_administrator_erases_nothing_alone(town: Town, how: str, place: str) -> None:
    avery = town.world.decider("Avery", place)
    lead = acting(town, MAKES[how](town, avery))
    one = erasure(town, lead)
    said = approvals.why_not(town.world.warehouse, one, decider=avery)
    with pytest.raises(ForbiddenError, match="could be one person") as told:
        approve(town, one, avery)
    assert str(told.value) == said
    assert rows(town) == 1


@pytest.mark.parametrize(
    ("place", "role"), [(SCHOOL, ADMINISTRATOR), (SCHOOL, OFFICER), ("trust:99001", OFFICER), ("la:990", OFFICER)]
)
def test_somebody_else_approves_what_the_one_who_invited_may_not(town: Town, place: str, role: GrantRole) -> None:
    avery = town.world.decider("Avery", SCHOOL)
    one = erasure(town, acting(town, _invited(town, avery)))
    other = town.world.decider("Bo", place, role)
    assert approvals.why_not(town.world.warehouse, one, decider=other) == ""
    approve(town, one, other)
    assert rows(town) == 0


def test_at_a_small_school_the_authoritys_officer_or_the_operator_remains_and_is_told(town: Town) -> None:
    avery = town.world.decider("Avery", SCHOOL)
    one = erasure(town, acting(town, _invited(town, avery)))
    alone = approvals.who_could(town.world.warehouse, one)
    assert (alone.here, alone.around) == (0, ())
    town.world.decider("Bo", "la:990", OFFICER)
    helped = approvals.who_could(town.world.warehouse, one)
    assert (helped.here, helped.around) == (0, (Scope.parse("la:990"),))
    assert approvals.why_not(town.world.warehouse, one, decider=BY_OPERATOR) == ""
    approve(town, one, BY_OPERATOR)
    assert rows(town) == 0


def test_nor_does_one_propose_what_the_one_whom_they_invited_approves(town: Town) -> None:
    world = town.world
    avery, bo, cy = (world.decider(name, "la:990") for name in ("Avery", "Bo", "Cy"))
    officer = acting(town, taken(town, seconded(town, avery, bo)))
    for author in (avery, bo):  # both had the link in their hands, or chose where it went
        one = erasure(town, author)
        with pytest.raises(ForbiddenError, match="could be one person"):
            approve(town, one, officer)
        approvals.end(world.warehouse, one.number, decider=author)
    approve(town, erasure(town, cy), officer)
    assert rows(town) == 0


def taken(town: Town, code: str) -> Identity:
    """Somebody accepts an invitation with an account at the provider."""
    who = town.world.person("Fay")
    joining.take_grant_by_provider(town.world.warehouse, code, who, name="Fay")
    return who


def test_it_holds_for_whatever_takes_two(town: Town) -> None:
    world = town.world
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    fay = acting(town, taken(town, seconded(town, avery, bo)))
    wanted = world.wanted(world.person("New"), "la:990", ADMINISTRATOR)
    one = approvals.propose_grant(world.warehouse, wanted, decider=fay)
    for second in (avery, bo):
        with pytest.raises(ForbiddenError, match="could be one person"):
            approve(town, one, second)
    found = approvals.who_could(world.warehouse, one)
    assert (found.here, found.around) == (0, ())
    approve(town, one, world.decider("Cy", "la:990"))
    assert ("la:990", "administrator") in world.held(world.person("New"))


def test_it_is_asked_by_key_whatever_somebody_is_called_by_now(town: Town) -> None:
    avery = town.world.decider("Avery", SCHOOL)
    one = erasure(town, acting(town, _invited(town, avery)))
    town.rename(avery)
    with pytest.raises(ForbiddenError, match="could be one person"):
        approve(town, one, avery)


def test_two_whom_the_operator_brought_in_are_two(town: Town) -> None:
    lead = acting(town, town.lead().identity)
    deputy = town.office.link("admin@school.example", SCHOOL, ADMINISTRATOR)
    account: Account = joining.join(
        town.office.desk, deputy, New("Di", town.office.desk.passwords.made(OTHER_PASSWORD))
    ).account
    approve(town, erasure(town, lead), acting(town, account.identity))
    assert rows(town) == 0
    assert OPERATING.name == "command line"
