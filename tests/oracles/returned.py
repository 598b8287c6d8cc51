"""Returns expected and received, and the pupils of the schools that sent them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from tests.oracles.days import last_day, terms_of
from tests.oracles.membership import authority_on, in_scope, known_links
from tests.oracles.world import Asked, Row, World, fits, known_schools, standing_returns


@cache
def expected(world: World, asked: Asked) -> list[Row]:
    """One row a school and term: urn, year, term, and the return that stands, if any."""
    sent = {(one["urn"], one["year"], one["term"]): one for one in standing_returns(world, asked)}
    found = []
    schools = known_schools(world, asked)
    for urn, school in schools.items():
        for year, term, last in _terms_listed(asked):
            if year < world.kept_from or (urn in world.left and (urn, year, term) not in sent):
                continue  # erased: nothing is expected of it
            returned = sent.get((urn, year, term))
            ended = last < asked.as_at.date()
            due = returned or (ended and _open(school, last))
            theirs = _begun(world, asked, urn, last) and in_scope(world, asked, urn, last)
            if due and theirs and fits(world, asked, urn, year, term):
                found.append({"urn": urn, "year": year, "term": term, "sent": returned})
    return found


def _terms_listed(asked: Asked) -> list[tuple[str, str, date]]:
    years = [f"{start}{str(start + 1)[2:]}" for start in range(2014, asked.as_at.year + 1)]
    return [(year, term, last) for year in years for term, _, last in terms_of(year)]


def _begun(world: World, asked: Asked, urn: str, last: date) -> bool:
    """Whether any school that was its authority's then has a return that stands, of this term or an earlier one."""
    ends = _ends_by_authority(world, asked.as_at).get(authority_on(world, asked.as_at, urn, last), [])
    return bool(ends) and min(ends) <= last


@cache
def _ends_by_authority(world: World, as_at: datetime) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for one in standing_returns(world, Asked("", "", as_at=as_at)):
        last = last_day(one["year"], one["term"])
        found.setdefault(authority_on(world, as_at, one["urn"], last), []).append(last)
    return found


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
    gone = {
        (link["predecessor"], year)
        for link in known_links(world, asked.as_at)
        for urn, year in sent
        if urn == link["successor"]
    }
    return sum(roll(world, asked, urn, year, of) for urn, year in sent - gone)
