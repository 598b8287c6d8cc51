"""What is asked and what is answered: the question, a figure with its state, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipelines.scope import Scope
from schemas.errors import QuestionError
from schemas.lexicon import lexicon

BREAKDOWNS: Mapping[str, str] = {
    "term": "term",
    "month": "month",
    "year": "academic year",
    "school": "school",
    "risk_factor": "risk factor",
    "type": "incident type",
    "year_group": "year group",
    "sex": "sex",
    "how_shared": "how shared",
    "device_owner": "device owner",
    "escalated": "escalated",
    "support": "support offered",
    "action": "action taken",
    "role": "part of the child",
}
CATEGORIES = {  # breakdowns by an answer, with the table and a column that has its codes
    "type": ("incidents", "incident_type"),
    "year_group": ("children", "year_group"),
    "sex": ("children", "sex"),
    "how_shared": ("incidents", "shared_via"),
    "device_owner": ("incidents", "device_owner"),
    "escalated": ("incidents", "police_contacted"),  # worked out of four contacts, each answered with these codes
    "support": ("incidents", "support_offered"),
    "action": ("incidents", "actions_taken"),
    "role": ("children", "role"),
}


class State(StrEnum):
    """What kind of number it is. The first five are the portal's states; the last two say why there is none."""

    VALUE = "value"
    ZERO = "zero"
    NIL_RETURN = "nil_return"
    NOT_SUBMITTED = "not_submitted"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "not_applicable"  # nothing to measure: no incident to which it applies
    TOO_FEW = "too_few"  # too few are followed for long enough to say
    NOT_SHARED = "not_shared"  # of another organisation: not released yet, or never for such a period


STATE_WORDS: Mapping[State, str] = {
    State.VALUE: "",
    State.ZERO: "none",
    State.NIL_RETURN: "none recorded (nil return)",
    State.NOT_SUBMITTED: "no return",
    State.WITHHELD: "withheld",
    State.NOT_APPLICABLE: "nothing to measure",
    State.TOO_FEW: "too few to say",
    State.NOT_SHARED: "not shared",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `by` are breakdowns; `about` asks for another organisation's figures, protected.

    `year` is like 202526, `term` autumn, spring or summer, `phase` as in the register, `school` one URN within
    the scope; `as_at` asks for the figure as it was at a moment (UTC), None for now.
    """

    measure: str
    by: tuple[str, ...] = ()
    year: str | None = None
    term: str | None = None
    phase: str | None = None
    school: str | None = None
    rule_set: str | None = None
    about: Scope | None = None
    as_at: datetime | None = None

    def __post_init__(self) -> None:
        for name in self.by:
            if name not in BREAKDOWNS:
                raise QuestionError(f"Figures can be broken down by: {', '.join(BREAKDOWNS)}.")
        if len(set(self.by)) < len(self.by):
            raise QuestionError("Name each breakdown once.")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Returns received of expected; `nil` of those received said that there was nothing."""

    returned: int
    expected: int
    nil: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what belongs to it. Shares are 0–1, rates per 1,000, days in days.

    `not_known` and `not_applicable` are rows outside the denominator; `p90` and `undated` belong to days,
    `at_risk` to repeat involvement.
    """

    by: Mapping[str, str]
    value: float | None
    count: int | None
    denominator: int | None
    lower95: float | None
    upper95: float | None
    state: State
    coverage: Coverage
    not_known: int | None = None
    not_applicable: int | None = None
    p90: float | None = None
    undated: int | None = None
    at_risk: int | None = None


@dataclass(frozen=True)
class FigureTable:
    """The answer to a question: figures in the order of their breakdowns, and what they rest on."""

    question: Question
    scope: Scope
    rule_set: str | None
    as_at: datetime
    data_version: int
    coverage: Coverage
    rows: tuple[Figure, ...]
    protected: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    kept_from: str | None = None  # the first academic year of which rows are kept, None while none were erased

    def label(self, breakdown: str, code: str) -> str:
        """A breakdown's value in words: a school's name, a code's label."""
        return self.names.get(code, code) if breakdown == "school" else category_label(breakdown, code)


def categories(breakdown: str) -> tuple[str, ...]:
    """Every value that a breakdown by an answer can take, in order."""
    if breakdown == "risk_factor":
        return tuple(column.name for column in lexicon().risk_factors)
    table, column = CATEGORIES[breakdown]
    codes = lexicon().column(table, column).codes
    found = tuple(code.code for code in codes.codes) if codes else ()
    return found if {"not_known", "not_classified"} & set(found) else (*found, "not_known")


def category_label(breakdown: str, code: str) -> str:
    """The label of one value of a breakdown."""
    if breakdown == "risk_factor":
        return lexicon().column("incidents", code).label
    if breakdown in CATEGORIES:
        codes = lexicon().column(*CATEGORIES[breakdown]).codes
        labels: dict[str, Any] = {one.code: one.label for one in codes.codes} if codes else {}
        return str(labels.get(code, "Not known"))
    return code
