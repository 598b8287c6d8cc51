"""Who looked at an organisation: all that concerns it, nothing of another's, and nobody's private name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from pipelines import access_record, audit, erasing, register, returns, who_looked
from pipelines.intake.tables import NamedFile
from pipelines.people import grants, identities
from pipelines.people.grants import Grant
from pipelines.people.identities import Identity
from pipelines.people.sessions import Sessions
from pipelines.reporting import Question, Reporting
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from pipelines.who_looked import Asked, Look
from schemas.calendar import Term
from schemas.roles import GrantRole
from tests.erasing.worlds import erase
from tests.factories import KEY, OFFICER, checked, child, incident, submit, warehouse

ROWAN = Actor("Rowan Ashby (00112233445566aa)", "authority safeguarding officer", Scope.parse("la:990"), "follow_up")
TOBIAS = Actor("Tobias Wren (ffeeddccbbaa9988)", "designated safeguarding lead", Scope.parse("school:900001"),
               "own_handling")  # fmt: skip
SCHOOLS = ({"URN": "900001"}, {"URN": "900002"}, {"URN": "900003", "LA (code)": "991"})
MISSED = {"age_difference": "yes", "police_contacted": "no", "social_care_contacted": "no"}
CHILD_KEY = "c0ffee0123456789"
ASKED = Question("incidents", rule_set="uksic-advice")


@pytest.fixture
def store() -> Iterator[Warehouse]:
    """Two schools of one authority and one of another, each with incidents that were not escalated."""
    with warehouse(*SCHOOLS) as made:
        for urn, number in (("900001", 2), ("900002", 5), ("900003", 1)):
            rows = [incident(school_urn=urn, incident_ref=f"{urn}-{one}", **MISSED) for one in range(number)]
            submit(made, checked(rows))
        yield made


def missed(store: Warehouse, actor: Actor) -> None:
    Reporting(store).missed(actor.scope, ASKED, actor=actor)


def looks(store: Warehouse, scope: str, **more: Any) -> list[Look]:
    return list(who_looked.read(store, Scope.parse(scope), **more))


def reads(store: Warehouse, scope: str) -> list[Look]:
    return [one for one in looks(store, scope) if one.action == "incidents read"]


def test_a_school_sees_that_its_authority_read_its_rows_how_many_and_why_and_no_name(store: Warehouse) -> None:
    missed(store, ROWAN)
    [look] = reads(store, "school:900001")
    assert (str(look.organisation), look.own, look.role) == ("la:990", False, "authority safeguarding officer")
    assert (look.number, look.purpose) == (2, "follow_up")
    assert look.who == "00112233445566aa"
    assert "Rowan" not in str(look)


def test_a_school_learns_nothing_of_the_other_schools_that_were_read_with_it(store: Warehouse) -> None:
    missed(store, ROWAN)
    [look] = reads(store, "school:900001")
    assert dict(look.schools) == {"900001": 2}
    assert look.detail == {}  # the whole count would tell the rest
    assert reads(store, "school:900003") == []


def test_a_school_sees_its_own_people_by_name(store: Warehouse) -> None:
    missed(store, TOBIAS)
    [look] = reads(store, "school:900001")
    assert (look.own, look.who) == (True, TOBIAS.name)


def test_an_authority_sees_its_own_people_and_its_schools_but_not_another_authoritys(store: Warehouse) -> None:
    missed(store, ROWAN)
    missed(store, TOBIAS)
    theirs, ours = reads(store, "la:990")
    assert (ours.who, dict(ours.schools)) == (ROWAN.name, {"900001": 2, "900002": 5})
    assert (theirs.own, theirs.who) == (False, "ffeeddccbbaa9988")
    assert reads(store, "la:991") == []


def test_what_was_sent_for_a_school_is_among_what_it_sees(store: Warehouse) -> None:
    assert {one.action for one in looks(store, "school:900001")} == {"return submitted"}
    assert [one.detail["version"] for one in looks(store, "school:900001")] == [1]


def test_a_comparison_with_a_file_and_a_receipt_taken_are_seen_too(store: Warehouse) -> None:
    returns.preview(store, checked([incident(incident_ref="X")]), actor=ROWAN, key=KEY)
    access_record.taken(store, ROWAN, "receipt taken", schools={"900001": 1})
    found = looks(store, "school:900001")
    assert [one.action for one in found[:2]] == ["receipt taken", "incidents compared with a file"]
    assert found[1].purpose == "send_return"


def test_a_year_is_of_the_day_on_which_somebody_looked() -> None:
    with warehouse() as store:
        submit(store, checked([incident()]), when=datetime(2026, 8, 31, 12))  # noqa: DTZ001
        submit(store, checked([incident()]), when=datetime(2026, 9, 1, 12))  # noqa: DTZ001
        assert len(looks(store, "school:900001", year="202526")) == 1
        assert len(looks(store, "school:900001", year="202627")) == 1
        assert "202526" in who_looked.years(store)


def test_a_school_that_moved_is_seen_by_each_trust_as_at_the_day_of_the_event() -> None:
    with warehouse({"URN": "900001"}) as store:
        groups = (
            b"URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date\n"
            b"900001,99001,Before,06,Multi-academy trust,01/09/2019,31/12/2025,\n"
            b"900001,99002,After,06,Multi-academy trust,01/01/2026,,\n"
        )
        register.load_register(store, [NamedFile("groups.csv", groups)], actor=OFFICER, when=datetime(2020, 1, 2))  # noqa: DTZ001
        submit(store, checked([incident()]), when=datetime(2025, 12, 1))  # noqa: DTZ001
        submit(store, checked([incident()]), when=datetime(2026, 2, 1))  # noqa: DTZ001
        assert [one.when.year for one in looks(store, "trust:99001")] == [2025]
        assert [one.when.year for one in looks(store, "trust:99002")] == [2026]


# -- searching --------------------------------------------------------------------------------------------


def search(store: Warehouse, actor: Actor, **asked: Any) -> list[Look]:
    return list(who_looked.search(store, actor.scope, Asked(**asked), actor=actor))


def test_a_search_finds_ones_own_people_by_name_and_others_by_the_key_of_their_account_only(store: Warehouse) -> None:
    missed(store, ROWAN)
    missed(store, TOBIAS)
    assert len(search(store, TOBIAS, who="tobias")) == 1
    assert search(store, TOBIAS, who="rowan") == []
    assert len(search(store, TOBIAS, who="00112233")) == 1
    assert len(search(store, TOBIAS, who="la:990", what="READ")) == 1


IDENTITY, MOVER = Identity("https://sign-in.example", "tobias"), Identity("https://sign-in.example", "mover")


def held(store: Warehouse, who: Identity, *places: str) -> list[Grant]:
    """A designated safeguarding lead at each of these, from long ago."""
    start = date(2020, 9, 1)
    with store.writing() as cursor:
        identities.keep(cursor, who, name=f"Person {who.subject}", by="a test")
    return [
        grants.give(store, who, Scope.parse(place), GrantRole.LEAD, from_day=start, until_day=None, reason="a test",
                    actor=OFFICER) for place in places
    ]  # fmt: skip


def test_a_search_shows_sign_ins_of_ones_own_people_and_of_nobody_else(store: Warehouse) -> None:
    held(store, IDENTITY, "school:900001")
    held(store, MOVER, "school:900002")
    sessions = Sessions(store)
    for who in (IDENTITY, MOVER):
        sessions.start(who, told_by="a test")
    [found] = search(store, TOBIAS, what="signed in")
    assert (found.own, found.of_session) == (False, True)
    assert found.who == f"Person tobias ({IDENTITY.key})"
    assert not [one for one in looks(store, "school:900001") if one.action == "signed in"]


def test_what_somebody_does_at_their_next_organisation_is_not_told_to_the_one_before(store: Warehouse) -> None:
    before, after = held(store, MOVER, "school:900001", "school:900002")
    sessions = Sessions(store)
    for one in (before, after):
        sessions.act_as(sessions.start(MOVER, told_by="a test"), one.grant_id)
    grants.end(store, before.grant_id, reason="moved", actor=OFFICER)
    sessions.end(sessions.live()[-1].id, why="signed out")
    sessions.start(MOVER, told_by="a test")  # now for one organisation only, which is taken for granted
    found = search(store, TOBIAS)
    assert [one.action for one in found if one.who.endswith(f"({MOVER.key})")] == ["organisation chosen", "signed in"]
    assert {str(one.organisation) for one in found} <= {"school:900001", "operator"}


@pytest.mark.parametrize(
    "request_",
    [erasing.of_child("900001", CHILD_KEY), erasing.of_return("900001", "202526", Term.AUTUMN),
     erasing.of_school("900001"), erasing.Request(erasing.Kind.RETENTION, academic_year="202627")],
    ids=lambda one: str(one.kind),
)  # fmt: skip
def test_an_erasure_is_among_what_is_seen_with_how_many_rows(store: Warehouse, request_: erasing.Request) -> None:
    named = {"incident_ref": "900001-0"}
    submit(store, checked([incident(**named)], [child(**named, child_key=CHILD_KEY)]))
    erase(store, request_, when=audit.now())
    for scope in ("school:900001", "la:990"):
        found = [one for one in looks(store, scope) if one.action == "rows erased"]
        assert [one.number > 0 for one in found] == [True] * (request_.kind is not erasing.Kind.RETENTION)
    erased = [one for one in looks(store, "school:900001") if "erased" in one.action]
    assert search(store, TOBIAS, what="erased") == erased
    assert "rows erased" not in {one.action for one in looks(store, "la:991")}


def test_a_search_is_narrowed_by_school_and_days(store: Warehouse) -> None:
    missed(store, ROWAN)
    today = audit.now().date()
    assert len(search(store, ROWAN, school="900002", what="read", from_day=today, to_day=today)) == 1
    assert search(store, ROWAN, what="read", to_day=date(2020, 1, 1)) == []


def test_a_search_is_recorded_with_who_and_how_much_and_not_what_was_typed(store: Warehouse) -> None:
    search(store, TOBIAS, who="somebody in particular")
    with store.reading() as cursor:
        [last] = cursor.rows("SELECT action, actor, detail FROM audit ORDER BY sequence DESC LIMIT 1")
    assert (last["action"], last["actor"]) == ("record searched", TOBIAS.name)
    assert json.loads(last["detail"]) == {"schools": {}, "events": 0}
