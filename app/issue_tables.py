"""Draws what a check found: what passed, what must be fixed, what needs a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from app import explaining
from app.issues import (
    PAGE,
    Group,
    as_table,
    counted,
    groups,
    heading_of,
    pages,
    stages_not_reached,
    stages_passed,
)
from app.layout_marks import plain
from schemas.explanation import Explanation
from schemas.issues import Issue, Severity, errors, queries

BEFORE = "Explained before"


def show(issues: Sequence[Issue], *, readable: bool, explained: Mapping[Issue, Explanation] | None) -> None:
    """The three parts, in the order and words that school offices know.

    `explained` are the queries explained before; None where nothing can be explained yet.
    """
    _passed(issues, readable=readable)
    _part(Severity.ERROR, errors(issues), explained=None)
    _part(Severity.QUERY, queries(issues), explained=explained)


def _passed(issues: Sequence[Issue], *, readable: bool) -> None:
    st.header("Checks passed", anchor="checks-passed")
    found = stages_passed(issues, readable=readable)
    st.markdown("\n".join(f"- {words}" for words in found) or "None of the checks passed.")
    if later := stages_not_reached(issues, readable=readable):
        st.markdown("Not checked yet, because the rows could not be read:\n" + "\n".join(f"- {w}" for w in later))


def _part(severity: Severity, found: Sequence[Issue], *, explained: Mapping[Issue, Explanation] | None) -> None:
    st.header(f"{heading_of(severity)} ({len(found):,})", anchor=f"issues-{severity}")
    if not found:
        st.markdown("There are none.")
        return
    for group in groups(found):
        _group(group, explained=explained)


def _group(group: Group, *, explained: Mapping[Issue, Explanation] | None) -> None:
    st.subheader(f"{plain(group.heading)} ({len(group.issues):,})", anchor=f"rule-{group.rule}")
    shown = group.issues
    if len(shown) > PAGE:
        first, last = st.selectbox(
            f"{counted(len(shown), 'issue')}, {PAGE} at a time",
            pages(len(shown)),
            format_func=lambda ends: f"{ends[0] + 1:,} to {ends[1]:,}",
            key=f"page-{group.rule}",
        )
        shown = shown[first:last]
    st.table(_table(shown, explained or {}).map(plain), hide_index=True)
    if explained is not None:
        explaining.section(group.rule, group.issues, explained)


def _table(issues: Sequence[Issue], explained: Mapping[Issue, Explanation]) -> pd.DataFrame:
    """The issues, with what was said before of those that were explained."""
    table = as_table(issues)
    if any(issue in explained for issue in issues):
        table[BEFORE] = [explained[issue].words if issue in explained else "–" for issue in issues]
    return table
