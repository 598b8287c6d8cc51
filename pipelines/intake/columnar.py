"""The quick way for large plain files: Arrow reads each column straight into its distinct texts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from pipelines.intake.assembling import finish, has_text
from pipelines.intake.layout import Header, checked_labels
from pipelines.intake.tables import TextTable, text_column
from schemas.issues import Issue

_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D
_CHUNK = 1 << 24
_BLOCK = 1 << 22


def read_plain(
    text: bytes, *, data_at: int, delimiter: str, header: Header, name: str
) -> tuple[TextTable, list[Issue]] | None:
    """The table and its issues, or None when the file is not plain: quoting or rows that are not even."""
    width = len(checked_labels(header))
    view = memoryview(text)[data_at : _end(text, data_at)]
    quoted = b'"' in text
    if not view or width < 2 or (quoted and not well_quoted(view, delimiter=delimiter)):
        return None
    try:
        raw = _read(view, delimiter=delimiter, width=len(header.cells), quoted=quoted)
    except pa.ArrowInvalid:
        return None
    columns = [_column(raw.column(at)) for at in range(raw.num_columns)]
    if any(map(has_text, columns[width:])):
        return None
    rows = pd.RangeIndex(header.row + 1, header.row + 1 + raw.num_rows)
    return finish(name, header=header, columns=columns[:width], rows=rows)


def _end(text: bytes, start: int) -> int:
    """The place after the last record: Arrow would take each empty line at the end as a row."""
    end = len(text)
    while end > start and text[end - 1] in (_LF, _CR):
        end -= 1
    return end


def _read(view: memoryview, *, delimiter: str, width: int, quoted: bool) -> pa.Table:
    names = [str(at) for at in range(width)]
    distinct_texts = pa.dictionary(pa.int32(), pa.string())
    return pa.csv.read_csv(
        pa.BufferReader(pa.py_buffer(view)),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=_BLOCK),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=quoted, ignore_empty_lines=False),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, distinct_texts), strings_can_be_null=False, null_values=[]
        ),
    )


def _column(raw: pa.ChunkedArray) -> pd.Categorical:
    whole = raw.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.unify_dictionaries().chunk(0)
    return text_column(whole.indices.to_numpy(), whole.dictionary)


def well_quoted(view: memoryview, *, delimiter: str) -> bool:
    """Whether every quotation mark opens or closes a whole cell, or is doubled inside one.

    Counted from the start, marks open and close by turns: an opening one stands after a separator (or
    is the second of a pair), a closing one before a separator (or is the first of a pair).
    """
    separators = np.array([ord(delimiter), _LF, _CR, _QUOTE], dtype=np.uint8)
    seen = 0
    for before, after in _neighbours(np.frombuffer(view, dtype=np.uint8)):
        opening = (np.arange(len(before)) + seen) % 2 == 0
        if not np.isin(np.where(opening, before, after), separators).all():
            return False
        seen += len(before)
    return seen % 2 == 0


def _neighbours(text: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For the quotation marks of each piece of the text, the bytes before and after them."""
    for start in range(0, len(text), _CHUNK):
        at = np.flatnonzero(text[start : start + _CHUNK] == _QUOTE) + start
        if len(at):
            before = np.where(at > 0, text[at - 1], _LF)
            after = np.where(at + 1 < len(text), text[np.minimum(at + 1, len(text) - 1)], _LF)
            yield before, after
