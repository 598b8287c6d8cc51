"""The pages on which people are brought in, given roles, approved and ended, as administrators see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import wording
from app.people_forms import SOMEBODY
from app.permissions import PAGES, Action
from pipelines import erasing
from pipelines.people import administering, approvals, grants, invitations
from pipelines.people.deciding import Decider
from schemas.roles import GrantRole
from tests import factories
from tests.app.administered import Portal, administered
from tests.app.opened import words
from tests.people.world import ADMINISTRATOR, OFFICER, REGISTER, today


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    with administered(tmp_path, monkeypatch) as found:
        yield found


def here(portal: Portal, name: str, place: str, role: GrantRole = ADMINISTRATOR) -> Decider:
    """Somebody signs in."""
    found = portal.world.decider(name, place, role)
    assert found.identity is not None
    portal.sign_in(found.identity)
    return found


def again(portal: Portal, decider: Decider) -> None:
    assert decider.identity is not None
    portal.sign_in(decider.identity)


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    app.run()
    assert not app.exception
    return app


def confirm(app: AppTest) -> AppTest:
    app.button(key="confirm-yes").click()
    app.run()
    assert not app.exception
    return app


OWN_PAGES = ("people", "organisations", "second_person", "terms", "register")


@pytest.mark.parametrize("place", ["la:990", "trust:99001", "school:900001"])
@pytest.mark.parametrize("page", OWN_PAGES)
def test_each_page_opens_for_the_administrators_that_it_is_for_and_for_nobody_else(
    portal: Portal, page: str, place: str
) -> None:
    here(portal, "Avery Lin", place)
    app = portal.visit("people")
    offered = {"people", "organisations", "second_person"} | ({"terms", "register"} if place == "la:990" else set())
    if page in offered:
        app = portal.visit(page)
        assert not app.exception
        assert len(app.title) == 1
        assert not app.error
    assert PAGES[page] is not None


@pytest.mark.parametrize("role", [GrantRole.LEAD, GrantRole.READER, OFFICER])
def test_nobody_else_is_offered_the_page_of_people(portal: Portal, role: GrantRole) -> None:
    from app.permissions import Person, Role, may, pages
    from pipelines.scope import Scope
    from schemas.roles import title

    person = Person("1", "Noel", Role(title(role, "la")), Scope.parse("la:990"))
    assert "people" not in pages(person)
    assert may(person, Action.SECOND) is (role is OFFICER)


def test_the_people_are_told_with_their_roles_and_nothing_of_other_organisations(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    bo = portal.world.person("Bo Carr")
    portal.world.grant(bo, "school:900001", GrantRole.LEAD)
    portal.world.grant(bo, "la:991", GrantRole.LEAD)
    portal.world.grant(portal.world.person("Marian Oakhurst"), "la:991", GrantRole.READER)
    said = words(portal.visit("people"))
    assert "2 people may sign in for Invented and its schools" in said
    assert "Designated safeguarding lead at School 900001" in said
    assert "Marian" not in said
    assert "Other" not in said


def test_an_invitation_is_read_then_made_and_its_link_is_shown_until_it_is_put_away(portal: Portal) -> None:
    here(portal, "Avery Lin", "trust:99001")
    app = portal.visit("people")
    app.text_input(key="invite-email").input("dsl@school.example")
    app.text_input(key="invite-reason").input("new safeguarding lead")
    app.selectbox(key="invite-role-trust").select(GrantRole.LEAD)
    app.run()
    press(app, "Read what will happen")
    assert "dsl@school.example" in words(app)
    assert "trust safeguarding lead at Invented Trust" in words(app)
    with portal.house.warehouse.reading() as cursor:
        assert invitations.open_ones(cursor, at=portal.house.people.sessions._clock()) == ()
    confirm(app)
    link = app.code[0].value
    assert link.startswith("https://plumbline.example/invitation/")
    assert "1 link is open" in words(app)
    press(app, "I have handed it on: put it away")
    assert len(app.code) == 0
    press(app, "Withdraw it")
    assert "can no longer be used" in words(app)


def test_what_is_wrong_with_an_address_is_said_and_nothing_is_made(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    app = portal.visit("people")
    app.text_input(key="invite-email").input("somebody at home")
    app.text_input(key="invite-reason").input("new")
    app.run()
    press(app, "Read what will happen")
    assert "not an e-mail address" in words(app)
    assert app.text_input(key="invite-email").value == "somebody at home"  # nothing has to be written again
    assert not [one for one in app.button if one.label.startswith("Yes")]
    assert len(app.code) == 0


def test_a_role_that_is_to_end_is_read_only_once_its_last_day_is_there(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    app = portal.visit("people")
    app.text_input(key="invite-email").input("dsl@school.example")
    app.text_input(key="invite-reason").input("new")
    app.checkbox(key="invite-ends").check()
    app.run()
    assert app.button(key="invite-read").disabled  # as it is where a day was written that cannot be
    app.date_input(key="invite-last").set_value(today() + timedelta(days=30))
    app.run()
    press(app, "Read what will happen")
    assert f"until the end of {wording.day(today() + timedelta(days=30))}" in words(app)


def test_a_role_is_given_by_the_reference_that_somebody_read(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    noel = portal.world.person("Noel Fenwick")
    app = portal.visit("people")
    app.selectbox(key="give-who").select(SOMEBODY)
    app.run()
    app.text_input(key="give-reference").input(noel.key)
    app.text_input(key="give-reason").input("joins the team")
    app.selectbox(key="give-role-la").select(GrantRole.READER)
    app.run()
    app.button(key="give-read").click()
    app.run()
    assert "Noel Fenwick" in words(app)
    confirm(app)
    assert portal.world.held(noel) == [("la:990", "reader")]
    assert "Reader at Invented" in words(app)


def test_somebody_of_another_organisation_is_not_named_to_whoever_types_their_reference(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    marian = portal.world.person("Marian Oakhurst")
    portal.world.grant(marian, "la:991", GrantRole.LEAD)
    app = portal.visit("people")
    app.selectbox(key="give-who").select(SOMEBODY)
    app.run()
    app.text_input(key="give-reference").input(marian.key)
    app.text_input(key="give-reason").input("joins the team")
    app.selectbox(key="give-role-la").select(GrantRole.READER)
    app.run()
    app.button(key="give-read").click()
    app.run()
    assert f"Whoever reads the reference {marian.key}" in words(app)
    assert "Their name is not shown" in words(app)
    assert "Marian" not in words(confirm(app))
    assert portal.world.held(marian) == [("la:991", "lead"), ("la:990", "reader")]
    assert marian.key in words(app)


def test_a_role_is_ended_with_a_reason_and_moves_to_those_that_are_over(portal: Portal) -> None:
    here(portal, "Avery Lin", "school:900001")
    bo = portal.world.person("Bo Carr")
    given = portal.world.grant(bo, "school:900001", GrantRole.SENDER)
    app = portal.visit("people")
    app.selectbox(key="end-which").select(given.grant_id)
    app.text_input(key="end-reason").input("moved to another school")
    app.run()
    app.button(key="end-read").click()
    app.run()
    assert "closes at once" in words(app)
    confirm(app)
    assert portal.world.held(bo) == []
    assert "moved to another school" in words(app)


def test_the_only_administrator_is_told_why_their_own_role_cannot_be_ended(portal: Portal) -> None:
    avery = here(portal, "Avery Lin", "school:900001")
    app = portal.visit("people")
    app.selectbox(key="end-which").select(avery.grant_id)
    app.text_input(key="end-reason").input("leaving")
    app.run()
    app.button(key="end-read").click()
    app.run()
    confirm(app)
    assert "only administrator of this organisation" in words(app)


def test_sessions_are_seen_and_ended(portal: Portal) -> None:
    bo = portal.world.decider("Bo Carr", "la:990", GrantRole.READER)
    again(portal, bo)
    theirs = portal.cookie
    avery = here(portal, "Avery Lin", "la:990")
    app = portal.visit("people")
    app.selectbox(key="session-who").select(bo.identity)
    app.run()
    app.button(key="session-end-all").click()
    app.run()
    assert "Every session of theirs has ended" in words(app)
    assert portal.house.people.sessions.find(theirs) is None
    assert portal.house.people.sessions.find(portal.cookie) is not None
    assert avery.identity is not None


def propose(portal: Portal, who: str, *, place: str = "la:990") -> AppTest:
    """The administrator who is here proposes somebody known as an administrator."""
    new = portal.world.person(who)
    portal.world.grant(new, place, GrantRole.READER)
    app = portal.visit("people")
    app.selectbox(key="give-who").select(new)
    app.run()
    kind = place.split(":")[0]
    app.text_input(key="give-reason").input("deputy")
    app.selectbox(key=f"give-role-{kind}").select(ADMINISTRATOR)
    app.run()
    app.button(key="give-read").click()
    app.run()
    assert "takes two people" in words(app)
    return confirm(app)


def test_an_administrator_is_proposed_by_one_and_approved_by_another(portal: Portal) -> None:
    avery = here(portal, "Avery Lin", "la:990")
    bo = portal.world.decider("Bo Carr", "la:990", OFFICER)
    app = propose(portal, "Di Elm")
    assert "waits for a second person" in words(app)
    own = portal.visit("second_person")
    assert "one other person can approve it" in words(own)
    assert not [one for one in own.button if one.label.startswith("Approve")]
    again(portal, bo)
    app = portal.visit("second_person")
    assert "Di Elm" in words(app)
    assert f"Proposed by {avery.actor.name}" in words(app)
    press(app, "Approve: read what will happen")
    assert "Ask the person it concerns" in words(app)
    confirm(app)
    assert "Approved, and done" in words(app)
    with portal.house.warehouse.reading() as cursor:
        held = cursor.rows("SELECT role FROM grants WHERE subject = 'Di Elm' ORDER BY grant_id")
    assert [row["role"] for row in held] == ["reader", "administrator"]


def test_where_nobody_else_could_approve_it_is_said_who_can(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    propose(portal, "Di Elm")
    assert "plumbline people approve 1" in words(portal.visit("second_person"))


@pytest.mark.parametrize("officer", [False, True])
def test_whoever_invited_the_author_is_told_why_they_cannot_approve_and_who_can(portal: Portal, officer: bool) -> None:
    world = portal.world
    lead, avery = world.person("Tobias Hale"), world.decider("Avery Lin", "school:900001")
    administering.give(world.warehouse, world.wanted(lead, "school:900001"), decider=avery)
    if officer:
        world.decider("Bo Carr", "la:990", OFFICER)
    with world.warehouse.reading() as cursor:
        (held,) = grants.of(cursor, lead, on=today())
    factories.submit(world.warehouse, factories.checked([factories.incident(school_urn="900001")]))
    author = world.under(held)
    plan = erasing.plan(world.warehouse, erasing.of_school("900001"), actor=author.actor)
    approvals.propose_erasure(world.warehouse, plan, reason="leaves", decider=author)
    again(portal, avery)
    app = portal.visit("retention")
    assert "the two accounts could be one person" in words(app)
    assert ("Invented can." in words(app)) is officer
    assert ("plumbline people approve 1" in words(app)) is not officer
    assert not [one for one in app.button if one.label.startswith("Approve")]
    assert "An erasure waits for a second person too" in words(portal.visit("second_person"))
    portal.sign_in(lead)
    assert "You proposed this" in words(portal.visit("retention"))


def test_a_school_with_one_administrator_is_helped_by_its_authority(portal: Portal) -> None:
    portal.world.decider("Cy Hart", "la:990")
    here(portal, "Avery Lin", "school:900001")
    propose(portal, "Di Elm", place="school:900001")
    assert "Invented can" in words(portal.visit("second_person"))


def test_a_proposal_is_turned_down_by_another_and_withdrawn_by_its_author(portal: Portal) -> None:
    avery = here(portal, "Avery Lin", "la:990")
    bo = portal.world.decider("Bo Carr", "la:990")
    propose(portal, "Di Elm")
    press(portal.visit("second_person"), "Withdraw it")
    propose(portal, "Ed Elm")
    again(portal, bo)
    press(portal.visit("second_person"), "Turn it down")
    assert [action for action, _ in portal.world.events() if action.startswith("proposal ")] == [
        "proposal made", "proposal withdrawn", "proposal made", "proposal turned down",
    ]  # fmt: skip
    assert avery.identity is not None


def test_what_was_put_to_be_read_is_not_done_once_ones_own_role_has_ended(portal: Portal) -> None:
    avery = here(portal, "Avery Lin", "la:990")
    bo = portal.world.decider("Bo Carr", "la:990")
    di = portal.world.person("Di Elm")
    given = portal.world.grant(di, "la:990", GrantRole.READER)
    app = portal.visit("people")
    app.selectbox(key="end-which").select(given.grant_id)
    app.text_input(key="end-reason").input("left")
    app.run()
    app.button(key="end-read").click()
    app.run()
    administering.end(portal.house.warehouse, portal.house.people.sessions, avery.grant_id, reason="left", decider=bo)
    app.button(key="confirm-yes").click()
    app.run()
    assert portal.world.held(di) == [("la:990", "reader")]


def test_the_organisations_page_says_for_which_schools_nobody_can_sign_in(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    portal.world.grant(portal.world.person("Tobias"), "school:900001", GrantRole.LEAD)
    said = words(portal.visit("organisations"))
    assert "For 1 of 2 schools nobody of their own can sign in and send yet" in said
    assert "School 900003" not in said
    assert "Invented Trust" in said


def test_terms_and_deadlines_are_seen_and_set_by_the_authoritys_administrator(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    app = portal.visit("terms")
    assert "No deadline lies ahead" in words(app)
    app.button(key="deadline-set").click()
    app.run()
    assert "are due on" in words(app)
    assert "No deadline lies ahead" not in words(app)
    assert today() + timedelta(days=1) > today()


def test_the_register_is_tried_read_and_loaded(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    app = portal.visit("register")
    rows = [*REGISTER, {"URN": "900009", "EstablishmentName": "New School"}]
    app.file_uploader[0].set_value([("register.csv", factories.register_csv(rows), "text/csv")]).run()
    press(app, "See what they would change")
    assert "One change for your schools, which are 3 then" in words(app)
    assert "New School,900009,New" in words(app)
    press(app, "Load them: read what will happen")
    assert "cannot be taken back" in words(app)
    confirm(app)
    assert "The files are loaded" in words(app)
    assert "New School" in words(portal.visit("organisations"))


def test_a_file_that_takes_a_school_of_others_is_not_loaded(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    portal.world.grant(portal.world.person("Marian"), "school:900003", GrantRole.LEAD)
    app = portal.visit("register")
    taking = factories.register_csv([{"URN": "900003"}])
    app.file_uploader[0].set_value([("register.csv", taking, "text/csv")]).run()
    press(app, "See what they would change")
    assert "Nothing of it is loaded" in words(app)
    assert not [one for one in app.button if one.label.startswith("Load them")]


def test_another_file_is_refused_in_words(portal: Portal) -> None:
    here(portal, "Avery Lin", "la:990")
    app = portal.visit("register")
    app.file_uploader[0].set_value([("a.csv", b"a,b\n1,2\n", "text/csv")]).run()
    press(app, "See what they would change")
    assert "not a reference file" in words(app)
