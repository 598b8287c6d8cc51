"""Dated changes of procedure that an authority, trust or school records: what changed, where, from which day.

Kept by `decisions`: never edited in place, only withdrawn and recorded anew, each with who and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import pandas as pd

from pipelines import audit, decisions
from pipelines.decisions import Decision, DecisionKind
from pipelines.figures import Question
from pipelines.reporting import Reporting
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.errors import ForbiddenError, QuestionError

LONGEST_TITLE = 80
TOO_EARLY = (
    "There is no whole term with a return before this day, so nothing to compare with. The first return is of the term "
    "that began on {day}; choose a day after it."
)


class Where(StrEnum):
    """Where a change applies."""

    ALL = "all schools"
    PHASE = "schools of one phase"
    SCHOOLS = "chosen schools"
    GROUP = "a group of schools"


@dataclass(frozen=True, slots=True)
class Applies:
    """Where a change applies. `schools` are URNs, for a group as it was when the change was recorded."""

    where: Where = Where.ALL
    phase: str = ""
    group: str = ""
    schools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change of procedure about to be recorded: a short title, one sentence, and its first day in force."""

    title: str
    what: str
    from_day: date
    applies: Applies = field(default_factory=Applies)


@dataclass(frozen=True, slots=True)
class ProcedureChange:
    """A change of procedure that stands, with who recorded it and when."""

    number: int
    title: str
    what: str
    from_day: date
    applies: Applies
    recorded_at: datetime
    recorded_by: str
    role: str


def record(reporting: Reporting, warehouse: Warehouse, new: NewChange, *, actor: Actor) -> int:
    """Record a change for the actor's own organisation; QuestionError says what is wrong with it."""
    _must_be_told(new)
    _must_have_a_before(reporting, actor.scope, new.from_day)
    applies = _applying(reporting, warehouse, actor.scope, new.applies)
    content = {
        "title": new.title.strip(), "what": new.what.strip(), "from_day": new.from_day.isoformat(),
        "where": str(applies.where), "phase": applies.phase, "group": applies.group,
        "schools": list(applies.schools),
    }  # fmt: skip
    return decisions.decide(warehouse, DecisionKind.PROCEDURE_CHANGE, content, actor=actor)


def withdraw(warehouse: Warehouse, number: int, *, actor: Actor) -> None:
    """End a recorded change of one's own organisation; it stays on record."""
    decisions.withdraw(warehouse, number, actor=actor)


def recorded(warehouse: Warehouse, scope: Scope) -> tuple[ProcedureChange, ...]:
    """The changes that stand for an organisation, the latest in force first."""
    found = [_change(one) for one in decisions.decisions(warehouse, scope, DecisionKind.PROCEDURE_CHANGE)]
    return tuple(sorted(found, key=lambda one: (one.from_day, one.number), reverse=True))


def groups(warehouse: Warehouse, scope: Scope) -> Mapping[str, tuple[str, ...]]:
    """An organisation's own named groups: the URNs of each."""
    found = decisions.decisions(warehouse, scope, DecisionKind.GROUP)
    return {str(one.content["name"]): tuple(map(str, one.content["schools"])) for one in found}


def phases(reporting: Reporting, scope: Scope) -> tuple[str, ...]:
    """The phases of one's own schools."""
    return tuple(sorted({str(one) for one in _expected(reporting, scope)["phase"].dropna()}))


def schools_where(reporting: Reporting, scope: Scope, applies: Applies) -> frozenset[str]:
    """The URNs of one's own schools at which a change applies."""
    if applies.where is Where.ALL:
        return frozenset(reporting.schools(scope))
    if applies.where is Where.PHASE:
        expected = _expected(reporting, scope)
        return frozenset(map(str, expected.loc[expected["phase"] == applies.phase, "school_urn"]))
    return frozenset(applies.schools) & frozenset(reporting.schools(scope))


def _must_be_told(new: NewChange) -> None:
    if not new.title.strip() or not new.what.strip():
        raise QuestionError("Give the change a short title and say in one sentence what changed.")
    if len(new.title.strip()) > LONGEST_TITLE:
        raise QuestionError(f"Write a title of at most {LONGEST_TITLE} characters; the sentence can say more.")
    if new.from_day > audit.now().date():
        raise QuestionError("This day has not come yet. Record a change once it is in force.")


def _must_have_a_before(reporting: Reporting, scope: Scope, from_day: date) -> None:
    expected = _expected(reporting, scope)
    came = expected[expected["returned"]]
    if not len(came):
        raise QuestionError("No return has come yet, so there is nothing to compare. Record the change later.")
    if came["last_day"].min().date() >= from_day:
        began = came["first_day"].min().date()
        raise QuestionError(TOO_EARLY.format(day=f"{began.day} {began:%B %Y}"))


def _applying(reporting: Reporting, warehouse: Warehouse, scope: Scope, asked: Applies) -> Applies:
    """Where a change applies, checked, and with the schools of a group as they are now."""
    if asked.where is Where.PHASE:
        if asked.phase not in phases(reporting, scope):
            raise QuestionError("None of your schools is of this phase. Choose another.")
        return Applies(Where.PHASE, phase=asked.phase)
    if asked.where is Where.GROUP:
        known = groups(warehouse, scope)
        if asked.group not in known:
            raise QuestionError("Your organisation has no such group; it may have been withdrawn.")
        return Applies(Where.GROUP, group=asked.group, schools=known[asked.group])
    if asked.where is Where.SCHOOLS:
        if not asked.schools:
            raise QuestionError("Choose at least one school.")
        if not set(asked.schools) <= set(reporting.schools(scope)):
            raise ForbiddenError("A change can be recorded for your own schools only.")
        return Applies(Where.SCHOOLS, schools=tuple(sorted(set(asked.schools))))
    return Applies()


def _expected(reporting: Reporting, scope: Scope) -> pd.DataFrame:
    return reporting.returns(scope, Question("returns_received"))


def _change(one: Decision) -> ProcedureChange:
    kept = one.content
    return ProcedureChange(
        number=one.decision_id,
        title=str(kept["title"]),
        what=str(kept["what"]),
        from_day=date.fromisoformat(kept["from_day"]),
        applies=Applies(Where(kept["where"]), kept["phase"], kept["group"], tuple(kept["schools"])),
        recorded_at=one.decided_at,
        recorded_by=one.decided_by,
        role=one.role,
    )
