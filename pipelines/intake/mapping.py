"""From a sender's headers and words to the canonical columns and codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.intake.dates import read_dates
from schemas.lexicon import Column, lexicon

SEVERAL = ";"
SEPARATORS = (";", "|", "\n")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table under its canonical names: text categoricals, missing = blank.

    `month_first` names the date columns in which some date is possible only month first, with the rows.
    """

    frame: pd.DataFrame
    month_first: Mapping[str, tuple[int, ...]]


def map_headers(table: str, headers: pd.Index) -> dict[str, str]:
    """Each header that is known, with its canonical column."""
    found = {header: _column_meant(table, str(header)) for header in headers}
    return {header: name for header, name in found.items() if name is not None}


def _column_meant(table: str, header: str) -> str | None:
    """The canonical column of a header; the children of a file for several schools have `school_urn` too."""
    name = lexicon().tables[table].name_for(header)
    if name is None and table == "children" and lexicon().tables["incidents"].name_for(header) == "school_urn":
        return "school_urn"
    return name


def map_values(table: str, frame: pd.DataFrame) -> Mapped:
    """Read aliases as codes, dates as ISO, blanks as missing; what is not understood is left as it is."""
    columns = {column.name: column for column in lexicon().tables[table].columns}
    columns.setdefault("school_urn", lexicon().column("incidents", "school_urn"))
    month_first: dict[str, tuple[int, ...]] = {}
    found: dict[str, pd.Series] = {}
    for name in frame.columns:
        cells = _blank_as_missing(frame[name])
        if columns[name].kind == "date":
            cells, doubtful = _dates(cells)
            if doubtful:
                month_first[name] = doubtful
        elif columns[name].codes is not None:
            cells = relabel(cells, _reader(columns[name]))
        elif columns[name].kind == "key" and not _all_lower(cells):
            cells = relabel(cells, str.lower)
        found[name] = cells
    return Mapped(pd.DataFrame(found, index=frame.index), month_first)


def _reader(column: Column) -> Callable[[str], str]:
    if column.kind == "code":
        return lambda text: column.code_for(text) or text
    return lambda text: _several(column, text)


def _all_lower(cells: pd.Series) -> bool:
    texts = cells.array.categories.to_numpy(object)
    return not len(texts) or "\n".join(texts).islower() or "\n".join(texts).isdigit()


def _several(column: Column, text: str) -> str:
    whole = column.code_for(text)
    if whole:
        return whole
    for separator in SEPARATORS:
        text = text.replace(separator, SEVERAL)
    parts = [part.strip() for part in text.split(SEVERAL) if part.strip()]
    return SEVERAL.join(dict.fromkeys(column.code_for(part) or part for part in parts))


def _blank_as_missing(cells: pd.Series) -> pd.Series:
    values = cells.array
    return cells.cat.remove_categories([""]) if "" in values.categories else cells


def _dates(cells: pd.Series) -> tuple[pd.Series, tuple[int, ...]]:
    reading = read_dates(cells.array.categories.to_numpy(object))
    doubtful: tuple[int, ...] = ()
    if reading.month_first:
        doubtful = tuple(int(row) for row in cells.index[cells.isin(reading.month_first)])
    return relabel(cells, lambda text: reading.iso.get(text, text)), doubtful


def relabel(cells: pd.Series, read: Callable[[str], str]) -> pd.Series:
    """Rename categories; those that come to mean the same are merged."""
    values = cells.array
    read_as = [read(text) for text in values.categories.to_numpy(object)]
    distinct = list(dict.fromkeys(read_as))
    place = {text: number for number, text in enumerate(distinct)}
    codes = np.array([place[text] for text in read_as] + [-1], dtype=np.int32)[values.codes]
    merged = pd.Categorical.from_codes(codes, categories=pd.Index(distinct, dtype=object))
    return pd.Series(merged, index=cells.index, name=cells.name)
