"""The doors behind the pages, attacked without any page: whatever takes a scope gives nothing that is not that scope's.

Two ways. In answers, the marks of others are looked for. And every figure is asked in two worlds that differ in nothing
but what others sent: whoever is told the same in both has learnt nothing of others, whatever the figure is. The
questions are made from the lists of measures and breakdowns, the doors from `Reporting` itself: a new one is asked too.
Each organisation asks each measure by one breakdown, others than the next one's, and a third of them whole and by term
and school, so that together all measures are asked in each way.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from pipelines import comparing, receipts, returns
from pipelines.figures import BREAKDOWNS, FigureTable, Question
from pipelines.reporting import Reporting
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import ForbiddenError, PlumblineError
from schemas.measurement import measures
from tests.attacks import world
from tests.factories import KEY

ASKING = ("la:990", "la:991", "trust:88001", "trust:88002", f"school:{world.ALDER.urn}", f"school:{world.DOVE.urn}",
          f"school:{world.JUNI.urn}")  # fmt: skip
OF_THEIR_OWN = {  # in the second world these send otherwise, and nobody of ASKING beside them may notice
    "la:990": (world.FENN, world.GORSE, world.HOLLOW),
    "la:991": (world.ALDER, world.BRACK, world.CINDER, world.DOVE, world.ELM, world.IVOR, world.JUNI),
    "trust:88001": (world.CINDER, world.ELM, world.FENN, world.GORSE, world.KEST, world.IVOR),
    "trust:88002": (world.ALDER, world.BRACK, world.CINDER, world.ELM, world.HOLLOW, world.FENN, world.KEST),
}
NO_SCOPE = {"data_version", "release", "shared"}  # of no organisation, or of what is shared with everybody
NOW_AND_THEN = (None, datetime(2026, 2, 1))  # noqa: DTZ001 - as the warehouse keeps it


def unlike(organisation: str) -> frozenset[str]:
    """The schools that were never an organisation's, and that send otherwise in its second world."""
    others = OF_THEIR_OWN.get(organisation)
    found = others or tuple(one for one in world.SCHOOLS if one.urn not in world.owned(organisation))
    return frozenset(one.urn for one in found)


@cache
def door(changed: frozenset[str] = frozenset()) -> tuple[Warehouse, Reporting]:
    """A world and the door to it."""
    store = world.make(None, changed=changed)
    return store, Reporting(store)


PLACES_IN_FILES = ["return_id", "row_number", "incident_no"]  # where the sender put it; authorities send for several


def questions(organisation: str) -> Iterator[Question]:
    """Every measure, whole and by breakdowns that differ from organisation to organisation."""
    names = list(BREAKDOWNS)
    turn = ASKING.index(organisation)
    for number, name in enumerate(measures()):
        yield Question(name, by=(names[(2 * turn + 3 * number) % len(names)],))
        if (number + turn) % 3 == 0:
            yield Question(name)
            yield Question(name, by=("term", "school"))


def told(ask: Any) -> str:
    """What an answer tells, without the moment and the number of the last change, which are everybody's."""
    try:
        answer = ask()
    except PlumblineError as error:
        return f"refused: {error}"
    if isinstance(answer, FigureTable):
        answer = replace(answer, as_at=NOW_AND_THEN[1], data_version=0, names=dict(sorted(answer.names.items())))
    text = answer.drop(columns=PLACES_IN_FILES, errors="ignore").to_csv() if hasattr(answer, "to_csv") else repr(answer)
    return re.sub(r"datetime\.datetime\([^)]*\)|data_version=\d+", "", text)


def doors() -> dict[str, inspect.Signature]:
    """Every door of `Reporting` that takes a scope."""
    found = {name: inspect.signature(one) for name, one in inspect.getmembers(Reporting, inspect.isfunction)
             if not name.startswith("_")}  # fmt: skip
    return {name: one for name, one in found.items() if name not in NO_SCOPE}


def asked(reporting: Reporting, name: str, scope: Scope, question: Question) -> Any:
    """Ask a door by its own names; one that takes something else must be added here."""
    given: dict[str, Any] = {"scope": scope, "question": question, "actor": actor(scope)}
    wanted = [one for one in doors()[name].parameters if one != "self"]
    assert set(wanted) <= set(given), f"say here how {name} is asked"
    return getattr(reporting, name)(**{one: given[one] for one in wanted})


def actor(scope: Scope) -> Actor:
    return Actor("an attacker", "lead", scope, purpose="return_quality")


def test_every_door_is_one_of_a_scope() -> None:
    assert {"figures", "outcomes", "missed", "returns", "versions"} <= set(doors())
    for name, signature in doors().items():
        assert next(iter(list(signature.parameters)[1:])) == "scope", name


@pytest.mark.parametrize("organisation", ASKING)
def test_no_figure_changes_when_others_send_otherwise(organisation: str) -> None:
    scope, (_, here), (_, there) = Scope.parse(organisation), door(), door(unlike(organisation))
    different = [
        question for question in questions(organisation)
        if told(lambda q=question: here.figures(scope, q)) != told(lambda q=question: there.figures(scope, q))  # type: ignore[misc]
    ]  # fmt: skip
    assert different == []


@pytest.mark.parametrize("organisation", ASKING)
@pytest.mark.parametrize("name", sorted(doors()))
def test_no_door_tells_more_when_others_send_otherwise(name: str, organisation: str) -> None:
    scope, (_, here), (_, there) = Scope.parse(organisation), door(), door(unlike(organisation))
    for measure in ("escalated_when_called_for", "involved_again_365_days"):
        question = Question(measure, by=() if name != "again_differences" else ("sex",))
        assert told(lambda q=question: asked(here, name, scope, q)) == told(
            lambda q=question: asked(there, name, scope, q)
        )  # type: ignore[misc]
    foreign = {mark for mark in world.foreign(organisation) if mark in told(lambda: asked(here, name, scope, question))}
    assert foreign == set()


@pytest.mark.parametrize("organisation", ASKING)
@pytest.mark.parametrize("moment", NOW_AND_THEN)
def test_whose_term_a_return_is_of_decides_and_not_whose_it_is_today(
    organisation: str, moment: datetime | None
) -> None:
    _, reporting = door()
    found = reporting.versions(Scope.parse(organisation))
    seen: dict[str, set[int]] = {}
    for urn, year, term in zip(found["school_urn"], found["academic_year"], found["term"], strict=True):
        seen.setdefault(urn, set()).add(world.TERMS.index((year, Term(term))))
    assert {urn: frozenset(places) for urn, places in seen.items()} == world.owned(organisation)
    question = Question("incidents", by=("school", "term"), as_at=moment)
    table = reporting.figures(Scope.parse(organisation), question)
    assert {row.by["school"] for row in table.rows if row.count} <= set(world.owned(organisation))


@pytest.mark.parametrize("organisation", ASKING)
def test_a_question_about_a_school_of_others_is_refused_at_every_door(organisation: str) -> None:
    scope, (_, reporting) = Scope.parse(organisation), door()
    never = [one for one in world.SCHOOLS if one.urn not in world.owned(organisation)]
    for name, signature in doors().items():
        if "question" not in signature.parameters:
            continue
        for one in never[:2]:
            question = Question("escalated_when_called_for", school=one.urn)
            text = told(lambda n=name, q=question: asked(reporting, n, scope, q))  # type: ignore[misc]
            assert text.startswith("refused"), f"{name} answered about {one.name}"
            assert one.name not in text


@pytest.mark.parametrize("organisation", ASKING)
def test_returns_of_others_are_neither_told_sent_nor_withdrawn(organisation: str) -> None:
    store, _ = door()
    scope = Scope.parse(organisation)
    with store.reading() as cursor:
        rows = cursor.rows("SELECT return_id, school_urn, academic_year, term FROM returns ORDER BY return_id")
    for row in rows:
        place = world.TERMS.index((row["academic_year"], Term(row["term"])))
        if place in world.owned(organisation).get(row["school_urn"], ()):
            continue
        with pytest.raises(ForbiddenError):
            receipts.proofs(store, scope, [row["return_id"]])
        with pytest.raises(ForbiddenError):
            returns.withdraw(store, row["return_id"], actor=actor(scope), seen=row["return_id"])
        with pytest.raises(ForbiddenError):
            returns.record_nil(store, school_urn=row["school_urn"], academic_year=row["academic_year"],
                               term=Term(row["term"]), actor=actor(scope))  # fmt: skip


@pytest.mark.parametrize("organisation", ASKING)
def test_rows_are_given_only_to_the_organisation_that_asks_and_with_a_purpose(organisation: str) -> None:
    _, reporting = door()
    question = Question("escalated_when_called_for")
    for other in world.ORGANISATIONS:
        if other != organisation:
            with pytest.raises(ForbiddenError):
                reporting.missed(Scope.parse(other), question, actor=actor(Scope.parse(organisation)))
    with pytest.raises(ForbiddenError):
        reporting.missed(
            Scope.parse(organisation), question, actor=replace(actor(Scope.parse(organisation)), purpose="")
        )


@pytest.mark.parametrize("organisation", ASKING)
def test_every_comparator_that_can_be_named_is_ones_own_or_shared(organisation: str) -> None:
    """Whatever stands in an address as a comparator: another's authority, trust, school and group."""
    store, reporting = door()
    scope, question = Scope.parse(organisation), Question("escalated_when_called_for", year="202425")
    own = comparing.groups(store, scope) if not organisation.startswith("school") else ()
    groups = [f"group:{number}" for number in range(1, 30)]
    others = [f"{kind}:{one}" for one in world.ORGANISATIONS for kind in ("about", "la", "trust", "school")]
    for written in ("la", "authority", "similar", "nation", *groups, *others):
        text = told(
            lambda w=written: comparing.compare(reporting, scope, question, comparing.Comparator.parse(w), own)  # type: ignore[misc]
        )
        assert {mark for mark in world.foreign(organisation) if mark in text} == set()


def test_the_secret_of_the_tests_is_no_mark() -> None:
    assert KEY.decode() not in world.foreign("")
