"""Returns expected and received, and the pupils of the schools that sent them."""

from __future__ import annotations

from datetime import date
from functools import cache

from tests.oracles.days import last_day, terms_of
from tests.oracles.world import Asked, Row, World, fits, in_scope, known_schools, standing_returns


@cache
def expected(world: World, asked: Asked) -> list[Row]:
    """One row a school and term: urn, year, term, and the return that stands, if any."""
    sent = {(one["urn"], one["year"], one["term"]): one for one in standing_returns(world, asked)}
    found = []
    schools = known_schools(world, asked)
    terms = {la: _terms_since_the_first(world, asked, la) for la in {school["la"] for school in schools.values()}}
    for urn, school in schools.items():
        for year, term, last in terms[school["la"]]:
            returned = sent.get((urn, year, term))
            ended = last < asked.as_at.date()
            due = returned or (ended and _open(school, last))
            if due and in_scope(world, asked, urn, last) and fits(world, asked, urn, year, term):
                found.append({"urn": urn, "year": year, "term": term, "sent": returned})
    return found


def _terms_since_the_first(world: World, asked: Asked, la: str) -> list[tuple[str, str, date]]:
    """Every term from the first of which any school of the authority has a return that stands."""
    schools = known_schools(world, asked)
    ends = [
        last_day(one["year"], one["term"]) for one in standing_returns(world, asked) if schools[one["urn"]]["la"] == la
    ]
    years = [f"{start}{str(start + 1)[2:]}" for start in range(2014, asked.as_at.year + 1)]
    listed = [(year, term, last) for year in years for term, _, last in terms_of(year)]
    return [one for one in listed if ends and min(ends) <= one[2]]


def _open(school: Row, last: date) -> bool:
    """Whether it was open on the last day of the term."""
    begun = school["opened"] is None or school["opened"] <= last
    return begun and (school["closed"] is None or school["closed"] >= last)


def reported(world: World, asked: Asked, row: Row) -> bool:
    """Whether an incident's school has a roll and a return of the term it counts in, so that it has a rate."""
    sent = any(
        (one["urn"], one["year"], one["term"]) == (row["urn"], row["year"], row["term"])
        for one in standing_returns(world, asked)
    )
    return sent and roll(world, asked, row["urn"], row["year"], "pupils") > 0


def roll(world: World, asked: Asked, urn: str, year: str, of: str) -> int:
    """Pupils (or boys, girls) at the January census of a year, else the nearest earlier, else the next."""
    counted = {
        row["census_year"]: row[of]
        for row in sorted(world.schools, key=lambda row: row["loaded_at"])
        if row["urn"] == urn and row["loaded_at"] <= asked.as_at and row[of] is not None
    }
    earlier = [one for one in counted if one <= year]
    if earlier:
        return int(counted[max(earlier)])
    return int(counted[min(counted)]) if counted else 0


def pupils(world: World, asked: Asked, places: list[Row], of: str) -> int:
    """Pupils in the schools with a return, year by year; a converted school counts once a year."""
    sent = {(place["urn"], place["year"]) for place in places if place["sent"]}
    gone = {(link["predecessor"], year) for link in world.links for urn, year in sent if urn == link["successor"]}
    return sum(roll(world, asked, urn, year, of) for urn, year in sent - gone)
