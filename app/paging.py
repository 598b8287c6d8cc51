"""Long tables, in stretches of so many rows at a time."""

from __future__ import annotations

from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from app.issues import pages

Rows = TypeVar("Rows", pd.DataFrame, list[Any])


def stretch(rows: Rows, key: str, *, size: int, of: str = "rows") -> Rows:
    """The rows that are shown: all where they are few, else those that somebody chose to see."""
    if len(rows) <= size:
        return rows
    first, last = st.selectbox(
        f"{len(rows):,} {of}, {size} at a time", pages(len(rows), size=size),
        format_func=lambda ends: f"{ends[0] + 1:,} to {ends[1]:,}", key=f"page-{key}",
    )  # fmt: skip
    return rows[first:last]


def paged(frame: pd.DataFrame, key: str, *, size: int, of: str = "rows") -> None:
    """A static table whose texts are words of ours or were made plain."""
    if frame.empty:
        st.markdown("None.")
        return
    shown = stretch(frame, key, size=size, of=of)
    with st.container(key=f"words-{key}"):
        st.table(shown, hide_index=True)
