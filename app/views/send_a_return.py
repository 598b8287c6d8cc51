"""Send a return: choose, check, read what is wrong and what would change, submit, receipt."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from app import issue_tables, preview_words, receipt, sending
from app.calm import calmly
from app.identity import current_person
from app.issues import counted, summary
from app.permissions import Action, Person
from app.sending import Draft, Sent
from app.wording import day, moment, opening, period
from pipelines import returns
from pipelines.house import House, open_house
from pipelines.returns import NamedFile, Stated
from pipelines.scope import ScopeKind
from schemas.calendar import Term, academic_year, default_terms, label, start_year

YEARS_BACK = 6
FILE, NIL = "A file of incidents", "We had no incidents (a nil return)"
FILE_SAYS = "As the file says"
SEVERAL = "One or more of your schools, as the file says"


def page() -> None:
    """The page, at whichever step the return on its way has reached."""
    person, house = current_person(Action.SEND_RETURNS), open_house()
    st.title("Send a return")
    if sentence := sending.said():
        st.error(sentence)
    match sending.kept(person):
        case Sent() as sent:
            show_receipt(sent, _names(person, house))
        case Draft(checked=None) as draft:
            show_issues(draft)
            st.header("Send the corrected file", anchor="corrected")
            choose(person, house, stated=draft.stated)
        case Draft() as draft:
            show_issues(draft)
            show_preview(draft, _names(person, house))
        case None:
            st.markdown("Choose the term, then a file. It is checked first; nothing is kept until you submit it.")
            choose(person, house, stated=Stated())


# -- choosing ---------------------------------------------------------------------------------------------


def choose(person: Person, house: House, *, stated: Stated) -> None:
    """School, year, term and either a file or none."""
    schools = _names(person, house)
    if not schools:
        st.info("The register knows no school of yours today, so there is nothing to send for.")
        return
    what = st.radio("What do you want to send?", [FILE, NIL], key="send-what", persist_state="page")
    if what == NIL:
        choose_nil(person, house, schools)
        return
    left, middle, right = st.columns(3)
    with left:
        urn = _choose_school(person, schools, chosen=stated.school_urn)
    years = [FILE_SAYS, *_years()]
    year = middle.selectbox(
        "Academic year", years, index=_place(stated.academic_year, years), key="send-year", persist_state="page",
        format_func=lambda year: year if year == FILE_SAYS else label(year),
    )  # fmt: skip
    terms = [FILE_SAYS, *Term]
    term = right.selectbox(
        "Term", terms, index=_place(stated.term, terms), key="send-term", persist_state="page",
        format_func=lambda term: term if term == FILE_SAYS else Term(term).time_identifier,
    )  # fmt: skip
    said = Stated(urn, None if year == FILE_SAYS else year, None if term == FILE_SAYS else Term(term))
    _upload(said, person, house)


def _upload(stated: Stated, person: Person, house: House) -> None:
    files = st.file_uploader(
        "A workbook, a ZIP, or the two CSV files (incidents and children)",
        accept_multiple_files=True,
        max_upload_size=house.upload_bytes // 1024 // 1024,
        key=f"send-files-{sending.turn()}",
    )
    if st.button("Check", type="primary", disabled=not files, key="send-check"):
        named = [NamedFile(file.name, file.getvalue()) for file in files]
        with calmly(), st.status("Checking the file …", expanded=True) as status:
            st.write("Reading it, and looking for anything that identifies a person.")
            draft = sending.check(named, stated=stated, person=current_person(Action.SEND_RETURNS), house=house)
            status.update(label="Checked", state="complete")
            sending.keep(draft)
            st.rerun()


def _choose_school(person: Person, schools: dict[str, str], *, chosen: str | None) -> str | None:
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


def _years() -> list[str]:
    """The academic years that a return can be for, the latest first."""
    latest = start_year(academic_year(_today()))
    return [f"{year}{(year + 1) % 100:02d}" for year in range(latest, latest - YEARS_BACK, -1)]


def _today() -> date:
    return pd.Timestamp.now("Europe/London").date()


def _names(person: Person, house: House) -> dict[str, str]:
    """The schools that the person may send for, by URN."""
    own = returns.own_schools(house.warehouse, person.scope)
    return dict(zip(own["urn"], own["name"], strict=True))


# -- nil --------------------------------------------------------------------------------------------------


def choose_nil(person: Person, house: House, schools: dict[str, str]) -> None:
    """A nil return for one school and one term that has begun."""
    bands = [band for year in _years() for band in reversed(default_terms(year)) if band.first_day <= _today()]
    begun = [(band.academic_year, band.term) for band in bands]
    ended = [(band.academic_year, band.term) for band in bands if band.last_day < _today()]
    left, right = st.columns(2)
    urn = left.selectbox("School", list(schools), key="nil-school", format_func=lambda urn: f"{schools[urn]} ({urn})")
    due = sending.latest_without_return(urn, ended, person=person, house=house)
    when = right.selectbox(
        "Term", begun, index=begun.index(due), key=f"nil-term-{urn}", format_func=lambda place: opening(period(*place))
    )
    year, term = when
    standing = sending.standing_version(urn, year, term, person=person, house=house)
    st.markdown(_nil_sentence(schools[urn], year, term, standing))
    sure = st.checkbox(
        f"{schools[urn]} had no incidents in which staff were first told in the {period(year, term)}.",
        key=f"nil-sure-{urn}-{year}-{term}",
    )
    st.button(
        "Record a nil return", type="primary", disabled=not sure, key="nil-record",
        on_click=on_nil, args=(urn, year, term, standing["version"]),
    )  # fmt: skip


def _nil_sentence(name: str, year: str, term: Term, standing: dict[str, int]) -> str:
    last_day = next(band.last_day for band in default_terms(year) if band.term is term)
    early = ""
    if last_day >= _today():
        early = f" The term ends on {day(last_day)}: send a return later if an incident comes."
    if not standing["version"]:
        return f"{name} has sent no return for the {period(year, term)}.{early}"
    held = counted(standing["incidents"], "incident")
    return (
        f"Version {standing['version']} of {name} for the {period(year, term)} holds {held}. A nil return takes its "
        f"place, and what it holds counts no longer; the earlier version stays on record.{early}"
    )


def on_nil(urn: str, year: str, term: Term, standing: int) -> None:
    """Record it, once, by whoever is here now."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        sending.keep(sending.record_nil(urn, year, term, standing=standing, person=person, house=open_house()))


# -- checked ----------------------------------------------------------------------------------------------


def show_issues(draft: Draft) -> None:
    """What the check found, a summary first."""
    st.markdown(f"**{summary(draft.issues)}**")
    if draft.checked is not None and draft.checked.incidents is not None and draft.checked.children is not None:
        incidents, children = len(draft.checked.incidents), len(draft.checked.children)
        st.markdown(f"Read: {counted(incidents, 'incident')} and {counted(children, 'row')} of children.")
    issue_tables.show(draft.issues, readable=draft.readable, can_explain=draft.checked is not None)


def show_preview(draft: Draft, names: dict[str, str]) -> None:
    """What submitting would change, and the two ways on."""
    st.header("What will change", anchor="preview")
    if len(draft.previews) == 1:
        only = draft.previews[0]
        st.markdown(preview_words.sentence(only, names.get(only.school_urn, only.school_urn)))
    else:
        st.markdown(preview_words.overall(draft.previews))
    if caution := preview_words.warning(draft.previews):
        st.warning(caution)
    if already := preview_words.elsewhere(draft.previews):
        st.warning(already)
    st.table(preview_words.as_table(draft.previews, names), hide_index=True)
    if sentence := preview_words.queries(*sending.queries_explained(draft)):
        st.markdown(sentence)
    with st.container(horizontal=True):
        st.button("Submit the return", type="primary", on_click=on_submit, key="send-submit")
        st.button("Cancel", on_click=on_cancel, key="send-cancel")


def on_submit() -> None:
    """Keep the return that was checked, by whoever is here now; a second press finds nothing to submit."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        draft = sending.kept(person)
        if isinstance(draft, Draft):
            reasons = sending.explanations()
            sending.keep(sending.submit(draft, person=person, house=open_house(), explanations=reasons))


def on_cancel() -> None:
    """Drop what was checked."""
    current_person(Action.SEND_RETURNS)
    sending.clear()


# -- sent -------------------------------------------------------------------------------------------------


def show_receipt(sent: Sent, names: dict[str, str]) -> None:
    """The proof, on the page and as a file."""
    first = sent.receipts[0]
    st.success(receipt.sentence(sent.receipts, names))
    st.header("Receipt", anchor="receipt")
    st.markdown(
        f"Received on {moment(first.recorded_at)} from {first.recorded_by}, {sent.person.role}.  \n"
        f"Fingerprint of the file (SHA-256): `{receipt.fingerprint(first)}`"
    )
    st.table(receipt.as_table(sent.receipts, names), hide_index=True)
    st.download_button(
        "Download the receipt",
        receipt.as_text(sent.receipts, names, role=sent.person.role),
        file_name=f"receipt-{first.academic_year}-{first.term}-{first.return_id}.txt",
        mime="text/plain",
        on_click="ignore",
        key="send-receipt",
    )
    st.markdown("To print it, use your browser's own Print. The page Returns shows this version too.")
    st.button("Send another return", on_click=on_cancel, key="send-another")


with calmly():
    page()
