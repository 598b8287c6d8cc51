"""When and where incidents come to notice: counts by school, year and term, then a day and a year group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sample.dice import Dice
from pipelines.sample.schools import SCHOOLS, YEARS, School
from schemas.calendar import Term, TermDates, default_terms

# Starting values: incidents a year per 1,000 pupils of a year group. No such rate is published for England.
PER_1000 = {5: 0.5, 6: 0.5, 7: 4.0, 8: 4.0, 9: 8.0, 10: 8.0, 11: 5.0, 12: 3.0, 13: 3.0, 14: 3.0}
# Two dozen schools at those rates are too few to see anything in, so the sample has this many times as many.
DENSITY = 4.5
TERM_SHARES = {Term.AUTUMN: 0.36, Term.SPRING: 0.34, Term.SUMMER: 0.30}
BETWEEN_SCHOOLS = 8.0
BETWEEN_YEARS = 12.0
IN_THE_SUMMER_HOLIDAY = 0.03
AT_A_WEEKEND = 0.12


@dataclass(frozen=True, order=True)
class Occasion:
    """One incident comes to notice: day, school, a running number, and the year group most involved."""

    reported: date
    urn: int
    number: int
    year_group: int


def occasions(seed: int) -> list[Occasion]:
    """Every incident of the four years, in order of time."""
    found: list[Occasion] = []
    for school in SCHOOLS:
        if school.predecessor is None:
            found += [each for year in YEARS for each in _of_year(seed, school, year)]
    return sorted(found)


def _of_year(seed: int, school: School, year: str) -> Iterator[Occasion]:
    usual = Dice(seed, "school", school.urn).spread_around(1.0, shape=BETWEEN_SCHOOLS)
    dice = Dice(seed, "counts", school.urn, int(year))
    rates = {
        group: PER_1000.get(group, 0.0) * DENSITY / 1000 * school.year_group_size(group, year)
        for group in school.year_groups
    }
    mean = sum(rates.values()) * min(max(usual, 0.6), 1.5)
    for number in range(1, dice.count(mean, shape=BETWEEN_YEARS) + 1 if mean else 1):
        dates = default_terms(year)[list(TERM_SHARES).index(dice.pick(TERM_SHARES))]
        day = _day_in(dates, dice)
        yield Occasion(day, _urn_on(school, day), number, dice.pick(rates))


def _day_in(dates: TermDates, dice: Dice) -> date:
    """A day in the weeks that are taught, nearly always a weekday; now and then a day of the long holiday."""
    first, last = _taught(dates)
    if dates.term is Term.SUMMER and dice.chance(IN_THE_SUMMER_HOLIDAY):
        first, last = last, dates.last_day
    day = dice.day(first, last)
    if day.weekday() >= 5 and not dice.chance(AT_A_WEEKEND):
        day -= timedelta(days=day.weekday() - 4)
    return max(day, dates.first_day)


def _taught(dates: TermDates) -> tuple[date, date]:
    end = dates.last_day
    return {
        Term.AUTUMN: (date(end.year, 9, 3), date(end.year, 12, 19)),
        Term.SPRING: (date(end.year, 1, 5), end),
        Term.SUMMER: (dates.first_day + timedelta(days=14), date(end.year, 7, 21)),
    }[dates.term]


def _urn_on(school: School, day: date) -> int:
    """The URN in force: a school that has converted goes on under its successor's."""
    if school.closed is None or day <= school.closed:
        return school.urn
    return next(other.urn for other in SCHOOLS if other.predecessor == school.urn)
