"""The pandera schemas of a return, built from the vocabulary: formats first, then rules over typed values.

Everything is text until the formats hold. A schema that coerced would hide faults: one bad cell could mask
range errors in others, or read 03/04 as 4 March.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa

from schemas.lexicon import Column, lexicon
from schemas.rulebook import Check

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FORMATS = {
    "date": "format-date",
    "code": "format-code",
    "codes": "format-codes",
    "urn": "format-urn",
    "key": "format-key",
    "text": "format-text",
}


@cache
def formats_schema(table: str, *, with_urn: bool = False) -> pa.DataFrameSchema:
    """The formats stage of one table: every column's own format, and no blank in a core column.

    The frame holds text as categoricals, aliases already read as their codes and dates as ISO text; a missing
    value is a blank. `with_urn` adds `school_urn` to the children of a file for several schools.
    """
    columns = {column.name: _column(column) for column in lexicon().tables[table].columns}
    if with_urn:
        columns["school_urn"] = _column(lexicon().column("incidents", "school_urn"))
    return pa.DataFrameSchema(columns, strict=True, name=f"{table}: formats")


def rules_schema(checks: tuple[Check, ...]) -> pa.DataFrameSchema:
    """The rules stage: one column a check, true where a row passes."""
    return pa.DataFrameSchema(
        {check.id: pa.Column(bool, pa.Check.eq(True, name=check.id), description=check.message) for check in checks},
        name="cross-field rules",
    )


def _column(column: Column) -> pa.Column:
    check = pa.Check(_over_categories(_test(column)), name=FORMATS[column.kind])
    return pa.Column(None, check, nullable=not column.core, title=column.label, description=column.definition)


Test = Callable[[np.ndarray], np.ndarray]


def fits(column: Column, texts: np.ndarray) -> np.ndarray:
    """For each text, whether it is in the column's format."""
    return _test(column)(texts)


def _test(column: Column) -> Test:
    if column.kind == "date":
        return _each(_is_date)
    if column.codes is not None:
        codes = frozenset(code.code for code in column.codes.codes)
        if column.kind == "codes":
            return _each(lambda text: all(part in codes for part in text.split(";")))
        return _each(codes.__contains__)
    pattern = re.compile(column.pattern or ".*")
    return _each(lambda text: pattern.fullmatch(text) is not None)


def _each(test: Callable[[str], bool]) -> Test:
    return lambda texts: np.fromiter(map(test, texts), bool, len(texts))


def _is_date(text: str) -> bool:
    if not ISO_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _over_categories(test: Test) -> Callable[[pd.Series], pd.Series]:
    """Judge each distinct text once; a column of a million cells has few."""

    def passes(cells: pd.Series) -> pd.Series:
        values = cells.array
        verdicts = np.append(test(values.categories.to_numpy(object)), True)
        return pd.Series(verdicts[values.codes], index=cells.index)

    return passes
