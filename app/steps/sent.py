"""The last step: the receipt, and something back."""

from __future__ import annotations

import streamlit as st

from app import mapping_step, receipt, something_back
from app.sending import Sent
from app.steps import proof
from app.steps.previewing import cancel
from pipelines.house import House


def show(sent: Sent, names: dict[str, str], house: House) -> None:
    """The proof, on the page and as a file; then what it says."""
    sentence = receipt.sentence(sent.receipts, names)
    st.success(sentence)
    if sent.mailed:
        st.info(sent.mailed)
    st.header("Receipt", anchor="receipt")
    proof.show(sent.person, house, [one.return_id for one in sent.receipts], sentence=sentence)
    mapping_step.received_as(sent.receipts, names)
    st.markdown("The page Returns shows this version and its receipt at any time.")
    something_back.show(sent.person, sent.receipts, names)
    st.button("Send another return", on_click=cancel, key="send-another")
