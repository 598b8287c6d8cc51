"""Who looked at us and why? Every reading, file and change that concerns one's own schools, by others and oneself."""

from __future__ import annotations

from collections.abc import Sequence
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
from pipelines.who_looked import Look
from schemas.calendar import label

EVERYBODY, OTHERS, OURSELVES = "Others and ourselves", "Only other organisations", "Only our own people"
MOST_SHOWN = 200
WORDS = (
    "Every time single incidents of your schools were opened or compared, a file about them was taken away, or "
    "something of theirs was changed. Of people at other organisations you see the organisation, the role and the key "
    "of the account, by which their own administrator can find them; of a reading of several schools, your own part."
)


def page() -> None:
    """The answer, then each event."""
    person = current_person(Action.SEE_WHO_LOOKED)
    st.title("Who looked at us, and why?", anchor=False)
    answer = st.container()
    year, whose = _filters()
    found = [one for one in _read(person, year) if whose == EVERYBODY or one.own == (whose == OURSELVES)]
    period = label(year) if year else "all years"
    answer.markdown(f"**{asking.home(person)['name']}: {look_words.sentence(found, period=period)}.**")
    st.markdown(WORDS)
    if not found:
        st.info(f"Nothing to show for {period}.")
        return
    names, schools = _organisations(found), asking.schools(person)
    with st.container(key="words-looks"):
        st.table(look_words.table(found[:MOST_SHOWN], organisations=names, schools=schools), border="horizontal",
                 hide_index=True)  # fmt: skip
    more = f" The last {MOST_SHOWN} are shown; the file has all." if len(found) > MOST_SHOWN else ""
    at_most = "the last " if len(found) >= who_looked.MOST else ""
    st.caption(
        f"n = {at_most}{len(found):,} events, {period}, the latest first.{more} Times are those of a clock in England. "
        f"Why: the purpose that was stated; “{look_words.NOT_STATED}” where none is asked for. Why a role was given or "
        "something erased stands on those pages."
    )
    make = partial(_take_away, person, year, whose)
    offer("Download this list (CSV)", Asked("who-looked.csv", CSV_TYPE, make), person=person, key="who-looked-csv")


def _filters() -> tuple[str | None, str]:
    """The academic year and whose looks, of those that the record has."""
    years = who_looked.years(open_house().warehouse)
    with st.container(horizontal=True, key="filters-looks"):
        year = st.selectbox("Academic year", [*years, None], key="looks-year", width=200,
                            format_func=lambda one: label(one) if one else "All years")  # fmt: skip
        whose = st.selectbox("Whose", [EVERYBODY, OTHERS, OURSELVES], key="looks-whose", width=260)
    return year, whose


def _read(person: Person, year: str | None) -> tuple[Look, ...]:
    must(person, Action.SEE_WHO_LOOKED)
    return who_looked.read(open_house().warehouse, scope_of(person), year=year)


def _organisations(found: Sequence[Look]) -> dict[str, str]:
    """What the organisations that looked are called."""
    reporting = open_house().reporting
    return {str(one): reporting.home(one)["name"] for one in {look.organisation for look in found} if one != OPERATOR}


def _take_away(person: Person, year: str | None, whose: str) -> bytes:
    """The list as a file; that it was taken is recorded."""
    found = [one for one in _read(person, year) if whose == EVERYBODY or one.own == (whose == OURSELVES)]
    access_record.taken(open_house().warehouse, actor_of(person), "list of who looked taken", schools={},
                        events=len(found))  # fmt: skip
    names, schools = _organisations(found), asking.schools(person)
    return csv_file([look_words.COLUMNS, *(look_words.line(one, names, schools) for one in found)])


with calmly():
    page()
