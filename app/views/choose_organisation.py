"""Which organisation, and in which role? For whoever has more than one grant, or none."""

from __future__ import annotations

import streamlit as st

from app import asking, signed_in
from app.permissions import PAGES, Person, Role, pages
from pipelines.people import Grant, Session, account_name

NONE = (
    "Nothing is open to you in this portal. Ask the administrator of your organisation to give you a role, and tell "
    "them this reference: **{reference}**."
)


def _go_on(grant_id: int) -> None:
    signed_in.act_as(grant_id)
    st.session_state.clear()
    st.session_state["arrived"] = True


def _offer(session: Session, grant: Grant) -> None:
    offered = Person(session.identity.key, session.name, Role(grant.title), grant.organisation)
    with st.container(border=True, key=f"grant-{grant.grant_id}"):
        st.header(asking.home(offered)["name"], anchor=False)
        until = f", until {grant.until_day:%-d %B %Y}" if grant.until_day else ""
        st.markdown(f"As {grant.title}{until}")
        if session.grant == grant:
            st.markdown("This is where you are.")
        else:
            label = f"Go on as {grant.title}, {asking.home(offered)['name']}"
            st.button(label, key=f"act-{grant.grant_id}", on_click=_go_on, args=(grant.grant_id,), type="primary")


st.title("Which organisation?", anchor=False)
here = signed_in.session()
if here is None:
    st.warning("You are signed out. [Sign in](/sign-in) again.")
    st.stop()
person = signed_in.who_is_here()
opens = [page for page in pages(person) if PAGES[page] is not None]
if st.session_state.pop("arrived", False) and opens:
    st.switch_page(f"views/{opens[0]}.py")
if not here.grants:
    st.warning(NONE.format(reference=account_name(here.identity, "")))
    st.stop()
st.markdown("What you see, and what you do, is under one organisation and one role at a time.")
for one in here.grants:
    _offer(here, one)
