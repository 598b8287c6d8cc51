"""Periods of a series: terms or months, the day each begins with, and months in which schools are on holiday."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from schemas.calendar import default_terms, has_ended, start_year, term_of

HOLIDAY = "08"  # a month without school days: few are told of anything, whatever happened


class Grain(StrEnum):
    """What one point of a series stands for."""

    TERM = "term"
    MONTH = "month"


def first_day_of(by: Mapping[str, str]) -> date:
    """The day with which a period begins: of a term, a month (2025-09), an academic year, or a day itself."""
    if "month" in by:
        return date.fromisoformat(f"{by['month']}-01")
    if "day" in by:
        return date.fromisoformat(by["day"])
    if "term" in by:
        return next(dates.first_day for dates in default_terms(by["year"]) if dates.term == by["term"])
    return date(start_year(by["year"]), 9, 1)


def is_over(by: Mapping[str, str], *, on: date) -> bool:
    """Whether the term has ended that a term or a month lies in (the later one, where a month touches two)."""
    if "month" in by:
        first = first_day_of(by)
        year, term = term_of(first.replace(day=monthrange(first.year, first.month)[1]))
        return has_ended(year, str(term), on=on)
    return "term" not in by or has_ended(by["year"], by["term"], on=on)


def is_holiday(by: Mapping[str, str]) -> bool:
    """Whether a period is a month that lies in the summer holiday."""
    return by.get("month", "").endswith(f"-{HOLIDAY}")
