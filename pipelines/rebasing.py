"""Rebases: from when a chart's limits are worked out anew, decided by a person with a written reason, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines import decisions
from pipelines.decisions import Decision, DecisionKind
from pipelines.figures import Question
from pipelines.periods import first_day_of
from pipelines.scope import Actor, Scope
from schemas.errors import ForbiddenError, QuestionError
from schemas.measurement import measure

if TYPE_CHECKING:
    from pipelines.control_points import ControlChart
    from pipelines.warehouse.store import Warehouse

FILTERS = ("term", "phase", "school")
LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Rebase:
    """A decision that limits begin anew with the first whole period from a day on."""

    decision_id: int
    first_day: date
    reason: str
    decided_at: datetime
    decided_by: str
    role: str


def rebases(warehouse: Warehouse, scope: Scope, question: Question) -> tuple[Rebase, ...]:
    """The rebases that stand for an organisation's chart of a question, earliest first."""
    wanted = _chart(question)
    kept = decisions.decisions(warehouse, scope, DecisionKind.REBASE)
    found = [_rebase(one) for one in kept if {name: one.content.get(name) for name in wanted} == wanted]
    return tuple(sorted(found, key=lambda one: one.first_day))


def rebase(warehouse: Warehouse, chart: ControlChart, by: Mapping[str, str], *, reason: str, actor: Actor) -> int:
    """Keep that a chart's limits begin anew with one of its periods, and why; the decision's number."""
    if actor.scope != chart.table.scope:
        raise ForbiddenError("Only the charts of your own organisation can be rebased.")
    first_day = first_day_of(by)
    if not chart.has_limits:
        raise QuestionError("This chart has no limits yet, so there is nothing to work out anew.")
    if first_day not in [point.first_day for point in chart.points[1:]]:
        raise QuestionError("Choose one of the chart's periods, not the first: limits begin with that one anyway.")
    if first_day in [one.first_day for one in chart.rebases]:
        raise QuestionError("The chart is rebased there already. Withdraw that one first to give another reason.")
    if len(reason.split()) < LEAST_WORDS:
        raise QuestionError("Write the reason in a few words: what changed, so that others can follow it later.")
    content = {**_chart(chart.table.question), "period": first_day.isoformat(), "reason": reason.strip()}
    return decisions.decide(warehouse, DecisionKind.REBASE, content, actor=actor)


def withdraw_rebase(warehouse: Warehouse, decision_id: int, *, actor: Actor) -> None:
    """End a rebase of one's own organisation; that it stood stays on record."""
    decisions.withdraw(warehouse, decision_id, actor=actor)


def _chart(question: Question) -> dict[str, Any]:
    """What tells one chart from another, apart from terms or months."""
    asked = measure(question.measure)
    rules = question.rule_set if asked.uses_rule_set else None
    return {"measure": asked.id, "rule_set": rules, **{name: getattr(question, name) for name in FILTERS}}


def _rebase(one: Decision) -> Rebase:
    content = one.content
    return Rebase(
        one.decision_id, date.fromisoformat(content["period"]), content["reason"], one.decided_at, one.decided_by,
        one.role,
    )  # fmt: skip
