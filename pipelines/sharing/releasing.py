"""Make the releases that are due for one authority: of each term, once it is closed, beside those made before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from pipelines import audit
from pipelines.history import FIRST_YEAR
from pipelines.scope import Scope
from pipelines.sharing.alone import alone_due, alone_figures
from pipelines.sharing.deciding import decide
from pipelines.sharing.linking import Linked
from pipelines.sharing.parts import Place
from pipelines.sharing.releases import (
    Release,
    SharedFigure,
    figures_of,
    is_released_elsewhere,
    keep,
    latest_releases,
    told_of,
)
from pipelines.sharing.rows import shared_figures
from pipelines.sharing.telling import Told, told
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.family import Family, family, family_id


@dataclass(frozen=True)
class _Draft:
    """A release in the making: what was told of its terms, and the figures that others are told of it."""

    terms: Mapping[str, datetime]
    told: Told
    figures: list[SharedFigure]


def release_due(warehouse: Warehouse, la_code: str, *, least: int, moment: datetime | None = None) -> int:
    """Make every release of an authority that is due; how many were made."""
    now = moment or audit.now()
    made = 0
    with warehouse.reading() as cursor:
        standing = latest_releases(cursor, la_code)
        years = _years(cursor, la_code, now)
    for year in years:  # a year at a time, so that nobody who sends a return waits for long
        before = standing.get(year)
        with warehouse.reading() as cursor:
            draft = _draft(cursor, family(), la_code, year, before, least=least, now=now)
        if draft is not None:
            made += _keep_unless_overtaken(warehouse, la_code, year, before, draft, least=least, now=now)
    return made


def _keep_unless_overtaken(
    warehouse: Warehouse, la_code: str, year: str, before: Release | None, draft: _Draft,
    *, least: int, now: datetime,
) -> int:  # fmt: skip
    """Two may have worked on the same release at once: the second one's is not kept."""
    with warehouse.writing() as cursor:
        if latest_releases(cursor, la_code).get(year) != before:
            return 0
        keep(
            cursor, draft.told, draft.terms, draft.figures, least=least, family=family_id(), moment=now
        )  # fmt: skip
    return 1


def _draft(
    cursor: Cursor, shared: Family, la_code: str, year: str, before: Release | None, *, least: int, now: datetime
) -> _Draft | None:
    """The next release of a year, None when nothing new is due."""
    if before is not None and len(before.terms) == len(Term) and not _is_outdated(cursor, shared, before, now):
        return None
    present = told(cursor, shared, la_code=la_code, year=year, moment=now)
    released = before.terms if before else {}
    closed = [term for term in Term if term in {*closed_terms(present.places, shared, on=now), *released}]
    terms = {str(term): released.get(term, now) for term in closed}
    if not terms or is_released_elsewhere(cursor, la_code, year, set(present.places["urn"])):
        return None
    if before is None:
        return _drafted(cursor, present, shared, terms, [], least=least, now=now)
    if terms == released and not _is_outdated(cursor, shared, before, now):
        return None
    whole = _beside(told_of(cursor, before), present)
    return _drafted(cursor, whole, shared, terms, figures_of(cursor, before), least=least, now=now)


def _is_outdated(cursor: Cursor, shared: Family, before: Release, now: datetime) -> bool:
    """Whether the family has tables since that were not released, or a year's own figure can be given now."""
    whole = len(before.terms) == len(Term)
    return before.family != family_id() or (whole and alone_due(figures_of(cursor, before), shared, before.year, now))


def closed_terms(places: pd.DataFrame, shared: Family, *, on: datetime) -> tuple[str, ...]:
    """The terms, from the first on, that have ended and of which all returns came or none is waited for any more.

    None of a year of which nothing has come.
    """
    found: list[str] = []
    if not places["returned"].any():
        return ()
    for term in Term:
        rows = places[places["term"] == term]
        if rows.empty:
            continue
        ended = pd.Timestamp(rows["last_day"].max())
        waited = pd.Timestamp(on) - ended > timedelta(days=shared.closes_after_days)
        if not (pd.Timestamp(on) > ended + timedelta(days=1) and (waited or bool(rows["returned"].all()))):
            break
        found.append(str(term))
    return tuple(found)


def _drafted(
    cursor: Cursor, whole: Told, shared: Family, terms: Mapping[str, datetime], earlier: list[SharedFigure],
    *, least: int, now: datetime,
) -> _Draft:  # fmt: skip
    linked = Linked(whole, shared, terms=tuple(terms))
    shown = decide(linked, _decided(earlier, shared), least=least)
    alone = alone_figures(cursor, linked, earlier, now, least=least)
    return _Draft(terms, whole, [*shared_figures(linked, shown), *alone])


def _beside(released: Told, present: Told) -> Told:
    """The year with every released term as it was released, and the others as they are told now."""
    terms = set(released.places["term"])
    counts, places = (frame[~frame["term"].isin(terms)] for frame in (present.counts, present.places))
    return Told(
        present.la_code, present.year, pd.concat([released.counts, counts], ignore_index=True),
        pd.concat([released.places, places], ignore_index=True),
    )  # fmt: skip


def _decided(earlier: list[SharedFigure], shared: Family) -> dict[str, bool]:
    """What readers know of earlier releases, cell by cell: what was shown stays so, and what was withheld."""
    columns = {one.id: ("met", "of") if one.is_share else ("yes",) if one.breakdown else ("all",)
               for one in shared.tables}  # fmt: skip
    return {
        Place(one.table_id, one.value, column, one.level, one.code, one.period).key: one.shown
        for one in earlier
        for column in columns.get(one.table_id, ())
    }


def _years(cursor: Cursor, la_code: str, now: datetime) -> list[str]:
    scope = Scope.parse(f"la:{la_code}")
    values = bindings(scope, as_at=now, first_year=FIRST_YEAR)
    rows = cursor.rows(
        grains_at(cursor, scope, now) + "SELECT DISTINCT academic_year AS year FROM expected ORDER BY year", values
    )
    return [str(row["year"]) for row in rows]
