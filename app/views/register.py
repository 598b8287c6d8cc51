"""The register of schools and trusts: tried first, read, then loaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from app import deciding, issue_tables
from app.calm import calmly
from app.deciding import Step
from app.layout_marks import plain
from app.permissions import Action
from app.wording import moment, number, opening
from pipelines import registering
from pipelines.house import House, open_house
from pipelines.people.deciding import Decider
from pipelines.registering import Load, Tried
from pipelines.returns import NamedFile
from schemas.issues import Issue

PAGE, TRIED, TURN = "register", "register-tried", "register-turn"
KINDS = {"schools": "schools", "groups": "membership of trusts", "links": "predecessors and successors"}
ABOUT = (
    "The register says which schools there are, to which authority and trust each belongs since when, and which school "
    "became which. It comes from Get Information About Schools: the extract of establishments, of group membership, "
    "and of links, each as it is downloaded. It is one for everybody in this portal; what an earlier load said stays, "
    "for questions about then."
)
FEW = 50


def page() -> None:
    """What is on record, the upload, and what it would change."""
    deciding.decider(Action.KEEP_REGISTER)
    house = open_house()
    st.title("Is the register up to date?", anchor=False)
    found = registering.loads(house.warehouse)
    st.markdown(f"**{sentence(found)}**")
    st.caption(ABOUT)
    if deciding.show(PAGE):
        return
    st.header("Load files", anchor="load")
    _upload(house)
    if (kept := st.session_state.get(TRIED)) is not None:
        _show(*kept)
    st.header("Loads on record", anchor="loads")
    if found:
        with st.container(key="words-loads"):
            st.table(loads(found), hide_index=True)
    else:
        st.markdown("None.")


def sentence(found: Sequence[Load]) -> str:
    """When schools were last loaded."""
    schools = [one for one in found if one.kind == "schools"]
    if not schools:
        return "No register is loaded yet. Until one is, no return can be sent."
    return f"Schools were last loaded on {moment(schools[0].at)}."


def loads(found: Sequence[Load]) -> pd.DataFrame:
    """One row a load: what, by whom."""
    rows = [
        {
            "When": moment(one.at),
            "What": opening(KINDS.get(one.kind, one.kind)),
            "Rows": number(one.rows),
            "By": plain(f"{one.role} ({one.organisation})"),
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def _upload(house: House) -> None:
    most = max(house.upload_bytes, house.backload_bytes)
    files = st.file_uploader(
        "Files of Get Information About Schools (CSV)", accept_multiple_files=True,
        max_upload_size=most // 1024 // 1024, key=f"register-files-{st.session_state.get(TURN, 0)}",
    )  # fmt: skip
    if st.button("See what they would change", disabled=not files, key="register-try"):
        st.session_state.pop(TRIED, None)
        named = tuple(NamedFile(file.name, file.getvalue()) for file in files)
        if sum(len(one.content) for one in named) > most:
            st.error("These files are larger than the portal accepts. Whoever runs it can load them.")
            return
        with calmly(), st.spinner("Reading the files, and trying what they would change"):
            here = deciding.decider(Action.KEEP_REGISTER)
            st.session_state[TRIED] = (named, registering.attempt(house.warehouse, named, decider=here))


def _show(files: tuple[NamedFile, ...], tried: Tried) -> None:
    st.header("What would change", anchor="changes")
    for one in tried.files:
        st.markdown(f"- {plain(one.name)}: {KINDS[one.kind]}, {number(one.kept)} rows kept of {number(one.rows)} read.")
    _issues([issue for one in tried.files for issue in one.issues])
    st.markdown(f"**{_changed(tried)}**")
    if tried.changes:
        with st.container(key="words-changes"):
            st.table(changes(tried), hide_index=True)
        if len(tried.changes) > registering.MOST_LISTED:
            st.caption(f"The first {registering.MOST_LISTED} are listed.")
    if tried.others:
        st.warning(registering.in_the_way(tried.others))
        return
    lines = tuple(
        f"{KINDS[one.kind]}: {number(one.kept)} rows are loaded from {plain(one.name)}" for one in tried.files
    )
    words = (*map(opening, lines), _changed(tried), "It cannot be taken back; a later load corrects it.")
    st.button("Load them: read what will happen", key="register-ask", on_click=_ask, args=(words, files, tried))


def _changed(tried: Tried) -> str:
    if not tried.changes:
        return f"Nothing changes for your {number(tried.schools)} schools."
    count = "one change" if len(tried.changes) == 1 else f"{number(len(tried.changes))} changes"
    return f"{opening(count)} for your schools, which are {number(tried.schools)} then."


def changes(tried: Tried) -> pd.DataFrame:
    """One row a change of one of one's own schools."""
    rows = [
        {"School": plain(one.name), "URN": one.urn, "What changes": plain(opening(one.what))}
        for one in tried.changes[: registering.MOST_LISTED]
    ]
    return pd.DataFrame(rows)


def _issues(found: Sequence[Issue]) -> None:
    if not found:
        return
    with st.expander(f"Rows or columns that could not be used as they are ({len(found):,})"):
        frame = issue_tables.as_table(found[:FEW]).map(plain)
        st.table(frame, hide_index=True)
        if len(found) > FEW:
            st.caption(f"The first {FEW} are listed.")


def _ask(words: tuple[str, ...], files: tuple[NamedFile, ...], tried: Tried) -> None:
    deciding.ask(Step(Action.KEEP_REGISTER, PAGE, words, "Yes, load them", partial(_load, files, tried)))


def _load(files: tuple[NamedFile, ...], tried: Tried, decider: Decider) -> str:
    registering.load(open_house().warehouse, files, tried, decider=decider)
    st.session_state.pop(TRIED, None)
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    return "The files are loaded."


with calmly():
    page()
