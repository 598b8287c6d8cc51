"""What is held of a check so that its report can be made when somebody asks for it.

A return with errors is kept nowhere. The report needs its rows all the same, so what is held is the least that makes
the report: issues, which hold no cell's value, and of the rows only cells that are in their column's format and that
the personal-data gate lets pass. There are at most ROWS of them, those with issues first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.intake.checking import Checked
from pipelines.report.passing_cells import passing_cells
from pipelines.report.results import listed_in_part, rows_with_issues
from schemas.issues import Issue
from schemas.lexicon import lexicon

ROWS = 5_000  # in all; a workbook of more takes seconds to make and nobody reads it
TABLES = ("incidents", "children")


@dataclass(frozen=True)
class Held:
    """`rows` has each table's cells as text, indexed by row number; `left_out` counts the rows that are not there.

    `partly` names the tables of which not every row with an issue is listed by itself.
    """

    issues: tuple[Issue, ...]
    rows: Mapping[str, pd.DataFrame]
    left_out: Mapping[str, int]
    partly: frozenset[str]
    schools: tuple[str, ...]
    academic_year: str | None
    term: str | None


def hold(checked: Checked, *, most: int = ROWS) -> Held:
    """What the report of a check is made from."""
    rows: dict[str, pd.DataFrame] = {}
    left_out: dict[str, int] = {}
    for name, frame in (("incidents", checked.incidents), ("children", checked.children)):
        if frame is not None:
            kept = _first(frame, rows_with_issues(checked.issues, table=name), most=most // len(TABLES))
            rows[name] = passing_cells(name, kept, checked.issues)
            left_out[name] = len(frame) - len(kept)
    partly = frozenset(name for name in TABLES if listed_in_part(checked.issues, table=name))
    year, term = checked.academic_year, str(checked.term) if checked.term else None
    return Held(checked.issues, rows, left_out, partly, _schools(checked), year, term)


def _first(frame: pd.DataFrame, asked: Sequence[int], *, most: int) -> pd.DataFrame:
    """The rows with errors, then those with queries, then the others, up to a number; in the order of the file."""
    own = frame[[column.name for column in lexicon().tables[_table_of(frame)].columns]]
    if len(own) <= most:
        return own
    named = [row for row in asked if row in own.index][:most]
    others = own.index[~own.index.isin(named)][:most]
    return own.loc[sorted([*named, *others][:most])]


def _table_of(frame: pd.DataFrame) -> str:
    return "children" if "child_key" in frame.columns else "incidents"


def _schools(checked: Checked) -> tuple[str, ...]:
    if checked.incidents is None:
        return ()
    return tuple(sorted(str(urn) for urn in checked.incidents["school_urn"].dropna().unique()))
