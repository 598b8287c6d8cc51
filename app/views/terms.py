"""The terms of the running and the next academic year, and the days by which their returns are due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import streamlit as st

from app import deadline_form
from app.calm import calmly
from app.identity import current_person
from app.permissions import Action, may, scope_of
from app.steps.schools import today
from app.wording import day, opening, period
from pipelines import deadlines
from pipelines.deadlines import Deadline, Place
from pipelines.house import open_house
from schemas.calendar import academic_year, default_terms, label, start_year

CALENDAR = (
    "The terms are the portal's own and the same for every school, so that figures can be compared: an incident "
    "belongs to the term in which staff were first told of it, and a return is of a whole term."
)


def page() -> None:
    """The answer, the terms, the form."""
    person = current_person(Action.KEEP_TERMS)
    standing = deadlines.standing(open_house().warehouse, scope_of(person))
    st.title("Terms and deadlines", anchor=False)
    st.markdown(f"**{sentence(standing, today=today())}**")
    deadline_form.said()
    st.caption(CALENDAR)
    st.header("Terms", anchor="terms")
    with st.container(key="words-terms"):
        st.table(table(standing, today=today(), authority=scope_of(person).code), hide_index=True)
    if may(person, Action.SET_DEADLINES):
        st.header("Set, move or take back a deadline", anchor="set")
        deadline_form.form(today())


def sentence(standing: Mapping[Place, Deadline], *, today: date) -> str:
    """Which deadline comes next."""
    coming = sorted((one for one in standing.values() if one.day >= today), key=lambda one: one.day)
    if not coming:
        return "No deadline lies ahead: until one is set, no return is late."
    first = coming[0]
    return f"Returns for the {period(first.academic_year, first.term)} are due on {day(first.day)}."


def table(standing: Mapping[Place, Deadline], *, today: date, authority: str) -> pd.DataFrame:
    """One row a term of three years: its days, and when its returns are due."""
    this = start_year(academic_year(today))
    years = [f"{start}{(start + 1) % 100:02d}" for start in (this + 1, this, this - 1)]
    rows = [
        {
            "Academic year": label(band.academic_year),
            "Term": opening(str(band.term)),
            "First day": day(band.first_day),
            "Last day": day(band.last_day),
            "Returns due": _due(standing.get((authority, band.academic_year, str(band.term)))),
        }
        for year in years
        for band in reversed(default_terms(year))
    ]
    return pd.DataFrame(rows)


def _due(deadline: Deadline | None) -> str:
    return day(deadline.day) if deadline else "not set"


with calmly():
    page()
