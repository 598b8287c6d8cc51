"""The step in which a school says that it had no incidents."""

from __future__ import annotations

import streamlit as st

from app import explaining, preview_words, sending, sign_off
from app.calm import calmly
from app.identity import current_person
from app.issues import counted
from app.layout_marks import plain
from app.permissions import Action, Person, scope_of
from app.steps.schools import today, years
from app.wording import opening, period
from pipelines import returns
from pipelines.house import House, open_house
from schemas.calendar import Term, default_terms

NOT_DUE = "Choose a term only to say that a return of it should have been nil."


def show(person: Person, house: House, schools: dict[str, str]) -> None:
    """A nil return for one school and one term that has begun."""
    bands = [band for year in years() for band in reversed(default_terms(year)) if band.first_day <= today()]
    begun = [(band.academic_year, band.term) for band in bands]
    ended = [(band.academic_year, band.term) for band in bands if band.last_day < today()]
    left, right = st.columns(2)
    urn = left.selectbox(
        "School", list(schools), key="nil-school", on_change=explaining.forget,
        format_func=lambda urn: f"{schools[urn]} ({urn})",
    )  # fmt: skip
    due = sending.latest_without_return(urn, ended, person=person, house=house)
    when = right.selectbox(
        "Term", begun, index=None if due is None else begun.index(due), placeholder="Choose a term",
        key=f"nil-term-{urn}", on_change=explaining.forget, format_func=lambda place: opening(period(*place)),
    )  # fmt: skip
    if when is None:
        st.markdown(f"Every return expected of {plain(schools[urn])} has come. {NOT_DUE}")
        st.button("Record a nil return", type="primary", disabled=True, key="nil-record")
        return
    _declare(person, house, urn, schools[urn], *when)


def _declare(person: Person, house: House, urn: str, name: str, year: str, term: Term) -> None:
    """What stands for the term, what is asked about it, and the declaration."""
    seen = returns.last_return(house.warehouse, scope_of(person), urn, on=(year, term))
    standing = sending.standing_version(urn, year, term, person=person, house=house)
    st.markdown(_sentence(plain(name), year, term, standing))
    asked = returns.nil_queries(house.warehouse, scope_of(person), school_urn=urn, academic_year=year, term=term)
    for one in asked:
        st.warning(f"{one.message} {one.fix}")
    explaining.ask(asked)
    place = f"{urn}-{year}-{term}"
    sure = st.checkbox(
        f"{plain(name)} had no incidents in which staff were first told in the {period(year, term)}.",
        key=f"nil-sure-{place}",
    )
    known = _knows_what_goes(standing, place)
    signed = sign_off.section(person, [urn], year, term, turn=sending.turn())
    st.button(
        "Record a nil return", type="primary", disabled=not (sure and known and signed), key="nil-record",
        on_click=_record, args=(urn, year, term, seen),
    )  # fmt: skip


def _knows_what_goes(standing: dict[str, int], place: str) -> bool:
    """Where incidents would count no longer, a word for that too; asked again when another version stands."""
    if not standing["incidents"]:
        return True
    return st.checkbox(
        f"I know that this takes the place of a return with {counted(standing['incidents'], 'incident')}, which then "
        f"{'counts' if standing['incidents'] == 1 else 'count'} no longer.",
        key=f"nil-replaces-{place}-{standing['version']}",
    )


def _sentence(name: str, year: str, term: Term, standing: dict[str, int]) -> str:
    early = "".join(f" {words}" for words in [preview_words.still_runs(year, term, on=today())] if words)
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
        why = explaining.chosen()
        sent = sending.record_nil(urn, year, term, seen=seen, person=person, house=open_house(), explanations=why)
        sending.keep(sent)
