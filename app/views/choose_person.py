"""Who are you? The first page of the demonstration."""

from __future__ import annotations

import streamlit as st

from app import asking, identity
from app.permissions import Person

st.title("Who is looking?", anchor=False)
st.markdown(
    "Plumbline shows whether safeguarding procedures work when children make, send or hold nude or semi-nude "
    "imagery. Each organisation sees its own schools. This demonstration has four invented people; "
    "**choose one to see what they see.**"
)


def _become(person: Person) -> None:
    identity.sign_in_as(person)
    st.session_state["arrived"] = True


columns = st.columns(2)
for place, person in enumerate(identity.PEOPLE.values()):
    with columns[place % 2], st.container(border=True, key=f"person-{person.id}"):
        home = asking.home(person)
        st.header(person.name, anchor=False)
        st.markdown(f"{person.role[:1].upper()}{person.role[1:]}, **{home['name']}**")
        st.button(
            f"Continue as {person.name}", key=f"become-{person.id}", on_click=_become, args=(person,), type="primary"
        )

if st.session_state.pop("arrived", False):
    st.switch_page("views/overview.py", query_params={identity.PARAMETER: str(st.session_state[identity.PARAMETER])})
