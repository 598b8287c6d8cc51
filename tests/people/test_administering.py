"""An administrator decides over their own organisation and its schools of today, by a table; and what nobody may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.permissions import Action, Person, Role, may
from pipelines import register
from pipelines.intake.tables import NamedFile
from pipelines.people import Identity, administering, approvals, grants, joining, listing
from pipelines.people.deciding import Decider
from pipelines.people.inviting import Offer
from pipelines.scope import Actor, Scope
from schemas.errors import ForbiddenError, PlumblineError, QuestionError, RefusedError
from schemas.roles import MEANS, GrantRole
from tests import factories
from tests.people.world import ADMINISTRATOR, BY_OPERATOR, OFFICER, OPERATING, World, today

PLACES = ("la:990", "trust:99001", "school:900001", "school:900002", "school:900003", "la:991", "trust:99002")
TRUTH = {
    #                la:990 trust:99001 …1 (trust) …2  …3 (991) la:991 another trust
    "la:990":        "Y     -           Y          Y   -        -      -",
    "trust:99001":   "-     Y           Y          -   -        -      -",
    "school:900001": "-     -           Y          -   -        -      -",
    "school:900002": "-     -           -          Y   -        -      -",
    "la:991":        "-     -           -          -   Y        Y      -",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    return World()


def decides(world: World, decider: Decider, place: str) -> bool:
    """Whether somebody may give, invite and end there; all three or none."""
    done = []
    somebody = world.person(f"somebody at {place}")
    offer = Offer("somebody@school.example", Scope.parse(place), GrantRole.LEAD, today(), None, "new")
    there = world.grant(world.person("who is there"), place, GrantRole.READER)
    for step in (
        lambda: administering.give(world.warehouse, world.wanted(somebody, place), decider=decider),
        lambda: administering.invite(world.warehouse, offer, decider=decider),
        lambda: administering.end(world.warehouse, world.sessions, there.grant_id, reason="gone", decider=decider),
    ):
        try:
            step()
            done.append(True)
        except ForbiddenError:
            done.append(False)
    assert len(set(done)) == 1, done
    return done[0]


@pytest.mark.parametrize("whose", TRUTH)
def test_an_administrator_decides_where_the_table_says(world: World, whose: str) -> None:
    avery = world.decider("Avery", whose)
    assert [decides(world, avery, place) for place in PLACES] == [word == "Y" for word in TRUTH[whose].split()]


def test_a_school_that_moved_to_another_trust_is_the_new_ones_to_decide_over_and_not_the_old_ones(world: World) -> None:
    old, new = world.decider("Avery", "trust:99001"), world.decider("Bo", "trust:99005")
    assert (decides(world, old, "school:900001"), decides(world, new, "school:900001")) == (True, False)
    moved = factories.register_csv(
        [{"URN": "900001", "Trusts (code)": "99005", "Trusts (name)": "Another Trust"}, {"URN": "900002"}]
    )
    register.load_register(world.warehouse, [NamedFile("new.csv", moved)], actor=factories.OFFICER)
    fresh = "school:900001"
    assert not decides(world, old, fresh)


@pytest.mark.parametrize("role", [one for one in GrantRole if one not in (ADMINISTRATOR, GrantRole.SIGNATORY)])
def test_nobody_but_an_administrator_decides(world: World, role: GrantRole) -> None:
    assert not decides(world, world.decider("Avery", "la:990", role), "school:900002")


@pytest.mark.parametrize(
    "days",
    [{"first": today() + timedelta(days=1)}, {"last": today() - timedelta(days=1)}],
    ids=["not yet", "not any more"],
)
def test_nobody_decides_before_or_after_their_grant(world: World, days: dict[str, object]) -> None:
    assert not decides(world, world.decider("Avery", "la:990", **days), "school:900002")  # type: ignore[arg-type]


def test_a_grant_that_was_ended_decides_nothing_though_its_page_is_open(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    administering.end(world.warehouse, world.sessions, avery.grant_id, reason="left", decider=bo)
    assert not decides(world, avery, "la:990")


def test_another_persons_grant_is_of_no_use(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    thief = Decider(Actor("Bo", "administrator", Scope.parse("la:990")), world.person("Bo"), avery.grant_id)
    assert not decides(world, thief, "la:990")
    assert not decides(world, Decider(Actor("Avery", "administrator", Scope.parse("la:991")), avery.identity,
                                  avery.grant_id), "la:991")  # fmt: skip


def test_nobody_gives_a_role_to_themselves_under_any_grant(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    for place in ("la:990", "school:900001"):
        wanted = world.wanted(avery.identity, place)  # type: ignore[arg-type]
        with pytest.raises(RefusedError, match="to themselves"):
            administering.give(world.warehouse, wanted, decider=avery)


@pytest.mark.parametrize("role", [ADMINISTRATOR, OFFICER])
def test_who_could_be_a_second_person_is_not_made_by_one(world: World, role: GrantRole) -> None:
    avery = world.decider("Avery", "la:990")
    with pytest.raises(RefusedError, match="Two people"):
        administering.give(world.warehouse, world.wanted(world.person("Bo"), "la:990", role), decider=avery)
    offer = Offer("bo@council.example", Scope.parse("la:990"), role, today(), None, "new")
    with pytest.raises(RefusedError, match="Two people"):
        administering.invite(world.warehouse, offer, decider=avery)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "  "}, "Say why"),
        ({"reason": "x" * 201}, "Say why"),
        ({"until_day": today() - timedelta(days=1)}, "ends on or after"),
        ({"from_day": today() - timedelta(days=1)}, "today or later"),
        ({"role": GrantRole.SIGNATORY}, "does not exist"),
    ],
)
def test_a_grant_is_given_with_a_reason_days_that_fit_and_a_role_that_exists(
    world: World, wrong: dict[str, object], said: str
) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    with pytest.raises(PlumblineError, match=said):
        administering.give(world.warehouse, world.wanted(bo, "la:990", **wrong), decider=avery)  # type: ignore[arg-type]
    assert world.held(bo) == []


def test_a_role_is_held_once(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    administering.give(world.warehouse, world.wanted(bo, "la:990"), decider=avery)
    with pytest.raises(RefusedError, match="already"):
        administering.give(world.warehouse, world.wanted(bo, "la:990"), decider=avery)


def test_nobody_is_given_a_role_whom_the_portal_has_not_seen(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    with pytest.raises(QuestionError, match="Nobody of this reference"):
        administering.known_by(world.warehouse, "0123456789abcdef", decider=avery)
    bo = world.person("Bo")
    assert administering.known_by(world.warehouse, f" {bo.key.upper()} ", decider=avery) == (bo, "Bo")
    unknown = world.wanted(type(bo)("https://provider.example", "nobody"), "la:990")
    with pytest.raises(QuestionError, match="Nobody of this reference"):
        administering.give(world.warehouse, unknown, decider=avery)


def test_the_last_administrator_cannot_end_their_own_grant_and_another_can(world: World) -> None:
    avery = world.decider("Avery", "school:900001")
    with pytest.raises(RefusedError, match="only administrator"):
        administering.end(world.warehouse, world.sessions, avery.grant_id, reason="leaving", decider=avery)
    again = world.grant(avery.identity, "school:900001", ADMINISTRATOR)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="only administrator"):
        administering.end(world.warehouse, world.sessions, again.grant_id, reason="leaving", decider=avery)
    above = world.decider("Bo", "la:990")
    administering.end(world.warehouse, world.sessions, avery.grant_id, reason="left", decider=above)


def test_ending_a_grant_ends_what_is_open_under_it_and_nothing_else(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    there, elsewhere = world.grant(bo, "la:990", GrantRole.READER), world.grant(bo, "la:991", GrantRole.READER)
    first, second = world.sessions.start(bo), world.sessions.start(bo)
    world.sessions.act_as(first, there.grant_id)
    world.sessions.act_as(second, elsewhere.grant_id)
    told: list[str] = []
    world.sessions.on_end(told.append)
    administering.end(world.warehouse, world.sessions, there.grant_id, reason="left", decider=avery)
    assert world.sessions.find(first) is None
    assert world.sessions.find(second) is not None
    assert len(told) == 1


def test_of_whoever_is_something_elsewhere_too_only_what_concerns_one_is_told(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    here, elsewhere = world.grant(bo, "school:900002", GrantRole.LEAD), world.grant(bo, "la:991", GrantRole.LEAD)
    for given in (here, elsewhere):
        secret = world.sessions.start(bo)
        world.sessions.act_as(secret, given.grant_id)
    world.person("Noel")
    world.grant(world.person("Marian"), "la:991", GrantRole.LEAD)
    found = listing.people(world.warehouse, world.sessions, avery)
    assert [one.name for one in found] == ["Avery", "Bo"]
    assert [one.grant for one in found[1].held] == [here]
    assert [one.grant for one in found[1].open] == [here]
    assert found[1].last_signed_in == today()
    assert "991" not in str(found)


def test_a_session_elsewhere_is_not_one_to_end_by_itself_but_goes_with_all_of_a_person(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    world.grant(bo, "la:990", GrantRole.LEAD)
    elsewhere = world.grant(bo, "la:991", GrantRole.LEAD)
    secret = world.sessions.start(bo)
    session = world.sessions.act_as(secret, elsewhere.grant_id)
    with pytest.raises(ForbiddenError):
        administering.end_session(world.warehouse, world.sessions, session.id, decider=avery)
    administering.end_sessions(world.warehouse, world.sessions, bo, decider=avery)
    assert world.sessions.find(secret) is None


def test_nobody_ends_the_sessions_of_people_of_others(world: World) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    secret = world.sessions.start(marian)
    with pytest.raises(ForbiddenError):
        administering.end_sessions(world.warehouse, world.sessions, marian, decider=avery)
    assert world.sessions.find(secret) is not None


def test_past_and_coming_grants_are_listed_with_why_they_were_given_and_ended(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.person("Bo")
    past = world.grant(bo, "la:990", GrantRole.READER)
    administering.end(world.warehouse, world.sessions, past.grant_id, reason="moved on", decider=avery)
    world.grant(bo, "la:990", GrantRole.LEAD, first=today() + timedelta(days=3))
    world.grant(bo, "school:900001", GrantRole.SENDER, last=today())
    found = next(one for one in listing.people(world.warehouse, world.sessions, avery) if one.name == "Bo")
    assert [one.when(on=today()) for one in found.held] == ["past", "to come", "now"]
    assert (found.held[0].end_reason, found.held[0].ended_by, found.held[0].grant.reason) == (
        "moved on", avery.actor.name, "begins here",
    )  # fmt: skip


def test_schools_without_anybody_who_can_send_are_told(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    world.grant(world.person("Tobias"), "school:900001", GrantRole.LEAD)
    world.grant(world.person("Ida"), "school:900002", GrantRole.READER)
    found = listing.places(world.warehouse, avery)
    assert [(str(one.scope), one.trust, one.leads, one.others, one.is_covered) for one in found] == [
        ("school:900001", "Invented Trust", ("Tobias",), 0, True), ("school:900002", "", (), 1, False),
    ]  # fmt: skip


def test_the_links_that_an_administrator_made_end_with_their_grant(world: World) -> None:
    avery, bo = world.decider("Avery", "la:990"), world.decider("Bo", "la:990")
    offer = Offer("somebody@school.example", Scope.parse("school:900001"), GrantRole.LEAD, today(), None, "new")
    administering.invite(world.warehouse, offer, decider=avery)
    theirs, _ = administering.invite(world.warehouse, offer, decider=bo)
    administering.end(world.warehouse, world.sessions, avery.grant_id, reason="dismissed", decider=bo)
    assert [one.number for one in listing.pending(world.warehouse, bo)] == [theirs.number]


# -- by key, never by name --------------------------------------------------------------------------------------------


def _told(world: World, avery: Decider, who: Identity) -> str:
    """What the list of people calls somebody."""
    found = listing.people(world.warehouse, world.sessions, avery)
    return next(one.name for one in found if one.identity == who)


def test_whoever_is_something_elsewhere_is_not_named_to_whoever_knows_their_reference(world: World) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    assert administering.known_by(world.warehouse, marian.key, decider=avery) == (marian, "")
    there = world.decider("Bo", "la:991")
    assert administering.known_by(world.warehouse, marian.key, decider=there) == (marian, "Marian")


@pytest.mark.parametrize("days", [{"first": today() + timedelta(days=9)}, {"last": today() - timedelta(days=1)}])
def test_nor_whoever_will_be_or_was_something_elsewhere(world: World, days: dict[str, date]) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    given = world.grant(marian, "la:991", GrantRole.LEAD, **days)
    assert administering.known_by(world.warehouse, marian.key, decider=avery)[1] == ""
    grants.end(world.warehouse, given.grant_id, reason="left", actor=OPERATING)
    assert administering.known_by(world.warehouse, marian.key, decider=avery)[1] == ""


def test_whoever_administers_nothing_learns_who_nobody_is(world: World) -> None:
    noel = world.person("Noel")
    with pytest.raises(ForbiddenError):
        administering.known_by(world.warehouse, noel.key, decider=world.decider("Avery", "la:990", GrantRole.LEAD))


def test_a_role_given_to_a_reference_does_not_bring_its_name(world: World) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    given = administering.give(world.warehouse, world.wanted(marian, "school:900001"), decider=avery)
    assert _told(world, avery, marian) == ""
    assert listing.places(world.warehouse, avery)[0].leads == (marian.key,)
    secret = world.sessions.start(marian)
    world.sessions.act_as(secret, given.grant_id)
    assert _told(world, avery, marian) == "Marian"
    assert listing.places(world.warehouse, avery)[0].leads == ("Marian",)


def test_nor_does_a_proposal(world: World) -> None:
    avery, bo, marian = world.decider("Avery", "la:990"), world.decider("Bo", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    wanted = world.wanted(marian, "la:990", ADMINISTRATOR)
    one = approvals.propose_grant(world.warehouse, wanted, decider=avery)
    for reads in (avery, bo):
        assert approvals.called(world.warehouse, one, decider=reads) == marian.key
    assert approvals.called(world.warehouse, one, decider=BY_OPERATOR) == f"Marian ({marian.key})"


def test_whoever_takes_a_role_by_a_link_is_named(world: World) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    offer = Offer("marian@school.example", Scope.parse("school:900001"), GrantRole.LEAD, today(), None, "new")
    _, code = administering.invite(world.warehouse, offer, decider=avery)
    joining.take_grant_by_provider(world.warehouse, code, marian, name="Marian")
    assert _told(world, avery, marian) == "Marian"


def test_a_role_from_a_later_day_does_not_open_what_somebody_has_open_today(world: World) -> None:
    avery, marian = world.decider("Avery", "la:990"), world.person("Marian")
    world.grant(marian, "la:991", GrantRole.LEAD)
    secret = world.sessions.start(marian)
    later = world.wanted(marian, "la:990", from_day=today() + timedelta(days=1))
    administering.give(world.warehouse, later, decider=avery)
    with pytest.raises(ForbiddenError):
        administering.end_sessions(world.warehouse, world.sessions, marian, decider=avery)
    assert world.sessions.find(secret) is not None


def test_that_an_administrator_can_have_a_programme_send_and_read_is_said_where_the_role_is_given() -> None:
    assert may(Person("1", "Avery", Role.ADMINISTRATOR, Scope.parse("school:900001")), Action.KEEP_TOKENS)
    assert "programmes send returns or read what became of them" in MEANS[ADMINISTRATOR]
