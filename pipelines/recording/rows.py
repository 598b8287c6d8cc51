"""The rows of an export under what their headers mean, and the report of the columns that are dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.intake.layout import column_place
from pipelines.recording.exports import RawTable
from pipelines.recording.report import Kind, Report
from schemas.errors import UnreadableError
from schemas.recording_systems import Meaning, Part, RecordingSystem

_MAY_STAND_TWICE = frozenset({Part.CATEGORY, Part.ACTION, Part.DROPPED})
_BETWEEN = "\n"  # the first separator of every format


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells by meaning (several of one joined)."""

    number: int
    cells: Mapping[Meaning, str]

    def of(self, part: Part, name: str = "") -> str:
        """The cell of that meaning; "" where there is none."""
        return self.cells.get(Meaning(part, name), "")


def understood(table: RawTable, system: RecordingSystem, report: Report) -> tuple[Row, ...]:
    """The rows with the cells that a return can use; an UnreadableError when two columns claim one place."""
    meanings = [system.meaning(label) for _, label in table.labels]
    _one_place_each(table, meanings)
    for (position, _), meaning in zip(table.labels, meanings, strict=True):
        place = column_place(position)
        if meaning is None:
            report.of(Kind.UNKNOWN_COLUMN, table=table.name, place=place)
        elif meaning.part is Part.DROPPED:
            report.of(Kind.DROPPED, table=table.name, column=meaning.name, place=place)
    return tuple(Row(number, _cells(meanings, texts)) for number, texts in table.rows)


def _cells(meanings: list[Meaning | None], texts: tuple[str, ...]) -> dict[Meaning, str]:
    found: dict[Meaning, str] = {}
    for meaning, text in zip(meanings, texts, strict=True):
        if meaning is not None and meaning.part is not Part.DROPPED and text:
            found[meaning] = f"{found[meaning]}{_BETWEEN}{text}" if meaning in found else text
    return found


def _one_place_each(table: RawTable, meanings: list[Meaning | None]) -> None:
    times = Counter(meaning for meaning in meanings if meaning and meaning.part not in _MAY_STAND_TWICE)
    for meaning, count in times.items():
        if count > 1:
            places = [column_place(at) for (at, _), its in zip(table.labels, meanings, strict=True) if its == meaning]
            raise UnreadableError(
                f"Columns {' and '.join(place.removeprefix('column ') for place in places)} of the export both mean "
                f"{meaning.name or meaning.part.replace('_', ' ')}. Delete one of them. Nothing was written."
            )
