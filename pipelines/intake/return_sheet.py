"""The return sheet: which school, year, term and key version, written across or down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.intake.assembling import finish
from pipelines.intake.layout import Header, Record, header_key
from pipelines.intake.tables import TextTable, text_column, tidy
from pipelines.intake.wordings import FileFault
from schemas.issues import Issue

ROWS_READ = 50
_FIELDS = frozenset({"school urn", "urn", "academic year", "year", "term", "key version", "child key version"})
_TITLES = frozenset({"field", "name", "item"})


def read_return_sheet(records: Sequence[Record]) -> tuple[TextTable, list[Issue]]:
    """A table of one row, its columns as sent; a FileFault when no field of a return is named."""
    rows = [(row, [tidy(cell) for cell in cells]) for row, cells in islice(records, ROWS_READ)]
    across = _across(rows)
    header, values, row = across or _down(rows)
    columns = [text_column(np.zeros(1, dtype=np.int32), pa.array([value], pa.string())) for value in values]
    return finish("return", header=header, columns=columns, rows=pd.Index([row], dtype=np.int64))


def _across(rows: Sequence[Record]) -> tuple[Header, list[str], int] | None:
    """One header row with the answers in the next row."""
    for (row, names), (below, answers) in zip(rows, [*rows[1:], (0, [])], strict=True):
        if len(_FIELDS.intersection(map(header_key, names))) >= 2:
            header = Header(row=row, cells=tuple(names), above=())
            values = [*answers, *[""] * len(names)][: len(header.labels)]
            return header, values, below or row + 1
    return None


def _down(rows: Sequence[Record]) -> tuple[Header, list[str], int]:
    """A field and its value in each row."""
    pairs = [(row, cells[0], cells[1] if len(cells) > 1 else "") for row, cells in rows if cells and cells[0]]
    first = next((row for row, field, _ in pairs if header_key(field) in _FIELDS), None)
    if first is None:
        raise FileFault("file-no-header", table="return", limit=ROWS_READ)
    stated = [(field, value) for row, field, value in pairs if row >= first and header_key(field) not in _TITLES]
    header = Header(row=first, cells=tuple(field for field, _ in stated), above=())
    return header, [value for _, value in stated], first
