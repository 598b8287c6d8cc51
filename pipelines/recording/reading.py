"""What the cells of an event say: texts → codes, dates and references of a return, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.intake.dates import NUMERIC, DateReading, read_dates
from pipelines.recording.lists import entries
from schemas.recording_systems import RecordingSystem
from schemas.words import Column

_CLOCK = re.compile(r"[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?Z?$")


@dataclass(frozen=True)
class Dates:
    """The dates of one column of an export, read together, so that the order of day and month is never a guess."""

    reading: DateReading
    month_first: bool

    def read(self, text: str) -> str | None:
        """One cell as an ISO date, its time of day left off; None when it is not a date."""
        return self.reading.iso.get(_as_day_first(text, month_first=self.month_first))

    def doubtful(self, text: str) -> bool:
        """Whether this text shows that the column is in the other order."""
        return _as_day_first(text, month_first=self.month_first) in self.reading.month_first


def dates_of(texts: Iterable[str], system: RecordingSystem) -> Dates:
    """Read a column's texts in the order of the format."""
    levelled = (_as_day_first(text, month_first=system.month_first) for text in texts)
    return Dates(read_dates(levelled), system.month_first)


def _as_day_first(text: str, *, month_first: bool) -> str:
    day = _CLOCK.sub("", text.strip())
    found = NUMERIC.fullmatch(day)
    return f"{found[2]}/{found[1]}/{found[3]}" if found and month_first else day


def codes_of(column: Column, text: str, system: RecordingSystem) -> tuple[list[str], bool]:
    """The codes that a cell gives, in its order, and whether all of it was understood."""
    if (whole := system.code_for(column, text)) is not None:
        return [whole], True
    if column.kind != "codes":
        return [], False
    words = [word for word in entries(text, system.separators) if word]
    found = [system.code_for(column, word) for word in words]
    return list(dict.fromkeys(code for code in found if code)), None not in found
