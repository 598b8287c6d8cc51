"""Returns expected and received, and the pupils of the schools that sent them."""

from __future__ import annotations

from datetime import date

from tests.oracles.days import terms_of
from tests.oracles.world import Asked, Row, World, fits, in_scope, known_schools, standing_returns


def expected(world: World, asked: Asked) -> list[Row]:
    """One row a school and term: urn, year, term, and the return that stands, if any."""
    sent = {(one["urn"], one["year"], one["term"]): one for one in standing_returns(world, asked)}
    found = []
    for year, term, first, last in _terms_asked_for(world, asked):
        for urn, school in known_schools(world, asked).items():
            due = _open(school, first, last) and in_scope(world, asked, urn, last)
            if due and fits(world, asked, urn, year, term):
                found.append({"urn": urn, "year": year, "term": term, "sent": sent.get((urn, year, term))})
    return found


def _terms_asked_for(world: World, asked: Asked) -> list[tuple[str, str, date, date]]:
    """From the first term of which any return stands until the last that has ended."""
    began = min((one["year"] for one in standing_returns(world, asked)), default="999999")
    years = [f"{start}{str(start + 1)[2:]}" for start in range(2014, asked.as_at.year + 1)]
    listed = [(year, *term) for year in years for term in terms_of(year)]
    return [one for one in listed if one[0] >= began and one[3] <= asked.as_at.date()]


def _open(school: Row, first: date, last: date) -> bool:
    begun = school["opened"] is None or school["opened"] <= last
    return begun and (school["closed"] is None or school["closed"] >= first)


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
    gone = {
        (link["predecessor"], year)
        for link in world.links
        for urn, year in sent
        if urn == link["successor"]
    }
    return sum(roll(world, asked, urn, year, of) for urn, year in sent - gone)
