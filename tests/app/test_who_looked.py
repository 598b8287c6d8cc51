"""The pages of the record: who looked at us and why, and the search, as each role sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import giving_out, identity
from app.demonstration import PEOPLE
from app.permissions import PAGES, PLACES, Action, Person, Role, may
from pipelines.house import House
from pipelines.scope import Actor, Scope
from tests import factories
from tests.app.opened import opened, visit, words
from tests.factories import incident

ROWAN = Actor("Rowan Ashby (00112233445566aa)", "authority safeguarding officer", Scope.parse("la:990"), "follow_up")
MISSED = {"age_difference": "yes", "police_contacted": "no", "social_care_contacted": "no"}
WHERE = {"school": "school:900001", "trust": "trust:99001", "la": "la:990"}
EVERY_ROLE = [(role, str(kind)) for role in Role for kind in sorted(PLACES[role])]
COLUMNS = ["When", "Organisation", "Who", "What", "Which schools", "Why"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A portal in which two schools have each sent two incidents that were not escalated."""
    with opened(tmp_path, monkeypatch) as found:
        for urn in ("900001", "900002"):
            rows = [incident(school_urn=urn, incident_ref=f"{urn}-{one}", **MISSED) for one in range(2)]
            factories.submit(found.warehouse, factories.checked(rows))
        yield found


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> Callable[[Role, str], str]:
    """Add somebody of a role at a kind of organisation to the invented people; who they are."""

    def added(role: Role, kind: str) -> str:
        monkeypatch.setitem(PEOPLE, "somebody", Person("somebody", "Sam Body", role, Scope.parse(WHERE[kind])))
        return "somebody"

    return added


def read_by_rowan(house: House) -> None:
    from pipelines.reporting import Question

    asked = Question("incidents", rule_set="uksic-advice")
    house.reporting.missed(ROWAN.scope, asked, actor=ROWAN)


def test_a_school_reads_who_looked_when_and_why(house: House) -> None:
    read_by_rowan(house)
    app = visit("who_looked", person="school")
    page = words(app)
    assert not app.exception
    assert "1 other organisation opened single incidents of yours 1 time in" in page
    [table] = app.table
    assert list(table.value.columns) == COLUMNS
    row = table.value.iloc[0].str.replace("\\", "")  # the marks that keep layout out
    assert row["Organisation"] == "Invented"
    assert row["What"] == "Incidents read: 2 incidents"
    assert row["Why"] == "Follow up an incident with the school"
    assert row["Who"] == "Authority safeguarding officer, account 00112233445566aa"
    assert "Rowan" not in page
    assert "n = 2 events" in page


def test_what_the_portal_itself_shows_is_listed_at_once(house: House) -> None:
    app = visit("escalation", person="officer")
    app.selectbox(key="year").select(None).run()
    app.selectbox(key="rules").select("uksic-advice").run()
    app.radio(key="purpose").set_value("inspection")
    app.button(key="show-missed").click().run()
    page = words(visit("who_looked", person="school"))
    assert "Incidents read: 2 incidents" in page
    assert "Inspection or audit" in page


def test_two_people_at_once_see_each_their_own(house: House) -> None:
    read_by_rowan(house)
    school, neighbour = visit("who_looked", person="school"), visit("who_looked", person="neighbour")
    for _ in range(3):
        assert "Incidents read" in words(school.run())
        assert "Incidents read" not in words(neighbour.run())


def test_only_others_or_only_ones_own_people_can_be_listed(house: House) -> None:
    read_by_rowan(house)
    app = visit("who_looked", person="officer")
    app.selectbox(key="looks-whose").select("Only other organisations").run()
    assert "Incidents read" not in words(app)
    app.selectbox(key="looks-whose").select("Only our own people").run()
    assert "Rowan Ashby" in words(app)


def test_an_empty_record_is_said_to_be_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, monkeypatch):
        app = visit("who_looked", person="school")
        assert "Nothing is on record for" in words(app)
        assert not app.table
        assert not app.exception


@pytest.mark.parametrize(("role", "kind"), EVERY_ROLE)
def test_each_role_has_the_pages_that_the_table_gives_it_and_no_other(
    role: Role, kind: str, house: House, somebody: Callable[[Role, str], str]
) -> None:
    read_by_rowan(house)
    who = somebody(role, kind)
    for page in ("who_looked", "audit_search"):
        app = visit_or_none(page, who)
        allowed = may(PEOPLE[who], Action(PAGES[page] or ""))
        assert (app is not None) == allowed
        if app is not None:
            assert not app.exception
            assert [one.value for one in app.error] == []


def visit_or_none(page: str, who: str) -> AppTest | None:
    """The page, None where it is not among those of this person."""
    try:
        return visit(page, person=who)
    except ValueError:  # no such page for them
        return None


# -- the search -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.PROTECTION_OFFICER, Role.ADMINISTRATOR])
def test_the_record_is_searched_and_searching_is_recorded(
    role: Role, house: House, somebody: Callable[[Role, str], str]
) -> None:
    read_by_rowan(house)
    app = visit("audit_search", person=somebody(role, "la"))
    assert not app.table
    app.text_input(key="audit-what").set_value("read")
    app.button(key="audit-go").click().run()
    assert list(app.table[0].value.columns) == ["Event", *COLUMNS]
    assert "Rowan Ashby" in words(app)
    with house.warehouse.reading() as cursor:
        [last] = cursor.rows("SELECT action, actor FROM audit ORDER BY sequence DESC LIMIT 1")
    assert last == {"action": "record searched", "actor": "Sam Body"}
    app.text_input(key="audit-who").set_value("no such name")
    app.button(key="audit-go").click().run()
    assert "Nothing in the record fits." in words(app)


def test_what_one_person_found_is_not_shown_to_the_next(
    house: House, somebody: Callable[[Role, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_rowan(house)
    app = visit("audit_search", person=somebody(Role.PROTECTION_OFFICER, "la"))
    app.button(key="audit-go").click().run()
    assert app.table
    other = Person("other", "Other", Role.PROTECTION_OFFICER, Scope.parse("la:991"))
    monkeypatch.setitem(PEOPLE, "other", other)
    app.query_params["as"] = "other"
    app.run()
    app.switch_page("views/audit_search.py")
    assert not app.run().table


def test_somebody_without_the_right_is_refused_and_that_is_kept(
    house: House, somebody: Callable[[Role, str], str]
) -> None:
    from app.access import must
    from schemas.errors import ForbiddenError

    reader = PEOPLE[somebody(Role.READER, "school")]
    with pytest.raises(ForbiddenError, match="not open to you"):
        must(reader, Action.SEARCH_AUDIT)
    with house.warehouse.reading() as cursor:
        [last] = cursor.rows("SELECT action, actor, detail FROM audit ORDER BY sequence DESC LIMIT 1")
    assert (last["action"], last["actor"]) == ("access refused", "Sam Body")
    assert str(Action.SEARCH_AUDIT) in last["detail"]


# -- a law: every file that is given out leaves an event ---------------------------------------------------


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What is made at each download button, by its key, as a click finds the session of the one who is here."""
    made: dict[str, Callable[[], bytes]] = {}

    def keep(_: str, data: Callable[[], bytes], **more: Any) -> None:
        made[more["key"]] = data

    state: dict[str, Any] = {identity.PERSON: PEOPLE["school"]}
    monkeypatch.setattr(st, "download_button", keep)
    monkeypatch.setattr(giving_out, "get_script_run_ctx", lambda: SimpleNamespace(session_state=state))
    return made


@pytest.mark.parametrize("page", ["returns", "send_a_return", "who_looked"])
def test_every_file_that_a_page_gives_out_leaves_an_event(
    page: str, house: House, given: dict[str, Callable[[], bytes]]
) -> None:
    read_by_rowan(house)
    app = visit(page, person="school")
    if page == "returns":
        app.selectbox(key="receipt-of").set_value(1).run()
    assert given
    for key, make in given.items():
        before = events(house)
        assert make(), key
        assert events(house) == before + 1, f"{key} was given out and nobody knows"


def events(house: House) -> int:
    with house.warehouse.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM audit")[0]["n"])
