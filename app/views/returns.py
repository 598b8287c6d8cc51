"""Returns: who has sent what, what is missing or late, when returns are due, and every version that came."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from app import (
    attempts,
    board_words,
    chase_list,
    deadline_form,
    filters,
    mailbox_form,
    past_receipts,
    reminding,
    sign_off,
    who_has_sent,
)
from app.calm import calmly
from app.giving_out import Asked, offer
from app.identity import current_person
from app.issue_tables import plain
from app.paging import stretch
from app.permissions import Action, Person, scope_of
from pipelines import board
from pipelines.board import Board, ExpectedReturn
from pipelines.cells_given_out import CSV_TYPE
from pipelines.house import open_house
from pipelines.scope import ScopeKind

FEW = 20  # versions that are shown without being asked for
PAGE = 20  # rows of the board at a time


def page() -> None:
    """The answer first, then what to chase, the settings around it, every expected return, and the history."""
    person = current_person(Action.SEE_RETURNS)
    st.title("Returns: who has sent what?", anchor=False)
    answer = st.container()
    chosen = filters.choose(person, "year", "term", "phase")
    house = open_house()
    found = board.read(house.warehouse, scope_of(person), chosen.question("returns_received"))
    trust = filters.trust(found.trusts)
    shown = found.of_trust(trust)
    own = person.scope.kind is ScopeKind.SCHOOL
    for said in _answer(shown, when=_when(chosen), own=own):
        answer.markdown(said)
    st.caption(
        f"A return is expected of each school that was open on the last day of the term, once it has ended; of a "
        f"running term those that came are counted. A nil return says that there was nothing; no return says nothing. "
        f"{board_words.ONLY_SET} Data version {house.reporting.data_version()}."
    )
    if shown.of_ended_terms:
        show_missing(person, shown)
    deadline_form.section(person, found)
    reminding.section(person, found)
    mailbox_form.section(person)
    sign_off.setting(person)
    if shown.returns:
        show_board(shown)
    show_versions(person, chosen)


def _answer(shown: Board, *, when: str, own: bool) -> list[str]:
    """What has come of the terms that have ended, how late, and that another is running."""
    running = who_has_sent.of_running(shown.running, shown.early, own=own)
    expected = who_has_sent.sentence(shown.of_ended_terms, when=when, own=own)
    return [text for text in (f"**{expected}**", board_words.sentence(shown), running) if text]


def _when(chosen: filters.Chosen) -> str:
    return chosen.period if chosen.year is None or chosen.term is None else f"the {chosen.period}"


def show_missing(person: Person, shown: Board) -> None:
    """The returns to ask for, on the page and as a file."""
    st.header("Not submitted", anchor="missing")
    missing = chase_list.missing(shown.returns)
    if not missing:
        st.markdown("Every return that is expected is here.")
        return
    paged(missing, "missing", without=("First came", "Versions"))
    asked = Asked(chase_list.CALLED, CSV_TYPE, partial(chase_list.take_away, person, missing))
    offer("Download the chase list (CSV)", asked, person=person, key="chase-list")


def show_board(shown: Board) -> None:
    """Every expected return, or those in one state."""
    st.header("Every expected return", anchor="board")
    rows: Sequence[ExpectedReturn] = shown.returns
    if (state := filters.state(board_words.STATES)) is not None:
        rows = [one for one in rows if one.state == state]
    if rows:
        paged(rows, "board")
    else:
        st.markdown("None is in this state.")


def show_versions(person: Person, chosen: filters.Chosen) -> None:
    """Everything that came within the chosen period."""
    st.header("Every version sent", anchor="versions")
    sent = open_house().reporting.versions(scope_of(person))
    for name, wanted in (("academic_year", chosen.year), ("term", chosen.term)):
        sent = sent if wanted is None else sent[sent[name] == wanted]
    if not len(sent):
        st.markdown("None yet.")
        attempts.show(person)
        return
    st.markdown("A later version takes the place of the one before it; both stay on record, as does one withdrawn.")
    if len(sent) > FEW:
        with st.expander(f"Show all {len(sent):,} versions, the latest first"):
            table(who_has_sent.versions(sent), "versions")
    else:
        table(who_has_sent.versions(sent), "versions")
    past_receipts.show(person, sent)
    attempts.show(person)


def paged(rows: Sequence[ExpectedReturn], key: str, *, without: Sequence[str] = ()) -> None:
    """Expected returns as a table, in pages where there are many."""
    rows = stretch(list(rows), key, size=PAGE)
    table(board_words.table(rows).drop(columns=list(without)), key)


def table(frame: pd.DataFrame, key: str) -> None:
    """A static table whose texts are taken as they are."""
    with st.container(key=f"words-{key}"):
        st.table(frame.map(lambda cell: plain(cell) if isinstance(cell, str) else cell), hide_index=True)


with calmly():
    page()
