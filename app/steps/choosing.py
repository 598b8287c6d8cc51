"""The first step: school, year, term and the file to check."""

from __future__ import annotations

import streamlit as st

from app import background, mapping_step, sending
from app.calm import calmly
from app.identity import current_person
from app.permissions import Action, Person
from app.steps import nil
from app.steps.schools import names_of, years
from app.template_download import section as offer_template
from pipelines.house import House
from pipelines.returns import NamedFile, Stated
from pipelines.scope import ScopeKind
from schemas.calendar import Term, label

FILE, NIL = "A file of incidents", "We had no incidents (a nil return)"
FILE_SAYS = "As the file says"
TOO_LARGE = "These files are larger than the portal accepts from you. Send them in parts, one term at a time."
SEVERAL = "One or more of your schools, as the file says"


def show(person: Person, house: House, *, stated: Stated) -> None:
    """School, year, term and either a file or none."""
    schools = names_of(person, house)
    if not schools:
        st.info("The register knows no school of yours today, so there is nothing to send for.")
        return
    what = st.radio("What do you want to send?", [FILE, NIL], key="send-what", persist_state="page")
    if what == NIL:
        nil.show(person, house, schools)
        return
    left, middle, right = st.columns(3)
    with left:
        urn = _school(person, schools, chosen=stated.school_urn)
    listed = [FILE_SAYS, *years()]
    year = middle.selectbox(
        "Academic year", listed, index=_place(stated.academic_year, listed), key="send-year", persist_state="page",
        format_func=lambda year: year if year == FILE_SAYS else label(year),
    )  # fmt: skip
    terms = [FILE_SAYS, *Term]
    term = right.selectbox(
        "Term", terms, index=_place(stated.term, terms), key="send-term", persist_state="page",
        format_func=lambda term: term if term == FILE_SAYS else Term(term).time_identifier,
    )  # fmt: skip
    said = Stated(urn, None if year == FILE_SAYS else year, None if term == FILE_SAYS else Term(term))
    _upload(said, house, several=person.scope.kind is not ScopeKind.SCHOOL)
    mapping_step.standing(said, person, house, schools)
    offer_template(person, said)


def _most_bytes(house: House, *, several: bool) -> int:
    """Those who look after several schools may send the back-load of them all."""
    return max(house.upload_bytes, house.backload_bytes) if several else house.upload_bytes


def _upload(stated: Stated, house: House, *, several: bool) -> None:
    files = st.file_uploader(
        "A workbook, a ZIP, or the two CSV files (incidents and children)",
        accept_multiple_files=True,
        max_upload_size=_most_bytes(house, several=several) // 1024 // 1024,
        key=f"send-files-{sending.turn()}",
    )
    if st.button("Check", type="primary", disabled=not files, key="send-check"):
        named = [NamedFile(file.name, file.getvalue()) for file in files]
        if sum(len(one.content) for one in named) > _most_bytes(house, several=several):
            st.error(TOO_LARGE)
            return
        if background.is_large(named):
            with calmly():
                sending.check_large(named, stated=stated, person=current_person(Action.SEND_RETURNS), house=house)
                st.rerun()
            return
        with calmly(), st.status("Checking the file …", expanded=True) as status:
            st.write("Reading it, and looking for anything that identifies a person.")
            draft = sending.check(named, stated=stated, person=current_person(Action.SEND_RETURNS), house=house)
            status.update(label="Checked", state="complete")
            sending.keep(draft)
            st.rerun()


def _school(person: Person, schools: dict[str, str], *, chosen: str | None) -> str | None:
    """The school stated for the file; several only for those who look after several."""
    options = list(schools)
    if person.scope.kind is not ScopeKind.SCHOOL:
        options.insert(0, SEVERAL)
    urn = st.selectbox(
        "School", options, index=_place(chosen, options), key="send-school", persist_state="page",
        format_func=lambda urn: urn if urn == SEVERAL else f"{schools[urn]} ({urn})",
    )  # fmt: skip
    return None if urn == SEVERAL else urn


def _place(wanted: object, options: list) -> int:
    return options.index(wanted) if wanted in options else 0
