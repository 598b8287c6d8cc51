"""Who has sent which return, in words: the sentence, and every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.wording import day, moment, number, opening, period
from pipelines.board import ExpectedReturn, State
from pipelines.return_states import ReturnState, state_of
from pipelines.running_term import RunningTerm


def sentence(expected: Sequence[ExpectedReturn], *, when: str, own: bool) -> str:
    """How many of the returns expected are here, and how many schools have not sent theirs."""
    if not expected:
        return f"No return is expected for {when} yet."
    came, nil = len([one for one in expected if one.came]), len([one for one in expected if one.state is State.NIL])
    said = f", {number(nil)} of them nil" if nil else ""
    of = f"{number(came)} of {number(len(expected))} returns expected for {when}"
    start = f"{of} {'is' if came == 1 else 'are'} here{said}"
    missing = [one for one in expected if not one.came]
    schools = len({one.school_urn for one in missing})
    if not schools:
        return f"{start}; nothing is missing."
    if own:
        return f"{start}; {number(len(missing))} {'has' if len(missing) == 1 else 'have'} not been sent."
    return f"{start}; {_schools(schools)} not sent {'theirs' if schools == len(missing) else 'all of theirs'}."


def of_running(term: RunningTerm | None, early: int, *, own: bool) -> str:
    """That a term is running, when its returns are expected, and how many came early; empty where none is in question.

    `early` is how many returns of it have come.
    """
    if term is None:
        return ""
    called = f"The {period(term.academic_year, term.term)} is running: it ends on {day(term.last_day)}"
    if own:
        came = " The school's return has come early." if early else ""
        return f"{called}, and its return is expected after that.{came}"
    schools = "1 open school" if term.schools == 1 else f"{number(term.schools)} open schools"
    has = "has" if early == 1 else "have"
    return f"{called}, and its returns are expected after that. Of {schools}, {number(early)} {has} sent one early."


def _schools(count: int) -> str:
    return "1 school has" if count == 1 else f"{number(count)} schools have"


def versions(sent: pd.DataFrame) -> pd.DataFrame:
    """Every version, the latest first: what it held, when it came, and who sent it, by role."""
    after = _what_followed(sent)
    rows = [
        (one["school_name"], opening(period(one["academic_year"], one["term"])), int(one["version"]),
         _kind(one), _state(one, after.get(one["return_id"])),
         moment(one["recorded_at"].to_pydatetime()), opening(str(one["recorded_role"])),
         opening(str(one["signed_off_as"])) or "–", int(one["incidents"]), int(one["children"]), int(one["queries"]))
        for one in sent.to_dict("records")
    ]  # fmt: skip
    columns = ["School", "Term", "Version", "Kind", "Now", "Received", "Sent by", "Signed off by", "Incidents",
               "Rows of children", "Queries"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _what_followed(sent: pd.DataFrame) -> dict[int, str]:
    """For each row that something came after, of the same school and term, what that was."""
    places = sent.sort_values("return_id").groupby(["school_urn", "academic_year", "term"], sort=False)
    following = places["state"].shift(-1).dropna()
    return {int(sent.loc[index, "return_id"]): str(state) for index, state in following.items()}


def _state(one: Mapping[Any, Any], followed_by: str | None) -> str:
    if one["state"] == State.WITHDRAWN:
        return "–"
    state = state_of(str(one["state"]), followed_by=followed_by)
    return "Stands" if state is ReturnState.SUBMITTED else opening(str(state))


def _kind(one: Mapping[Any, Any]) -> str:
    if one["state"] == State.WITHDRAWN:
        return "Withdrawal"
    return "Nil return" if one["nil"] else "Return"
