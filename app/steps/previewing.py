"""The step before submitting: what it would change, and the two ways on."""

from __future__ import annotations

import streamlit as st

from app import preview_words, sending
from app.calm import calmly
from app.identity import current_person
from app.permissions import Action
from app.sending import Draft
from pipelines.house import open_house


def show(draft: Draft, names: dict[str, str]) -> None:
    """What submitting would change; approve or cancel."""
    st.header("What will change", anchor="preview")
    if len(draft.previews) == 1:
        only = draft.previews[0]
        st.markdown(preview_words.sentence(only, names.get(only.school_urn, only.school_urn)))
    else:
        st.markdown(preview_words.overall(draft.previews))
    if caution := preview_words.warning(draft.previews):
        st.warning(caution)
    if already := preview_words.elsewhere(draft.previews):
        st.warning(already)
    st.table(preview_words.as_table(draft.previews, names), hide_index=True)
    if sentence := preview_words.queries(*sending.queries_explained(draft)):
        st.markdown(sentence)
    with st.container(horizontal=True):
        st.button("Submit the return", type="primary", on_click=_submit, key="send-submit")
        st.button("Cancel", on_click=cancel, key="send-cancel")


def _submit() -> None:
    """Keep the return that was checked, by whoever is here now; a second press finds nothing to submit."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        draft = sending.kept(person)
        if isinstance(draft, Draft):
            reasons = sending.explanations()
            sending.keep(sending.submit(draft, person=person, house=open_house(), explanations=reasons))


def cancel() -> None:
    """Drop what was checked, or the receipt that was shown."""
    current_person(Action.SEND_RETURNS)
    sending.clear()
