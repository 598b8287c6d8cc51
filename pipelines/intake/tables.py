"""What an upload is, and what reading one gives: tables of text with the rows numbered as people see them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.issues import Issue

Codes = npt.NDArray[np.int32]

# White space, and marks that travel unseen with copied text (byte order mark, zero width, direction).
INVISIBLE = "".join(map(chr, [*range(0x21), 0x7F, 0x85, 0xA0, 0x1680, 0x180E])) + "".join(
    map(chr, [*range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF])
)


@dataclass(frozen=True)
class NamedFile:
    """One file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class TextTable:
    """One table of a return as text.

    Every column of `frame` is a Categorical of str without missing values (a blank cell is ""), its label
    the header as sent; the index is the row number that a spreadsheet shows. Blank rows are left out.
    """

    name: str
    frame: pd.DataFrame
    header_row: int


@dataclass(frozen=True)
class Reading:
    """What reading gives: the tables, what is wrong with the files, and the fingerprint of what was sent."""

    tables: Mapping[str, TextTable]
    issues: tuple[Issue, ...]
    sha256: str


def fingerprint(files: Sequence[NamedFile]) -> str:
    """The SHA-256 of a file; of several, that of their sorted digests, so that order does not matter."""
    digests = sorted(hashlib.sha256(file.content).hexdigest() for file in files)
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def tidy(text: str) -> str:
    """The text without the white space and invisible marks around it."""
    return text.strip(INVISIBLE)


def text_column(codes: Codes, texts: pa.Array) -> pd.Categorical:
    """A column from row codes and distinct texts, which are tidied, and merged where that makes them equal."""
    tidied = pc.utf8_trim(texts, characters=INVISIBLE)
    merged = tidied.dictionary_encode()
    if len(merged.dictionary) < len(texts):
        codes = merged.indices.to_numpy(zero_copy_only=False).astype(np.int32)[codes]
    return pd.Categorical.from_codes(codes, categories=_labels(merged.dictionary))


def _labels(texts: pa.Array) -> pd.Index:
    return pd.Index(pd.Series(texts.to_pandas(), dtype="str"))


def blank_rows(columns: Iterable[pd.Categorical], *, length: int) -> npt.NDArray[np.bool_]:
    """Which rows have no text in any column."""
    blank = np.ones(length, dtype=bool)
    for column in columns:
        code = column.categories.get_indexer(pd.Index([""]))[0]
        if code < 0:
            return np.zeros(length, dtype=bool)
        blank &= column.codes == code
        if not blank.any():
            break
    return blank


def text_frame(labels: Sequence[str], columns: Sequence[pd.Categorical], *, rows: pd.Index) -> pd.DataFrame:
    """The columns side by side under their labels, without the blank rows, indexed by row number."""
    frame = pd.DataFrame(dict(zip(labels, columns, strict=True)), index=rows, copy=False)
    blank = blank_rows(columns, length=len(rows))
    return frame.loc[~blank] if blank.any() else frame


def rows_with(column: pd.Series, texts: Iterable[str]) -> list[int]:
    """The row numbers at which a text column holds one of the texts."""
    categories = column.cat.categories
    wanted = np.zeros(len(categories), dtype=bool)
    wanted[categories.get_indexer(pd.Index(list(texts)))] = True
    return [int(row) for row in column.index[wanted[column.cat.codes.to_numpy()]]]
