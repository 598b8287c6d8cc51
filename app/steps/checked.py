"""The step after a check: what it found."""

from __future__ import annotations

import streamlit as st

from app import issue_tables, mapping_step, report_download, sign_off
from app.issues import counted, summary
from app.sending import Draft


def show(draft: Draft) -> None:
    """What the check found, a summary first."""
    st.markdown(f"**{summary(draft.issues, unsigned=_unsigned(draft))}**")
    if draft.checked is not None and draft.checked.incidents is not None and draft.checked.children is not None:
        incidents, children = len(draft.checked.incidents), len(draft.checked.children)
        st.markdown(f"Read: {counted(incidents, 'incident')} and {counted(children, 'row')} of children.")
    mapping_step.read_as(draft)
    explained = None if draft.checked is None else draft.checked.explained
    issue_tables.show(draft.issues, readable=draft.readable, explained=explained)
    report_download.section(draft)


def _unsigned(draft: Draft) -> bool:
    """Whether sign-off is asked for of this return."""
    if not draft.previews:
        return False
    first, urns = draft.previews[0], [one.school_urn for one in draft.previews]
    return sign_off.is_asked_for(draft.person, urns, first.academic_year, first.term)
