"""A trust's token tells what its trust may know of a school: nothing of a term before it joined, in whatever file."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines import register
from pipelines.house import House
from pipelines.intake.tables import NamedFile
from pipelines.scope import Actor, Scope
from schemas.calendar import Term
from tests.api import world
from tests.api.world import SECOND, return_of
from tests.factories import OFFICER, URN, checked, child, incident, submit, warehouse

TRUST = Actor("Ottoline Farrant", "trust administrator", Scope.parse("trust:99001"))
AUTUMN = {"academic_year": "202526", "term": "autumn"}
BEFORE = {"reported_date": "2024-10-01", "dsl_informed_date": "2024-10-01"}
SUMMER = {"reported_date": "2025-06-02", "dsl_informed_date": "2025-06-02"}
GROUPS = f"""URN,Group UID,Group Name,Group Type (code),Group Type,Joined date,Left date,Closed Date
{URN},99001,Trust,06,Multi-academy trust,01/09/2025,,
{SECOND},99001,Trust,06,Multi-academy trust,01/09/2019,,
"""


@pytest.fixture
def house() -> House:
    """A trust that the first school joined in September 2025; that school had sent returns before."""
    store = warehouse({"URN": URN}, {"URN": SECOND})
    register.load_register(store, [NamedFile("groups.csv", GROUPS.encode())], actor=OFFICER)
    for year, term, days in (("202425", Term.AUTUMN, BEFORE), ("202425", Term.SUMMER, SUMMER)):
        rows = [incident(incident_ref=f"INC-{number}{term[:1]}", **days) for number in range(12)]
        involved = [child(incident_ref=row["incident_ref"], child_key=f"{n:032x}") for n, row in enumerate(rows, 1)]
        submit(store, checked(rows, involved, year=year, term=term))
    return world.house(store)


def rules(answer: Any) -> set[str]:
    assert answer.status_code in (200, 422), answer.text
    told = answer.json()
    return {one["rule"] for one in (told.get("check") or told)["issues"]}


def of_history(answer: Any) -> set[str]:
    return {rule for rule in rules(answer) if rule.startswith(("history-", "whole-count", "whole-nil"))}


def asked(house: House, actor: Actor) -> Any:
    return world.programme(house, world.token(house, actor=actor, schools=(URN,))[1])


ASKS: dict[str, dict[str, Any]] = {
    "history-involved-before": {"count": 1},
    "history-same-content": {"count": 1},
    "whole-count-far": {"count": 40},
    "history-reference-used": {"count": 1, "incident_ref": "INC-3s"},
}


@pytest.mark.parametrize("rule", ASKS)
def test_a_check_tells_the_school_and_not_the_trust_what_was_sent_before_it_joined(house: House, rule: str) -> None:
    files = return_of(**ASKS[rule])
    with asked(house, world.LEAD) as school:
        assert rule in of_history(school.check(files, **AUTUMN))
    with asked(house, TRUST) as trust:
        answer = trust.check(files, **AUTUMN)
        assert of_history(answer) == set()
        assert answer.json()["seen"] == 0


def test_with_another_error_in_the_file_nothing_more_is_told(house: House) -> None:
    files = return_of(1, status="maybe")
    with asked(house, TRUST) as trust:
        for answer in (trust.check(files, **AUTUMN), trust.send(files, **AUTUMN)):
            assert "format-code" in rules(answer)
            assert of_history(answer) == set()


@pytest.mark.parametrize("wrong", [{}, {"status": "maybe"}, {"dsl_informed_date": "31/02/2025"}])
@pytest.mark.parametrize("way", ["check", "send"])
def test_of_a_term_that_only_the_file_names_and_the_token_does_not_open_nothing_is_told(
    house: House, way: str, wrong: dict[str, str]
) -> None:
    files = return_of(3, **(SUMMER | wrong))
    with asked(house, TRUST) as trust:
        answer = getattr(trust, way)(files)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (403, "not-open")
    assert "issues" not in answer.text
    assert "maybe" not in answer.text


def test_a_nil_return_is_held_only_against_the_trusts_own_terms(house: House) -> None:
    with asked(house, TRUST) as trust:
        told = trust.nil(**AUTUMN)
    assert (told.status_code, told.json()["queries"]) == (201, 0)
    with asked(house, world.LEAD) as school:
        assert school.nil(**AUTUMN, seen=told.json()["seen"]).json()["queries"] == 1


def test_a_token_for_one_school_does_not_tell_who_was_involved_at_another_of_the_trust(house: House) -> None:
    seen = child(incident_ref="X", school_urn=SECOND, child_key=f"{1:032x}")
    days = {"reported_date": "2025-09-03", "dsl_informed_date": "2025-09-03"}
    submit(house.warehouse, checked([incident(incident_ref="X", school_urn=SECOND, **days)], [seen]))
    with asked(house, TRUST) as trust:
        assert of_history(trust.check(return_of(1), **AUTUMN)) == set()


def test_what_the_school_sends_of_a_term_before_does_not_make_the_trusts_stale(house: House) -> None:
    with asked(house, TRUST) as trust, asked(house, world.LEAD) as school:
        seen = trust.check(return_of(1), **AUTUMN).json()["seen"]
        before = return_of(1, incident_ref="LATE", **SUMMER)
        assert school.send(before, key="key-00002", academic_year="202425", term="summer").status_code == 201
        kept = trust.send(return_of(1), **AUTUMN, seen=seen)
        assert kept.status_code == 201
        assert trust.state(kept.json()["id"]).json()["seen"] == kept.json()["id"]
