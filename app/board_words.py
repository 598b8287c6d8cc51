"""The returns board in words: what has come of each expected return, whether it is late, and whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from app.wording import NOTHING, day, days, moment, number, opening, period
from pipelines.board import CAME, Board, ExpectedReturn, State

STATES = {
    State.EXPECTED: "Expected, not submitted",
    State.LATE: "Late, not submitted",
    State.RECEIVED: "Received",
    State.NIL: "Nil return",
    State.WITHDRAWN: "Withdrawn, nothing stands",
}
NO_DEADLINE = "no deadline set"
TIMES = {1: "once", 2: "twice"}
ONLY_SET = (
    "A return is late only against a deadline that the authority has set; where none is set, none is late. It counts "
    "from the day on which a return first came: a correction sent later is not late."
)


def sentence(board: Board) -> str:
    """How many are late, and how many came late; empty where there is no deadline to be late for."""
    if not board.of_ended_terms:
        return ""
    if not any(one.due for one in board.returns):
        return "No deadline is set for these terms, so none of them is late."
    overdue = len([one for one in board.returns if one.days_late and not one.came])
    after = len([one for one in board.returns if one.days_late and one.came])
    said = f"{_returns(overdue)} overdue" if overdue else "None is overdue"
    came = f"; {number(after)} came after the deadline" if after else ""
    without = len([one for one in board.returns if one.due is None and not one.came])
    none = f"; for {number(without)} that {'has' if without == 1 else 'have'} not come no deadline is set"
    return f"{said}{came}{none if without else ''}."


def _returns(count: int) -> str:
    return "1 return is" if count == 1 else f"{number(count)} returns are"


def table(rows: Sequence[ExpectedReturn]) -> pd.DataFrame:
    """A row for each expected return, in words."""
    return pd.DataFrame([_row(one) for one in rows])


def _row(one: ExpectedReturn) -> dict[str, str]:
    return {
        "School": f"{one.school_name} ({one.school_urn})",
        "Term": opening(period(one.academic_year, one.term)),
        "State": STATES[one.state],
        "First came": on_day(one.first_came),
        "Due": NO_DEADLINE if one.due is None else day(one.due),
        "Days late": lateness(one),
        "Versions": versions(one),
        "Contact": contact(one),
        "Last reminded": on_day(one.reminded),
    }


def lateness(one: ExpectedReturn) -> str:
    """“in time”, “3 days late”, “12 days overdue”, “not yet due”; a dash without a deadline."""
    if one.days_late is None:
        return NOTHING
    if one.state in CAME:
        return f"{days(one.days_late)} late" if one.days_late else "in time"
    return f"{days(one.days_late)} overdue" if one.days_late else "not yet due"


def versions(one: ExpectedReturn) -> str:
    """“1”, “3, superseded twice”, “none”."""
    if not one.versions:
        return "none"
    again = f", superseded {TIMES.get(one.superseded, f'{one.superseded} times')}" if one.superseded else ""
    return f"{one.versions}{again}"


def contact(one: ExpectedReturn) -> str:
    """The role to write to: whose mailbox is kept, else of whoever sent last."""
    if not one.contact:
        return "not known"
    return opening(one.contact) if one.contact_kept else f"{opening(one.contact)} (sent last)"


def on_day(when: datetime | None) -> str:
    """The day of a moment, a dash for none."""
    return NOTHING if when is None else moment(when).partition(",")[0]
