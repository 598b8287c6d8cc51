"""What is planted in the sample, so that every page of the portal has something true to find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pipelines.sample.schools import SCHOOLS, School

NEVER_RETURNS = frozenset({900017})
MISSED_TERMS = frozenset(
    {
        (900018, "202223", "spring"),
        (900020, "202324", "spring"),
        (900011, "202324", "summer"),
        (900003, "202425", "summer"),
        (900013, "202425", "autumn"),
        (900019, "202526", "autumn"),
        (900015, "202526", "summer"),
    }
)
MISSES_ESCALATIONS = frozenset({900009, 900011})
DECIDES_LATE = frozenset({900012, 900019})
RETURNS_LATE = frozenset({900004, 900016})
SENT_AGAIN = frozenset(
    {
        (900001, "202223", "summer"),
        (900012, "202324", "autumn"),
        (900002, "202526", "autumn"),
        (900019, "202526", "spring"),
    }
)


@dataclass(frozen=True)
class ProcedureChange:
    """A dated change of procedure, in force at these schools from a day on."""

    title: str
    description: str
    from_date: date
    la_code: str
    trust_uid: str
    urns: tuple[int, ...]


@dataclass(frozen=True)
class Practice:
    """How a school acts: shares of incidents, and mean days from the lead being told to the decision."""

    escalates_when_called_for: float = 0.72
    escalates_otherwise: float = 0.12
    dsl_told_same_day: float = 0.80
    days_to_decision: float = 0.8
    records_reasons: float = 0.88
    head_signs_off: float = 0.72
    reviews: float = 0.88


CHANGE = ProcedureChange(
    title="Told the same day, and an escalation checklist",
    description=(
        "From 1 September 2024 staff of the trust's schools in Larkshire tell the designated safeguarding "
        "lead on the same day, and the lead works through an escalation checklist before deciding."
    ),
    from_date=date(2024, 9, 1),
    la_code="990",
    trust_uid="99001",
    urns=tuple(
        school.urn for school in SCHOOLS if school.la_code == "990" and school.trust_on(date(2024, 9, 1)) == "99001"
    ),
)
_USUAL = Practice()
_BEFORE_THE_CHANGE = replace(_USUAL, escalates_when_called_for=0.57, dsl_told_same_day=0.66)
_AFTER_THE_CHANGE = replace(
    _USUAL, escalates_when_called_for=0.90, dsl_told_same_day=0.95, days_to_decision=0.4, records_reasons=0.95
)
_MISSES = replace(_USUAL, escalates_when_called_for=0.32, records_reasons=0.70, head_signs_off=0.45)
_LATE = replace(_USUAL, days_to_decision=7.0)


def practice_of(school: School, *, on: date) -> Practice:
    """How this school acts on a day."""
    if school.urn in MISSES_ESCALATIONS:
        return _MISSES
    if school.urn in DECIDES_LATE:
        return _LATE
    if school.urn in CHANGE.urns:
        return _AFTER_THE_CHANGE if on >= CHANGE.from_date else _BEFORE_THE_CHANGE
    return _USUAL


def is_sent(school: School, *, year: str, term: str) -> bool:
    """Whether the school sends a return for a term."""
    return school.urn not in NEVER_RETURNS and (school.urn, year, term) not in MISSED_TERMS
