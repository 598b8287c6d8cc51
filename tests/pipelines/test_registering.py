"""The register from a page: tried and read first, loaded whole, and never so as to give oneself another's schools."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipelines import registering
from pipelines.history import schools_in_scope
from pipelines.intake.tables import NamedFile
from pipelines.people.deciding import Decider
from schemas.errors import ForbiddenError, RefusedError, StaleError, UnreadableError
from schemas.roles import GrantRole
from tests import factories
from tests.people.world import ADMINISTRATOR, BY_OPERATOR, OFFICER, REGISTER, TRUST, World, today

ELSEWHERE = {"URN": "900003", "LA (code)": "991", "LA (name)": "Other"}


@pytest.fixture
def world() -> World:
    return World()


def schools(*rows: Mapping[str, str]) -> tuple[NamedFile, ...]:
    return (NamedFile("edubasealldata.csv", factories.register_csv(rows)),)


def links(urn: str, link_urn: str) -> tuple[NamedFile, ...]:
    text = f"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{urn},{link_urn},Before,Predecessor,01-09-2025\n"
    return (NamedFile("links.csv", text.encode("cp1252")),)


def groups(urn: str, uid: str) -> tuple[NamedFile, ...]:
    text = (
        "URN,Group UID,Group Name,Group Type,Joined date,Closed Date\n"
        f"{urn},{uid},Taking Trust,Multi-academy trust,01-09-2020,\n"
    )
    return (NamedFile("groups.csv", text.encode("cp1252")),)


def own(world: World, decider: Decider) -> set[str]:
    with world.warehouse.reading() as cursor:
        return set(schools_in_scope(cursor, decider.actor.scope, on=today()))


def test_what_would_change_is_told_and_nothing_is_kept(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    files = schools(
        {"URN": "900001", "EstablishmentName": "Renamed School"},
        {"URN": "900002", "EstablishmentStatus (code)": "2", "EstablishmentStatus (name)": "Closed"},
        {"URN": "900009", **TRUST}, ELSEWHERE,
    )  # fmt: skip
    tried = registering.attempt(world.warehouse, files, decider=avery)
    assert [(one.urn, one.what) for one in tried.changes] == [
        ("900001", "leaves Invented Trust"), ("900001", "now called Renamed School"),
        ("900002", "was open, is closed"), ("900009", "new"),
    ]  # fmt: skip
    assert (tried.others, tried.files[0].kept) == (0, 4)
    assert own(world, avery) == {"900001", "900002"}
    assert len(registering.loads(world.warehouse)) == 1
    registering.load(world.warehouse, files, tried, decider=avery)
    assert own(world, avery) == {"900001", "900002", "900009"}
    latest = registering.loads(world.warehouse)[0]
    assert (latest.by, latest.organisation, latest.rows) == (avery.actor.name, "la:990", 4)


def test_what_was_tried_is_what_is_loaded(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    tried = registering.attempt(world.warehouse, schools(*REGISTER), decider=avery)
    with pytest.raises(StaleError):
        registering.load(world.warehouse, schools({"URN": "900009"}), tried, decider=avery)
    files = schools(*REGISTER, {"URN": "900009"})
    tried = registering.attempt(world.warehouse, files, decider=avery)
    registering.load(world.warehouse, files, tried, decider=avery)
    with pytest.raises(StaleError):  # by now nothing of it is new
        registering.load(world.warehouse, files, tried, decider=avery)


TAKING = {
    "its authority": lambda: schools({**ELSEWHERE, "LA (code)": "990", "LA (name)": "Invented"}),
    "its past, by a link": lambda: links("900001", "900003"),
    "its trust": lambda: groups("900003", "99001"),
}


@pytest.mark.parametrize("how", TAKING)
@pytest.mark.parametrize("used", ["returns", "people", "its authority"])
def test_no_file_gives_an_authority_a_school_that_another_uses_or_waits_for(world: World, how: str, used: str) -> None:
    avery = world.decider("Avery", "la:990")
    if used == "returns":
        factories.submit(world.warehouse, factories.checked([factories.incident(school_urn="900003")]))
    else:
        world.grant(world.person("Marian"), "school:900003" if used == "people" else "la:991", GrantRole.LEAD)
    files = TAKING[how]()
    tried = registering.attempt(world.warehouse, files, decider=avery)
    assert tried.others == 1
    with pytest.raises(ForbiddenError, match="Nothing of it is loaded"):
        registering.load(world.warehouse, files, tried, decider=avery)
    assert len(registering.loads(world.warehouse)) == 1


def test_the_operator_may_load_what_moves_schools_of_others(world: World) -> None:
    world.grant(world.person("Marian"), "school:900003", GrantRole.LEAD)
    files = schools({**ELSEWHERE, "LA (code)": "990", "LA (name)": "Invented"}, *REGISTER[:2])
    tried = registering.attempt(world.warehouse, files, decider=BY_OPERATOR)
    registering.load(world.warehouse, files, tried, decider=BY_OPERATOR)
    assert own(world, world.decider("Avery", "la:990")) == {"900001", "900002", "900003"}


@pytest.mark.parametrize(
    ("place", "role"),
    [("la:990", OFFICER), ("la:990", GrantRole.LEAD), ("trust:99001", ADMINISTRATOR), ("school:900001", ADMINISTRATOR)],
)
def test_nobody_else_loads_the_register(world: World, place: str, role: GrantRole) -> None:
    somebody = world.decider("Avery", place, role)
    with pytest.raises(ForbiddenError):
        registering.attempt(world.warehouse, schools(*REGISTER), decider=somebody)


def test_other_files_are_refused_in_words(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    with pytest.raises(UnreadableError):
        registering.attempt(world.warehouse, (NamedFile("a.csv", b"a,b\n1,2\n"),), decider=avery)
    with pytest.raises(RefusedError):
        registering.attempt(world.warehouse, (), decider=avery)


def test_a_trust_that_a_school_joins_is_told_by_name(world: World) -> None:
    avery = world.decider("Avery", "la:990")
    files = schools({"URN": "900001", **TRUST}, {"URN": "900002", **TRUST}, ELSEWHERE)
    tried = registering.attempt(world.warehouse, files, decider=avery)
    assert [(one.urn, one.what) for one in tried.changes] == [("900002", "joins Invented Trust")]
