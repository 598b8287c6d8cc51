"""The rebases of a control chart: those that stand, with who, when and why, and the forms to add or end one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import control_words, identity, wording
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, Person, actor_of, may
from pipelines import charting
from pipelines.charting import ControlChart, ControlPoint, Rebase
from pipelines.house import open_house

SAID = "rebase-said"
TURN = "rebase-turn"


def show(person: Person, chart: ControlChart, standing: tuple[Rebase, ...]) -> None:
    """What stands, and for those who may, the forms; nothing where there are no limits to begin anew."""
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    if standing:
        with st.container(key="words-rebases"):
            st.table(listed(standing), hide_index=True)
    if not may(person, Action.REBASE):
        return
    if chart.has_limits:
        _add(chart)
    if standing:
        _end(standing)


def listed(standing: tuple[Rebase, ...]) -> pd.DataFrame:
    """Each rebase with its day, its reason, who decided it and when."""
    rows = [
        {
            "Limits begin anew from": wording.day(one.first_day),
            "Reason": plain(one.reason),
            "Decided": plain(f"{wording.moment(one.decided_at)}, {one.decided_by}, {one.role}"),
        }
        for one in standing
    ]
    return pd.DataFrame(rows)


def _add(chart: ControlChart) -> None:
    turn = st.session_state.get(TURN, 0)  # a new form after each that was kept
    with st.expander("Rebase this chart"), st.form(f"rebase-form-{turn}", border=False):
        st.markdown(
            "Only when something is known to have changed for good, and the points since show it: never to make a "
            "chart look calmer. The reason is kept with your name, and your organisation sees it."
        )
        point = st.selectbox(
            "Limits begin anew from", chart.points[1:], format_func=control_words.when, key=f"rebase-from-{turn}"
        )
        reason = st.text_area("Reason: what changed; name nobody", key=f"rebase-reason-{turn}", height=80)
        if st.form_submit_button("Rebase"):
            with calmly():
                _keep(chart, point, reason)


def _keep(chart: ControlChart, point: ControlPoint, reason: str) -> None:
    actor = actor_of(identity.current_person(Action.REBASE))
    charting.rebase(open_house().warehouse, chart, point.by, reason=reason, actor=actor)
    _again(f"The chart is rebased from {wording.day(point.first_day)}.")


def _end(standing: tuple[Rebase, ...]) -> None:
    with st.expander("Withdraw a rebase"):
        st.markdown("The limits are worked out as before; that it stood and was withdrawn stays on record.")
        days = {one.decision_id: wording.day(one.first_day) for one in standing}
        number = st.selectbox("Which", list(days), format_func=days.__getitem__, key="rebase-withdrawn")
        if st.button("Withdraw this rebase", key="rebase-withdraw"):
            with calmly():
                person = identity.current_person(Action.REBASE)
                charting.withdraw_rebase(open_house().warehouse, number, actor=actor_of(person))
                _again("The rebase is withdrawn.")


def _again(said: str) -> None:
    st.session_state[SAID] = said
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()
