"""Read the dates of one column: day first, ISO or an Excel serial number; never month first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

EXCEL_DAY_NOUGHT = date(1899, 12, 30)
EXCEL_RANGE = range(25569, 73051)  # 1970 to 2099
EARLIEST, LATEST = 1970, 2099
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
            "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
TIME = r"(?:[T ]0?0:00(?::00(?:\.0+)?)?Z?)?"
ISO = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){TIME}")
NUMERIC = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){TIME}")
WORDED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ /-]([A-Za-z]{3,9})\.?,?[ /-](\d{4}|\d{2})")


@dataclass(frozen=True, slots=True)
class DateReading:
    """`iso` gives each readable text its ISO date; `month_first` are texts possible only month first."""

    iso: dict[str, str]
    month_first: frozenset[str]


def read_dates(texts: Iterable[str]) -> DateReading:
    """Read a column's distinct texts.

    One text that is a date only with the month first makes every text of that form in the column doubtful, so
    none of the numeric ones is read.
    """
    distinct = [text for text in texts if text]
    month_first = frozenset(text for text in distinct if _only_month_first(text))
    read = {text: found.isoformat() for text in distinct if (found := read_date(text)) is not None}
    if month_first:
        read = {text: iso for text, iso in read.items() if not NUMERIC.fullmatch(text)}
    return DateReading(read, month_first)


def read_date(text: str) -> date | None:
    """One date, day first; None when it is not one."""
    if found := ISO.fullmatch(text):
        return _date(*(int(part) for part in found.groups()))
    if found := NUMERIC.fullmatch(text):
        day, month, year = found.groups()
        return _date(_year(year), int(month), int(day))
    if found := WORDED.fullmatch(text):
        day, name, year = found.groups()
        return _date(_year(year), MONTHS.get(name.lower(), 0), int(day))
    if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in EXCEL_RANGE:
        return EXCEL_DAY_NOUGHT + timedelta(days=int(text))
    return None


def _only_month_first(text: str) -> bool:
    found = NUMERIC.fullmatch(text)
    return bool(found) and int(found[2]) > 12 >= int(found[1]) >= 1 and int(found[2]) <= 31  # type: ignore[index]


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _date(year: int, month: int, day: int) -> date | None:
    if not EARLIEST <= year <= LATEST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
