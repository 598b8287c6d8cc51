"""Whole columns of a reference file: found by header, read cell by cell, faults collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from pipelines.reference import cells
from pipelines.reference.complaints import complaint
from schemas.issues import Issue, Severity

T = TypeVar("T")


@dataclass(frozen=True)
class Coding:
    """A closed list of GIAS: its code and its names, each to the neutral code used here."""

    title: str
    codes: Mapping[str, str]
    names: Mapping[str, str]
    unknown: str
    required: bool = False


@dataclass
class Columns:
    """Reads the columns of one file and keeps what it could not read in `issues`.

    Headers are asked for in lower case; `titles` has them as sent, for the issues.
    """

    frame: pd.DataFrame
    titles: Mapping[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def usable(self, header: str, *, read: Callable[[str], str], what: str) -> None:
        """Leave out the rows whose cell under a header is blank or not what it must be; each is an issue."""
        text = self.text(header)
        good = text.isin([value for value in text.unique() if value and _readable(value, read)])
        title = self._title((header,))
        self.issues += [_unusable(row, title, what=what, blank=not text[row]) for row in text.index[~good]]
        self.frame = self.frame[good]

    def text(self, *headers: str) -> pd.Series:
        """The column under the first of these headers that the file has, else blanks."""
        for header in headers:
            if header in self.frame:
                return self.frame[header].astype("str")
        return pd.Series("", index=self.frame.index, dtype="str")

    def read(self, *headers: str, read: Callable[[str], T | None], what: str) -> list[T | None]:
        """Each cell as read; one that cannot be is None, and a query says so."""
        text = self.text(*headers)
        known: dict[str, T | None] = {}
        strange: set[str] = set()
        for value in text.unique():
            try:
                known[value] = read(value)
            except ValueError:
                known[value] = None
                strange.add(value)
        if strange:
            self._query(text.isin(list(strange)), headers, what=what)
        return [known[value] for value in text]

    def dates(self, *headers: str) -> pd.Series:
        """A column of dates."""
        days = self.read(*headers, read=cells.date, what="a date (day, month, year)")
        return pd.Series(days, index=self.frame.index, dtype=object).astype("datetime64[s]")

    def whole_numbers(self, *headers: str, read: Callable[[str], int | None] = cells.whole_number) -> pd.Series:
        """A column of counts or ages."""
        numbers = self.read(*headers, read=read, what="a whole number")
        return pd.Series(pd.array(numbers, dtype="Int64"), index=self.frame.index)

    def percentages(self, header: str) -> pd.Series:
        """A column of percentages."""
        shares = self.read(header, read=cells.percentage, what="a percentage from 0 to 100")
        return pd.Series(shares, index=self.frame.index, dtype="float64")

    def identifiers(self, *headers: str, read: Callable[[str], str], what: str) -> pd.Series:
        """A column of codes; blank where one could not be read."""
        found = self.read(*headers, read=read, what=what)
        return pd.Series([text or "" for text in found], index=self.frame.index, dtype="str")

    def coded(self, coding: Coding, *, code: str = "", name: tuple[str, ...] = ()) -> pd.Series:
        """Neutral codes by the GIAS code, else its name; a query if neither is known or the two disagree."""
        codes, names = self.text(code), self.text(*name)
        by_code = codes.map({value: coding.codes.get(cells.code(value)) for value in codes.unique()})
        by_name = names.map({value: coding.names.get(cells.words(value)) for value in names.unique()})
        headers = (code, *name)
        answered = (codes != "") | (names != "") | coding.required
        self._query(by_code.isna() & by_name.isna() & answered, headers, what=coding.title)
        self._disagreement(by_code.notna() & by_name.notna() & (by_code != by_name), headers)
        return by_code.fillna(by_name).fillna(coding.unknown).astype("str")

    def _query(self, strange: pd.Series, headers: tuple[str, ...], *, what: str) -> None:
        title = self._title(headers)
        self.issues += [_unread(row, title, what=what) for row in strange.index[strange]]

    def _disagreement(self, strange: pd.Series, headers: tuple[str, ...]) -> None:
        title = self._title(headers)
        self.issues += [_contradiction(row, title) for row in strange.index[strange]]

    def _title(self, headers: tuple[str, ...]) -> str:
        """The header, as sent, of the first of these columns that the file has."""
        header = next((header for header in headers if header in self.frame), headers[0])
        return self.titles.get(header, header)


def _readable(value: str, read: Callable[[str], str]) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _unusable(row: int, header: str, *, what: str, blank: bool) -> Issue:
    return complaint(
        "structure-identifier-missing" if blank else "format-identifier",
        f"The row has no {what}, so it was not read." if blank else f"The {what} is not one, so the row was not read.",
        f"Give the {what} as the register has it, and load the file again.",
        row=row,
        column=header,
    )


def _unread(row: int, header: str, *, what: str) -> Issue:
    return complaint(
        "format-register-cell",
        f"The cell is not {what}; it was read as not known.",
        "Check the cell against the register, and load the file again if it is wrong.",
        row=row,
        column=header,
        severity=Severity.QUERY,
    )


def _contradiction(row: int, header: str) -> Issue:
    return complaint(
        "cross-code-and-name",
        "The code and the name beside it say different things; the code was followed.",
        "Check the row against the register, and load the file again if it is wrong.",
        row=row,
        column=header,
        severity=Severity.QUERY,
    )
