"""The formats stage: each cell in its column's own format; then the rows, typed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from pipelines.intake.findings import bad_format, blank_core, blank_optional, month_first
from pipelines.intake.mapping import map_values
from schemas.conditions import Condition
from schemas.definitions import child_reader, incident_reader
from schemas.issues import Issue
from schemas.judging import judge
from schemas.lexicon import Column, lexicon
from schemas.stages import FORMATS, fits, formats_schema

NEVER = "never"


def check(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """The typed rows of one table, cells that failed left missing, and every issue of format."""
    mapped = map_values(table, frame)
    failures = failing_cells(_schema(table, frame), mapped.frame)
    columns = _columns(table)
    issues: list[Issue] = []
    for name, doubtful in mapped.month_first.items():
        issues += month_first(table, columns[name]).at(doubtful)
        failures.pop((name, FORMATS["date"]), None)
    failing = {name for name, _ in failures} | set(mapped.month_first)
    for (name, rule), rows in failures.items():
        finding = blank_core(table, columns[name]) if rule == "not_nullable" else bad_format(rule, table, columns[name])
        issues += finding.at(rows)
    typed = _typed(table, mapped.frame, failing=failing)
    return typed, issues + _blanks(table, mapped.frame, typed)


def failing_cells(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> dict[tuple[str, str], list[int]]:
    """The rows that fail, by column and rule. The only place that sees pandera's failure cases."""
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases[["column", "check", "index"]]
        groups = cases.groupby(["column", "check"], sort=False)["index"]
        return {(str(column), str(rule)): [int(row) for row in rows] for (column, rule), rows in groups}
    return {}


def _schema(table: str, frame: pd.DataFrame) -> pa.DataFrameSchema:
    return formats_schema(table, with_urn=table == "children" and "school_urn" in frame.columns)


def _columns(table: str) -> dict[str, Column]:
    columns = {column.name: column for column in lexicon().tables[table].columns}
    columns.setdefault("school_urn", lexicon().column("incidents", "school_urn"))
    return columns


def _typed(table: str, frame: pd.DataFrame, *, failing: set[str]) -> pd.DataFrame:
    columns = _columns(table)
    return pd.DataFrame(
        {name: _type_of(frame[name], columns[name], failing=name in failing) for name in frame.columns},
        index=frame.index,
    )


def _type_of(cells: pd.Series, column: Column, *, failing: bool) -> pd.Series:
    if column.kind != "date" and not failing:
        return cells
    texts = cells.array.categories.to_numpy(object)
    good = fits(column, texts)
    if column.kind == "date":
        days = pd.to_datetime(pd.Series(texts, dtype=object).where(good), format="%Y-%m-%d")
        spread = np.append(days.to_numpy("datetime64[s]"), np.datetime64("NaT"))
        return pd.Series(spread[cells.array.codes], index=cells.index)
    return cells.cat.remove_categories(list(texts[~good]))


def _blanks(table: str, text: pd.DataFrame, typed: pd.DataFrame) -> list[Issue]:
    """A query for each missing answer outside the core; one for a column that is blank throughout."""
    issues: list[Issue] = []
    for column in lexicon().tables[table].columns:
        if column.core or column.expected_when == NEVER or not len(text):
            continue
        blank = text[column.name].isna().to_numpy(bool).copy()
        if column.expected_when and blank.any():
            due = judge(_due(table, column), typed, today=pd.Timestamp.max.date())
            blank &= due.fillna(False).to_numpy(bool)
        if blank.any():
            whole = bool(blank.all())
            finding = blank_optional(table, column, whole=whole)
            issues += [finding.whole()] if whole else finding.at(text.index[blank])
    return issues


def _due(table: str, column: Column) -> Condition:
    reader = incident_reader() if table == "incidents" else child_reader()
    return reader.read(column.expected_when or "always", where=f"{table}.{column.name}: expected_when")
