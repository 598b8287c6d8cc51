"""Rows of cells → a table of text: the careful way, for small, untidy and spreadsheet input."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake.layout import Header, Record, checked_labels, columns_to_keep
from pipelines.intake.tables import TextTable, rows_with, text_column, text_frame, tidy
from pipelines.intake.wordings import row_issues
from schemas.issues import Issue

_BATCH = 20_000
_RAGGED_ENOUGH = 10_000  # a file with more is split by the wrong character, not damaged in places
_LONGEST_CELL = 32_767  # what a spreadsheet cell holds
_CELL_ERROR = r"^#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)$"
_ROUNDED = r"^\d(?:[.,]\d+)?[Ee]\+\d+$"


class _Seen(dict[str, int]):
    """Distinct texts, each with its number in the order of coming."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class _Column:
    """Cells held as numbers into their distinct texts, four bytes a row."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._seen = _Seen()

    def extend(self, cells: Iterable[str]) -> None:
        self._codes.extend(map(self._seen.__getitem__, cells))

    def finish(self) -> pd.Categorical:
        codes = np.frombuffer(self._codes, dtype=np.int32) if self._codes else np.empty(0, np.int32)
        return text_column(codes, pa.array(list(self._seen), pa.string()))


class _Rows:
    """The rows of one table as they come: even ones become columns, ragged ones become issues."""

    def __init__(self, width: int, *, short_allowed: bool) -> None:
        self.width = width
        self.short_allowed = short_allowed
        self.numbers = array("q")
        self.columns = [_Column() for _ in range(width)]
        self.too_long: list[int] = []
        self.too_short: list[int] = []

    @property
    def ragged(self) -> int:
        return len(self.too_long) + len(self.too_short)

    def add(self, batch: Sequence[Record]) -> None:
        even = [(row, cells) for row, raw in batch if (cells := self._even(row, raw)) is not None]
        self.numbers.extend([row for row, _ in even])
        across = zip(*(line for _, line in even), strict=True)
        for column, texts in zip(self.columns, across, strict=bool(even)):
            column.extend(texts)

    def _even(self, row: int, cells: list[str]) -> list[str] | None:
        spare = self.width - len(cells)
        if spare == 0:
            return cells
        if spare < 0 and any(map(tidy, cells[self.width :])):
            self.too_long.append(row)
            return None
        if spare > 0 and not self.short_allowed:
            if any(map(tidy, cells)):
                self.too_short.append(row)
            return None
        return cells[: self.width] + [""] * spare


def assemble(
    header: Header, records: Iterator[Record], *, name: str, short_rows: bool
) -> tuple[TextTable, list[Issue]]:
    """The table below a header, and its issues; `short_rows` says whether blank last cells may be left out.

    A CSV row that is too short is not filled up: nobody can know which of its cells is missing. A sheet
    simply does not store blank cells.
    """
    labels = checked_labels(header)
    rows = _Rows(len(labels), short_allowed=short_rows)
    while (batch := list(islice(records, _BATCH))) and rows.ragged < _RAGGED_ENOUGH:
        rows.add(batch)
    columns = [column.finish() for column in rows.columns]
    table, issues = finish(name, header=header, columns=columns, rows=pd.Index(np.array(rows.numbers, dtype=np.int64)))
    return table, [*issues, *_ragged(rows, table=name)]


def _ragged(rows: _Rows, *, table: str) -> list[Issue]:
    return [
        *row_issues("file-ragged-row", rows=rows.too_long, table=table, fault="more cells"),
        *row_issues("file-ragged-row", rows=rows.too_short, table=table, fault="fewer cells"),
    ]


def finish(
    name: str, *, header: Header, columns: Sequence[pd.Categorical], rows: pd.Index
) -> tuple[TextTable, list[Issue]]:
    """The table of all the columns that have a name of their own, and what is wrong with names and cells."""
    labels = checked_labels(header)
    kept, issues = columns_to_keep(labels, has_content=lambda at: has_text(columns[at]), table=name)
    frame = text_frame([labels[at] for at in kept], [columns[at] for at in kept], rows=rows)
    for label in frame.columns:
        issues.extend(_cell_issues(frame[label], table=name))
    return TextTable(name=name, frame=frame, header_row=header.row), issues


def has_text(column: pd.Categorical) -> bool:
    """Whether any cell of the column is not blank."""
    return bool((column.categories != "").any())


def _cell_issues(column: pd.Series, *, table: str) -> list[Issue]:
    """What can be said of a cell before anybody knows what it should hold."""
    texts = pa.array(column.cat.categories, pa.string())
    faults = {
        "file-cell-error": pc.match_substring_regex(texts, _CELL_ERROR),
        "file-rounded-number": pc.match_substring_regex(texts, _ROUNDED),
        "file-cell-too-long": pc.greater(pc.utf8_length(texts), _LONGEST_CELL),
    }
    return [
        found
        for rule, at in faults.items()
        if pc.any(at).as_py()
        for found in row_issues(
            rule, rows=rows_with(column, texts.filter(at).to_pylist()), table=table, column=str(column.name)
        )
    ]
