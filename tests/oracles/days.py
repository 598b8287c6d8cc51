"""Academic years and terms, worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta


def day(text: str) -> date | None:
    """A date from a cell of a return; None for a blank."""
    return date.fromisoformat(text) if text else None


def year_of(when: date) -> str:
    """Such as 202526: it starts on 1 September."""
    start = when.year if when.month >= 9 else when.year - 1
    return f"{start}{str(start + 1)[2:]}"


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian rule."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def terms_of(year: str) -> list[tuple[str, date, date]]:
    """Name, first and last day of the three terms; spring ends before Good Friday."""
    start = int(year[:4])
    break_starts = easter_sunday(start + 1) - timedelta(days=2)
    return [
        ("autumn", date(start, 9, 1), date(start, 12, 31)),
        ("spring", date(start + 1, 1, 1), break_starts - timedelta(days=1)),
        ("summer", break_starts, date(start + 1, 8, 31)),
    ]


def term_of(when: date) -> tuple[str, str]:
    """The year and term that a day counts in."""
    year = year_of(when)
    return year, next(name for name, first, last in terms_of(year) if first <= when <= last)


def last_day(year: str, term: str) -> date:
    """The last day of a term."""
    return next(last for name, _, last in terms_of(year) if name == term)
