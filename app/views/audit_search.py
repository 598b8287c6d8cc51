"""The record of one's own organisation, searched: for its administrator and its data-protection officer."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from app import asking, look_words
from app.access import must
from app.calm import calmly
from app.giving_out import Asked, offer
from app.identity import current_person
from app.permissions import Action, Person, actor_of, scope_of
from pipelines import access_record, who_looked
from pipelines.cells_given_out import CSV_TYPE, csv_file
from pipelines.house import open_house
from pipelines.scope import OPERATOR
from pipelines.who_looked import Asked as Searched
from pipelines.who_looked import Look

FIRST_DAYS = timedelta(days=30)
MOST_SHOWN = 200
ANY = None
FOUND = "audit-found"
WORDS = (
    "What your organisation's people did, and whatever concerns your organisation or its schools. People of other "
    "organisations are told by organisation, role and the key of their account. Each search is recorded itself."
)


def page() -> None:
    """A form; what was found last, until another search."""
    person = current_person(Action.SEARCH_AUDIT)
    st.title("Search the record", anchor=False)
    st.markdown(f"**{asking.home(person)['name']}.** {WORDS}")
    asked = _form(person)
    if asked is not None:
        st.session_state[FOUND] = (person, asked, _search(person, asked))
    whose, searched, found = st.session_state.get(FOUND, (None, None, ()))
    if whose == person:
        _show(person, searched, found)


def _form(person: Person) -> Searched | None:
    """What to look for; None until it is asked."""
    today = date.today()  # noqa: DTZ011 - a day to begin with, for people to change
    names = asking.schools(person)
    with st.form("audit-search"):
        left, right = st.columns(2)
        who = left.text_input("Who", key="audit-who", max_chars=80, help="Part of a name or role, or la:990.")
        what = right.text_input("What was done", key="audit-what", max_chars=80, help="For example “read” or “return”.")
        school = left.selectbox("School", [ANY, *names], key="audit-school",
                                format_func=lambda urn: names[urn] if urn else "Any")  # fmt: skip
        days = right.date_input("From and to", (today - FIRST_DAYS, today), key="audit-days", format="DD/MM/YYYY")
        pressed = st.form_submit_button("Search", key="audit-go")
    if not pressed:
        return None
    first, last = (days[0], days[-1]) if isinstance(days, tuple) and days else (None, None)
    return Searched(who.strip(), what.strip(), school or "", first, last)


def _search(person: Person, asked: Searched) -> tuple[Look, ...]:
    must(person, Action.SEARCH_AUDIT)
    return who_looked.search(open_house().warehouse, scope_of(person), asked, actor=actor_of(person))


def _show(person: Person, asked: Searched, found: tuple[Look, ...]) -> None:
    """The last of what was found, and all of it as a file."""
    if not found:
        st.info("Nothing in the record fits. Try fewer words or a longer time.")
        return
    names = {str(one): open_house().reporting.home(one)["name"]
             for one in {look.organisation for look in found} if one != OPERATOR}  # fmt: skip
    schools = asking.schools(person)
    table = look_words.table(found[:MOST_SHOWN], organisations=names, schools=schools)
    table.insert(0, "Event", [f"{one.sequence}" for one in found[:MOST_SHOWN]])
    with st.container(key="words-audit"):
        st.table(table, border="horizontal", hide_index=True)
    more = f" The last {MOST_SHOWN} are shown; the file has all." if len(found) > MOST_SHOWN else ""
    at_most = "the last " if len(found) >= who_looked.MOST else ""
    st.caption(f"n = {at_most}{len(found):,} events, the latest first.{more} Times are those of a clock in England. "
               "Why a role was given or something erased stands on those pages.")  # fmt: skip
    make = partial(_take_away, person, asked)
    offer("Download these events (CSV)", Asked("record.csv", CSV_TYPE, make), person=person, key="audit-csv")


def _take_away(person: Person, asked: Searched) -> bytes:
    """All that fits now, as a file; that it was taken is recorded."""
    found = _search(person, asked)
    access_record.taken(open_house().warehouse, actor_of(person), "record exported", schools={}, events=len(found))
    rows = [
        (one.sequence, one.when.isoformat(timespec="seconds"), str(one.organisation), one.role, one.who, one.action,
         one.purpose, " ".join(one.schools), one.request)
        for one in found
    ]  # fmt: skip
    header = ("Event", "When (UTC)", "Organisation", "Role", "Who", "What", "Purpose", "Schools", "Request")
    return csv_file([header, *rows])


with calmly():
    page()
