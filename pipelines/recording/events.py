"""Rows → events: the rows of one event together, and those that are not of the return's subject left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.recording.exports import CHILDREN, EXPORT
from pipelines.recording.lists import entries
from pipelines.recording.pseudonyms import level
from pipelines.recording.report import Kind, Report
from pipelines.recording.rows import Row
from schemas.errors import UnreadableError
from schemas.lexicon import normalise
from schemas.recording_systems import Layout, Meaning, Part, RecordingSystem

REFERENCE = "incident_ref"


@dataclass(frozen=True)
class Event:
    """One event: its reference as the system has it, its own rows, and the rows that name its children."""

    reference: str
    rows: tuple[Row, ...]
    of_children: tuple[Row, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The row numbers of the event's own rows."""
        return tuple(row.number for row in self.rows)


def events(rows: Sequence[Row], system: RecordingSystem, report: Report, *, table: str) -> tuple[Event, ...]:
    """The events of a table in which each row names its event; an UnreadableError when a row does not."""
    grouped = _by_reference(rows, table=table)
    if system.layout is Layout.ROW_PER_EVENT and (twice := [its for its in grouped.values() if len(its) > 1]):
        raise UnreadableError(
            f"Rows {twice[0][0].number} and {twice[0][1].number} of the export have the same reference, so a row is no "
            "event here. Choose the format row-per-child or row-per-action. Nothing was written."
        )
    found = [Event(its[0].of(Part.COLUMN, REFERENCE), tuple(its), tuple(its)) for its in grouped.values()]
    return tuple(_of_the_subject(found, system, report))


def with_children(incidents: Sequence[Row], children: Sequence[Row]) -> tuple[Event, ...]:
    """The events of two tables; a child whose event is not in the incidents is an UnreadableError."""
    own, theirs = _by_reference(incidents, table="incidents"), _by_reference(children, table=CHILDREN)
    if lost := [row.number for reference, its in theirs.items() if reference not in own for row in its]:
        raise UnreadableError(
            f"Row {lost[0]} of the children is of an event that is not among the incidents. Correct its reference. "
            "Nothing was written."
        )
    if twice := [its for its in own.values() if len(its) > 1]:
        raise UnreadableError(
            f"Rows {twice[0][0].number} and {twice[0][1].number} of the incidents have the same reference. Give each "
            "incident its own. Nothing was written."
        )
    return tuple(
        Event(its[0].of(Part.COLUMN, REFERENCE), tuple(its), tuple(theirs.get(reference, ())))
        for reference, its in own.items()
    )


def _by_reference(rows: Iterable[Row], *, table: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        reference = level(row.of(Part.COLUMN, REFERENCE))
        if not reference:
            raise UnreadableError(
                f"Row {row.number} of the {table} does not say which event it is of. Fill in its event reference, or "
                "delete the row if it is a total. Nothing was written."
            )
        grouped.setdefault(reference, []).append(row)
    return grouped


def _of_the_subject(found: Sequence[Event], system: RecordingSystem, report: Report) -> Iterable[Event]:
    """Those of the categories that the return is about; one without a category stays, so that nothing is lost."""
    counts = [_is_of_the_subject(event, system) for event in found]
    if found and not any(counts):
        raise UnreadableError(
            "None of the events is of a category that this format knows as nudes and semi-nudes. Add your school's "
            "word for it to a file of your own (docs/de-identify.md). Nothing was written."
        )
    left = [number for event, its in zip(found, counts, strict=True) if not its for number in event.numbers]
    if left:
        report.at(Kind.OTHER_SUBJECT, table=EXPORT, rows=left)
    return [event for event, its in zip(found, counts, strict=True) if its]


def _is_of_the_subject(event: Event, system: RecordingSystem) -> bool:
    cells = [text for row in event.rows if (text := row.cells.get(Meaning(Part.CATEGORY)))]
    words = [normalise(word) for text in cells for word in (text, *entries(text, system.separators))]
    return not words or not system.subject or bool(system.subject.intersection(words))
