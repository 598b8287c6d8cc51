"""Who has sent which return, in words: the sentence, and every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from app.wording import moment, number, opening, period
from pipelines.board import ExpectedReturn, State


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


def _schools(count: int) -> str:
    return "1 school has" if count == 1 else f"{number(count)} schools have"


def versions(sent: pd.DataFrame) -> pd.DataFrame:
    """Every version, the latest first: what it held, when it came, and who sent it, by role."""
    rows = [
        (one["school_name"], opening(period(one["academic_year"], one["term"])), int(one["version"]),
         _kind(one), moment(one["recorded_at"].to_pydatetime()), opening(str(one["recorded_role"])),
         opening(str(one["signed_off_as"])) or "–", int(one["incidents"]), int(one["children"]), int(one["queries"]))
        for one in sent.to_dict("records")
    ]  # fmt: skip
    columns = ["School", "Term", "Version", "Kind", "Received", "Sent by", "Signed off by", "Incidents",
               "Rows of children", "Queries"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _kind(one: Mapping[Any, Any]) -> str:
    if one["state"] == State.WITHDRAWN:
        return "Withdrawal"
    return "Nil return" if one["nil"] else "Return"
