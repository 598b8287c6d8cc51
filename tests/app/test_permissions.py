"""Who may see and do what: the truth table, whole."""

from __future__ import annotations

import pytest

from app.identity import PEOPLE
from app.permissions import PAGES, Action, Person, Role, actor_of, may, pages, scope_of
from pipelines.sample.schools import BY_URN, SCHOOLS, TRUSTS
from pipelines.scope import Scope

YES, NO = True, False
PLACE = {
    Role.OFFICER: "la:990", Role.TRUST_LEAD: "trust:99001", Role.SCHOOL_LEAD: "school:900001",
    Role.HEAD: "school:900001", Role.DATA_MANAGER: "school:900001",
}  # fmt: skip
TRUTH = {
    #                                 officer  trust lead  school lead  head  data manager
    Action.SEE_FIGURES:             (YES,     YES,        YES,         YES,  YES),
    Action.SEE_INCIDENTS:           (YES,     YES,        YES,         YES,  YES),
    Action.SEE_RETURNS:             (YES,     YES,        YES,         YES,  YES),
    Action.SEND_RETURNS:            (YES,     YES,        YES,         YES,  YES),
    Action.COMPARE_WITH_AUTHORITY:  (NO,      NO,         YES,         YES,  YES),
    Action.CHOOSE_SCHOOL:           (YES,     YES,        NO,          NO,   NO),
    Action.LOOK_FIRST:              (YES,     YES,        NO,          NO,   NO),
    Action.KEEP_GROUPS:             (YES,     YES,        NO,          NO,   NO),
    Action.RECORD_CHANGES:          (YES,     YES,        YES,         YES,  NO),
    Action.REBASE:                  (YES,     YES,        YES,         YES,  NO),
    Action.SET_DEADLINES:           (YES,     NO,         NO,          NO,   NO),
    Action.SEND_REMINDERS:          (YES,     NO,         NO,          NO,   NO),
    Action.KEEP_MAILBOXES:          (YES,     NO,         YES,         YES,  YES),
    Action.ASK_FOR_SIGN_OFF:        (YES,     YES,        YES,         YES,  NO),
    Action.SIGN_OFF:                (NO,      NO,         YES,         YES,  NO),
}  # fmt: skip


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(("column", "role"), list(enumerate(Role)))
def test_each_role_may_do_what_the_table_says(action: Action, column: int, role: Role) -> None:
    person = Person("someone", "Someone", role, Scope.parse(PLACE[role]))
    assert may(person, action) is TRUTH[action][column]


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_anything_before_signing_in(action: Action) -> None:
    assert not may(None, action)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_in_another_kind_of_place_may_do_nothing(role: Role, action: Action) -> None:
    for text in set(PLACE.values()) - {PLACE[role]}:
        assert not may(Person("someone", "Someone", role, Scope.parse(text)), action)


def test_everyone_who_signed_in_may_open_every_page_and_others_only_the_choice() -> None:
    for person in PEOPLE.values():
        assert pages(person) == tuple(PAGES)
    assert pages(None) == ("choose_person",)


def test_what_is_done_is_recorded_under_the_person_and_their_own_organisation() -> None:
    for person in PEOPLE.values():
        assert actor_of(person).scope == scope_of(person) == person.scope
        assert actor_of(person).name == person.name


def test_the_four_people_belong_to_the_invented_authorities_trust_and_school() -> None:
    scopes = {name: str(person.scope) for name, person in PEOPLE.items()}
    school = BY_URN[int(scopes["school"].removeprefix("school:"))]
    assert scopes["officer"] == f"la:{school.la_code}"
    assert school.phase == "4"
    assert scopes["trust"] in {f"trust:{trust.uid}" for trust in TRUSTS}
    assert scopes["neighbour"] in {f"la:{one.la_code}" for one in SCHOOLS} - {scopes["officer"]}
