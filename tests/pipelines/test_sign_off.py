"""Sign-off: where it is asked for, no return and no nil return is kept without the DSL's or the head's declaration."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines import decisions, register, returns, sign_off
from pipelines.decisions import DecisionKind
from pipelines.intake.tables import NamedFile
from pipelines.scope import Actor, Scope
from pipelines.sign_off import NOT_SIGNED, SIGNING_ROLES
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import QuestionError, RefusedError
from tests import factories
from tests.factories import KEY, OFFICER, incident, officer_of

SCHOOL = Scope.parse("school:900001")
LEAD, HEAD = (Actor("tests", role, SCHOOL) for role in SIGNING_ROLES)
MANAGER = Actor("tests", "data manager", SCHOOL)
TRUST = {"Trusts (code)": "99001", "Trusts (name)": "Invented Trust"}


@pytest.fixture(scope="module")
def empty() -> Warehouse:
    """A school of la:990 and trust:99001, and one of the authority alone."""
    return factories.warehouse({"URN": "900001", **TRUST}, {"URN": "900002"})


@pytest.fixture
def store(empty: Warehouse):  # type: ignore[no-untyped-def]
    """The same, with whatever a test asked for ended."""
    yield empty
    for text in ("la:990", "trust:99001", "school:900001"):
        if sign_off.asked_by(empty, Scope.parse(text)):
            sign_off.stop(empty, actor=officer_of(text))


def send(store: Warehouse, actor: Actor, signed_as: str | None = None, urn: str = "900001") -> returns.Receipt:
    passed = factories.checked([incident(school_urn=urn)])
    return returns.submit(store, passed, actor=actor, key=KEY, signed_as=signed_as)[0]


def nil(store: Warehouse, actor: Actor, signed_as: str | None = None) -> returns.Receipt:
    return returns.record_nil(
        store, school_urn="900001", academic_year="202526", term=Term.SPRING, actor=actor, signed_as=signed_as
    )


def versions(store: Warehouse) -> int:
    with store.reading() as cursor:
        return int(cursor.rows("SELECT count(*) AS n FROM returns")[0]["n"])


def test_nothing_is_asked_until_somebody_does(store: Warehouse) -> None:
    assert send(store, MANAGER).signed_off_as == ""
    assert nil(store, MANAGER).signed_off_as == ""


@pytest.mark.parametrize("asker", ["school:900001", "trust:99001", "la:990"])
@pytest.mark.parametrize("way", [send, nil])
def test_whoever_asks_every_way_of_sending_needs_a_declaration(store: Warehouse, asker: str, way) -> None:  # type: ignore[no-untyped-def]
    sign_off.ask(store, actor=officer_of(asker))
    before = versions(store)
    for actor in (LEAD, HEAD, MANAGER, officer_of("la:990"), officer_of("trust:99001"), OFFICER):
        with pytest.raises(RefusedError) as refused:
            way(store, actor)
        assert str(refused.value) == NOT_SIGNED
    assert versions(store) == before
    for actor in (LEAD, HEAD):
        assert way(store, actor, actor.role).signed_off_as == actor.role


@pytest.mark.parametrize("role", [*SIGNING_ROLES, "data manager", "authority safeguarding officer", ""])
def test_nobody_signs_under_a_role_that_is_not_theirs(store: Warehouse, role: str) -> None:
    sign_off.ask(store, actor=officer_of("la:990"))
    for actor in (MANAGER, Actor("x", role, Scope.parse("la:990")), Actor("x", role, Scope.parse("trust:99001"))):
        with pytest.raises(RefusedError):
            send(store, actor, role)
    with pytest.raises(RefusedError):
        send(store, LEAD, HEAD.role)


def test_the_operator_may_say_who_declared_it_elsewhere(store: Warehouse) -> None:
    sign_off.ask(store, actor=officer_of("la:990"))
    assert send(store, OFFICER, HEAD.role).signed_off_as == HEAD.role
    with pytest.raises(RefusedError):
        send(store, OFFICER, "operator")


def test_it_is_kept_beside_the_version_with_the_role_when_and_who_asked(store: Warehouse) -> None:
    for asker in ("trust:99001", "la:990"):
        sign_off.ask(store, actor=officer_of(asker))
    receipt = send(store, LEAD, LEAD.role)
    with store.reading() as cursor:
        rows = cursor.rows("SELECT * FROM sign_offs WHERE return_id = $id", {"id": receipt.return_id})
    assert rows == [
        {"return_id": receipt.return_id, "role": LEAD.role, "declared_at": receipt.recorded_at,
         "declared_by": LEAD.name, "asked_by": "la:990 trust:99001"}
    ]  # fmt: skip
    assert sign_off.who_asks({"900001": (Scope.parse("la:990"), Scope.parse("trust:99001"))}) == (
        "its trust and its authority"
    )


def test_it_binds_the_schools_of_the_one_who_asks_and_no_others(store: Warehouse) -> None:
    sign_off.ask(store, actor=officer_of("trust:99001"))
    assert send(store, officer_of("la:990"), urn="900002").signed_off_as == ""
    assert set(sign_off.asking(store, OFFICER.scope, ["900001", "900002"], "202526", Term.AUTUMN)) == {"900001"}


def test_a_trust_asks_for_the_terms_on_whose_last_day_a_school_was_its_own() -> None:
    store = factories.warehouse({"URN": "900001"})
    joined = (
        "Group UID,Group Name,Group Type,Group Type (code),URN,EstablishmentName,Joined date,Group Status,Closed Date\n"
        "99001,Invented Trust,Multi-academy trust,06,900001,School,01/02/2026,Open,\n"
    )
    register.load_register(store, [NamedFile("groups.csv", joined.encode())], actor=OFFICER)
    sign_off.ask(store, actor=officer_of("trust:99001"))
    asked = {str(term): set(sign_off.asking(store, OFFICER.scope, ["900001"], "202526", term)) for term in Term}
    assert asked == {"autumn": set(), "spring": {"900001"}, "summer": {"900001"}}
    store.close()


def test_it_is_asked_for_once_and_ended_once(store: Warehouse) -> None:
    actor = officer_of("la:990")
    sign_off.ask(store, actor=actor)
    first = sign_off.asked_by(store, actor.scope)
    sign_off.ask(store, actor=actor)
    assert sign_off.asked_by(store, actor.scope) == first
    sign_off.stop(store, actor=actor)
    with pytest.raises(QuestionError):
        sign_off.stop(store, actor=actor)


def test_of_people_who_ask_at_once_one_decision_is_kept(store: Warehouse) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sign_off.ask(store, actor=officer_of("la:990")), range(8)))
    assert len(decisions.decisions(store, Scope.parse("la:990"), DecisionKind.SIGN_OFF)) == 1


def test_the_operator_cannot_ask(store: Warehouse) -> None:
    with pytest.raises(RefusedError):
        sign_off.ask(store, actor=OFFICER)
