"""Academic years, terms and year groups: when something counts, and how old a child then is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from dateutil.easter import easter  # type: ignore[import-untyped, unused-ignore]

from schemas.errors import QuestionError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FIRST_YEAR = 1900
LAST_YEAR = 2199
YEAR_GROUPS = ("N1", "N2", "R", *(str(year) for year in range(1, 15)))
_LAST_YEAR_GROUPS = {"EYFS": 0, "1": 2, "2": 6, "3": 9, "4": 11, "5": 14}
KEY_STAGES = tuple(_LAST_YEAR_GROUPS)

_SIX_DIGITS = re.compile(r"[0-9]{6}")
_ONE_DAY = dt.timedelta(days=1)


class Term(StrEnum):
    """The three terms; their names happen to sort in the order of the year, so `<` works."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"

    @property
    def time_identifier(self) -> str:
        """The name that official statistics use, such as "Autumn term"."""
        return f"{self.capitalize()} term"


@dataclass(frozen=True, slots=True, order=True)
class TermDates:
    """The days that count towards one term, first and last included."""

    academic_year: str
    term: Term
    first_day: dt.date
    last_day: dt.date


Bands = Mapping[str, tuple[TermDates, ...]]


def academic_year(day: dt.date) -> str:
    """The academic year, 1 September to 31 August, that holds a day: "202526"."""
    start = day.year if day.month >= 9 else day.year - 1
    if not FIRST_YEAR <= start <= LAST_YEAR:
        raise QuestionError(f"The date is outside the calendar, which runs from {FIRST_YEAR} to {LAST_YEAR}.")
    return f"{start}{(start + 1) % 100:02d}"


def start_year(year: str) -> int:
    """The calendar year in which an academic year starts; QuestionError when it is not an academic year."""
    if not _SIX_DIGITS.fullmatch(year):
        raise QuestionError('An academic year is six digits, such as "202526" for 2025/26.')
    start = int(year[:4])
    if not FIRST_YEAR <= start <= LAST_YEAR or (start + 1) % 100 != int(year[4:]):
        raise QuestionError(
            "An academic year joins two calendar years that follow each other, "
            f'such as "202526" for 2025/26, and starts between {FIRST_YEAR} and {LAST_YEAR}.'
        )
    return start


def label(year: str) -> str:
    """An academic year as people write it: "2025/26"."""
    return f"{start_year(year)}/{year[4:]}"


@cache
def default_terms(year: str) -> tuple[TermDates, ...]:
    """The three terms of a year where nobody has set others; spring ends the day before Good Friday."""
    start = start_year(year)
    before_good_friday = easter(start + 1) - 3 * _ONE_DAY
    return (
        TermDates(year, Term.AUTUMN, dt.date(start, 9, 1), dt.date(start, 12, 31)),
        TermDates(year, Term.SPRING, dt.date(start + 1, 1, 1), before_good_friday),
        TermDates(year, Term.SUMMER, before_good_friday + _ONE_DAY, dt.date(start + 1, 8, 31)),
    )


def has_ended(year: str, term: str, *, on: dt.date) -> bool:
    """Whether a term's last day lies before a day."""
    return next(dates.last_day for dates in default_terms(year) if dates.term == term) < on


def bands_by_year(terms: Iterable[TermDates]) -> Bands:
    """Term dates that somebody has set, by year; QuestionError if a year has a gap, an overlap or no end."""
    by_year: dict[str, list[TermDates]] = {}
    for dates in terms:
        by_year.setdefault(dates.academic_year, []).append(dates)
    return {year: _covering(year, sorted(dates)) for year, dates in by_year.items()}


def _covering(year: str, dates: list[TermDates]) -> tuple[TermDates, ...]:
    start = start_year(year)
    edges = [dt.date(start, 9, 1), *(each.last_day + _ONE_DAY for each in dates)]
    whole = (
        [each.term for each in dates] == list(Term)
        and [each.first_day for each in dates] == edges[:-1]
        and all(each.first_day <= each.last_day for each in dates)
        and edges[-1] == dt.date(start + 1, 9, 1)
    )
    if not whole:
        raise QuestionError(
            f"The term dates of {label(year)} must be autumn, spring and summer, from 1 September to "
            "31 August, each starting the day after the one before it ends."
        )
    return tuple(dates)


def term_of(day: dt.date, bands: Bands | None = None) -> tuple[str, Term]:
    """The academic year and term of a day; bands replace the usual dates of the years they name."""
    if isinstance(day, dt.datetime):
        day = day.date()
    year = academic_year(day)
    terms = (bands or {}).get(year) or default_terms(year)
    return year, next(dates.term for dates in terms if day <= dates.last_day)


def assign_terms(dates: pd.Series, bands: Bands | None = None) -> pd.DataFrame:
    """The academic_year and term (text) of each date, with the same index; missing where the date is
    missing or outside the calendar."""
    import numpy as np  # slow to load, and whoever asks only for a term's days needs neither
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(dates):
        dates = dates.dt.normalize()
    codes, days = pd.factorize(dates)
    found = [_term_or_none(day, bands) for day in days]
    # One place more than there are days: factorize marks a missing date as -1, the last.
    years = np.array([*(year for year, _ in found), None], dtype=object)
    terms = np.array([*(term for _, term in found), None], dtype=object)
    columns = {"academic_year": _spread(years, codes), "term": _spread(terms, codes)}
    return pd.DataFrame(columns, index=dates.index)


def _spread(values: np.ndarray, codes: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """One value a date, widened from one value a distinct date."""
    import pandas as pd

    return pd.array(values, dtype="str").take(codes)


def _term_or_none(day: dt.date, bands: Bands | None) -> tuple[str | None, str | None]:
    try:
        year, term = term_of(day, bands)
    except QuestionError:
        return None, None
    return year, str(term)


def key_stage(year_group: str) -> str:
    """The key stage of a year group: "EYFS" or "1" to "5"."""
    number = _number(year_group)
    return next(stage for stage, last in _LAST_YEAR_GROUPS.items() if number <= last)


def school_age(year_group: str) -> int:
    """A child's age on 31 August, the day before the academic year starts: Reception 4, Year 1 5.

    A school takes a year group when its lowest age is at most this plus one (children turn it during
    the year) and its highest age is above it.
    """
    return _number(year_group) + 4


def _number(year_group: str) -> int:
    if year_group not in YEAR_GROUPS:
        raise QuestionError("A year group is N1, N2, R or a number from 1 to 14.")
    return YEAR_GROUPS.index(year_group) - YEAR_GROUPS.index("R")
