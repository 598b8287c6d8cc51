"""Returns: who has sent what, what is missing, and every version that came."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import filters, who_has_sent
from app.calm import calmly
from app.identity import current_person
from app.issue_tables import plain
from app.permissions import Action, Person, scope_of
from pipelines.house import open_house
from pipelines.scope import ScopeKind

FEW = 40  # rows that are shown without being asked for


def page() -> None:
    """The answer first, then who is missing, then the whole table, then the history."""
    person = current_person(Action.SEE_RETURNS)
    st.title("Returns: who has sent what?", anchor=False)
    answer = st.container()
    chosen = filters.choose(person, "year", "term")
    reporting = open_house().reporting
    expected = reporting.returns(scope_of(person), chosen.question("returns_received"))
    own = person.scope.kind is ScopeKind.SCHOOL
    answer.markdown(f"**{who_has_sent.sentence(expected, when=_when(chosen), own=own)}**")
    st.caption(
        f"A return is expected of each school that was open on the last day of the term, once it has ended; of a "
        f"running term those that came are counted. A nil return says that there was nothing; no return says nothing. "
        f"Data version {reporting.data_version()}."
    )
    if len(expected):
        show_missing(expected)
        show_matrix(expected)
    show_versions(person, chosen)


def _when(chosen: filters.Chosen) -> str:
    return chosen.period if chosen.year is None or chosen.term is None else f"the {chosen.period}"


def show_missing(expected: pd.DataFrame) -> None:
    """The returns to ask for."""
    st.header("Not submitted", anchor="missing")
    found = who_has_sent.missing(expected, today=pd.Timestamp.now("Europe/London").date())
    if len(found):
        table(found, "missing")
    else:
        st.markdown("Every return that is expected is here.")


def show_matrix(expected: pd.DataFrame) -> None:
    """Schools and terms, each cell in words."""
    st.header("Every school and term", anchor="matrix")
    table(who_has_sent.matrix(expected), "matrix")


def show_versions(person: Person, chosen: filters.Chosen) -> None:
    """Everything that came within the chosen period."""
    st.header("Every version sent", anchor="versions")
    sent = open_house().reporting.versions(scope_of(person))
    for name, wanted in (("academic_year", chosen.year), ("term", chosen.term)):
        sent = sent if wanted is None else sent[sent[name] == wanted]
    if not len(sent):
        st.markdown("None yet.")
        return
    st.markdown("A later version takes the place of the one before it; both stay on record.")
    if len(sent) > FEW:
        with st.expander(f"Show all {len(sent):,} versions, the latest first"):
            table(who_has_sent.versions(sent), "versions")
    else:
        table(who_has_sent.versions(sent), "versions")


def table(frame: pd.DataFrame, key: str) -> None:
    """A static table whose texts are taken as they are."""
    with st.container(key=f"words-{key}"):
        st.table(frame.map(lambda cell: plain(cell) if isinstance(cell, str) else cell), hide_index=True)


with calmly():
    page()
