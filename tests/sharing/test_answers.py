"""What someone outside is told: rows of the releases, sums that anyone could make, and refusals in words."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.reporting import Question, Reporting, Scope, State
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from tests.sharing.worlds import URNS, YEAR, authority, send

SCHOOL, LA = Scope.parse(f"school:{URNS[5]}"), Scope.parse("la:990")


@pytest.fixture(scope="module")
def store() -> Warehouse:
    store = authority()
    for term in Term:
        send(store, term, dict.fromkeys(URNS, 6), escalated=3)
    return store


def ask(store: Warehouse, measure: str, **more: Any) -> list[tuple[str, int | None, int | None]]:
    rows = Reporting(store).figures(SCHOOL, Question(measure, about=LA, **more)).rows
    return [(str(row.state), row.count, row.denominator) for row in rows]


def test_terms_years_and_all_together(store: Warehouse) -> None:
    assert ask(store, "escalation_rate", by=("term",)) == [("value", 24, 48)] * 3
    assert ask(store, "escalation_rate", by=("year",)) == [("value", 72, 144)]
    assert ask(store, "escalation_rate") == ask(store, "escalation_rate", year=YEAR) == [("value", 72, 144)]
    assert ask(store, "escalation_rate", term="spring") == [("value", 24, 48)]


def test_a_rate_is_over_the_pupils_of_the_schools_that_returned(store: Warehouse) -> None:
    assert ask(store, "incidents_per_1000", year=YEAR) == [("value", 144, 4000)]


def test_a_phase_and_a_breakdown_are_shared_where_the_family_has_them(store: Warehouse) -> None:
    assert ask(store, "escalation_rate", year=YEAR, phase="secondary") == [("value", 72, 144)]
    rows = ask(store, "incidents", by=("risk_factor",), year=YEAR)
    assert rows
    assert {state for state, _, _ in rows} == {"zero"}


def test_the_shared_answer_says_when_it_was_released_and_of_which_data(store: Warehouse) -> None:
    table = Reporting(store).figures(SCHOOL, Question("escalation_rate", about=LA, year=YEAR))
    assert table.protected
    assert table.data_version > 0
    assert table.rows[0].not_known is None


def test_a_year_that_is_not_closed_is_not_shared_yet() -> None:
    store = authority()
    send(store, Term.AUTUMN, dict.fromkeys(URNS, 6))
    states = [row.state for row in Reporting(store).figures(SCHOOL, Question("incidents", about=LA, year=YEAR)).rows]
    assert states in ([State.NOT_SHARED], [State.VALUE])  # by the day on which this runs all its terms may be closed


@pytest.mark.parametrize(
    "more",
    [
        {"measure": "children_per_1000"}, {"measure": "incidents", "by": ("sex",)},
        {"measure": "incidents", "by": ("school",)}, {"measure": "incidents", "by": ("type", "risk_factor")},
        {"measure": "escalated_when_called_for", "rule_set": "uksic-advice"},
        {"measure": "days_to_escalation", "by": ("type",)}, {"measure": "incidents", "school": URNS[0]},
    ],
)  # fmt: skip
def test_what_the_family_does_not_hold_is_refused(store: Warehouse, more: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        Reporting(store).figures(SCHOOL, Question(about=LA, **more))


def test_for_sharing_is_what_others_are_told(store: Warehouse) -> None:
    question = Question("escalation_rate", by=("term",))
    shared = Reporting(store).shared(LA, question)
    others = Reporting(store).figures(SCHOOL, Question("escalation_rate", by=("term",), about=LA))
    assert shared.rows == others.rows
    with pytest.raises(RefusedError, match="authority by authority"):
        Reporting(store).shared(SCHOOL, question)
