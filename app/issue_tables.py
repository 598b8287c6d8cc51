"""Draws what a check found: what passed, what must be fixed, what needs a look."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

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
from app.sending import EXPLAIN
from schemas.issues import Issue, Severity, errors, queries
from schemas.lexicon import lexicon

MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>$:~|#"})
NO_REASON = "No explanation"


def plain(text: str) -> str:
    """A text in which no character is taken for a mark of layout."""
    return text.translate(MARKS)


def show(issues: Sequence[Issue], *, readable: bool, can_explain: bool) -> None:
    """The three parts, in the order and words that school offices know."""
    _passed(issues, readable=readable)
    _part(Severity.ERROR, errors(issues), can_explain=False)
    _part(Severity.QUERY, queries(issues), can_explain=can_explain)


def _passed(issues: Sequence[Issue], *, readable: bool) -> None:
    st.header("Checks passed", anchor="checks-passed")
    found = stages_passed(issues, readable=readable)
    st.markdown("\n".join(f"- {words}" for words in found) or "None of the checks passed.")
    if later := stages_not_reached(issues, readable=readable):
        st.markdown("Not checked yet, because the rows could not be read:\n" + "\n".join(f"- {w}" for w in later))


def _part(severity: Severity, found: Sequence[Issue], *, can_explain: bool) -> None:
    st.header(f"{heading_of(severity)} ({len(found):,})", anchor=f"issues-{severity}")
    if not found:
        st.markdown("There are none.")
        return
    for group in groups(found):
        _group(group, can_explain=can_explain)


def _group(group: Group, *, can_explain: bool) -> None:
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
    st.table(as_table(shown).map(plain), hide_index=True)
    if can_explain:
        _explanation(group)


def _explanation(group: Group) -> None:
    """The reason why the answers of one rule stand, kept with the return; leaving it blank is allowed."""
    reasons = {code.code: code.label for code in lexicon().lists["query_reason"].codes}
    st.selectbox(
        "If these answers are right as they are, say why",
        ["", *reasons],
        format_func=lambda code: reasons.get(code, NO_REASON),
        key=f"{EXPLAIN}{group.rule}",
    )
