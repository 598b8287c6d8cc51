"""Why single incidents are opened: asked once a session, and anew of whoever signs in or switches organisation."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.permissions import Person, actor_of, scope_of
from pipelines.scope import Actor
from schemas.purposes import asked_of, in_words, may_state, purposes

STATED = "purpose-stated"
RADIO, BUTTON, OTHER = "purpose", "show-missed", "purpose-other"
QUESTION = "Why do you open single incidents?"
KEPT = (
    "Single incidents of your own schools. Opening the list is kept in the record with your account and your purpose, "
    "and the schools whose incidents they are can see both."
)


def stated(person: Person) -> str:
    """The code of the purpose that this person stated in this session for this organisation; empty before."""
    whose, session, code = st.session_state.get(STATED, (None, "", ""))
    same = (whose, session) == (person, person.session)
    return code if same and may_state(code, kind=str(scope_of(person).kind)) else ""


def actor(person: Person) -> Actor:
    """The one who is named in the record, with the purpose that they stated."""
    return replace(actor_of(person), purpose=stated(person))


def ask_and_open(person: Person, label: str) -> bool:
    """A button that opens single incidents, with the question before it where none was answered; whether to open."""
    st.markdown(KEPT)
    if stated(person):
        st.caption(f"Purpose: {in_words(stated(person))}.")
        with st.container(horizontal=True):
            opened = st.button(label, key=BUTTON)
            st.button("State another purpose", key=OTHER, on_click=forget)
        return opened
    with st.form("purpose-form", border=True):
        codes = [one.code for one in asked_of(str(scope_of(person).kind))]
        chosen = st.radio(
            QUESTION, codes, index=None, key=RADIO, format_func=in_words,
            captions=[purposes()[code].means for code in codes],
        )  # fmt: skip
        pressed = st.form_submit_button(label, key=BUTTON)
    if pressed and chosen is None:
        st.warning("Choose a purpose first.")
    if not pressed or chosen is None:
        return False
    st.session_state[STATED] = (person, person.session, chosen)
    return True


def forget() -> None:
    """Ask again before the next list is opened."""
    st.session_state.pop(STATED, None)
