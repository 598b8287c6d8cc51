"""Who decides over people here, and the step in which they read what will happen before it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from app import identity, signed_in
from app.calm import calmly
from app.permissions import Action
from pipelines.people.deciding import Decider
from schemas.errors import RefusedError

STEP, SAID, WRONG = "step-to-confirm", "step-said", "step-wrong"
NOT_HERE = "This is for people who have signed in; in the demonstration nobody has."


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done once it was read: by what right, on which page, what it says, and what it does."""

    action: Action
    page: str
    words: tuple[str, ...]
    label: str
    do: Callable[[Decider], str]


def decider(action: Action) -> Decider:
    """Whoever is here now, as they decide; whatever runs stops when they may not do the action."""
    identity.current_person(action)
    session = signed_in.session()
    if session is None:
        raise RefusedError(NOT_HERE)
    return Decider.of(session)


def ask(step: Step) -> None:
    """Put something to be read; it replaces what was put before."""
    st.session_state[STEP] = step


def show(page: str) -> bool:
    """What was said of the last step, and the step that waits to be read on this page; whether one does."""
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    if wrong := st.session_state.pop(WRONG, None):
        st.error(wrong)
    step: Step | None = st.session_state.get(STEP)
    if step is None or step.page != page:
        st.session_state.pop(STEP, None)
        return False
    with st.container(border=True, key="to-confirm"):
        st.header("Read what will happen", anchor=False)
        st.markdown("\n".join(f"- {line}" for line in step.words))
        with st.container(horizontal=True):
            st.button(step.label, key="confirm-yes", type="primary", on_click=_do)
            st.button("Go back", key="confirm-no", on_click=_drop)
    return True


def fault(sentence: str) -> None:
    """Say on the next run what was wrong."""
    st.session_state[WRONG] = sentence


def _do() -> None:
    step: Step | None = st.session_state.pop(STEP, None)
    if step is not None:
        with calmly(fault):
            st.session_state[SAID] = step.do(decider(step.action))


def _drop() -> None:
    st.session_state.pop(STEP, None)
