"""The releases of an authority's shared figures: made once a term is closed, and kept as they were.

A figure that was released stays as it was released, so that what one school sends later cannot be worked out from
the difference. A later release adds terms to it and changes nothing in it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.scope import OPERATOR, Actor
from pipelines.sharing.telling import Told
from pipelines.warehouse.store import Cursor

RELEASER = Actor("Plumbline", "portal", OPERATOR)


@dataclass(frozen=True, slots=True)
class Release:
    """One release. `terms` says of each released term the moment as at which it is told."""

    release_id: int
    la_code: str
    year: str
    terms: Mapping[str, datetime]
    released_at: datetime
    data_version: int
    least_shown: int
    family: str


@dataclass(frozen=True, slots=True)
class SharedFigure:
    """One figure of a release: a count, a share (count of denominator), or a value alone; no numbers when withheld.

    For the number of incidents `denominator` is the number of pupils on roll of schools that returned.
    """

    table_id: str
    value: str
    level: str
    code: str
    name: str
    period: str
    shown: bool
    figure: float | None
    count: int | None
    denominator: int | None
    returned: int
    expected: int


def latest_releases(cursor: Cursor, la_code: str) -> dict[str, Release]:
    """The release that stands for each academic year of an authority."""
    rows = cursor.rows(
        "SELECT * FROM shared_releases WHERE la_code = $la "
        "QUALIFY row_number() OVER (PARTITION BY academic_year ORDER BY release_id DESC) = 1 ORDER BY academic_year",
        {"la": la_code},
    )
    return {str(row["academic_year"]): _release(row) for row in rows}


def figures_of(cursor: Cursor, release: Release) -> list[SharedFigure]:
    """The figures of a release, in the order in which they were made."""
    rows = cursor.rows(
        "SELECT * EXCLUDE (release_id) FROM shared_figures WHERE release_id = $release "
        "ORDER BY table_id, level, code, value, period",
        {"release": release.release_id},
    )
    return [SharedFigure(**row) for row in rows]


def told_of(cursor: Cursor, release: Release) -> Told:
    """What the schools had told of the released terms, as it was when each was released."""
    values = {"release": release.release_id}
    counts = cursor.frame(
        'SELECT table_id AS "table", value, column_name AS "column", urn, term, count FROM shared_counts '
        'WHERE release_id = $release ORDER BY "table", value, "column", urn, term', values,
    )  # fmt: skip
    places = cursor.frame(
        "SELECT * EXCLUDE (release_id) FROM shared_places WHERE release_id = $release ORDER BY urn, term", values
    )
    return Told(release.la_code, release.year, counts, places)


def is_released_elsewhere(cursor: Cursor, la_code: str, year: str, urns: Collection[str]) -> bool:
    """Whether some of these schools' figures of the year are already in the release of another authority."""
    found = cursor.rows(
        "SELECT DISTINCT p.urn FROM shared_places p JOIN shared_releases r ON r.release_id = p.release_id "
        "WHERE r.academic_year = $year AND r.la_code <> $la",
        {"year": year, "la": la_code},
    )
    return any(row["urn"] in urns for row in found)


def keep(
    cursor: Cursor, told: Told, terms: Mapping[str, datetime], figures: Iterable[SharedFigure],
    *, least: int, family: str, moment: datetime,
) -> None:  # fmt: skip
    """Keep a new release with what it rests on and its audit event, in the caller's transaction."""
    number = int(cursor.rows("SELECT coalesce(max(release_id), 0) + 1 AS next FROM shared_releases")[0]["next"])
    moments = {term: when.isoformat() for term, when in terms.items()}
    header = pd.DataFrame([{
        "release_id": number, "la_code": told.la_code, "academic_year": told.year,
        "terms": json.dumps(moments, sort_keys=True), "released_at": moment,
        "data_version": audit.data_version(cursor, as_at=moment), "least_shown": least, "family": family,
    }])  # fmt: skip
    cursor.append("shared_releases", header)
    cursor.append("shared_figures", _frame(number, figures))
    counts = told.counts[told.counts["term"].isin(moments)]
    counts = counts.rename(columns={"table": "table_id", "column": "column_name"})
    cursor.append("shared_counts", counts.assign(release_id=number))
    places = told.places[told.places["term"].isin(moments)]
    cursor.append("shared_places", places.assign(release_id=number))
    event = audit.Event(
        RELEASER, "figures released", f"la:{told.la_code} {told.year}", {"release": number, "terms": [*moments]}
    )
    audit.record(cursor, event, when=moment)


def _frame(number: int, figures: Iterable[SharedFigure]) -> pd.DataFrame:
    names = SharedFigure.__slots__
    frame = pd.DataFrame([{name: getattr(one, name) for name in names} for one in figures])
    whole = dict.fromkeys(("count", "denominator", "returned", "expected"), "Int64")
    return frame.astype({**whole, "figure": "Float64"}).assign(release_id=number)


def _release(row: Mapping[str, Any]) -> Release:
    terms = {term: datetime.fromisoformat(when) for term, when in json.loads(row["terms"]).items()}
    return Release(
        int(row["release_id"]), str(row["la_code"]), str(row["academic_year"]), terms, row["released_at"],
        int(row["data_version"]), int(row["least_shown"]), str(row["family"]),
    )  # fmt: skip
