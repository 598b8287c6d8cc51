"""The receipt of one file on the page, and as files to print and to keep; for a version just sent or of years ago."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from app import printable, proof_words
from app.giving_out import Asked, offer
from app.issue_tables import plain
from app.permissions import Person, actor_of, scope_of
from pipelines import receipts
from pipelines.house import House
from pipelines.receipts import Proof

PRINTS = "One page to print or to file; it opens in any browser."


def show(person: Person, house: House, return_ids: Sequence[int], *, sentence: str = "") -> tuple[Proof, ...]:
    """Draw the receipt of these versions of one file, which must be of one's own schools, with its downloads."""
    found = receipts.proofs(house.warehouse, scope_of(person), return_ids)
    facts = proof_words.common(found, named=True)
    if len(found) == 1:
        facts += proof_words.of_school(found[0])
    with st.container(key="words-receipt"):
        shown = [fact for fact in facts if fact[0] != proof_words.FINGERPRINT]  # a cell would cut its end off
        st.table(pd.DataFrame(shown, columns=["Receipt", "For this return"]).map(plain), hide_index=True)
        if len(found) > 1:
            st.table(proof_words.schools_table(found).map(_plain), hide_index=True)
    st.markdown(f"{proof_words.FINGERPRINT}: `{dict(facts)[proof_words.FINGERPRINT]}`")
    _downloads(person, house, found, sentence or f"Version {found[0].version}, {proof_words.state(found[0])}.")
    return found


def _plain(cell: object) -> object:
    return plain(cell) if isinstance(cell, str) else cell


def _downloads(person: Person, house: House, found: Sequence[Proof], sentence: str) -> None:
    def asked(ending: str, mime: str, make: Callable[[], bytes]) -> Asked:
        def taken() -> bytes:
            receipts.note_taken(house.warehouse, found, actor=actor_of(person))
            return make()

        return Asked(proof_words.file_name(found, ending=ending), mime, taken)

    page = asked("html", "text/html", lambda: printable.as_html(found, sentence=sentence))
    text = asked("txt", "text/plain", lambda: proof_words.as_text(found).encode())
    with st.container(horizontal=True):
        offer("Download the receipt", page, person=person, key=f"receipt-page-{found[0].return_id}", help=PRINTS)
        offer("Download it as text", text, person=person, key=f"receipt-text-{found[0].return_id}")
