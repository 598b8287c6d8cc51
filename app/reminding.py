"""Reminders by e-mail, for the authority: who would get one and what it says, then the sending."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import identity
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, Person, actor_of, may, scope_of
from app.wording import number, opening, period
from pipelines import reminders
from pipelines.board import Board
from pipelines.house import open_house
from pipelines.reminders import NO_SERVER, Fate, Reminder
from schemas.calendar import Term, has_ended

DONE = "reminders-done"


def section(person: Person, board: Board) -> None:
    """For those who may: a preview and a button for one term; what came of the last sending."""
    if not may(person, Action.SEND_REMINDERS):
        return
    st.header("Remind by e-mail", anchor="reminders")
    _show_done()
    terms = terms_to_remind(board)
    if not terms:
        st.markdown(_nobody(board))
        return
    chosen = st.selectbox("Term", terms, format_func=lambda place: opening(period(*place)), key="remind-term")
    if st.toggle("Show who would get a reminder, and what it says", key="remind-preview"):
        with calmly():
            _preview(person, *chosen)


def terms_to_remind(board: Board) -> list[tuple[str, str]]:
    """The ended terms of which returns have not come, the latest first."""
    found = {(one.academic_year, one.term) for one in board.returns if not one.came}
    return sorted((place for place in found if has_ended(*place, on=board.today)), reverse=True)


def _nobody(board: Board) -> str:
    if board.of_ended_terms:
        return "Nobody has to be reminded: every return that is expected here has come."
    return "Nobody can be reminded yet: returns are expected once a term has ended."


def _preview(person: Person, year: str, term: str) -> None:
    house = open_house()
    again = st.checkbox("Remind again those who were reminded today", key="remind-again")
    planned = reminders.plan(house.warehouse, scope_of(person), year, Term(term), again=again)
    ready = [one for one in planned if one.fate is Fate.READY]
    st.markdown(f"**{sentence(planned)}**")
    with st.container(key="words-reminders"):
        st.table(listed(planned), hide_index=True)
    if ready and ready[0].mail:
        with st.expander("Read the e-mail to the first of them"):
            st.text(f"Subject: {ready[0].mail.subject}\n\n{ready[0].mail.text}")
    elif samples := [one.sample for one in planned if one.sample]:
        with st.expander("Read what the e-mail would say, were a mailbox kept"):
            st.text(samples[0])
    if house.smtp is None:
        st.info(NO_SERVER)
    count = f" {number(len(ready))}" if ready else ""
    label = f"Send{count} {'reminder' if len(ready) == 1 else 'reminders'}"
    if st.button(label, type="primary", disabled=not ready or house.smtp is None, key="remind-send"):
        _send(year, term, again=again)


def _send(year: str, term: str, *, again: bool) -> None:
    person, house = identity.current_person(Action.SEND_REMINDERS), open_house()
    bar = st.progress(0.0, "Sending …")
    done = reminders.send(
        house.warehouse, scope_of(person), year, Term(term), smtp=house.smtp, actor=actor_of(person), again=again,
        progress=lambda so_far, whole: bar.progress(so_far / whole, f"{so_far} of {whole}"),
    )  # fmt: skip
    st.session_state[DONE] = done
    st.rerun()


def _show_done() -> None:
    done: tuple[Reminder, ...] = st.session_state.pop(DONE, ())
    if not done:
        return
    failed = [one for one in done if one.fate is Fate.FAILED]
    (st.warning if failed else st.success)(sentence(done))
    if failed:
        st.table(listed(failed), hide_index=True)


def sentence(found: Sequence[Reminder]) -> str:
    """“2 would be sent; 1 reminded today already; 3 without a mailbox”."""
    words = {
        Fate.READY: "would be sent", Fate.SENT: "sent", Fate.FAILED: "not sent", Fate.TODAY: "reminded today already",
        Fate.NO_MAILBOX: "not possible, as no mailbox is kept",
    }  # fmt: skip
    counts = {fate: len([one for one in found if one.fate is fate]) for fate in words}
    said = "; ".join(f"{number(count)} {words[fate]}" for fate, count in counts.items() if count)
    return f"Reminders: {said or 'none'}."


def listed(found: Sequence[Reminder]) -> pd.DataFrame:
    """Each school with the role it would go to, and what becomes of it."""
    rows = [
        {
            "School": plain(f"{one.school_name} ({one.school_urn})"),
            "To": opening(one.role) or "–",
            "Reminder": opening(f"{one.fate}: {one.why}" if one.why else str(one.fate)),
        }
        for one in found
    ]
    return pd.DataFrame(rows)
