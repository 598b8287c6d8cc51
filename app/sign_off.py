"""Sign-off of returns: the declaration where one is sent, and the setting where an organisation asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import identity
from app.calm import calmly
from app.permissions import Action, Person, actor_of, may, scope_of
from app.wording import moment
from pipelines import sign_off
from pipelines.house import open_house
from pipelines.scope import ScopeKind
from pipelines.sign_off import DECLARATION, NOT_SIGNED
from schemas.calendar import Term

SAID = "sign-off-said"
ASKED = {
    ScopeKind.SCHOOL: "This school asks for sign-off of its returns",
    ScopeKind.TRUST: "Your trust asks for sign-off of its schools' returns",
    ScopeKind.AUTHORITY: "Your authority asks for sign-off of its schools' returns",
}

OTHERS = {
    ScopeKind.SCHOOL: "Its trust or its authority may; it is then asked for where a return is sent.",
    ScopeKind.TRUST: "One of the schools, or its authority, may ask for it all the same.",
    ScopeKind.AUTHORITY: "One of the schools, or its trust, may ask for it all the same.",
}


# -- where a return is sent -------------------------------------------------------------------------------


def is_asked_for(person: Person, urns: Sequence[str], year: str, term: Term) -> bool:
    """Whether any of these schools' returns of a term need sign-off."""
    return bool(sign_off.asking(open_house().warehouse, scope_of(person), urns, year, term))


def section(person: Person, urns: Sequence[str], year: str, term: Term, *, turn: int = 0) -> bool:
    """Draw the declaration where sign-off is asked for; whether the return can be submitted as things stand.

    `turn` is a number that changes with each draft, so that no declaration is carried over to another.
    """
    asked = sign_off.asking(open_house().warehouse, scope_of(person), urns, year, term)
    if not asked:
        return True
    st.subheader("Sign-off", anchor="sign-off")
    who = f"Sign-off is asked for by {sign_off.who_asks(asked)}."
    if not may(person, Action.SIGN_OFF):
        st.markdown(who)
        st.warning(NOT_SIGNED)
        return False
    st.markdown(f"{who} You may give it: tick the declaration below.")
    return st.checkbox(DECLARATION, key=_key(urns, year, term, turn))


def signed_as(person: Person, urns: Sequence[str], year: str, term: Term, *, turn: int = 0) -> str | None:
    """The role under which the one who is here has declared this return complete; None when nobody has."""
    declared = st.session_state.get(_key(urns, year, term, turn))
    return str(person.role) if declared and may(person, Action.SIGN_OFF) else None


def _key(urns: Sequence[str], year: str, term: Term, turn: int) -> str:
    return f"sign-off-{turn}-{year}-{term}-{'-'.join(urns[:1])}"


# -- the setting ------------------------------------------------------------------------------------------


def setting(person: Person) -> None:
    """Whether one's own organisation asks for sign-off, and a button for those who may change it."""
    st.header("Sign-off", anchor="sign-off")
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    found = sign_off.asked_by(open_house().warehouse, scope_of(person))
    asks = ASKED[person.scope.kind]
    if found is None:
        st.markdown(f"{asks.replace(' asks ', ' does not ask ')}. {OTHERS[person.scope.kind]}")
    else:
        st.markdown(f"{asks}: since {moment(found.decided_at)}, decided by the {found.role}.")
    if not may(person, Action.ASK_FOR_SIGN_OFF):
        return
    with st.expander("Ask for sign-off" if found is None else "Ask for sign-off no longer"):
        st.markdown(
            "Where it is asked for, a return or a nil return is kept only when the school's designated safeguarding "
            "lead or head declares that it is complete. Nobody else can send it for them. What was sent before stays."
        )
        label = "Ask for it from now on" if found is None else "Ask for it no longer"
        if st.button(label, key="sign-off-change"):
            with calmly():
                _change(ask=found is None)


def _change(*, ask: bool) -> None:
    actor, warehouse = actor_of(identity.current_person(Action.ASK_FOR_SIGN_OFF)), open_house().warehouse
    (sign_off.ask if ask else sign_off.stop)(warehouse, actor=actor)
    st.session_state[SAID] = "Sign-off is asked for from now on." if ask else "Sign-off is asked for no longer."
    st.rerun()
