"""The step before submitting: what it would change, and the two ways on."""

from __future__ import annotations

import streamlit as st

from app import background, explaining, moved_words, preview_words, sending, sign_off
from app.calm import calmly
from app.identity import current_person
from app.issues import PAGE, pages
from app.layout_marks import plain
from app.permissions import Action
from app.sending import Draft
from app.steps.schools import today
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
    first = draft.previews[0]
    if running := preview_words.still_runs(first.academic_year, first.term, on=today()):
        st.info(running)
    st.table(preview_words.as_table(draft.previews, names), hide_index=True)
    _named(draft, names)
    _moves(sending.with_moves(draft, house=open_house()))
    if sentence := preview_words.queries(*sending.queries_explained(draft)):
        st.markdown(sentence)
    signed = _signed(draft)
    with st.container(horizontal=True):
        st.button("Submit the return", type="primary", on_click=_submit, key="send-submit", disabled=not signed)
        st.button("Cancel", on_click=cancel, key="send-cancel")


def _named(draft: Draft, names: dict[str, str]) -> None:
    """Which incidents differ, a page of them at a time."""
    found = preview_words.named(draft.previews, names)
    if not len(found):
        return
    with st.expander(preview_words.listed(draft.previews, len(found))):
        first, last = pages(len(found))[0]
        if len(found) > PAGE:
            first, last = st.selectbox(
                f"{PAGE} at a time", pages(len(found)), key="preview-page",
                format_func=lambda ends: f"{ends[0] + 1:,} to {ends[1]:,}",
            )  # fmt: skip
        st.table(found[first:last].map(plain), hide_index=True)
        if not all(one.names_all for one in draft.previews):
            st.caption("The list is cut: of each school only the first of each kind are in it. The numbers are of all.")


def _moves(draft: Draft) -> None:
    """What submitting moves in one's own figures, and in those that others see."""
    st.subheader("What it moves in your figures", anchor="moves")
    if draft.moved is None:
        st.markdown(moved_words.TOO_MANY)
        return
    st.markdown(moved_words.sentence(draft.moved))
    with st.container(key="words-moves"):
        st.table(moved_words.as_table(draft.moved), hide_index=True)
    first = draft.previews[0]
    st.markdown(moved_words.shared(draft.moved.released, year=first.academic_year, term=first.term))


def _signed(draft: Draft) -> bool:
    """Whether the return can be submitted as far as sign-off goes; draws the declaration where it is asked for."""
    first, urns = draft.previews[0], [one.school_urn for one in draft.previews]
    return sign_off.section(draft.person, urns, first.academic_year, first.term, turn=sending.turn())


def _submit() -> None:
    """Keep the return that was checked, by whoever is here now; a second press finds nothing to submit."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        draft = sending.shown(person)
        if isinstance(draft, Draft):
            reasons = explaining.chosen()
            sending.keep(sending.submit(draft, person=person, house=open_house(), explanations=reasons))
            background.let_go(draft.found_by)


def cancel() -> None:
    """Drop what was checked, or the receipt that was shown, and nothing that is on its way in another window."""
    draft = sending.shown(current_person(Action.SEND_RETURNS))
    if isinstance(draft, Draft):
        background.let_go(draft.found_by)
    sending.clear()
