"""The template of a return, to fill in: with the school and term that were chosen above it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.giving_out import Asked, offer
from app.permissions import Person, actor_of
from app.steps.schools import today
from pipelines import access_record
from pipelines.cells_given_out import WORKBOOK_TYPE
from pipelines.house import open_house
from pipelines.returns import Stated
from pipelines.template import template

WORDS = (
    "No export to send? Fill in the template: a workbook with drop-down lists and a worked example, which you delete."
)


def section(person: Person, stated: Stated) -> None:
    """A sentence and the workbook, which holds nothing but the vocabulary and what was chosen."""
    with st.container(border=True):
        st.markdown(f"{WORDS} {filled_in(stated)}".strip())
        asked = Asked(_name(stated), WORKBOOK_TYPE, partial(_take_away, person, stated))
        offer("Download the template (Excel)", asked, person=person, key="send-template")


def _take_away(person: Person, stated: Stated) -> bytes:
    """The workbook; that it was taken is recorded, though it holds nothing of anybody."""
    access_record.taken(open_house().warehouse, actor_of(person), "template taken", schools={})
    year, term = stated.academic_year or "", stated.term
    return template(school_urn=stated.school_urn or "", academic_year=year, term=term, today=today())


def filled_in(stated: Stated) -> str:
    """Which of the choices above the template holds already; empty where nothing was chosen."""
    told = {"school": stated.school_urn, "academic year": stated.academic_year, "term": stated.term}
    parts = [name for name, chosen in told.items() if chosen]
    if not parts:
        return ""
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"The {listed} chosen above {'is' if len(parts) == 1 else 'are'} filled in."


def _name(stated: Stated) -> str:
    parts = ("return", stated.academic_year, str(stated.term) if stated.term else None, stated.school_urn)
    return f"{'-'.join(part for part in parts if part)}.xlsx"
