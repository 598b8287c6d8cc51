"""People: who may sign in for one's own organisations, as what, and everything that is done about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import deciding, people_forms, people_links
from app import people_words as words
from app.calm import calmly
from app.paging import paged
from app.people_words import Names
from app.permissions import Action
from app.steps.schools import today
from pipelines.house import open_house
from pipelines.people import approvals, listing
from pipelines.people.invitations import Invitation
from pipelines.people.listing import Listed

MANY = 20  # rows of a table at a time
ONLY_OURS = (
    "Of somebody who is something at other organisations too, only what concerns yours is told. A role, once given, "
    "stays on record with who gave and ended it and why."
)
BY_LINK = (
    "An invitation is a link with which somebody makes an account of this portal. Somebody who signs in through your "
    "identity provider needs none: they sign in once, and you give them a role by the reference they then read."
)


def page() -> None:
    """The answer, the people, and what can be done."""
    here, house = deciding.decider(Action.KEEP_PEOPLE), open_house()
    names = listing.organisations(house.warehouse, here)
    people = listing.people(house.warehouse, house.people.sessions, here)
    links = listing.pending(house.warehouse, here)
    st.title("People and what they may do", anchor=False)
    at = words.place(here.actor.scope, names) + (" and its schools" if len(names) > 1 else "")
    st.markdown(words.sentence(people, links, at=at, on=today()))
    waits = len([one for one in approvals.waiting(house.warehouse, here) if one.kind in approvals.OF_PEOPLE])
    if waits:
        st.page_link("views/second_person.py", label=f"{waits} waiting for a second person: read")
    confirming = deciding.show("people")
    people_links.show()
    if not confirming:
        show(people, links, names)


def show(people: Sequence[Listed], links: Sequence[Invitation], names: Names) -> None:
    """The people, then the forms."""
    st.header("Who may sign in", anchor="who")
    st.caption(ONLY_OURS)
    paged(words.table(people, names, on=today()), "now", size=MANY)
    with st.expander("Who gave these roles, when and why"):
        paged(words.given(people, names, on=today()), "given", size=MANY)
    with st.expander("Roles that are over"):
        paged(words.past(people, names, on=today()), "past", size=MANY)
    st.header("Bring somebody in", anchor="in")
    st.markdown(BY_LINK)
    with st.expander("Invite somebody"):
        people_forms.invite(names)
    with st.expander("Give a role to somebody who has signed in"):
        people_forms.give(people, names)
    _links(links, names)
    st.header("End or help", anchor="end")
    with st.expander("End a role"):
        people_forms.end(people, names)
    with st.expander("Help somebody back into their account"):
        if any(one.is_local for one in people):
            people_forms.account(people, names)
        else:
            st.markdown("Nobody here has an account of this portal: their identity provider helps them.")
    with st.expander("See and end what somebody has open"):
        _sessions(people, names)


def _links(links: Sequence[Invitation], names: Names) -> None:
    st.subheader("Links that can still be used", anchor="links")
    if not links:
        st.markdown("None is open.")
        return
    paged(words.links(links, names), "links", size=MANY)
    with st.expander("Withdraw a link"):
        called = {one.number: f"{one.email}, {words.LINKS[one.kind]}" for one in links}
        which = st.selectbox("Link", list(called), format_func=lambda one: called[one], key="link-which")
        st.button("Withdraw it", key="link-withdraw", on_click=people_forms.withdraw, args=(which,))


def _sessions(people: Sequence[Listed], names: Names) -> None:
    signed_in = {one.identity: one for one in people if one.open}
    if not signed_in:
        st.markdown("Nobody has anything open.")
        return
    chosen = st.selectbox(
        "Person", list(signed_in), format_func=lambda one: words.who(signed_in[one]), key="session-who"
    )
    one = signed_in[chosen]
    with st.container(key="words-sessions"):
        st.table(words.sessions(one, names), hide_index=True)
    people_forms.sessions_end(one)


with calmly():
    page()
