"""The report of a check, to take away: as a workbook, and its issues as CSV."""

from __future__ import annotations

import streamlit as st

from app.giving_out import Asked, download
from app.permissions import actor_of
from app.sending import DRAFT, Draft
from pipelines import report
from pipelines.cells_given_out import CSV_TYPE, WORKBOOK_TYPE
from pipelines.house import open_house

WORDS = (
    "To work through the issues beside your file: what to fix first, every issue, your rows with their results, and "
    "what was sent before. It holds only the return's own columns, and no cell that was refused."
)


def section(draft: Draft) -> None:
    """Two files, made when they are asked for; nothing where there is no issue."""
    held, actor = draft.for_report, actor_of(draft.person)
    if not draft.issues or held is None:
        return
    st.header("Take the issues with you", anchor="report")
    st.markdown(WORDS)
    name = f"report-{held.academic_year or 'return'}-{held.term or 'check'}"
    workbook = Asked(f"{name}.xlsx", WORKBOOK_TYPE, lambda: report.of_check(open_house(), held, actor=actor))
    issues = Asked(f"{name}.csv", CSV_TYPE, lambda: report.issues_of_check(open_house(), held, actor=actor))
    with st.container(horizontal=True):
        _download("Download the report (Excel)", workbook, key="send-report", of=held)
        _download("Download the issues (CSV)", issues, key="send-issues", of=held)


def _download(label: str, asked: Asked, *, key: str, of: report.Held) -> None:
    download(
        label, asked, key=key, place=DRAFT, still=lambda draft: isinstance(draft, Draft) and draft.for_report is of
    )
