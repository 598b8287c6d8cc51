"""The report of columns that say who a child is: what a date of birth was used for, and that it is gone."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.intake.layout import column_place
from pipelines.recording.exports import INCIDENTS, RawTable
from pipelines.recording.report import Kind, Report
from schemas.recording_systems import IDENTIFYING, Part, RecordingSystem

_A_NUMBER, _A_BIRTH_DATE = "a pupil's number beside an incident", "a date of birth"


def tell(tables: Mapping[str, RawTable], system: RecordingSystem, report: Report, *, births_used: bool) -> None:
    """Note the columns of dates of birth, and those of pupils' numbers in a table that has no use for them."""
    for name, table in tables.items():
        for position, label in table.labels:
            meaning = system.meaning(label)
            if meaning and meaning.part is Part.DATE_OF_BIRTH:
                _tell_birth_dates(report, name, column_place(position), used=births_used and name != INCIDENTS)
            elif meaning and meaning.part in IDENTIFYING and name == INCIDENTS:
                report.of(Kind.DROPPED, table=name, column=_A_NUMBER, place=column_place(position))


def _tell_birth_dates(report: Report, table: str, place: str, *, used: bool) -> None:
    if used:
        report.of(Kind.BIRTH_DATES_USED, table=table, place=place)
    else:
        report.of(Kind.DROPPED, table=table, column=_A_BIRTH_DATE, place=place)
