"""The forms of the page of people: each ends in something to be read before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import streamlit as st

from app import deciding, people_links
from app.calm import calmly
from app.deciding import Step
from app.layout_marks import plain
from app.people_words import Names, days, role_at, who
from app.permissions import Action
from app.steps.schools import today
from app.wording import moment
from pipelines.house import open_house
from pipelines.people import Grant, Identity, accounts, administering, approvals
from pipelines.people.accounts import Account
from pipelines.people.deciding import Decider
from pipelines.people.grants import LONGEST_REASON
from pipelines.people.inviting import Offer
from pipelines.people.listing import Held, Listed
from pipelines.scope import Scope
from schemas.errors import QuestionError
from schemas.roles import GIVEN_BY_TWO, KINDS, MEANS, GrantRole, title

PAGE = "people"
READ_IT = "Read what will happen"
TWO = "This takes two people: it is proposed now, and done when somebody else has approved it."
PROPOSED = "It is proposed, and waits for a second person (page “For a second person”)."
AT_ONCE = "What they have open under it closes at once."
COMES_BACK = (
    "Their identity provider vouches for this role: unless it is ended there too, it comes back when they sign in."
)
NOT_NAMED = (
    "Their name is not shown, as they are or were something at another organisation too: ask them, by a way you trust, "
    "to read their reference to you."
)
WHY = "Why? The record keeps it, so name no child"
SOMEBODY = Identity("", "")  # a choice in a list, no account
Chosen = tuple[Scope, GrantRole, date, date | None, str]


def invite(names: Names) -> None:
    """Invite somebody by e-mail address, who makes a local account."""
    email = st.text_input("E-mail address", key="invite-email", autocomplete="off", max_chars=254)
    chosen = _role("invite", names)
    if st.button(READ_IT, key="invite-read", disabled=not (email.strip() and chosen)) and chosen:
        with calmly():
            _put_invitation(email, chosen, names)


def _put_invitation(email: str, chosen: Chosen, names: Names) -> None:
    accounts.address(email)  # said before anything is read, and nothing that was written is lost
    scope, role, first, last, reason = chosen
    offer = Offer(email, scope, role, first, last, reason)
    words = (
        f"A link is made for {plain(email.strip())}, with which its owner makes an account (or takes the role into "
        "the one they have). It works once, for 7 days.",
        f"They will be {role_at(role, scope, names)}: somebody who {MEANS[role]}, {days(first, last)}.",
        *((TWO,) if role in GIVEN_BY_TWO else ()),
    )
    label = "Yes, propose this invitation" if role in GIVEN_BY_TWO else "Yes, make the link"
    _put(words, label, partial(_invite, offer, names[scope]))


def _invite(offer: Offer, organisation: str, decider: Decider) -> str:
    warehouse = open_house().warehouse
    if offer.role in GIVEN_BY_TWO:
        approvals.propose_invitation(warehouse, offer, decider=decider)
        return PROPOSED
    made, code = administering.invite(warehouse, offer, decider=decider)
    return people_links.hand_out(made, code, organisation=organisation, decider=decider)


def give(people: Sequence[Listed], names: Names) -> None:
    """Give a role to somebody who has signed in before."""
    known = {one.identity: who(one) for one in people} | {SOMEBODY: "somebody else, by the reference they read"}
    choice = st.selectbox("Person", list(known), key="give-who", format_func=lambda one: known[one])
    reference = ""
    if choice == SOMEBODY:
        reference = st.text_input("Reference, 16 letters and digits", key="give-reference", autocomplete="off")
        st.caption("Whoever signs in and has no role reads it on their first page, and tells you.")
    chosen = _role("give", names)
    ready = (choice != SOMEBODY or reference.strip()) and chosen
    if st.button(READ_IT, key="give-read", disabled=not ready) and chosen:
        with calmly():
            _put_give(choice, reference, people, chosen, names)


def _put_give(choice: Identity, reference: str, people: Sequence[Listed], chosen: Chosen, names: Names) -> None:
    if choice == SOMEBODY:
        here = deciding.decider(Action.KEEP_PEOPLE)
        identity, name = administering.known_by(open_house().warehouse, reference, decider=here)
    else:
        identity, name = choice, next(one.name for one in people if one.identity == choice)
    scope, role, first, last, reason = chosen
    wanted = Grant(0, identity, scope, role, first, last, "", reason)
    called = plain(name) if name else f"Whoever reads the reference {identity.key}"
    words = (
        f"{called} {f'(reference {identity.key}) ' if name else ''}will be {role_at(role, scope, names)}: somebody who "
        f"{MEANS[role]}, {days(first, last)}.",
        *(() if name else (NOT_NAMED,)),
        *((TWO,) if role in GIVEN_BY_TWO else ()),
    )
    label = "Yes, propose this role" if role in GIVEN_BY_TWO else "Yes, give this role"
    _put(words, label, partial(_give, wanted, called))


def _give(wanted: Grant, called: str, decider: Decider) -> str:
    warehouse = open_house().warehouse
    if wanted.role in GIVEN_BY_TWO:
        approvals.propose_grant(warehouse, wanted, decider=decider)
        return PROPOSED
    administering.give(warehouse, wanted, decider=decider)
    return f"{called} is {title(wanted.role, str(wanted.organisation.kind))} now, or from the first day chosen."


def end(people: Sequence[Listed], names: Names) -> None:
    """End a role that stands or is to come."""
    held = {one.grant.grant_id: (one, person) for person in people for one in person.held if _can_end(one)}
    number = st.selectbox(
        "Role", list(held), key="end-which",
        format_func=lambda one: f"{who(held[one][1])}, {_is(held[one][0], names)}",
    )  # fmt: skip
    reason = st.text_input(WHY, key="end-reason", max_chars=LONGEST_REASON, autocomplete="off")
    if st.button(READ_IT, key="end-read", disabled=not reason.strip() or number not in held):
        one, person = held[number]
        called = plain(person.name or person.identity.key)
        words = (
            f"{called} will no longer be {_is(one, names)}. {AT_ONCE}",
            *((COMES_BACK,) if one.grant.given_by == one.grant.identity.issuer else ()),
        )
        _put(words, "Yes, end this role", partial(_end, number, reason))


def _end(number: int, reason: str, decider: Decider) -> str:
    house = open_house()
    administering.end(house.warehouse, house.people.sessions, number, reason=reason, decider=decider)
    return "The role has ended."


def _is(one: Held, names: Names) -> str:
    return role_at(one.grant.role, one.grant.organisation, names)


def _can_end(one: Held) -> bool:
    return one.when(on=today()) != "past"


def account(people: Sequence[Listed], names: Names) -> None:
    """Help somebody back into a local account: a link with which they set it up anew."""
    local = {one.identity: who(one) for one in people if one.is_local}
    identity = st.selectbox("Person", list(local), key="reset-who", format_func=lambda one: local[one])
    factor = st.checkbox("Their second factor is lost too", key="reset-factor")
    reason = st.text_input(WHY, key="reset-reason", max_chars=LONGEST_REASON, autocomplete="off")
    if not st.button(READ_IT, key="reset-read", disabled=not reason.strip() or identity is None):
        return
    with calmly():
        warehouse = open_house().warehouse
        found = administering.account_of(warehouse, identity)
        if found is None:
            raise QuestionError("This account has ended.")
        what = "a new password and a new second factor" if factor else "a new password; their second factor stays"
        where = administering.takes_two(warehouse, found)
        words = (
            f"A link is made with which {plain(local[identity])} sets {what}. It works once, for a day.",
            "See first that it is they who ask: whoever has the link takes the account over.",
            *((TWO,) if where else ()),
        )
        _put(words, "Yes, propose this link" if where else "Yes, make the link",
             partial(_reset, found, factor, reason, where))  # fmt: skip


def _reset(found: Account, factor: bool, reason: str, where: Scope | None, decider: Decider) -> str:
    warehouse = open_house().warehouse
    if where is not None:
        approvals.propose_reset(warehouse, found, where, factor_too=factor, reason=reason, decider=decider)
        return PROPOSED
    made, code = administering.reset(warehouse, found, factor_too=factor, reason=reason, decider=decider)
    return people_links.hand_out(made, code, organisation="", decider=decider)


def sessions_end(one: Listed) -> None:
    """End one session of somebody, or all."""
    choices = {open_.id: open_ for open_ in one.open}
    which = st.selectbox(
        "Session", list(choices), key=f"session-which-{one.identity.key}",  # else another person's would stay chosen
        format_func=lambda id_: f"begun {moment(choices[id_].started)}, last used {moment(choices[id_].last_seen)}",
    )  # fmt: skip
    with st.container(horizontal=True):
        st.button("End this session", key="session-end", on_click=_end_session, args=(which,))
        st.button("End every session of theirs", key="session-end-all", on_click=_end_sessions, args=(one.identity,))
    st.caption("Their open pages close at once, and they have to sign in again. Their roles stay.")


def _end_session(session_id: str) -> None:
    with calmly(deciding.fault):
        house, here = open_house(), deciding.decider(Action.END_SESSIONS)
        administering.end_session(house.warehouse, house.people.sessions, session_id, decider=here)
        st.session_state[deciding.SAID] = "The session has ended."


def _end_sessions(identity: Identity) -> None:
    with calmly(deciding.fault):
        house, here = open_house(), deciding.decider(Action.END_SESSIONS)
        administering.end_sessions(house.warehouse, house.people.sessions, identity, decider=here)
        st.session_state[deciding.SAID] = "Every session of theirs has ended."


def withdraw(number: str) -> None:
    """End a link that was not used."""
    with calmly(deciding.fault):
        here = deciding.decider(Action.KEEP_PEOPLE)
        administering.withdraw(open_house().warehouse, number, decider=here)
        st.session_state[deciding.SAID] = "The link can no longer be used."


def _role(key: str, names: Names) -> Chosen | None:
    """Which role, where, from when until when, and why; None while something of it is missing."""
    scope = st.selectbox("Organisation", list(names), key=f"{key}-where", format_func=lambda one: _called(one, names))
    kind = str(scope.kind)
    roles = [role for role in GrantRole if kind in KINDS[role]]
    role = st.selectbox(
        "Role", roles, key=f"{key}-role-{kind}", format_func=lambda one: f"{title(one, kind)}: {MEANS[one]}"
    )
    first = st.date_input("First day", value=today(), min_value=today(), format="DD/MM/YYYY", key=f"{key}-first")
    ends = st.checkbox("It ends on a day that is known already", key=f"{key}-ends")
    last = _last_day(key, first) if ends else None
    reason = st.text_input(WHY, key=f"{key}-reason", max_chars=LONGEST_REASON, autocomplete="off")
    return (scope, role, first, last, reason) if reason.strip() and not (ends and last is None) else None


def _last_day(key: str, first: date) -> date | None:
    """A last day; None while there is none, or one was written that cannot be."""
    return st.date_input(
        "Last day (not before the first, and at most five years after it)", value=None, format="DD/MM/YYYY",
        min_value=first, max_value=first + timedelta(days=365 * 5), key=f"{key}-last",
    )  # fmt: skip


def _called(scope: Scope, names: Names) -> str:
    return f"{names[scope]} ({scope.code})"


def _put(words: tuple[str, ...], label: str, do: partial[str]) -> None:
    deciding.ask(Step(Action.KEEP_PEOPLE, PAGE, words, label, do))
    st.rerun()
