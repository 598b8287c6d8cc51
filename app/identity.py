"""Who is here. The one way in which pages ask, however people came."""

from __future__ import annotations

import streamlit as st

from app import access, demonstration, signed_in
from app.demonstration import PARAMETER, PEOPLE
from app.mode import is_demonstration
from app.permissions import Action, Person, may

__all__ = ["PARAMETER", "PEOPLE", "current_person", "is_here", "keep_in_address", "sign_in_as", "who_is_here"]

PERSON = "person-here"
CHOOSE = "Choose who you are first."
SIGN_IN = "You are signed out, or this organisation is no longer open to you. [Sign in](/sign-in) or choose another."


def who_is_here() -> Person | None:
    """The person who is here in this browser tab, None before anyone is; nothing of whoever was here before stays."""
    person = demonstration.who_is_here() if is_demonstration() else signed_in.who_is_here()
    before = st.session_state.get(PERSON)
    if before is not None and before != person:
        st.session_state.clear()
    if person is not None:
        st.session_state[PERSON] = person
    return person


def current_person(action: Action | None = None) -> Person:
    """The person who is here; whatever runs stops when there is none or when they may not do the action.

    Asked at the start of every page, fragment, callback and download: each can run by itself.
    """
    person = who_is_here()
    if person is None:
        st.warning(CHOOSE if is_demonstration() else SIGN_IN)
        st.stop()
    if action is not None and not may(person, action):
        access.refused(person, action)
        st.error(f"This is not open to you: {action}.")
        st.stop()
    return person


def is_here(person: object) -> bool:
    """Whether somebody is still here under the same grant: asked when a file is made at a click, outside any page."""
    return isinstance(person, Person) and (is_demonstration() or signed_in.still_is(person))


def keep_in_address(person: Person) -> None:
    """Keep the demonstration's choice in the address; who signed in is in no address."""
    if is_demonstration():
        demonstration.keep_in_address(person)


def sign_in_as(person: Person) -> None:
    """Become one of the invented people; nothing of the one before stays."""
    st.session_state.clear()
    st.session_state[PARAMETER] = person.id
    st.query_params.from_dict({PARAMETER: person.id})
