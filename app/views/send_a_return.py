"""Send a return: choose, check, read what is wrong and what would change, submit, receipt (the steps: app/steps)."""

from __future__ import annotations

import streamlit as st

from app import background, mapping_step, sending
from app.calm import calmly
from app.identity import current_person
from app.permissions import Action
from app.sending import Draft, Sent
from app.steps import checked, choosing, previewing, sent, waiting
from app.steps.schools import names_of
from pipelines.house import open_house
from pipelines.returns import Stated


def page() -> None:
    """The page, at whichever step the return on its way has reached."""
    person, house = current_person(Action.SEND_RETURNS), open_house()
    st.title("Send a return")
    if sentence := sending.said():
        st.error(sentence)
    match sending.kept(person):
        case Sent() as what:
            sent.show(what, names_of(person, house), house)
        case Draft(checked=None) as draft:
            waiting.came_back(draft)
            checked.show(draft)
            mapping_step.section(draft, person, house, names_of(person, house))
            st.header("Send the corrected file", anchor="corrected")
            choosing.show(person, house, stated=draft.stated)
        case Draft() as draft:
            waiting.came_back(draft)
            checked.show(draft)
            previewing.show(draft, names_of(person, house))
        case None if (job := background.of(person)) is not None and job.runs:
            waiting.show()
        case None:
            if job is not None and job.fault:
                st.error(job.fault)
            st.markdown(
                "Choose the term, then a file. It is checked first; nothing in it is stored until you submit it."
            )
            choosing.show(person, house, stated=Stated())


with calmly():
    page()
