"""Who is here in the demonstration: one of four invented people.

The choice lives in the query parameter `as`, so that a reload and a link keep it. It proves nothing about who is
asking, so it exists in demonstration mode only, on this machine only.
"""

from __future__ import annotations

import streamlit as st

from app.permissions import Person, Role
from pipelines.scope import Scope

PARAMETER = "as"
PEOPLE = {
    person.id: person
    for person in (
        Person("officer", "Rowan Ashby", Role.OFFICER, Scope.parse("la:990")),
        Person("trust", "Imogen Sallow", Role.TRUST_LEAD, Scope.parse("trust:99001")),
        Person("school", "Tobias Wrenfield", Role.SCHOOL_LEAD, Scope.parse("school:900001")),
        Person("neighbour", "Marian Oakhurst", Role.OFFICER, Scope.parse("la:991")),
    )
}


def who_is_here() -> Person | None:
    """The person chosen in this browser tab, None before anyone is."""
    chosen = st.query_params.get(PARAMETER) or st.session_state.get(PARAMETER)
    return PEOPLE.get(str(chosen))


def keep_in_address(person: Person) -> None:
    """Write the choice into the address, which a change of page empties."""
    st.session_state[PARAMETER] = person.id
    if st.query_params.get(PARAMETER) != person.id:
        st.query_params[PARAMETER] = person.id
