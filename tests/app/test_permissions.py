"""Who may see and do what: the truth table, whole."""

from __future__ import annotations

import pytest

from app.identity import PEOPLE
from app.permissions import PAGES, PLACES, Action, Person, Role, actor_of, may, pages, scope_of
from pipelines.sample.schools import BY_URN, SCHOOLS, TRUSTS
from pipelines.scope import OPERATOR, Scope
from schemas.roles import KINDS, GrantRole, title

SCHOOL, TRUST, AUTHORITY = Scope.parse("school:900001"), Scope.parse("trust:99001"), Scope.parse("la:990")
COLUMNS = [
    (Role.OFFICER, AUTHORITY), (Role.TRUST_LEAD, TRUST), (Role.SCHOOL_LEAD, SCHOOL), (Role.HEAD, SCHOOL),
    (Role.DATA_MANAGER, AUTHORITY), (Role.DATA_MANAGER, TRUST), (Role.DATA_MANAGER, SCHOOL),
    (Role.READER, AUTHORITY), (Role.READER, TRUST), (Role.READER, SCHOOL),
    (Role.ADMINISTRATOR, AUTHORITY), (Role.ADMINISTRATOR, TRUST), (Role.ADMINISTRATOR, SCHOOL),
    (Role.PROTECTION_OFFICER, AUTHORITY), (Role.PROTECTION_OFFICER, TRUST), (Role.PROTECTION_OFFICER, SCHOOL),
]  # fmt: skip
TRUTH = {
    # safeguarding officer of an authority, trust lead, designated safeguarding lead, head; then, each at an authority,
    # a trust and a school:           officer trust DSL  head  sender     reader     administr. protection officer
    Action.SEE_FIGURES:             "Y       Y     Y    Y     Y Y Y      Y Y Y      - - -      - - -",
    Action.SEE_INCIDENTS:           "Y       Y     Y    Y     Y Y Y      - - -      - - -      - - -",
    Action.SEE_RETURNS:             "Y       Y     Y    Y     Y Y Y      Y Y Y      - - -      - - -",
    Action.SEND_RETURNS:            "Y       Y     Y    Y     Y Y Y      - - -      - - -      - - -",
    Action.COMPARE_WITH_AUTHORITY:  "-       -     Y    Y     - - Y      - - Y      - - -      - - -",
    Action.CHOOSE_SCHOOL:           "Y       Y     -    -     Y Y -      Y Y -      - - -      - - -",
    Action.LOOK_FIRST:              "Y       Y     -    -     Y Y -      Y Y -      - - -      - - -",
    Action.KEEP_GROUPS:             "Y       Y     -    -     - - -      - - -      - - -      - - -",
    Action.RECORD_CHANGES:          "Y       Y     Y    Y     - - -      - - -      - - -      - - -",
    Action.REBASE:                  "Y       Y     Y    Y     - - -      - - -      - - -      - - -",
    Action.SET_DEADLINES:           "Y       -     -    -     - - -      - - -      Y - -      - - -",
    Action.SEND_REMINDERS:          "Y       -     -    -     - - -      - - -      - - -      - - -",
    Action.KEEP_MAILBOXES:          "Y       -     Y    Y     Y - Y      - - -      Y - Y      - - -",
    Action.ASK_FOR_SIGN_OFF:        "Y       Y     Y    Y     - - -      - - -      - - -      - - -",
    Action.SIGN_OFF:                "-       -     Y    Y     - - -      - - -      - - -      - - -",
    Action.SEE_WHO_LOOKED:          "Y       Y     Y    Y     - - -      - - -      - - -      Y Y Y",
    Action.SEARCH_AUDIT:            "-       -     -    -     - - -      - - -      Y Y Y      Y Y Y",
    Action.KEEP_PEOPLE:             "-       -     -    -     - - -      - - -      Y Y Y      - - -",
    Action.END_SESSIONS:            "-       -     -    -     - - -      - - -      Y Y Y      - - -",
    Action.KEEP_REGISTER:           "-       -     -    -     - - -      - - -      Y - -      - - -",
    Action.SECOND:                  "-       -     -    -     - - -      - - -      Y Y Y      Y Y Y",
    Action.KEEP_TERMS:              "-       -     -    -     - - -      - - -      Y - -      - - -",
    Action.KEEP_TOKENS:             "-       -     Y    Y     - - -      - - -      - Y Y      - - -",
    Action.SEE_ERASURES:            "-       -     Y    Y     - - -      - - -      Y Y Y      Y Y Y",
    Action.PLAN_ERASURE:            "-       -     Y    Y     - - -      - - -      Y Y Y      - - -",
    Action.APPROVE_ERASURE:         "-       -     -    -     - - -      - - -      Y Y Y      Y Y Y",
}  # fmt: skip
WAYS = {"choose_person", "choose_organisation"}


@pytest.mark.parametrize("action", Action)
def test_each_role_may_do_what_the_table_says(action: Action) -> None:
    found = [may(Person("someone", "Someone", role, place), action) for role, place in COLUMNS]
    assert found == [word == "Y" for word in TRUTH[action].split()]


def test_every_role_stands_in_the_table_at_every_kind_of_organisation_where_it_exists() -> None:
    assert {(role, place.kind) for role, place in COLUMNS} == {
        (role, kind) for role, kinds in PLACES.items() for kind in kinds
    }
    assert set(PLACES) == set(Role)


def test_every_role_that_can_be_granted_has_its_title_here() -> None:
    titles = {(title(role, kind), kind) for role in GrantRole for kind in KINDS[role]}
    assert titles == {(str(role), str(place.kind)) for role, place in COLUMNS}


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_anything_before_signing_in(action: Action) -> None:
    assert not may(None, action)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_in_another_kind_of_place_may_do_nothing(role: Role, action: Action) -> None:
    for place in (SCHOOL, TRUST, AUTHORITY, OPERATOR):
        if place.kind not in PLACES[role]:
            assert not may(Person("someone", "Someone", role, place), action)


def test_the_four_people_may_open_every_page_of_figures_and_returns_and_nobody_any_before_signing_in() -> None:
    figures = {page for page, action in PAGES.items() if action in (Action.SEE_FIGURES, Action.SEND_RETURNS)}
    for person in PEOPLE.values():
        assert figures <= set(pages(person))
    assert set(pages(None)) == WAYS


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
