"""The changes of procedure that stand, and the form that records another."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from app import asking, identity, procedure, wording
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, Person, may
from pipelines.changing import Applies, NewChange, ProcedureChange, Where
from pipelines.scope import ScopeKind

SAID = "change-said"
TURN = "change-turn"


def show(person: Person, standing: tuple[ProcedureChange, ...]) -> None:
    """The list of what stands, and for those who may, the two forms."""
    st.header("Changes of procedure on record", anchor=False)
    if said := st.session_state.pop(SAID, None):
        st.success(said)
    if standing:
        with st.container(key="words-changes"):
            st.table(listed(person, standing), hide_index=True)
    else:
        st.markdown("None yet.")
    if may(person, Action.RECORD_CHANGES):
        _record(opened=not standing)
        if standing:
            _withdraw(standing)


def turn() -> int:
    """A number that changes with each change that is recorded or withdrawn; part of the keys of what starts anew."""
    return int(st.session_state.get(TURN, 0))


def listed(person: Person, standing: tuple[ProcedureChange, ...]) -> pd.DataFrame:
    """Each change with what, where, from when, who recorded it and when."""
    rows = [
        {
            "From": wording.day(one.from_day),
            "Change": plain(one.title),
            "What changed": plain(one.what),
            "Where": plain(procedure.where(person, one)),
            "Recorded": plain(f"{wording.moment(one.recorded_at)}, {one.recorded_by}, {one.role}"),
        }
        for one in standing
    ]
    return pd.DataFrame(rows)


def _record(*, opened: bool) -> None:
    number = turn()
    person = identity.current_person(Action.RECORD_CHANGES)
    places = procedure.places(person)
    with st.expander("Record a change of procedure", expanded=opened), st.form(f"change-form-{number}", border=False):
        st.markdown(
            "What is recorded is seen by your organisation only. It is never edited: withdraw it and record anew."
        )
        title = st.text_input("Short title", key=f"change-title-{number}")
        what = st.text_area("What changed, in one sentence; name nobody", key=f"change-what-{number}", height=80)
        day = st.date_input("In force from", value=None, format="DD/MM/YYYY", key=f"change-day-{number}")
        place = st.selectbox("Where it applies", list(places), key=f"change-place-{number}")
        schools = _schools(person, number)
        if st.form_submit_button("Record this change"):
            with calmly():
                _keep(title, what, day, places[place], schools)


def _schools(person: Person, number: int) -> list[str]:
    if person.scope.kind is ScopeKind.SCHOOL:
        return []
    names = asking.schools(person)
    found: list[str] = st.multiselect(
        "Chosen schools (only for “Chosen schools, named below”)",
        sorted(names, key=names.__getitem__),
        format_func=lambda urn: f"{names[urn]} ({urn})",
        key=f"change-schools-{number}",
    )
    return found


def _keep(title: str, what: str, day: date | None, place: Applies, schools: list[str]) -> None:
    person = identity.current_person(Action.RECORD_CHANGES)
    if day is None:
        st.error("Give the day from which the change is in force.")
        return
    if schools and place.where is not Where.SCHOOLS:
        st.error("You named schools but chose another place. Choose “Chosen schools, named below”, or name none.")
        return
    applies = Applies(Where.SCHOOLS, schools=tuple(schools)) if place.where is Where.SCHOOLS else place
    procedure.record(person, NewChange(title, what, day, applies))
    _again("The change is recorded.")


def _withdraw(standing: tuple[ProcedureChange, ...]) -> None:
    with st.expander("Withdraw a change"):
        st.markdown("A withdrawn change is no longer shown; that it was recorded and withdrawn stays in the audit.")
        titles = {one.number: f"{one.title} ({wording.day(one.from_day)})" for one in standing}
        number = st.selectbox("Which", list(titles), format_func=titles.__getitem__, key="change-withdrawn")
        if st.button("Withdraw this change", key="change-withdraw"):
            with calmly():
                procedure.withdraw(identity.current_person(Action.RECORD_CHANGES), number)
                _again("The change is withdrawn.")


def _again(said: str) -> None:
    st.session_state[SAID] = said
    st.session_state[TURN] = turn() + 1
    st.rerun()
