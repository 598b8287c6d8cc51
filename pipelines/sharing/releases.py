"""The releases of an authority's shared figures: made once a term is closed, kept, and not changed by a return alone.

A figure that was released stays as it was released, so that what one school sends later cannot be worked out from
the difference. A release is replaced only when every figure in it changes by nothing or by enough, from enough schools.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import audit
from pipelines.scope import OPERATOR, Actor
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


def all_releases(cursor: Cursor, la_code: str, year: str) -> list[Release]:
    """Every release of one year, the earliest first: all that readers may have seen."""
    rows = cursor.rows(
        "SELECT * FROM shared_releases WHERE la_code = $la AND academic_year = $year ORDER BY release_id",
        {"la": la_code, "year": year},
    )
    return [_release(row) for row in rows]


def figures_of(cursor: Cursor, release: Release) -> list[SharedFigure]:
    """The figures of a release, in the order in which they were made."""
    rows = cursor.rows(
        "SELECT * EXCLUDE (release_id) FROM shared_figures WHERE release_id = $release "
        "ORDER BY table_id, level, code, value, period",
        {"release": release.release_id},
    )
    return [SharedFigure(**row) for row in rows]


def keep(
    cursor: Cursor, la_code: str, year: str, terms: Mapping[str, datetime], figures: Iterable[SharedFigure],
    *, least: int, family: str, moment: datetime,
) -> None:  # fmt: skip
    """Keep a new release with its audit event, in the caller's transaction."""
    number = int(cursor.rows("SELECT coalesce(max(release_id), 0) + 1 AS next FROM shared_releases")[0]["next"])
    told = {term: when.isoformat() for term, when in terms.items()}
    header = pd.DataFrame([{
        "release_id": number, "la_code": la_code, "academic_year": year, "terms": json.dumps(told, sort_keys=True),
        "released_at": moment, "data_version": audit.data_version(cursor, as_at=moment), "least_shown": least,
        "family": family,
    }])  # fmt: skip
    cursor.append("shared_releases", header)
    cursor.append("shared_figures", _frame(number, figures))
    event = audit.Event(RELEASER, "figures released", f"la:{la_code} {year}", {"release": number, "terms": [*told]})
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
