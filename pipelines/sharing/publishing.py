"""Write the shared family as files in the layout of official open data, with metadata and a note on method."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipelines import audit
from pipelines.cells_given_out import write_csv
from pipelines.figures import category_label
from pipelines.scope import Actor
from pipelines.sharing.alone import ALL
from pipelines.sharing.layout import Column, columns_alone, columns_of, values_of
from pipelines.sharing.note import method_note
from pipelines.sharing.releases import Release, SharedFigure, figures_of, latest_releases
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.family import SharedTable, family
from schemas.measurement import Measure

META = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
)  # fmt: skip
Rows = list[tuple[Release, SharedFigure]]


def publish(warehouse: Warehouse, folder: Path, *, authorities: Mapping[str, str], actor: Actor) -> list[Path]:
    """Write every table of these authorities (code → name) as it was released; the files written, in order.

    The same releases give the same bytes. What was written and by whom is recorded.
    """
    with warehouse.reading() as cursor:
        releases = {code: latest_releases(cursor, code) for code in authorities}
        figures = [
            (release, one) for of_la in releases.values() for release in of_la.values()
            for one in figures_of(cursor, release) if one.period != ALL
        ]  # fmt: skip
    files = _files(figures, authorities)
    files["method.md"] = method_note([one for of_la in releases.values() for one in of_la.values()], authorities)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    with warehouse.writing() as cursor:
        detail = {"authorities": sorted(authorities), "files": len(files)}
        audit.record(cursor, audit.Event(actor, "figures published", "shared family", detail))
    return [folder / name for name in files]


def authorities_of(cursor: Cursor) -> dict[str, str]:
    """The code and name of every authority of which a school has sent a return."""
    rows = cursor.rows(
        "SELECT la_code, max(la_name) AS name FROM schools WHERE urn IN (SELECT school_urn FROM returns) "
        "GROUP BY la_code ORDER BY la_code"
    )
    return {str(row["la_code"]): str(row["name"]) for row in rows}


def _files(figures: Rows, authorities: Mapping[str, str]) -> dict[str, str]:
    files: dict[str, str] = {}
    for table in family().tables:
        rows = [pair for pair in figures if pair[1].table_id == table.id]
        files |= _table(table.id, columns_of(table), rows, authorities, table.measure, table)
    for name, measure in family().alone.items():
        rows = [pair for pair in figures if pair[1].table_id == name]
        files |= _table(name, columns_alone(measure), rows, authorities, measure, None)
    return files


def _table(
    name: str, columns: Sequence[Column], rows: Rows, authorities: Mapping[str, str], measure: Measure,
    table: SharedTable | None,
) -> dict[str, str]:  # fmt: skip
    breakdown = table.breakdown if table else None
    told = (
        values_of(
            columns, measure, release, one, authority=authorities[release.la_code],
            answer=category_label(breakdown, one.value) if breakdown else "",
        )
        for release, one in rows
    )  # fmt: skip
    meta = ([one.name, one.kind, one.label, one.group, one.unit, one.places, "", ""] for one in columns if one.kind)
    return {
        f"{name}.csv": _csv([one.name for one in columns], told),
        f"{name}.meta.csv": _csv(META, meta),
    }


def _csv(header: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    write_csv(out, [list(header), *rows], line_end="\n")
    return out.getvalue()
