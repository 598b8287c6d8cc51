"""A decided family as the figures that are kept: with their numbers where they are shown, without where not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from pipelines.sharing.deciding import is_given
from pipelines.sharing.linking import Linked
from pipelines.sharing.parts import YEAR, Place
from pipelines.sharing.releases import SharedFigure
from schemas.family import Level

NAMES_OF_LEVELS = {Level.AUTHORITY: "authority", Level.PHASE: "phase", Level.TRUST: "trust"}


def shared_figures(linked: Linked, shown: Mapping[str, bool]) -> list[SharedFigure]:
    """Every row of every table of the family."""
    first = [place for place in linked.parts if is_given(place) and place.column in ("all", "yes", "met")]
    return [_figure(linked, place, shown) for place in sorted(first)]


def _figure(linked: Linked, place: Place, shown: Mapping[str, bool]) -> SharedFigure:
    where = schools_at(linked, place)
    is_shown = shown[place.key] and (place.column != "met" or shown[Place(*_but_column(place, "of")).key])
    count = linked.parts[place].count
    return SharedFigure(
        table_id=place.table, value=place.value, level=place.level, code=place.code, name=_name(where, place),
        period=place.period, shown=is_shown, figure=None, count=count if is_shown else None,
        denominator=_denominator(linked, place, where) if is_shown else None,
        returned=int(where["returned"].sum()), expected=len(where),
    )  # fmt: skip


def schools_at(linked: Linked, place: Place) -> pd.DataFrame:
    """The schools and terms of which returns are expected for a row."""
    places = linked.told.places
    terms = linked.terms if place.period == YEAR else (place.period,)
    where = places[places["term"].isin(terms)]
    return where if place.level == Level.AUTHORITY else where[where[NAMES_OF_LEVELS[Level(place.level)]] == place.code]


def _denominator(linked: Linked, place: Place, where: pd.DataFrame) -> int | None:
    if place.column == "met":
        return linked.parts[Place(*_but_column(place, "of"))].count
    return _pupils(where) if place.column == "all" else None


def _but_column(place: Place, column: str) -> Iterable[str]:
    return (place.table, place.value, column, place.level, place.code, place.period)


def _pupils(where: pd.DataFrame) -> int | None:
    """The roll of the schools that returned, once each; a school that became another is counted as that one.

    None where a school that returned has no roll, since its incidents would be over nobody.
    """
    came = where[where["returned"].astype(bool)].drop_duplicates("urn")
    counted = came[~came["replaced_by"].isin(set(came["urn"]))]
    return None if counted["pupils"].isna().any() else int(counted["pupils"].sum())


def _name(where: pd.DataFrame, place: Place) -> str:
    return str(where["trust_name"].max()) if place.level == Level.TRUST else place.code
