"""The five outcomes of incidents under a rule set, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines import exact
from pipelines.figures import Question
from pipelines.scope import Scope
from pipelines.warehouse import questions
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.rulesets import OUTCOME_LABELS, Outcome, rule_set


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many incidents of one combination had one of the five outcomes; None where withheld."""

    by: Mapping[str, str]
    outcome: Outcome
    count: int | None


def outcomes(cursor: Cursor, scope: Scope, question: Question, moment: datetime) -> tuple[OutcomeCount, ...]:
    """The outcomes of one's own incidents as they were known at a moment, in the order of the rule set's words."""
    asked = grains_at(cursor, scope, moment) + questions.outcomes(rule_set(question.rule_set), question)
    return _outcome_counts(cursor.rows(asked, exact.values_of(scope, question, moment)))


def _outcome_counts(rows: Sequence[Mapping[str, Any]]) -> tuple[OutcomeCount, ...]:
    order = list(OUTCOME_LABELS)
    found = [
        OutcomeCount(
            {name.removeprefix("by_"): str(value) for name, value in row.items() if name.startswith("by_")},
            Outcome(row["outcome"]),
            int(row["count"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (tuple(one.by.values()), order.index(one.outcome))))
