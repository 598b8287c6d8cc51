"""Dates of birth → year groups: the national curriculum year in the academic year of a day."""

from __future__ import annotations

from datetime import date

from schemas.calendar import YEAR_GROUPS, academic_year, start_year

_RECEPTION_AFTER = 5  # the academic year of birth, to the one in which a child is in Reception
_RECEPTION = YEAR_GROUPS.index("R")


def year_group(born: date, *, on: date) -> str | None:
    """The year group of a child of that birth date on a day, as in England; None outside N1 to 14."""
    years = start_year(academic_year(on)) - start_year(academic_year(born))
    place = years - _RECEPTION_AFTER + _RECEPTION
    return YEAR_GROUPS[place] if born <= on and 0 <= place < len(YEAR_GROUPS) else None
