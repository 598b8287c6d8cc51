"""The children of events: who is listed where, their pseudonyms, and their year groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.recording.events import Event
from pipelines.recording.exports import KEY
from pipelines.recording.lists import as_many, entries
from pipelines.recording.pseudonyms import is_nearly_a_upn, usable
from pipelines.recording.report import Kind, Report
from pipelines.recording.rows import Row
from schemas.lexicon import lexicon
from schemas.recording_systems import IDENTIFYING, Meaning, Part, RecordingSystem

COLUMNS = ("role", "year_group", "sex", "sen", "social_care_status")
_IDENTIFYING = (*map(Meaning, IDENTIFYING), KEY)
_CELLS = (
    *_IDENTIFYING,
    Meaning(Part.DATE_OF_BIRTH),
    *(Meaning(Part.COLUMN, name) for name in COLUMNS),
)


@dataclass(frozen=True)
class Entry:
    """One child as one row of the export has them, text by meaning; `event` is the place of its event."""

    event: int
    row: int
    cells: Mapping[Meaning, str]

    def identifiers(self) -> Iterator[tuple[Part, str]]:
        """Every identifier that can be used, the best first; a number that has a UPN's form is a UPN."""
        upns = [usable(Part.UPN, self.cells[meaning]) for meaning in _IDENTIFYING]
        yield from ((Part.UPN, upn) for upn in dict.fromkeys(upns) if upn)
        for meaning, upn in zip(_IDENTIFYING, upns, strict=True):
            if not upn and (number := _own_number(meaning, self.cells[meaning])):
                yield number


def _own_number(meaning: Meaning, text: str) -> tuple[Part, str] | None:
    """A number that is no UPN; in the column of keys that of admission, unless it must be a mistyped UPN."""
    if meaning.part is Part.UPN or (meaning == KEY and is_nearly_a_upn(text)):
        return None
    part = Part.ADMISSION_NUMBER if meaning == KEY else meaning.part
    number = usable(part, text)
    return (part, number) if number else None


def listed(events: Sequence[Event], system: RecordingSystem, report: Report, *, table: str) -> tuple[Entry, ...]:
    """Every child of every event as the export lists them, in its order."""
    return tuple(
        Entry(place, row.number, cells)
        for place, event in enumerate(events)
        for row in event.of_children
        for cells in _children_of(row, system, report, table=table)
    )


def _children_of(row: Row, system: RecordingSystem, report: Report, *, table: str) -> Iterator[dict[Meaning, str]]:
    texts = {meaning: row.cells.get(meaning, "") for meaning in _CELLS}
    if not any(texts.values()):
        return
    count = _count(texts, system) if system.layout.lists_children else 1
    lists = {meaning: as_many(text, count, system.separators) for meaning, text in texts.items()}
    for meaning, found in lists.items():
        if found is None:
            report.at(Kind.NOT_PAIRED, table=table, column=meaning.name or str(meaning.part), rows=[row.number])
    for place in range(count):
        yield {meaning: found[place] if found else "" for meaning, found in lists.items()}


def _count(texts: Mapping[Meaning, str], system: RecordingSystem) -> int:
    """How many children a row lists: as many as the longest list of identifiers, or else of anything."""
    counts = {meaning: len(entries(text, system.separators)) for meaning, text in texts.items()}
    return max(counts[meaning] for meaning in _IDENTIFYING) or max(counts.values())


def best_identifiers(found: Sequence[Entry]) -> tuple[tuple[Part, str] | None, ...]:
    """For each entry what to make its key from: its UPN, or the one UPN that its own number has elsewhere in the
    export, or its own number."""
    upns = _upns_by_number(found)
    return tuple(_best(list(entry.identifiers()), upns) for entry in found)


def _upns_by_number(found: Sequence[Entry]) -> dict[tuple[Part, str], set[str]]:
    upns: dict[tuple[Part, str], set[str]] = {}
    for entry in found:
        own = list(entry.identifiers())
        if own and own[0][0] is Part.UPN:
            for number in own[1:]:
                upns.setdefault(number, set()).add(own[0][1])
    return upns


def _best(own: Sequence[tuple[Part, str]], upns: Mapping[tuple[Part, str], set[str]]) -> tuple[Part, str] | None:
    if not own or own[0][0] is Part.UPN:
        return own[0] if own else None
    linked = next((upns[number] for number in own if number in upns), set())
    return (Part.UPN, next(iter(linked))) if len(linked) == 1 else own[0]


def codes_of_child(entry: Entry, system: RecordingSystem, report: Report, *, table: str) -> dict[str, str]:
    """The coded answers about a child; blank where a word is not known."""
    answers: dict[str, str] = {}
    for name in COLUMNS:
        text = entry.cells[Meaning(Part.COLUMN, name)]
        answers[name] = (text and system.code_for(lexicon().column("children", name), text)) or ""
        if text and not answers[name]:
            report.at(Kind.NOT_UNDERSTOOD, table=table, column=name, rows=[entry.row])
    return answers
