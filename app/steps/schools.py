"""For which schools, years and terms a return can be sent from here, as the steps offer them."""

from __future__ import annotations

from datetime import date

import pandas as pd

from app.permissions import Person
from pipelines import returns
from pipelines.house import House
from schemas.calendar import academic_year, start_year

YEARS_BACK = 6


def names_of(person: Person, house: House) -> dict[str, str]:
    """The schools that the person may send for today, by URN."""
    own = returns.own_schools(house.warehouse, person.scope)
    return dict(zip(own["urn"], own["name"], strict=True))


def years() -> list[str]:
    """The academic years that a return can be for, the latest first."""
    latest = start_year(academic_year(today()))
    return [f"{year}{(year + 1) % 100:02d}" for year in range(latest, latest - YEARS_BACK, -1)]


def today() -> date:
    """Today, in England."""
    return pd.Timestamp.now("Europe/London").date()
