"""Who is here. The only file that knows how people sign in; today a demonstration with four invented people.

The choice lives in the query parameter `as`, so that a reload and a link keep it. It proves nothing about who is
asking, so it exists in demonstration mode only, on this machine only.
"""

from __future__ import annotations

import os

import streamlit as st

from app.permissions import Action, Person, Role, may
from pipelines.scope import Scope
from schemas.errors import RefusedError

PARAMETER = "as"
DEMONSTRATION = "PLUMBLINE_DEMO"
PEOPLE = {
    person.id: person
    for person in (
        Person("officer", "Rowan Ashby", Role.OFFICER, Scope.parse("la:990")),
        Person("trust", "Imogen Sallow", Role.TRUST_LEAD, Scope.parse("trust:99001")),
        Person("school", "Tobias Wrenfield", Role.SCHOOL_LEAD, Scope.parse("school:900001")),
        Person("neighbour", "Marian Oakhurst", Role.OFFICER, Scope.parse("la:991")),
    )
}
ONLY_DEMONSTRATION = (
    "The portal opens only as a demonstration, with “plumbline demo”: real sign-in is a later issue. "
    "It does not start without it, so that nobody's data are shown to whoever asks."
)


def must_be_demonstration() -> None:
    """Refuse to go on outside a demonstration; there is no other way to sign in yet."""
    if os.environ.get(DEMONSTRATION) != "1":
        raise RefusedError(ONLY_DEMONSTRATION)


def who_is_here() -> Person | None:
    """The person chosen in this browser tab, None before anyone is."""
    must_be_demonstration()
    chosen = st.query_params.get(PARAMETER) or st.session_state.get(PARAMETER)
    person = PEOPLE.get(str(chosen))
    if person and st.session_state.get(PARAMETER) != person.id:
        _start_afresh(person)
    return person


def current_person(action: Action | None = None) -> Person:
    """The person who is here; whatever runs stops when there is none or when they may not do the action.

    Asked at the start of every page, fragment, callback and download: each can run by itself.
    """
    person = who_is_here()
    if person is None:
        st.warning("Choose who you are first.")
        st.stop()
    if action is not None and not may(person, action):
        st.error(f"This is not open to you: {action}.")
        st.stop()
    return person


def keep_in_address(person: Person) -> None:
    """Write the choice into the address, which a change of page empties."""
    if st.query_params.get(PARAMETER) != person.id:
        st.query_params[PARAMETER] = person.id


def sign_in_as(person: Person) -> None:
    """Become one of the invented people; nothing of the one before stays."""
    _start_afresh(person)
    st.query_params.from_dict({PARAMETER: person.id})


def _start_afresh(person: Person) -> None:
    st.session_state.clear()
    st.session_state[PARAMETER] = person.id
