"""The last step: the receipt."""

from __future__ import annotations

import streamlit as st

from app import receipt
from app.sending import Sent
from app.steps.previewing import cancel
from app.wording import moment


def show(sent: Sent, names: dict[str, str]) -> None:
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
    st.button("Send another return", on_click=cancel, key="send-another")
