"""Events → the incidents table: one row an event, each cell a code, a date or blank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.recording.events import REFERENCE, Event
from pipelines.recording.lists import entries
from pipelines.recording.reading import Dates, codes_of, dates_of
from pipelines.recording.report import Kind, Report
from pipelines.recording.rows import Row
from schemas.lexicon import lexicon
from schemas.recording_systems import Meaning, Part, RecordingSystem
from schemas.words import Column

SEVERAL = ";"
_GIVEN = (REFERENCE, "school_urn")
_YES_BEFORE_NO = {"yes", "no"}


@dataclass
class _Said:
    """What one event says of one column: in cells of its own, and by categories and actions."""

    plainly: list[str] = field(default_factory=list)
    by_marks: list[str] = field(default_factory=list)


class IncidentReader:
    """Reads events in one format; the dates of a column are read over all events together."""

    def __init__(self, events: Sequence[Event], system: RecordingSystem, report: Report, *, table: str) -> None:
        self._system, self._report, self._table = system, report, table
        self._columns = [column for column in lexicon().tables["incidents"].columns if column.name not in _GIVEN]
        rows = [row for event in events for row in event.rows]
        self._dates = {
            column.name: dates_of((row.of(Part.COLUMN, column.name) for row in rows), system)
            for column in self._columns
            if column.kind == "date"
        }
        self._action_dates = dates_of((row.of(Part.ACTION_DATE) for row in rows), system)

    def answers(self, event: Event) -> dict[str, str]:
        """The event's answers by column; blank where it says nothing, or nothing that is understood."""
        said = {column.name: _Said() for column in self._columns}
        for row in event.rows:
            for column in self._columns:
                said[column.name].plainly += self._cell(column, row)
            for part in (Part.CATEGORY, Part.ACTION):
                self._marks(part, row, said)
        return {column.name: self._together(column, said[column.name], event) for column in self._columns}

    def _cell(self, column: Column, row: Row) -> list[str]:
        text = row.of(Part.COLUMN, column.name)
        if not text:
            return []
        if column.kind == "date":
            return self._date(self._dates[column.name], text, column=column.name, row=row)
        codes, whole = codes_of(column, text, self._system)
        if not whole:
            self._note(Kind.NOT_UNDERSTOOD, column.name, [row.number])
        return codes

    def _date(self, dates: Dates, text: str, *, column: str, row: Row) -> list[str]:
        found = dates.read(text)
        if found is None:
            order = Kind.MONTH_FIRST if dates.reading.month_first else Kind.NOT_UNDERSTOOD
            self._note(order, column, [row.number])
        return [found] if found else []

    def _marks(self, part: Part, row: Row, said: Mapping[str, _Said]) -> None:
        text = row.cells.get(Meaning(part), "")
        for word in entries(text, self._system.separators) if self._system.mark_for(text) is None else [text]:
            mark = self._system.mark_for(word)
            if mark is None and word and not (part is Part.CATEGORY and self._system.is_subject(word)):
                self._note(Kind.NOT_UNDERSTOOD, str(part), [row.number])
            for name, code in mark.sets.items() if mark else ():
                said[name].by_marks.append(code)
            when = row.of(Part.ACTION_DATE)
            if mark and mark.dated and part is Part.ACTION and when:
                said[mark.dated].by_marks += self._date(self._action_dates, when, column="action_date", row=row)

    def _together(self, column: Column, said: _Said, event: Event) -> str:
        if column.kind == "codes":
            return SEVERAL.join(dict.fromkeys([*said.plainly, *said.by_marks]))
        found = {*said.plainly, *_strongest(column, said.by_marks)}
        if len(found) > 1:
            self._note(Kind.DISAGREE, column.name, event.numbers)
        return found.pop() if len(found) == 1 else ""

    def _note(self, kind: Kind, column: str, rows: Iterable[int]) -> None:
        self._report.at(kind, table=self._table, column=column, rows=rows)


def _strongest(column: Column, marks: Sequence[str]) -> set[str]:
    """Of several actions: the earliest date; and what was done once is done, whatever an earlier action said."""
    if column.kind == "date":
        return {min(marks)} if marks else set()
    return {"yes"} if set(marks) == _YES_BEFORE_NO else set(marks)
