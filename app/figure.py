"""The one way to show a figure: the finding as its heading, the chart, its table, and what it rests on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import wording
from app.charts import Chart
from pipelines.reporting import FigureTable
from schemas.calendar import label
from schemas.measurement import Measure
from schemas.rulesets import RuleSet, rule_set

LONG = 16
NOBODY = "none"
TABLE_BELOW = "The table below gives every figure."


def show(finding: str, *, chart: Chart | None, table: pd.DataFrame, caption: str, key: str, wide: bool = False) -> None:
    """Show a figure; `wide` charts keep their own width, others take the page's."""
    with st.container(key=f"figure-{key}", gap="small"):
        st.header(finding, anchor=False)
        if chart is not None and chart.has_numbers:
            draw(chart, alt=f"{finding}. {TABLE_BELOW}", wide=wide)
        numbers(table, key=key)
        st.caption(caption)


def draw(chart: Chart, *, alt: str, wide: bool = False) -> None:
    """Draw a chart, described for those who cannot see it."""
    st.vega_lite_chart(chart.rows, dict(chart.specification), alt=alt, width="content" if wide else "stretch")


def numbers(table: pd.DataFrame, *, key: str) -> None:
    """A table that everyone can read, numbers to the right; a long one is opened on demand."""
    with st.container(key=f"numbers-{key}"):
        if len(table) * len(table.columns) > LONG * 6:
            with st.expander("The figures as a table"):
                st.table(table, border="horizontal")
        else:
            st.table(table, border="horizontal")


def caption(measure: Measure, table: FigureTable, *, n: str, period: str, comparator: str = NOBODY) -> str:
    """What a figure rests on: n, period, comparator, rule set, coverage and data version."""
    parts = [f"n = {n}", f"Period: {period}", f"Compared with: {comparator}", judged_by(table.rule_set),
             wording.opening(wording.coverage(table.coverage)),
             version(table)]  # fmt: skip
    return f"{measure.title}. {joined(*parts)}"


def joined(*parts: str) -> str:
    """The parts of a caption, empty ones left out."""
    return " · ".join(part for part in parts if part)


def sentences(*parts: str) -> str:
    """The parts as sentences, empty ones left out."""
    return " ".join(f"{part}." for part in parts if part)


def version(table: FigureTable) -> str:
    """Which state of the data a figure shows."""
    return f"Data version {table.data_version}, {wording.moment(table.as_at)}{erased(table)}"


def erased(table: FigureTable) -> str:
    """From which year on rows are kept, where earlier ones were erased; empty where none were."""
    first: str | None = getattr(table, "kept_from", None)  # a comparison does not say
    if first is None or table.protected:
        return ""
    return (
        f" · Rows before {label(first)} were erased under the retention rule: earlier incidents count "
        "nowhere, and a child's first incident is the first since then"
    )


def released(table: FigureTable) -> str:
    """When another organisation's figures were released, and of which data."""
    return f"as released on {wording.day(table.as_at.date())}, data version {table.data_version}"


def judged_by(*names: str | None) -> str:
    """Rule sets in words, with a warning where a wording is not settled; empty where none is used."""
    said = [_with_doubt(rule_set(name)) for name in names if name is not None]
    return f"Judged by {', '.join(said)}" if said else ""


def _with_doubt(rules: RuleSet) -> str:
    doubt = "" if rules.wording == "as published" else f" (wording {rules.wording})"
    return f"{rules.short_title}{doubt}"


def note_of_states() -> None:
    """What the words in place of a number mean."""
    with st.expander("What the words in place of a number mean"):
        st.markdown(
            "- **none**: returns came, and there was none of this; a real zero\n"
            "- **none recorded (nil return)**: the school said that it had no incidents; it may also have missed some\n"
            "- **no return**: nothing was sent, so nothing is known; never read it as zero\n"
            "- **withheld**: others' figures too small to show without pointing at someone\n"
            "- **not shared**: others’ figures are shared once a term is closed, and some for whole years only\n"
            "- **nothing to measure**: no incident to which the measure applies\n"
            "- **too few to say**: too few children have been followed for long enough"
        )
