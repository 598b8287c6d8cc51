"""The checks that were made and what they found, by rule: facts only, for nothing else is kept of a file not sent."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.issues import counted, heading_of_rule
from app.permissions import Person, scope_of
from app.wording import moment, opening
from pipelines import attempts
from pipelines.attempts import Attempt
from pipelines.house import open_house

MOST = 50


def show(person: Person) -> None:
    """One's own organisation's last checks, the latest first, folded away."""
    found = attempts.read(open_house().warehouse, scope_of(person), most=MOST)
    if not found:
        return
    with st.expander(f"Files that were checked: the last {counted(len(found), 'check')}"):
        st.caption(
            "Of a file that was checked only this is kept: when, in which role, and how many issues of which rule. "
            "Nothing of what was in it."
        )
        st.table(as_table(found), hide_index=True)


def as_table(found: tuple[Attempt, ...]) -> pd.DataFrame:
    """One row for each check, in words."""
    rows = [
        (moment(one.when), opening(one.role), "Could be sent" if one.sound else "Not accepted", _issues(one))
        for one in found
    ]
    return pd.DataFrame(rows, columns=["When", "By", "Outcome", "Issues"])


def _issues(one: Attempt) -> str:
    noun = "query" if one.sound else "issue to fix"
    plural = "queries" if one.sound else "issues to fix"
    total = counted(sum(one.rules.values()), noun, plural=plural)
    said = "; ".join(f"{number:,} × {heading_of_rule(rule)}" for rule, number in one.rules.items())
    return f"{total}: {said}" if said else total
