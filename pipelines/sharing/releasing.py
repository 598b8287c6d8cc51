"""Make the releases that are due for one authority: a new term that is closed, or a revision that gives nobody away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from pipelines import audit
from pipelines.disclosure import LEAST_SCHOOLS
from pipelines.history import FIRST_YEAR
from pipelines.protection.secondary import UnprotectableError
from pipelines.scope import Scope
from pipelines.sharing.alone import alone_figures
from pipelines.sharing.deciding import decide, is_given
from pipelines.sharing.linking import Linked
from pipelines.sharing.parts import Place
from pipelines.sharing.releases import Release, SharedFigure, figures_of, keep, latest_releases
from pipelines.sharing.rows import shared_figures
from pipelines.sharing.telling import Told, told
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.family import Family, family, family_id


@dataclass(frozen=True)
class _Draft:
    """A release in the making."""

    terms: Mapping[str, datetime]
    figures: list[SharedFigure]


def release_due(warehouse: Warehouse, la_code: str, *, least: int, moment: datetime | None = None) -> int:
    """Make every release of an authority that is due; how many were made."""
    now = moment or audit.now()
    made = 0
    with warehouse.reading() as cursor:
        standing = latest_releases(cursor, la_code)
        due = [year for year in _years(cursor, la_code, now) if _may_be_due(cursor, la_code, year, standing, now)]
    for year in due:  # a year at a time, so that nobody who sends a return waits for long
        with warehouse.reading() as cursor:
            draft = _draft(cursor, family(), la_code, year, standing.get(year), least=least, now=now)
        if draft is not None:
            made += _keep_unless_overtaken(warehouse, la_code, year, standing.get(year), draft, least=least, now=now)
    return made


def _keep_unless_overtaken(
    warehouse: Warehouse, la_code: str, year: str, before: Release | None, draft: _Draft,
    *, least: int, now: datetime,
) -> int:  # fmt: skip
    """Two may have worked on the same release at once: the second one's is not kept."""
    with warehouse.writing() as cursor:
        if latest_releases(cursor, la_code).get(year) != before:
            return 0
        keep(cursor, la_code, year, draft.terms, draft.figures, least=least, family=family_id(), moment=now)
    return 1


def _draft(
    cursor: Cursor, shared: Family, la_code: str, year: str, before: Release | None, *, least: int, now: datetime
) -> _Draft | None:
    """The next release of a year, None when the one that stands is to stand."""
    present = told(cursor, shared, la_code=la_code, year=year, moment=now)
    closed = closed_terms(present.places, shared, on=now)
    if not closed:
        return None
    earlier = figures_of(cursor, before) if before else []
    if before is None:
        return _drafted(cursor, present, shared, dict.fromkeys(closed, now), {}, least=least)
    as_released = _as_at(cursor, shared, before, present)
    revised = _revised(cursor, as_released, present, shared, before, earlier, closed, least=least, now=now)
    if revised is not None:
        return revised
    if not set(closed) - set(before.terms) and before.family == family_id():
        return None
    terms = {term: before.terms.get(term, now) for term in closed}
    known = _decided(earlier)
    return _drafted(cursor, as_released, shared, terms, known, least=least, earlier=earlier)


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
    cursor: Cursor, present: Told, shared: Family, terms: Mapping[str, datetime], known: Mapping[str, bool],
    *, least: int, earlier: list[SharedFigure] | None = None,
) -> _Draft:  # fmt: skip
    linked = Linked(present, shared, terms=tuple(terms))
    shown = decide(linked, known, least=least)
    found = [*shared_figures(linked, shown), *alone_figures(cursor, linked, earlier or [], terms, least=least)]
    return _Draft(terms, found)


def _as_at(cursor: Cursor, shared: Family, before: Release, present: Told) -> Told:
    """The year with every released term as it was released, and the others as they are told now."""
    counts = [present.counts[~present.counts["term"].isin(before.terms)]]
    places = [present.places[~present.places["term"].isin(before.terms)]]
    for moment in sorted(set(before.terms.values())):
        then = told(cursor, shared, la_code=present.la_code, year=present.year, moment=moment)
        of_it = [term for term, when in before.terms.items() if when == moment]
        counts.append(then.counts[then.counts["term"].isin(of_it)])
        places.append(then.places[then.places["term"].isin(of_it)])
    return Told(present.la_code, present.year, pd.concat(counts), pd.concat(places))


def _revised(
    cursor: Cursor, was: Told, present: Told, shared: Family, before: Release, earlier: list[SharedFigure],
    closed: tuple[str, ...], *, least: int, now: datetime,
) -> _Draft | None:  # fmt: skip
    """The year told anew, where nothing about one school follows from the difference; None otherwise."""
    if was.counts.equals(present.counts) or not set(before.terms) <= set(closed):
        return None
    released = tuple(before.terms)
    old, new = (Linked(one, shared, terms=released) for one in (was, present))
    known = _decided(earlier)
    changed = _changed(old, new, known, least=least)
    if changed is None or not changed:
        return None
    try:
        return _drafted(cursor, present, shared, dict.fromkeys(closed, now), known, least=least, earlier=earlier)
    except UnprotectableError:
        return None


def _changed(old: Linked, new: Linked, known: Mapping[str, bool], *, least: int) -> set[str] | None:
    """The shown cells that change; None when one of them changes by little, or through too few schools."""
    found: set[str] = set()
    for place in old.parts:
        if place.level not in ("authority", "phase", "trust") or not known.get(_given_beside(place), False):
            continue
        changes = [change for change in _by_school(old, new, place) if change]
        if changes and not _is_safe(changes, least=least):
            return None
        if changes:
            found.add(place.key)
    return found


def _given_beside(place: Place) -> str:
    """The cell whose being shown gives this one away too."""
    if is_given(place):
        return place.key
    column = "yes" if place.column == "rest" else "met"
    return Place(place.table, place.value, column, place.level, place.code, place.period).key


def _by_school(old: Linked, new: Linked, place: Place) -> list[int]:
    was, now = old.by_school(place), new.by_school(place)
    return [now.get(urn, 0) - was.get(urn, 0) for urn in sorted({*was, *now})]


def _is_safe(changes: list[int], *, least: int) -> bool:
    sizes = [abs(change) for change in changes]
    enough = len(sizes) >= LEAST_SCHOOLS and 2 * max(sizes) <= sum(sizes)
    return enough and abs(sum(changes)) >= least and abs(sum(changes)) - max(sizes) >= least


def _decided(earlier: list[SharedFigure]) -> dict[str, bool]:
    """What readers know of earlier releases, cell by cell."""
    found: dict[str, bool] = {}
    for one in earlier:
        for column in columns_given(one.table_id):
            found[Place(one.table_id, one.value, column, one.level, one.code, one.period).key] = one.shown
    return found


def columns_given(table_id: str) -> tuple[str, ...]:
    """The columns of which a row of a table tells."""
    table = next((one for one in family().tables if one.id == table_id), None)
    if table is None:
        return ()
    return ("met", "of") if table.is_share else ("yes",) if table.breakdown else ("all",)


def _years(cursor: Cursor, la_code: str, now: datetime) -> list[str]:
    scope = Scope.parse(f"la:{la_code}")
    values = bindings(scope, as_at=now, first_year=FIRST_YEAR)
    rows = cursor.rows(
        grains_at(cursor, scope, now) + "SELECT DISTINCT academic_year AS year FROM expected ORDER BY year",
        values,
    )
    return [str(row["year"]) for row in rows]


def _may_be_due(cursor: Cursor, la_code: str, year: str, standing: Mapping[str, Release], now: datetime) -> bool:
    """Whether a term of the year is not released yet, or a return that bears on it has come since the release."""
    release = standing.get(year)
    if release is None or len(release.terms) < len(Term) or release.family != family_id():
        return True
    since = cursor.rows(
        "SELECT count(*) AS n FROM returns r WHERE r.recorded_at > $since AND r.recorded_at <= $now "
        "AND r.school_urn IN (SELECT urn FROM schools WHERE la_code = $la) AND (r.academic_year = $year OR EXISTS ("
        "SELECT 1 FROM returns o JOIN incidents i ON i.return_id = o.return_id AND i.school_urn = o.school_urn "
        "WHERE o.school_urn = r.school_urn AND o.academic_year = r.academic_year AND o.term = r.term "
        "AND i.counted_year = $year))",
        {"since": release.released_at, "now": now, "la": la_code, "year": year},
    )
    return bool(since[0]["n"])
