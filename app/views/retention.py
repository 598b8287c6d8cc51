"""Retention: what is kept and for how long, what is to be erased, what waits for a second person, what was erased."""

from __future__ import annotations

import streamlit as st

from app import erasing_form, erasing_words, people_words, signed_in
from app.calm import calmly
from app.erasing_form import SAID
from app.identity import current_person
from app.issue_tables import plain
from app.mode import is_demonstration
from app.permissions import Action, Person, may, scope_of
from app.steps.schools import names_of
from app.wording import moment, opening
from pipelines.erasing import Plan, listing
from pipelines.house import House, open_house
from pipelines.people import approvals
from pipelines.people.deciding import Decider
from pipelines.people.listing import names as organisations
from pipelines.people.proposals import Kind, Proposal
from pipelines.settings import settings

KEPT = (
    "Rows of incidents and children are kept for the current academic year and the {years} before it, as the measure "
    "of children who are involved again needs them: a year to look back on, a year of first incidents, a year to "
    "follow them. After that they are erased; what was shared with others stays as it was shared, and so does the "
    "record of who did what. Erasing takes two people: one proposes what a count showed, another reads the same and "
    "approves."
)
PENDING = (
    "Rows were erased since the portal was started. They are in no figure and on no page; their last traces leave the "
    "database file when the portal is started again. Tell whoever runs it."
)
DONE = "Erased: {rows}. Whoever runs the portal starts it again, so that the last traces leave the file."


def page() -> None:
    """What is kept, what waits, the form, and what went."""
    person, house = current_person(Action.SEE_ERASURES), open_house()
    st.title("What is kept, and what is erased?", anchor=False)
    st.markdown(KEPT.format(years=settings().keep_years))
    if said := st.session_state.pop(SAID, None):
        st.info(said)
    if listing.is_pending(house.warehouse):
        st.warning(PENDING)
    names = names_of(person, house)
    if not is_demonstration():
        _waiting(person, house, names)
    if may(person, Action.PLAN_ERASURE):
        st.header("Erase something", anchor="erase")
        erasing_form.show(person, house)
    _history(person, house, names)


def _waiting(person: Person, house: House, names: dict[str, str]) -> None:
    session = signed_in.session()
    if session is None:
        return
    decider = Decider.of(session)
    found = [one for one in approvals.waiting(house.warehouse, decider) if one.kind is Kind.ERASURE]
    st.header("Waits for a second person", anchor="waits")
    if not found:
        st.markdown("Nothing waits.")
    for one in found:
        with st.container(border=True, key=f"erasure-{one.number}"):
            _proposal(person, one, names, decider)


def _proposal(person: Person, one: Proposal, names: dict[str, str], decider: Decider) -> None:
    warehouse, own = open_house().warehouse, decider.is_same(one.author.identity)
    plan = Plan.of_text(str(one.content["plan"]))
    st.subheader(opening(erasing_words.what(plan.request, names)), anchor=False)
    by = "you" if own else f"{plain(one.author.actor.name)}, {one.author.actor.role}"
    st.markdown(f"Proposed by {by}, {moment(one.proposed_at)}, because: {plain(one.reason)}. "
                f"It would erase {erasing_words.rows_in_words(plan.by_table)}.")  # fmt: skip
    with st.expander("By school and term"):
        st.table(erasing_words.as_table(plan, names), hide_index=True)
    why = approvals.why_not(warehouse, one, decider=decider)
    if why:
        st.markdown(people_words.why_not(why, approvals.who_could(warehouse, one), one, organisations(warehouse)))
    with st.container(horizontal=True):
        if not why and may(person, Action.APPROVE_ERASURE):
            st.button("Approve, and erase it now", key=f"approve-{one.number}", type="primary", on_click=_approve,
                      args=(one.number, one.fingerprint))  # fmt: skip
        st.button("Withdraw it" if own else "Turn it down", key=f"end-{one.number}", on_click=_end, args=(one.number,))


def _approve(number: int, read: str) -> None:
    """Erase it, by whoever is here now, if it is still what was read."""
    current_person(Action.APPROVE_ERASURE)
    session = signed_in.session()
    if session is None:
        return
    with calmly(_say):
        house = open_house()
        done = approvals.approve(house.warehouse, number, read, decider=Decider.of(session))
        listing.write(house.warehouse)
        if done.erased is not None:
            _say(DONE.format(rows=erasing_words.rows_in_words(done.erased.plan.by_table)))


def _end(number: int) -> None:
    current_person(Action.SEE_ERASURES)
    session = signed_in.session()
    if session is not None:
        with calmly(_say):
            approvals.end(open_house().warehouse, number, decider=Decider.of(session))
            _say("It is off the list; nothing was erased.")


def _history(person: Person, house: House, names: dict[str, str]) -> None:
    st.header("What was erased", anchor="erased")
    found = listing.history(house.warehouse, scope_of(person))
    if not found:
        st.markdown("Nothing yet.")
        return
    with st.container(key="words-erased"):
        st.table(erasing_words.history(found, names), hide_index=True)


def _say(sentence: str) -> None:
    st.session_state[SAID] = sentence


with calmly():
    page()
