"""Links that were made: mailed to whom they are for where a mail server is set, else shown once, to be handed on."""

from __future__ import annotations

import streamlit as st

from app.wording import moment
from pipelines.house import open_house
from pipelines.people import link_mail
from pipelines.people.deciding import Decider
from pipelines.people.invitations import Invitation

LINK = "link-to-hand-on"
MAILED = "The link was mailed to the address. It works until {until}."
NOT_MAILED = "The mail server did not take the link ({fault}), so it is shown below."
SHOWN = "The link is made. It works until {until}."
HAND_ON = (
    "Whoever has this link can use it, once. Hand it to the person themselves, by a way you trust; it is not shown "
    "again and is kept nowhere."
)


def hand_out(made: Invitation, code: str, *, organisation: str, decider: Decider) -> str:
    """Mail a link, or keep it for this page to show; what became of it, in words."""
    house, until = open_house(), moment(made.ends_at)
    link = link_mail.address_of(house.serving.address if house.serving else "", code)
    if house.smtp is None:
        st.session_state[LINK] = link
        return SHOWN.format(until=until)
    fault = link_mail.send(
        house.warehouse, house.smtp, made, link=link, organisation=organisation, actor=decider.actor
    )  # fmt: skip
    if fault is None:
        return MAILED.format(until=until)
    st.session_state[LINK] = link
    return NOT_MAILED.format(fault=fault)


def show() -> None:
    """The link that was made, until it is put away."""
    if link := st.session_state.get(LINK):
        with st.container(border=True, key="link-to-hand-on-box"):
            st.markdown(HAND_ON)
            st.code(link, language=None)
            st.button("I have handed it on: put it away", key="link-put-away", on_click=_put_away)


def _put_away() -> None:
    st.session_state.pop(LINK, None)
