"""Every measure's own worked example, run through the warehouse."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.reporting import Question, Reporting
from pipelines.scope import Scope
from schemas.calendar import Term
from schemas.measurement import Measure, measures
from tests.factories import URN, checked, child, complete_incident, incident, submit, warehouse

LA = Scope.parse("la:990")
FIRST = date(2023, 9, 10)


def _repeating(children: int, repeats: int, *, after: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """So many children with a first incident in autumn 2023, of whom some are in another so many days later."""
    second = FIRST + timedelta(days=after)
    firsts = [incident(incident_ref=f"F{n}", reported_date=FIRST.isoformat()) for n in range(children)]
    again = [incident(incident_ref=f"S{n}", reported_date=second.isoformat()) for n in range(repeats)]
    rows = firsts + again
    keys = [f"{int(row['incident_ref'][1:]):016x}" for row in rows]
    return rows, [child(incident_ref=row["incident_ref"], child_key=key) for row, key in zip(rows, keys, strict=True)]


def _answer(one: Measure) -> Any:
    example = dict(one.example)
    schools = [{"URN": str(int(URN) + n), "NumberOfPupils": str(example.get("pupils", 500))}
               for n in range(example.get("schools", 1))]  # fmt: skip
    make = complete_incident if example.get("complete") else incident
    store = warehouse(*schools)
    if "repeat_children" in example:
        rows, involved = _repeating(
            example["repeat_children"], example["repeats"], after=example.get("repeat_after_days", 100)
        )
        submit(store, checked(rows, involved, year="202324"))
        late = incident(incident_ref="LATE", reported_date="2025-03-01")
        of_late = child(incident_ref="LATE", child_key="f" * 16)
        submit(store, checked([late], [of_late], year="202425", term=Term.SPRING))
        return Reporting(store).figures(LA, Question(one.id, year="202324")).rows[0]
    involved = [child(**row) for row in example.get("children", [])]
    submit(store, checked([make(**row) for row in example["incidents"]], involved))
    question = Question(one.id, year="202526", term="autumn", rule_set=example.get("rule_set"))
    return Reporting(store).figures(LA, question).rows[0]


@pytest.mark.parametrize("name", measures())
def test_the_worked_example_of_each_measure_gives_the_figure_it_says(name: str) -> None:
    one = measures()[name]
    found = _answer(one)
    assert found.value == pytest.approx(one.example["value"])
    for part in ("count", "denominator", "p90"):
        if part in one.example:
            assert getattr(found, part) == pytest.approx(one.example[part]), part
