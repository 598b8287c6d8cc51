"""The days by which returns are due: shown to everyone, set and taken back by the authority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
import streamlit as st

from app import identity
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, Person, actor_of, may
from app.wording import day, moment, opening, period
from pipelines import deadlines
from pipelines.board import Board
from pipelines.deadlines import Deadline
from pipelines.house import open_house

SAID = "deadline-said"


def section(person: Person, board: Board) -> None:
    """The deadlines that stand and, for those who may set them, a form."""
    st.header("When returns are due", anchor="deadlines")
    said()
    if board.deadlines:
        with st.container(key="words-deadlines"):
            st.table(listed(board.deadlines.values()), hide_index=True)
    else:
        st.markdown("No deadline is set.")
    if may(person, Action.SET_DEADLINES):
        with st.expander("Set, move or take back a deadline"):
            form(board.today)


def said() -> None:
    """What came of the form."""
    if words := st.session_state.pop(SAID, None):
        st.success(words)


def listed(standing: Iterable[Deadline]) -> pd.DataFrame:
    """Each deadline with who set it, by role, and when; the latest first."""
    rows = [
        {
            "Term": opening(period(one.academic_year, one.term)),
            "Authority": one.la_code,
            "Due on": day(one.day),
            "Set by": plain(f"{one.role}, {moment(one.decided_at)}"),
        }
        for one in sorted(standing, key=lambda one: (one.day, one.la_code), reverse=True)
    ]
    return pd.DataFrame(rows)


def form(today: date) -> None:
    """Set, move or take back a deadline; what came of it is said on the next run, by `said`."""
    st.markdown(
        "A return that has not come by the end of this day is late. A deadline is never set in the past. It changes no "
        "figure, and not when figures are shared. Who set it, and what stood before, stays on record."
    )
    terms = deadlines.open_terms(today=today)
    year, term = st.selectbox("Term", terms, format_func=lambda place: opening(period(*place)), key="deadline-term")
    first = deadlines.first_possible(year, term, today=today)
    chosen = st.date_input(
        "Due on", value=first, min_value=first, format="DD/MM/YYYY", key=f"deadline-day-{year}-{term}"
    )
    with st.container(horizontal=True):
        keep = st.button("Set the deadline", key="deadline-set")
        end = st.button("Take it back", key="deadline-end")
    if not (keep or end):
        return
    with calmly():
        actor, warehouse = actor_of(identity.current_person(Action.SET_DEADLINES)), open_house().warehouse
        if end:
            deadlines.end_deadline(warehouse, year, term, actor=actor)
            _again(f"No deadline stands for the {period(year, term)}.")
        deadlines.set_deadline(warehouse, year, term, day=chosen, actor=actor)
        _again(f"Returns for the {period(year, term)} are due on {day(chosen)}.")


def _again(said: str) -> None:
    st.session_state[SAID] = said
    st.rerun()
