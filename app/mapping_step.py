"""The mapping step: how a school's own headers and answers are read, asked once and kept for its next returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from app import holding, mapping_words, sending
from app.calm import calmly
from app.identity import current_person
from app.issue_tables import plain
from app.issues import counted
from app.permissions import Action, Person, actor_of
from app.sending import Draft
from app.wording import moment
from pipelines import mappings
from pipelines.house import House, open_house
from pipelines.mappings import Entry, Kept, Unread
from pipelines.returns import Receipt, Stated
from pipelines.scope import Scope
from schemas.errors import QuestionError

SKIP, NONE = "", "-"
CHOICE = "map-choice"
CODED = frozenset({"format-code", "format-codes"})  # the rules that an unknown answer breaks
SOME_NOT_OFFERED = (
    "Some wordings of your answers are not offered here, because only short ones of ordinary words may be kept: "
    "correct them in the file, by the issues listed above."
)
NOT_OFFERED = (
    "A wording is kept only if it is short and made of ordinary words. Anything that may name or identify somebody, "
    "and any text, is not offered here: correct it in the file, or take the column out at your school. "
    "The command “plumbline anonymise” does that for an export."
)


def read_as(draft: Draft) -> None:
    """Which of the file's own wordings were read by the mapping that stands, and how many more could be."""
    if draft.unread:
        count = counted(len(draft.unread), "header or answer", plural="headers and answers")
        st.markdown(f"In it: {count} that may be your own words. [Say below what they mean](#mapping).")
    if draft.used:
        st.markdown("Read by the mapping that is kept for these returns:\n" + mapping_words.as_list(draft.used))


def received_as(receipts: Sequence[Receipt], names: dict[str, str]) -> None:
    """The same school by school, where a receipt is for several; that of one school says it itself."""
    for one in receipts:
        if one.mapped and len(receipts) > 1:
            school = plain(names.get(one.school_urn, one.school_urn))
            st.markdown(f"Read by the mapping, for {school}:\n" + mapping_words.as_list(one.mapped))


def section(draft: Draft, person: Person, house: House, names: dict[str, str]) -> None:
    """One question for each wording of a checked file that is not understood and may be mapped."""
    owner = mappings.owner_of(draft.stated, actor_of(person))
    if owner is None or not (draft.unread or lacks_some(draft)):
        return
    st.header(f"Your own words ({len(draft.unread)})", anchor="mapping")
    if lacks_some(draft):
        st.markdown(SOME_NOT_OFFERED)
    if draft.unread:
        _questions(draft, person, house, names, owner)


def lacks_some(draft: Draft) -> bool:
    """Whether some answers are unknown and yet not offered; a cell with several answers is one issue."""
    unknown = Counter((one.table, one.column) for one in draft.issues if one.rule in CODED)
    offered: Counter[tuple[str, str | None]] = Counter()
    for one in draft.unread:
        offered[one.table, one.column] += one.rows
    return any(offered[place] < count for place, count in unknown.items())


def _questions(draft: Draft, person: Person, house: House, names: dict[str, str], owner: Scope) -> None:
    st.markdown(
        "These headers and answers are not known. Say once what they mean, and later returns are read in the same way. "
        f"What you choose is kept for {plain(mapping_words.owner(owner, names))}, with your name and the time."
    )
    seen = mappings.kept(house.warehouse, owner, actor=actor_of(person)).mapping.version
    with st.form(f"map-{sending.turn()}"):
        for place, one in enumerate(draft.unread):
            _ask(place, one)
        st.caption(NOT_OFFERED)
        ready = bool(holding.still(draft.held))
        st.form_submit_button(
            "Keep, and check the file again" if ready else "Keep; then choose the file again below",
            type="primary", key="map-keep", on_click=_keep_chosen, args=(owner, seen),
        )  # fmt: skip


def _ask(place: int, one: Unread) -> None:
    key = f"{CHOICE}-{sending.turn()}-{place}"
    column = mapping_words.column(one.table, one.column) if one.column else None
    if column is not None and column.kind == "codes":
        st.multiselect(
            mapping_words.question(one), [*one.options, NONE], key=key, placeholder=mapping_words.NOTHING,
            format_func=lambda code: _offered(one, code), help="Choose one answer or more.",
        )  # fmt: skip
        return
    st.selectbox(
        mapping_words.question(one), [SKIP, *one.options, NONE], key=key, format_func=lambda code: _offered(one, code)
    )


def _offered(one: Unread, choice: str) -> str:
    if choice == SKIP:
        return mapping_words.NOTHING
    if choice == NONE:
        return "Read it as a blank: no answer" if one.column else "Leave this column out: nothing in it is read or kept"
    close = " – closest in wording" if one.likely and choice == one.options[0] else ""
    return f"{mapping_words.meaning(one.table, one.column, choice)}{close}"


def _keep_chosen(owner: Scope, seen: int) -> None:
    """Keep what was chosen, and check the held file again where there is one; by whoever is here now."""
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        draft = sending.kept(person)
        if isinstance(draft, Draft):
            chosen = [entry for place, one in enumerate(draft.unread) for entry in _chosen(place, one)]
            if not chosen:
                raise QuestionError("Nothing was chosen. Choose what a wording means, or correct it in the file.")
            _keep(owner, chosen, seen=seen, person=person)
            sending.check_again(draft, person=person, house=open_house())


def _chosen(place: int, one: Unread) -> list[Entry]:
    answer = st.session_state.get(f"{CHOICE}-{sending.turn()}-{place}")
    picked = [answer] if isinstance(answer, str) else list(answer or ())
    if NONE in picked and len(picked) > 1:
        raise QuestionError("A wording is read as a blank or as answers, not as both.")
    picked = [choice for choice in picked if choice != SKIP]
    return [mappings.entry_for(one, [choice for choice in picked if choice != NONE])] if picked else []


def _keep(owner: Scope, entries: Sequence[Entry], *, seen: int, person: Person) -> None:
    """The mapping with these entries; one about the same wording gives way."""
    house, actor = open_house(), actor_of(person)
    spoken = {(entry.table, entry.column, entry.said) for entry in entries}
    standing = mappings.kept(house.warehouse, owner, actor=actor).mapping.entries
    others = [entry for entry in standing if (entry.table, entry.column, entry.said) not in spoken]
    mappings.keep(house.warehouse, owner, [*others, *entries], actor=actor, seen=seen)


# -- the mapping that stands --------------------------------------------------------------------------------


def standing(stated: Stated, person: Person, house: House, names: dict[str, str]) -> None:
    """The wordings that are kept for the chosen school, with a way to change or forget each; nothing without any."""
    owner = mappings.owner_of(stated, actor_of(person))
    found = mappings.kept(house.warehouse, owner, actor=actor_of(person)) if owner else None
    if found is None or not found.mapping.entries:
        return
    with st.expander(f"How your own words are read ({len(found.mapping.entries)})"):
        st.markdown(f"Kept for {plain(mapping_words.owner(found.owner, names))}. {_who(found)}")
        st.table(mapping_words.as_table(found.mapping.entries), hide_index=True)
        entry = st.selectbox(
            "Wording", found.mapping.entries, format_func=mapping_words.named, key=f"map-entry-{found.mapping.version}"
        )
        _change(found, entry)


def _who(found: Kept) -> str:
    when = f", {moment(found.recorded_at)}" if found.recorded_at else ""
    return plain(f"Version {found.mapping.version}, by {found.recorded_by}, {found.role}{when}.")


def _change(found: Kept, entry: Entry) -> None:
    one = Unread(entry.table, entry.column, entry.said, 0, mapping_words.choices(entry))
    key = f"map-change-{found.mapping.version}-{found.mapping.entries.index(entry)}"
    several = bool(entry.column) and mapping_words.column(entry.table, entry.column).kind == "codes"
    options, now = [*one.options, NONE], list(entry.meant) or [NONE]
    if several:
        st.multiselect("Read it as", options, default=now, format_func=lambda code: _offered(one, code), key=key)
    else:
        place = options.index(now[0])
        st.selectbox("Read it as", options, index=place, format_func=lambda code: _offered(one, code), key=key)
    with st.container(horizontal=True):
        st.button("Change how it is read", on_click=_on_change, args=(found, entry, key), key="map-change")
        st.button("Forget it", on_click=_on_forget, args=(found, entry), key="map-forget")
    st.caption(
        "A wording that is forgotten is asked about again when a file holds it. Returns already sent stay as they are."
    )


def _on_change(found: Kept, entry: Entry, key: str) -> None:
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        answer = st.session_state.get(key)
        picked = [answer] if isinstance(answer, str) else list(answer or ())
        meant = tuple(choice for choice in picked if choice != NONE)
        if not picked or (NONE in picked and meant):
            raise QuestionError("Choose what the wording means: answers, or a blank.")
        new = Entry(entry.table, entry.column, entry.said, meant)
        _keep(found.owner, [new], seen=found.mapping.version, person=person)


def _on_forget(found: Kept, entry: Entry) -> None:
    person = current_person(Action.SEND_RETURNS)
    with calmly(sending.say):
        others = [one for one in found.mapping.entries if one != entry]
        mappings.keep(open_house().warehouse, found.owner, others, actor=actor_of(person), seen=found.mapping.version)
