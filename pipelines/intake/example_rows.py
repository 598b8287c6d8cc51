"""The template's worked example: its rows are named and set aside, so that they can never be loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from pipelines.intake.findings import finding
from pipelines.intake.mapping import map_headers
from pipelines.intake.tables import TextTable
from schemas.issues import Issue
from schemas.lexicon import lexicon
from schemas.worked_example import worked_example

RULE, UNFILLED = "structure-example-row", "structure-template-unfilled"


def set_aside(tables: Mapping[str, TextTable]) -> tuple[Mapping[str, TextTable], list[Issue]]:
    """The tables without the example's rows, and an error for each; one sentence where there are no other rows."""
    rows = {name: _example_rows(tables[name]) for name in lexicon().tables if name in tables}
    if not any(len(found) for found in rows.values()):
        return tables, []
    if all(len(found) == len(tables[name].frame) for name, found in rows.items()):
        return _without(tables, rows), [finding(UNFILLED).whole()]
    return _without(tables, rows), [one for name, found in rows.items() for one in finding(RULE, table=name).at(found)]


def in_one_sentence(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues of a file without rows: of a template that is not filled in, not also that it has none."""
    found = tuple(issues)
    unfilled = any(issue.rule == UNFILLED for issue in found)
    return tuple(issue for issue in found if not (unfilled and issue.rule == "structure-no-incidents"))


def _without(tables: Mapping[str, TextTable], rows: Mapping[str, pd.Index]) -> Mapping[str, TextTable]:
    return {
        name: replace(table, frame=table.frame.drop(index=rows[name])) if name in rows else table
        for name, table in tables.items()
    }


def _example_rows(table: TextTable) -> pd.Index:
    """The row numbers at which a reference or a key is the example's, also where one of the two was overwritten."""
    marks, found = worked_example().marks, np.zeros(len(table.frame), dtype=bool)
    for header, name in map_headers(table.name, table.frame.columns).items():
        if name in marks:
            found |= _holds(table.frame[header], marks[name])
    return table.frame.index[found]


def _holds(cells: pd.Series, marks: frozenset[str]) -> np.ndarray:
    known = {mark.casefold() for mark in marks}
    of_category = np.array([str(text).casefold() in known for text in cells.cat.categories], dtype=bool)
    return of_category[cells.cat.codes.to_numpy()] if len(of_category) else np.zeros(len(cells), dtype=bool)
