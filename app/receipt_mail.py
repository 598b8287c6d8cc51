"""The receipt by e-mail, when a mail server is set: sent after the return is kept, told of on the receipt page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app import proof_words
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import actor_of
from app.sending import Sent
from pipelines import receipt_mail, receipts
from pipelines.house import House
from pipelines.receipt_mail import MOST_SCHOOLS, Mailed

SAID = "receipt-mail-said"
NO_MAILBOX = "No mailbox is kept for the school, so the receipt was not e-mailed. On the page Returns one can be kept."
NOT_TRIED = "The receipt could not be e-mailed. The return is kept all the same: download the receipt here."


def send(sent: Sent, *, house: House) -> None:
    """Mail each school its own receipt. Whatever happens to the mail, the return stays kept and the page goes on."""
    if house.smtp is None:
        return
    st.session_state[SAID] = (_numbers(sent), NOT_TRIED)
    with calmly(lambda _: None):
        proofs = receipts.proofs(house.warehouse, sent.person.scope, _numbers(sent))
        texts = {one.school_urn: proof_words.as_text([one]) for one in proofs}
        actor = actor_of(sent.person)
        mailed = receipt_mail.send(house.warehouse, house.smtp, sent.receipts, texts, actor=actor)
        names = {one.school_urn: one.school_name for one in proofs}
        st.session_state[SAID] = (_numbers(sent), sentence(mailed, names))


def show(sent: Sent) -> None:
    """What became of the mails of this receipt; nothing where none was tried."""
    numbers, said = st.session_state.get(SAID, ([], ""))
    if said and numbers == _numbers(sent):
        st.markdown(said)


def sentence(mailed: Mailed, names: Mapping[str, str]) -> str:
    """To how many schools it went, and to which it did not and why."""
    if mailed.too_many:
        return f"Receipts of more than {MOST_SCHOOLS} schools are not e-mailed one by one: download them here."
    said = []
    if mailed.sent:
        schools = "the school" if len(mailed.sent) == 1 else f"{len(mailed.sent)} schools"
        said.append(f"The receipt was e-mailed to the mailbox of {schools}.")
    for urn, why in (mailed.failed or {}).items():
        said.append(
            f"It could not be e-mailed to {plain(names.get(urn, urn))}: {why}. The return is kept for all that."
        )
    return " ".join(said) or NO_MAILBOX


def _numbers(sent: Sent) -> list[int]:
    return [one.return_id for one in sent.receipts]
