"""The engine: an export's tables of text → the two tables of a return, and a report of what was left behind.

Only codes, dates, the school's URN, keys and references can come out: every cell is held against its column's format
at the end, so that no text of an export gets through by a way that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pipelines.recording.already_made import refuse_examples, refuse_finished_keys
from pipelines.recording.children import COLUMNS, Entry, best_identifiers, codes_of_child, listed
from pipelines.recording.events import Event, events, with_children
from pipelines.recording.exports import CHILDREN, EXPORT, INCIDENTS, RawTable
from pipelines.recording.identifying_columns import tell
from pipelines.recording.incidents import IncidentReader
from pipelines.recording.pseudonyms import Pseudonyms, has_wrong_check_letter, may_stand
from pipelines.recording.reading import Dates, dates_of
from pipelines.recording.report import Kind, Line, Report
from pipelines.recording.rows import understood
from pipelines.recording.school_years import year_group
from schemas.lexicon import lexicon
from schemas.recording_systems import IDENTIFYING, Layout, Meaning, Part, RecordingSystem
from schemas.stages import fits
from schemas.words import Column

_BORN = Meaning(Part.DATE_OF_BIRTH)
Cells = dict[str, str]


@dataclass(frozen=True)
class Converted:
    """The rows of the two tables by column, in the order of the return, and what there is to say of them."""

    incidents: tuple[Cells, ...]
    children: tuple[Cells, ...]
    lines: tuple[Line, ...]


def convert(tables: Mapping[str, RawTable], system: RecordingSystem, pseudonyms: Pseudonyms) -> Converted:
    """Make the tables of a return; an UnreadableError when an event or a column cannot be told from another."""
    report = Report()
    found, of_events, of_children = _events(tables, system, report)
    entries = listed(found, system, report, table=of_children)
    refuse_finished_keys(entries, table=CHILDREN)
    chosen = best_identifiers(entries)
    numbers = {number for entry in entries for _, number in entry.identifiers()}
    reader = IncidentReader(found, system, report, table=of_events)
    incidents = []
    for event in found:
        reference = _reference(event, pseudonyms, numbers, report, table=of_events)
        incidents.append({"incident_ref": reference, "school_urn": pseudonyms.school_urn, **reader.answers(event)})
    maker = _Children(system, pseudonyms, report, of_children)
    births = dates_of((entry.cells[_BORN] for entry in entries), system)
    children = [
        maker.row(entry, one, incident=incidents[entry.event], births=births)
        for entry, one in zip(entries, chosen, strict=True)
    ]
    tell(tables, system, report, births_used=bool(maker.years_worked_out))
    if system.layout is Layout.ROW_PER_ACTION:
        children = _once_each(children, entries, report)
    return Converted(_held("incidents", incidents), _held("children", children), report.lines)


def _events(
    tables: Mapping[str, RawTable], system: RecordingSystem, report: Report
) -> tuple[tuple[Event, ...], str, str]:
    rows = {name: understood(table, system, report) for name, table in tables.items()}
    refuse_examples(rows)
    if system.layout is Layout.TWO_TABLES:
        return with_children(rows[INCIDENTS], rows[CHILDREN]), INCIDENTS, CHILDREN
    return events(rows[EXPORT], system, report, table=EXPORT), EXPORT, EXPORT


def _reference(event: Event, pseudonyms: Pseudonyms, numbers: set[str], report: Report, *, table: str) -> str:
    if may_stand(event.reference, identifiers=numbers):
        return event.reference
    report.at(Kind.NEW_REFERENCE, table=table, rows=event.numbers)
    return pseudonyms.reference(event.reference)


@dataclass(frozen=True)
class _Children:
    """Makes the rows of children."""

    system: RecordingSystem
    pseudonyms: Pseudonyms
    report: Report
    table: str
    years_worked_out: set[int] = field(default_factory=set)  # the rows, for the report

    def row(self, entry: Entry, chosen: tuple[Part, str] | None, *, incident: Cells, births: Dates) -> Cells:
        """One child of one incident."""
        answers = codes_of_child(entry, self.system, self.report, table=self.table)
        answers["year_group"] = self._year(entry, answers["year_group"], incident["reported_date"], births)
        key = self._key(entry, chosen)
        return {"incident_ref": incident["incident_ref"], "child_key": key, **{name: answers[name] for name in COLUMNS}}

    def _key(self, entry: Entry, chosen: tuple[Part, str] | None) -> str:
        if chosen is None:
            self._note(Kind.NO_IDENTIFIER, entry)
            return ""
        if sum(part is Part.UPN for part, _ in entry.identifiers()) > 1:
            self._note(Kind.TWO_UPNS, entry)
        part, identifier = chosen
        if part is not Part.UPN:
            self._note(Kind.OTHER_NUMBER, entry)
        elif has_wrong_check_letter(identifier):
            self._note(Kind.CHECK_LETTER, entry)
        elif identifier[-1].isalpha():
            self._note(Kind.TEMPORARY_UPN, entry)
        return self.pseudonyms.child_key(part, identifier)

    def _year(self, entry: Entry, recorded: str, reported: str, births: Dates) -> str:
        text = entry.cells[_BORN]
        if not text:
            return recorded
        born = births.read(text)
        worked_out = (
            year_group(date.fromisoformat(born), on=date.fromisoformat(reported)) if born and reported else None
        )
        if worked_out:
            self.years_worked_out.add(entry.row)
        if worked_out is None and not recorded:
            self._note(Kind.BIRTH_DATE, entry)
        elif recorded and worked_out not in (None, recorded):
            self._note(Kind.YEAR_DIFFERS, entry)
        return recorded or worked_out or ""

    def _note(self, kind: Kind, entry: Entry) -> None:
        self.report.at(kind, table=self.table, rows=[entry.row])


def _once_each(children: Sequence[Cells], entries: Sequence[Entry], report: Report) -> list[Cells]:
    """Where each row of an event repeats its children: each child and part once, with all that the rows say."""
    said: dict[tuple[object, ...], list[tuple[int, Cells]]] = {}
    for child, entry in zip(children, entries, strict=True):
        told = child["child_key"] or tuple(entry.cells[Meaning(part)] for part in IDENTIFYING)
        said.setdefault((child["incident_ref"], told, child["role"]), []).append((entry.row, child))
    return [_one_of(rows, report) for rows in said.values()]


def _one_of(rows: Sequence[tuple[int, Cells]], report: Report) -> Cells:
    together: Cells = {}
    for name in rows[0][1]:
        answers = {child[name] for _, child in rows} - {""}
        if len(answers) > 1:
            report.at(Kind.DISAGREE, table=EXPORT, column=name, rows=[row for row, _ in rows])
        together[name] = answers.pop() if len(answers) == 1 else ""
    return together


def _held(table: str, rows: Sequence[Cells]) -> tuple[Cells, ...]:
    """The rows with nothing in a cell but what its column may hold."""
    columns = lexicon().tables[table].columns
    allowed = {column.name: _fitting(column, {row[column.name] for row in rows}) for column in columns}
    return tuple(
        {column.name: row[column.name] if row[column.name] in allowed[column.name] else "" for column in columns}
        for row in rows
    )


def _fitting(column: Column, texts: AbstractSet[str]) -> frozenset[str]:
    distinct = list(texts)
    verdicts = fits(column, np.array(distinct, dtype=object))
    return frozenset(text for text, good in zip(distinct, verdicts, strict=True) if good)
