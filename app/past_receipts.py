"""The receipt of any version that was sent, superseded and withdrawn ones too; and taking back the one that stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import sending
from app.calm import calmly
from app.identity import current_person
from app.permissions import Action, Person, may, scope_of
from app.steps import proof
from app.wording import opening, period
from pipelines import returns
from pipelines.house import House, open_house
from pipelines.receipts import Proof
from pipelines.return_states import ReturnState
from schemas.calendar import Term

SAID = "receipt-said"


def show(person: Person, sent: pd.DataFrame) -> None:
    """Choose one of these versions and read its receipt; `sent` as `reporting.versions` gives it."""
    versions = sent[sent["state"] == ReturnState.SUBMITTED]
    if not len(versions):
        return
    st.header("The receipt of a version", anchor="receipts")
    if said := st.session_state.pop(SAID, None):
        st.info(said)
    rows = {int(row["return_id"]): row for row in versions.to_dict("records")}
    number = st.selectbox(
        "Which version", list(rows), index=None, placeholder="Choose a version", key="receipt-of",
        format_func=lambda number: _called(rows[number]),
    )  # fmt: skip
    if number is None:
        return
    house = open_house()
    with calmly():
        [found] = proof.show(person, house, [number])
        if found.followed_by is None and may(person, Action.SEND_RETURNS):
            _withdrawing(found, person, house)


def _called(row: Mapping[Any, Any]) -> str:
    kind = ", nil return" if row["nil"] else ""
    when = opening(period(str(row["academic_year"]), str(row["term"])))
    return f"{row['school_name']}: {when}, version {int(row['version'])}{kind}"


def _withdrawing(one: Proof, person: Person, house: House) -> None:
    """Two steps, so that nobody withdraws a return by a slip."""
    with st.expander("Withdraw this version"):
        st.markdown(
            f"A withdrawn version counts no longer, and no return stands for the {period(one.academic_year, one.term)} "
            "until another is sent. It stays on record with its receipt. To correct a return, send another version "
            "instead: it takes the place of this one. Figures that were released to others stay as they were."
        )
        sure = st.checkbox(f"Version {one.version} of {one.school_name} is to count no longer.",
                           key=f"withdraw-sure-{one.return_id}")  # fmt: skip
        term = (one.academic_year, one.term)
        seen = returns.last_return(house.warehouse, scope_of(person), one.school_urn, on=term)
        st.button("Withdraw it", disabled=not sure, key="withdraw", on_click=_withdraw,
                  args=(one.return_id, one.school_urn, one.academic_year, one.term, seen))  # fmt: skip


def _withdraw(return_id: int, urn: str, year: str, term: Term, seen: int) -> None:
    person = current_person(Action.SEND_RETURNS)
    with calmly(_say):
        sending.withdraw(return_id, urn, seen=seen, person=person, house=open_house())
        _say(f"The return for the {period(year, term)} is withdrawn; no return stands for it now.")


def _say(sentence: str) -> None:
    st.session_state[SAID] = sentence
