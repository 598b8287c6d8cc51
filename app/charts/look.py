"""What the charts have in common: the palette by role, axes, and how a figure becomes a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from app import wording
from pipelines.reporting import Figure, State
from schemas.measurement import Kind, Measure

ROLES = ("own", "other", "third", "fourth", "ink", "sixth")  # in the order of the theme's chart colours
SHAPES = ("circle", "diamond")
FORMATS = {Kind.RATE: ".1f", Kind.DAYS: "~f", Kind.COUNT: "~f"}
SHORT = {State.NIL_RETURN: "nil return"}
PLAIN = frozenset({State.VALUE, State.ZERO})
INK = {"expr": "scale('color', 'ink')"}  # Streamlit's own grey has too little contrast; this one follows the theme
IN_ORDER = alt.EncodingSortField("order", op="min")  # a facet does not keep the order of its rows by itself
SMALL, TEXT = 11, 12
QUIET: dict[str, Any] = {"title": None, "labelColor": INK, "labelFlush": False, "ticks": False}


@dataclass(frozen=True)
class Chart:
    """What draws one chart: the specification and the rows it names."""

    specification: Mapping[str, Any]
    rows: pd.DataFrame

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to draw; words alone are read in the table."""
        return bool(len(self.rows) and self.rows["value"].notna().any())


def named() -> alt.Chart:
    """A chart of rows that are given later."""
    return alt.Chart(alt.NamedData("rows"))


def finished(chart: Any) -> dict[str, Any]:
    """The specification without its data, which come with each drawing."""
    found: dict[str, Any] = chart.to_dict()
    return {name: part for name, part in found.items() if name not in ("data", "$schema", "config")}


def role(field: str = "role", *, legend: Any = None) -> alt.Color:
    """The colour of a role, taken from the theme."""
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(ROLES)), legend=legend)


def axis_format(measure: Measure) -> str:
    """How an axis writes a measure's values."""
    return "%" if measure.is_share else FORMATS[measure.kind]


def value_scale(measure_format: str) -> alt.Scale:
    """Shares always from 0 to 100 %, others from zero."""
    return alt.Scale(domain=[0, 1]) if measure_format == "%" else alt.Scale(zero=True, nice=True)


def value_axis(measure_format: str) -> alt.Axis:
    """An axis of values with few, quiet lines."""
    return alt.Axis(format=measure_format, tickCount=5, gridOpacity=0.6, domain=False, **QUIET)


def header(**more: Any) -> alt.Header:
    """The heading of one of several small charts."""
    return alt.Header(title=None, labelFontSize=TEXT, labelAnchor="start", labelFontWeight=600, labelColor=INK, **more)


def row(measure: Measure, figure: Figure, **more: str) -> dict[str, Any]:
    """One figure as a chart's row: nothing that may not be known, and words where there is no number."""
    shown = figure.state not in wording.NO_NUMBER
    is_plain = figure.state in PLAIN or measure.kind is Kind.DAYS
    return {
        "value": figure.value if shown else None,
        "lower": figure.lower95 if shown else None,
        "upper": figure.upper95 if shown else None,
        "words": "" if shown and is_plain else SHORT.get(figure.state, wording.state(figure)),
        "says": wording.sentence(measure, figure),
        "ink": "ink",
        **more,
    }


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows with numbers as numbers even where all are missing."""
    found = pd.DataFrame(rows)
    numeric = [name for name in ("value", "lower", "upper") if name in found]
    return found.astype(dict.fromkeys(numeric, "float64"))
