"""The returns that schools send: whose, when, and what a second one of the same term changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pandas as pd

from pipelines.sample.dice import Dice
from pipelines.sample.faults import RETURNS_LATE, SENT_AGAIN, is_sent
from pipelines.sample.incidents import Incident, Row
from pipelines.sample.schools import SCHOOLS, YEARS, School
from schemas.calendar import TermDates, default_terms
from schemas.lexicon import lexicon

SENDERS = {
    "Designated safeguarding lead": 0.6,
    "Deputy designated safeguarding lead": 0.15,
    "Data manager": 0.2,
    "Headteacher": 0.05,
}
Place = tuple[int, str, str]


@dataclass(frozen=True, eq=False)
class SampleReturn:
    """One return as it was sent: canonical columns, text, blanks empty, dates ISO."""

    school_urn: str
    academic_year: str
    term: str
    nil: bool
    incidents: pd.DataFrame
    children: pd.DataFrame
    sent_at: datetime
    sender: str


def terms_of(school: School) -> Iterator[TermDates]:
    """Every term in which the school was open, even for part of it."""
    for year in YEARS:
        yield from (dates for dates in default_terms(year) if school.open_between(dates.first_day, dates.last_day))


def sent_at(school: School, dates: TermDates, *, seed: int) -> datetime:
    """When the return of a term is sent: on a working day, some days after the term ends."""
    dice = Dice(seed, "sent", school.urn, str(dates.term), int(dates.academic_year))
    late = 30 if school.urn in RETURNS_LATE else 0
    day = dates.last_day + timedelta(days=late + dice.between(6, 24))
    day += timedelta(days=max(7 - day.weekday(), 0) if day.weekday() >= 5 else 0)
    return datetime.combine(day, time(dice.between(8, 16), dice.between(0, 59)), tzinfo=UTC)


def send(found: Mapping[Place, Sequence[Incident]], *, years: Sequence[str], seed: int) -> list[SampleReturn]:
    """Every return of these years in the order of sending; a term without incidents gives a nil return."""
    due = [(school, dates) for school in SCHOOLS for dates in terms_of(school) if dates.academic_year in years]
    returns = [each for school, dates in due for each in _of_term(school, dates, found, seed=seed)]
    return sorted(returns, key=lambda each: (each.sent_at, each.school_urn))


def _of_term(
    school: School, dates: TermDates, found: Mapping[Place, Sequence[Incident]], *, seed: int
) -> Iterator[SampleReturn]:
    place = (school.urn, dates.academic_year, str(dates.term))
    if is_sent(school, year=dates.academic_year, term=str(dates.term)):
        first = _first(place, found.get(place, ()), at=sent_at(school, dates, seed=seed), seed=seed)
        yield first
        yield from _again(place, first, found.get(place, ()), seed=seed)


def _first(place: Place, incidents: Sequence[Incident], *, at: datetime, seed: int) -> SampleReturn:
    urn, year, term = place
    return SampleReturn(
        school_urn=str(urn),
        academic_year=year,
        term=term,
        nil=not incidents,
        incidents=table("incidents", [each.incident for each in incidents]),
        children=table("children", [row for each in incidents for row in each.children]),
        sent_at=at,
        sender=Dice(seed, "sender", urn, int(year)).pick(SENDERS),
    )


def _again(place: Place, first: SampleReturn, incidents: Sequence[Incident], *, seed: int) -> Iterator[SampleReturn]:
    """The second return of a term: one incident was not one, and another has since gone to the police."""
    if place not in SENT_AGAIN or len(incidents) < 3:
        return
    later = first.sent_at + timedelta(days=Dice(seed, "again", *place[:1]).between(20, 45), hours=1)
    kept = list(incidents[1:])
    chosen = next((number for number, each in enumerate(kept) if not _escalated(each.incident)), 0)
    kept[chosen] = replace(kept[chosen], incident=_told_the_police(kept[chosen].incident, by=later.date()))
    yield replace(_first(place, kept, at=later, seed=seed), sender=first.sender)


def _escalated(incident: Row) -> bool:
    return "yes" in (incident["police_contacted"], incident["social_care_contacted"])


def _told_the_police(incident: Row, *, by: date) -> Row:
    told = date.fromisoformat(incident["decision_date"] or incident["dsl_informed_date"]) + timedelta(days=21)
    return incident | {
        "police_contacted": "yes",
        "police_contact_date": min(told, by).isoformat(),
        "police_outcome": "none_yet",
        "decision_reason_recorded": "yes",
    }


def table(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a table of a return: the vocabulary's columns in their order, all text."""
    if not rows:
        return _empty(name).copy()
    columns = [column.name for column in lexicon().tables[name].columns]
    return pd.DataFrame([[row[column] for column in columns] for row in rows], columns=columns, dtype="str")


@cache
def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in lexicon().tables[name].columns], dtype="str")
