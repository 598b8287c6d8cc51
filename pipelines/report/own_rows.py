"""The sender's own rows: coded columns only, with *Result* and *Issues*, numbered as in their file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from pipelines.cells_given_out import Cell
from pipelines.report.holding import Held
from pipelines.report.results import by_row, in_words, result
from schemas.lexicon import lexicon

FIRST = ("Table", "Row", "Result", "Issues")


def header() -> tuple[str, ...]:
    """The first columns, then every column of the return, those that both tables have once."""
    names = dict.fromkeys(column.name for table in lexicon().tables.values() for column in table.columns)
    return (*FIRST, *names)


def own_rows(held: Held) -> list[tuple[Cell, ...]]:
    """A row for each row of the file that was read or that has an issue, table by table."""
    names = header()[len(FIRST) :]
    return [row for table in lexicon().tables for row in _rows(held, table, names)]


def _rows(held: Held, table: str, names: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    found, frame = by_row(held.issues, table=table), held.rows.get(table, pd.DataFrame())
    cells = {int(str(row)): values for row, values in frame.to_dict("index").items()}
    for row in sorted({*cells, *found}):
        own, issues = cells.get(row, {}), found.get(row, [])
        said = result(issues, certain=table not in held.partly)
        yield (table, row, said, in_words(issues), *(_cell(own.get(name)) for name in names))


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    return None if value is None else str(value)


def said_of_rows(held: Held) -> str:
    """What the rows are, and what is not among them."""
    if not held.rows:
        return "Your rows could not be read yet: correct what stands under Fix first, then check the file again."
    words = "Row numbers are those of your file. Only the return's own columns are shown, and no cell that was refused."
    if left := sum(held.left_out.values()):
        words += f" {left:,} rows are left out, those without an issue first."
    return words
