"""Figures as tables to be read: every number beside what it rests on; no Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from app import wording
from pipelines.reporting import Figure, FigureTable, OutcomeCount
from schemas.measurement import Kind, Measure, measures
from schemas.rulesets import OUTCOME_LABELS

INTERVAL = f"95{wording.THIN}% interval"


def listed(measure: Measure, table: FigureTable, *, by: str, heading: str) -> pd.DataFrame:
    """One row a value of a breakdown: the figure, its interval, what it counts and the returns behind it."""
    return headed(
        [{heading: wording.place(table, by, figure), **cells(measure, figure)} for figure in table.rows], heading
    )


def headed(rows: Sequence[Mapping[str, object]], heading: str) -> pd.DataFrame:
    """Rows by the column `heading`, which is there though there are none."""
    return pd.DataFrame(rows, columns=None if rows else [heading]).set_index(heading)


def over_terms(measure: Measure, tables: Mapping[str, FigureTable]) -> pd.DataFrame:
    """One row a term: a single organisation in full, several in a column each."""
    if len(tables) == 1:
        return listed(measure, next(iter(tables.values())), by="term", heading="Term")
    columns = {
        who: {wording.place(table, "term", figure): with_interval(measure, figure) for figure in table.rows}
        for who, table in tables.items()
    }
    return pd.DataFrame(columns).rename_axis("Term").fillna(wording.NOTHING)


def compared(
    figures: Mapping[str, Sequence[Figure]], headings: Sequence[str], *, last: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row a measure, a column for each of several figures of it, and what is said of them."""
    rows = {}
    for name, several in figures.items():
        measure = measures()[name]
        cells = [with_interval(measure, figure) for figure in several]
        change = {"Change": last[name]} if last else {}
        rows[measure.title] = dict(zip(map(wording.opening, headings), cells, strict=True)) | change
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Measure")


def crossed(measure: Measure, table: FigureTable, *, by: str) -> pd.DataFrame:
    """A row a value of a breakdown, a column a term."""
    found: dict[str, dict[str, str]] = {}
    for figure in table.rows:
        row = found.setdefault(wording.place(table, by, figure), {})
        row[wording.place(table, "term", figure)] = _with_count(measure, figure)
    return pd.DataFrame.from_dict(found, orient="index").fillna(wording.NOTHING)


def cells(measure: Measure, figure: Figure) -> dict[str, str]:
    """One figure's cells."""
    found = {wording.opening(measure.short_title): wording.short(measure, figure)}
    if measure.kind is not Kind.COUNT:
        found[INTERVAL] = wording.interval(measure, figure) or wording.NOTHING
        found |= _counts(measure, figure)
    if measure.kind is not Kind.COVERAGE:
        found["Returns"] = f"{figure.coverage.returned} of {figure.coverage.expected}"
    return found


def _counts(measure: Measure, figure: Figure) -> dict[str, str]:
    count, of = wording.whole(figure.count), wording.whole(figure.denominator)
    if measure.kind is Kind.DAYS:
        ninety = wording.NOTHING if figure.p90 is None else wording.days(figure.p90)
        return {"Nine in ten within": ninety, "Dated": count, "Escalated": of, "Undated": wording.whole(figure.undated)}
    if measure.kind is Kind.REPEAT:
        return {"Children": of, "Followed for a year (at risk)": wording.whole(figure.at_risk)}
    if measure.kind is Kind.RATE:
        return {wording.opening(measure.counts): count, "Pupils": of}
    found = {"Count": count, "Of": of}
    return found if measure.kind is not Kind.SHARE else found | {"Not known": wording.whole(figure.not_known)}


def outcome_table(groups: Mapping[str, Sequence[OutcomeCount]], *, heading: str) -> pd.DataFrame:
    """A row a group, a column for each of the five outcomes."""
    rows = [
        {heading: group, **{words: "0" for words in OUTCOME_LABELS.values()}, **_outcomes(counts)}
        for group, counts in groups.items()
    ]
    return headed(rows, heading)


def _outcomes(counts: Iterable[OutcomeCount]) -> dict[str, str]:
    return {
        OUTCOME_LABELS[one.outcome]: "withheld" if one.count is None else wording.number(one.count) for one in counts
    }


def with_interval(measure: Measure, figure: Figure) -> str:
    """A figure with its interval in one cell."""
    between = wording.interval(measure, figure)
    return f"{wording.short(measure, figure)} ({between})" if between else wording.short(measure, figure)


def _with_count(measure: Measure, figure: Figure) -> str:
    shown = wording.short(measure, figure)
    if not measure.is_share or figure.count is None or figure.state in wording.NO_NUMBER:
        return shown
    return f"{shown} ({wording.number(figure.count)} of {wording.number(figure.denominator or 0)})"
