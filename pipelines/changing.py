"""Did it work? One's own figures before and after a dated change of procedure, and where it did not apply.

Whole terms only: the term in which the change fell is left out, unless it began on that term's first day. A school is
counted when it returned at least once before and at least once after; what was not submitted is never a zero. Figures
come from the door by school and term and are added up here, which shares and rates of incidents allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines import change_windows
from pipelines.change_arms import LEAST_CASES, Arm, Finding, Seen, apart_finding, apart_from, arm
from pipelines.change_series import Trend
from pipelines.change_windows import Window
from pipelines.figures import Coverage, Figure, Question
from pipelines.procedure_changes import (
    Applies,
    NewChange,
    ProcedureChange,
    Where,
    groups,
    phases,
    record,
    recorded,
    schools_where,
    withdraw,
)
from pipelines.reporting import Reporting
from pipelines.scope import Scope
from pipelines.statistics.comparison import RateRatio
from pipelines.statistics.interrupted import LEAST_FOR_SLOPE, LEAST_FOR_STEP, Effect
from pipelines.statistics.intervals import Estimate
from schemas.errors import QuestionError
from schemas.measurement import Kind, Measure, measure, measures

__all__ = [
    "DEFAULT_MEASURES", "LEAST_CASES", "LEAST_FOR_SLOPE", "LEAST_FOR_STEP", "WINDOWS", "Applies", "Arm",
    "BeforeAfter", "Effect", "Estimate", "Finding", "NewChange", "ProcedureChange", "RateRatio", "Seen", "Trend",
    "Where", "Window", "before_and_after", "chance_of_one", "comparable", "groups", "phases", "record", "recorded",
    "withdraw",
]  # fmt: skip

DEFAULT_MEASURES = ("escalated_when_called_for", "escalation_rate", "dsl_informed_same_day", "incidents_per_1000")
WINDOWS = (6, 3)  # terms on either side: two years, one year
COMPARED = (Kind.SHARE, Kind.RATE)
LEVEL = 0.95


@dataclass(frozen=True)
class BeforeAfter:
    """One measure before and after a change. `elsewhere` is None where the change applied to all of one's schools.

    `apart` is the change where it applied beside that elsewhere: a difference of differences, or a ratio of ratios.
    """

    change: ProcedureChange
    measure: Measure
    rule_set: str | None
    window: Window
    applied: Arm
    elsewhere: Arm | None
    apart: Estimate | None
    apart_finding: Finding
    coverage: Coverage
    data_version: int
    as_at: datetime


def chance_of_one(measures_looked_at: int) -> float:
    """The chance that at least one of several independent intervals at 95 % excludes no change when nothing changed."""
    return float(1 - LEVEL**measures_looked_at)


def comparable() -> tuple[Measure, ...]:
    """The measures that can be compared before and after: shares and rates of incidents.

    Children are left out (one in two terms would count twice), and so are medians, counts without a denominator,
    and answers that share an incident.
    """
    return tuple(one for one in measures().values() if one.kind in COMPARED and one.grain == "incident")


def before_and_after(
    reporting: Reporting, scope: Scope, change: ProcedureChange, measure_id: str, *,
    rule_set: str | None = None, window: int = WINDOWS[0],
) -> BeforeAfter:  # fmt: skip
    """One measure before and after a change for one's own schools; QuestionError where it cannot be compared."""
    asked = measure(measure_id)
    if asked not in comparable():
        raise QuestionError("Only shares and rates of incidents can be compared before and after a change.")
    table = reporting.figures(scope, Question(asked.id, by=("school", "term"), rule_set=rule_set))
    months = reporting.figures(scope, Question(asked.id, by=("school", "month"), rule_set=rule_set))
    calendar = change_windows.calendar(reporting, scope, today=table.as_at.date())
    around = change_windows.around(calendar, change.from_day, most=window)
    where = schools_where(reporting, scope, change.applies)
    mine, mine_by_month = (_split(one.rows, where, inside=True) for one in (table, months))
    others, others_by_month = (_split(one.rows, where, inside=False) for one in (table, months))
    applied = arm(asked, mine, mine_by_month, around)
    elsewhere = arm(asked, others, others_by_month, around) if others else None
    apart = apart_from(applied, elsewhere)
    return BeforeAfter(
        change=change,
        measure=asked,
        rule_set=table.rule_set,
        window=around,
        applied=applied,
        elsewhere=elsewhere,
        apart=apart,
        apart_finding=apart_finding(asked, apart, applied, elsewhere),
        coverage=table.coverage,
        data_version=table.data_version,
        as_at=table.as_at,
    )


def _split(rows: Sequence[Figure], where: frozenset[str], *, inside: bool) -> list[Figure]:
    return [row for row in rows if (row.by["school"] in where) is inside]
