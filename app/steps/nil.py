"""The step in which a school says that it had no incidents."""

from __future__ import annotations

import streamlit as st

from app import sending, sign_off
from app.calm import calmly
from app.identity import current_person
from app.issues import counted
from app.permissions import Action, Person
from app.steps.schools import today, years
from app.wording import day, opening, period
from pipelines import returns
from pipelines.house import House, open_house
from schemas.calendar import Term, default_terms


def show(person: Person, house: House, schools: dict[str, str]) -> None:
    """A nil return for one school and one term that has begun."""
    bands = [band for year in years() for band in reversed(default_terms(year)) if band.first_day <= today()]
    begun = [(band.academic_year, band.term) for band in bands]
    ended = [(band.academic_year, band.term) for band in bands if band.last_day < today()]
    left, right = st.columns(2)
    urn = left.selectbox("School", list(schools), key="nil-school", format_func=lambda urn: f"{schools[urn]} ({urn})")
    due = sending.latest_without_return(urn, ended, person=person, house=house)
    when = right.selectbox(
        "Term", begun, index=begun.index(due), key=f"nil-term-{urn}", format_func=lambda place: opening(period(*place))
    )
    year, term = when
    seen = returns.last_return(house.warehouse, urn)
    standing = sending.standing_version(urn, year, term, person=person, house=house)
    st.markdown(_sentence(schools[urn], year, term, standing))
    for asked in returns.nil_queries(house.warehouse, school_urn=urn, academic_year=year, term=term):
        st.warning(f"{asked.message} {asked.fix}")
    sure = st.checkbox(
        f"{schools[urn]} had no incidents in which staff were first told in the {period(year, term)}.",
        key=f"nil-sure-{urn}-{year}-{term}",
    )
    signed = sign_off.section(person, [urn], year, term, turn=sending.turn())
    st.button(
        "Record a nil return", type="primary", disabled=not (sure and signed), key="nil-record",
        on_click=_record, args=(urn, year, term, seen),
    )  # fmt: skip


def _sentence(name: str, year: str, term: Term, standing: dict[str, int]) -> str:
    last_day = next(band.last_day for band in default_terms(year) if band.term is term)
    early = ""
    if last_day >= today():
        early = f" The term ends on {day(last_day)}: send a return later if an incident comes."
    if standing["withdrawn"]:
        return f"The return of {name} for the {period(year, term)} was withdrawn; none stands.{early}"
    if not standing["version"]:
        return f"{name} has sent no return for the {period(year, term)}.{early}"
    held = counted(standing["incidents"], "incident")
    return (
        f"Version {standing['version']} of {name} for the {period(year, term)} holds {held}. A nil return takes its "
        f"place, and what it holds counts no longer; the earlier version stays on record.{early}"
    )


def _record(urn: str, year: str, term: Term, seen: int) -> None:
    """Record it, once, by whoever is here now."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        sending.keep(sending.record_nil(urn, year, term, seen=seen, person=person, house=open_house()))
