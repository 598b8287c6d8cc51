"""Where a school's mail goes: the mailbox of a role, kept by the school or its authority."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app import identity
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, Person, actor_of, may, scope_of
from app.wording import moment, opening
from pipelines import mailboxes, returns
from pipelines.house import open_house
from pipelines.mailboxes import ContactRole, Mailbox

SAID = "mailbox-said"
TURN = "mailbox-turn"


def section(person: Person) -> None:
    """The mailboxes that are kept, and a form for those who may keep them."""
    st.header("Where reminders and receipts go", anchor="mailboxes")
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    warehouse = open_house().warehouse
    own = returns.own_schools(warehouse, scope_of(person))
    names = dict(zip(own["urn"], own["name"], strict=True))
    kept = mailboxes.mailboxes(warehouse, scope_of(person))
    st.markdown(sentence(kept, names))
    if kept:
        with st.expander(f"Show the mailboxes ({len(kept)})"):
            st.table(listed(kept, names), hide_index=True)
    if names and may(person, Action.KEEP_MAILBOXES):
        with st.expander("Keep or end a mailbox"):
            _form(names, kept)


def sentence(kept: Mapping[str, Mailbox], names: Mapping[str, str]) -> str:
    """For how many schools mail can be sent."""
    if len(names) == 1:
        return "A mailbox is kept for this school." if kept else "No mailbox is kept for this school: it gets no mail."
    return f"A mailbox is kept for {len(kept)} of {len(names)} schools; the others get no mail."


def listed(kept: Mapping[str, Mailbox], names: Mapping[str, str]) -> pd.DataFrame:
    """Each mailbox with its role, and which role kept it when."""
    rows = [
        {
            "School": plain(f"{names.get(urn, urn)} ({urn})"),
            "Role": opening(one.role),
            "Mailbox": plain(one.address),
            "Kept by": f"{one.recorded_role}, {moment(one.recorded_at)}",
        }
        for urn, one in sorted(kept.items(), key=lambda item: names.get(item[0], ""))
    ]
    return pd.DataFrame(rows)


def _form(names: Mapping[str, str], kept: Mapping[str, Mailbox]) -> None:
    turn = st.session_state.get(TURN, 0)  # a new form after each that was kept
    st.markdown(
        "Give the mailbox of a post, not of a person, such as dsl@… or office@…. It is shown to the school, its trust "
        "and its authority only."
    )
    urn = st.selectbox("School", list(names), format_func=lambda urn: f"{names[urn]} ({urn})", key="mailbox-school")
    role = st.selectbox("Role", list(ContactRole), format_func=lambda role: opening(role), key="mailbox-role")
    address = st.text_input("Mailbox", max_chars=mailboxes.LONGEST, key=f"mailbox-address-{turn}", autocomplete="off")
    with st.container(horizontal=True):
        keep = st.button("Keep the mailbox", key="mailbox-keep", disabled=not address)
        end = st.button("End it", key="mailbox-end", disabled=urn not in kept)
    if not (keep or end):
        return
    with calmly():
        actor, warehouse = actor_of(identity.current_person(Action.KEEP_MAILBOXES)), open_house().warehouse
        if end:
            mailboxes.end(warehouse, urn, actor=actor)
            _again(f"{plain(names[urn])} gets no more mail.")
        mailboxes.keep(warehouse, urn, address, role=role, actor=actor)
        _again(f"Kept: mail for {plain(names[urn])} goes to the {role}.")


def _again(said: str) -> None:
    st.session_state[SAID] = said
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()
