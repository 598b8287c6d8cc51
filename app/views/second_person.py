"""What waits for a second person: read, then approved or turned down by somebody other than who proposed it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app import deciding, people_links
from app import people_words as words
from app.calm import calmly
from app.deciding import Step
from app.identity import current_person
from app.layout_marks import plain
from app.people_words import Names
from app.permissions import Action, may
from app.wording import moment
from pipelines.house import open_house
from pipelines.people import approvals, dangerous, listing
from pipelines.people.deciding import Decider
from pipelines.people.proposals import Kind, Proposal
from schemas.roles import MEANS

PAGE = "second_person"
WHY = (
    "Whoever can be a second person is made by two people: one proposes, another reads the same and approves, and it "
    "is done at that moment. The same holds for a link to the account of one, and for erasing (page Retention). "
    "Another person is another person, not another account or role of the same, and not one of whom either gave "
    "the other a role or made a link that the other used. What nobody approves ends after 14 days."
)
ASK_THEM = "Ask the person it concerns, by a way you trust, whether it is they and whether they expect this."


def page() -> None:
    """What waits, each with what would happen."""
    here, house = deciding.decider(Action.SECOND), open_house()
    waiting = approvals.waiting(house.warehouse, here)
    found = [one for one in waiting if one.kind in approvals.OF_PEOPLE]
    names = listing.names(house.warehouse)
    st.title("What waits for a second person?", anchor=False)
    others = sum(not here.is_same(one.author.identity) for one in found)
    st.markdown(f"**{_counted(others, len(found) - others)}**")
    erasing = len(waiting) - len(found)
    if erasing and may(current_person(Action.SECOND), Action.SEE_ERASURES):
        waits = "An erasure waits" if erasing == 1 else f"{erasing} erasures wait"
        st.info(f"{waits} for a second person too, on its own page.")
        st.page_link("views/retention.py", label="Read what would be erased (Retention)")
    st.markdown(WHY)
    confirming = deciding.show(PAGE)
    people_links.show()
    if confirming:
        return
    for one in found:
        with st.container(border=True, key=f"proposal-{one.number}"):
            _show(one, here, names)


def _counted(others: int, own: int) -> str:
    if not others and not own:
        return "Nothing that concerns people waits."
    mine = f"{own} of your own waits for somebody else." if own == 1 else f"{own} of your own wait for somebody else."
    if not others:
        return mine
    theirs = "One waits for you, or for another who may." if others == 1 else f"{others} wait for you, or for others."
    return f"{theirs} {mine}" if own else theirs


def _show(one: Proposal, here: Decider, names: Names) -> None:
    st.header(f"Proposal {one.number}", anchor=False)
    own = here.is_same(one.author.identity)
    by = "you" if own else plain(f"{one.author.actor.name}, {one.author.actor.role}")
    st.markdown("\n".join(f"- {line}" for line in what(one, names, here)))
    st.markdown(f"Proposed by {by}, {moment(one.proposed_at)}, because: {plain(one.reason)}. "
                f"Ends {moment(one.ends_at)}.")  # fmt: skip
    why = approvals.why_not(open_house().warehouse, one, decider=here)
    if why:
        st.markdown(words.why_not(why, approvals.who_could(open_house().warehouse, one), one, names))
    with st.container(horizontal=True):
        if not why:
            st.button("Approve: read what will happen", key=f"approve-{one.number}", on_click=_ask,
                      args=(one, names, here))  # fmt: skip
        st.button("Withdraw it" if own else "Turn it down", key=f"end-{one.number}", on_click=_end, args=(one.number,))


def what(one: Proposal, names: Names, here: Decider) -> tuple[str, ...]:
    """What would happen, in words; whom it concerns by name only where that name is known here."""
    if one.kind is Kind.RESET:
        who = plain(approvals.called(open_house().warehouse, one, decider=here))
        factor = "a new password and second factor" if one.content["factor_too"] else "a new password"
        return (f"A link is made with which {who} sets {factor}.",)
    offer = dangerous.role_of(one)
    place = words.role_at(offer.role, offer.organisation, names)
    role = f"{place}, somebody who {MEANS[offer.role]}, {words.days(offer.from_day, offer.until_day)}"
    if one.kind is Kind.INVITATION:
        return (f"{plain(one.content['email'])} is invited, by a link that works once, to be {role}.",)
    return (f"{plain(approvals.called(open_house().warehouse, one, decider=here))} becomes {role}.",)


def _ask(one: Proposal, names: Names, here: Decider) -> None:
    lines = (*what(one, names, here), ASK_THEM)
    deciding.ask(Step(Action.SECOND, PAGE, lines, "Yes, I approve this",
                      partial(_approve, one.number, one.fingerprint)))  # fmt: skip


def _approve(number: int, read: str, decider: Decider) -> str:
    house = open_house()
    done = approvals.approve(house.warehouse, number, read, decider=decider)
    if done.invitation is None:
        return "Approved, and done."
    place = done.invitation.organisation
    called = listing.names(house.warehouse).get(place, str(place)) if place else ""
    said = people_links.hand_out(done.invitation, done.code, organisation=called, decider=decider)
    return f"Approved. {said}"


def _end(number: int) -> None:
    with calmly(deciding.fault):
        approvals.end(open_house().warehouse, number, decider=deciding.decider(Action.SECOND))
        st.session_state[deciding.SAID] = "It is withdrawn or turned down; nothing was done."


with calmly():
    page()
