"""What de-identifying an export did and could not do: kinds, columns and row numbers, never a value.

A cell that is not understood is left blank in the return, not passed on: it may hold a name that was typed into the
wrong column, and the file is made to be sent. The blank is safe because it is loud: it stands in this report with
its row, and the check refuses it in a core column and asks about it elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What there is to say of some rows of an export."""

    DROPPED = "dropped"
    UNKNOWN_COLUMN = "unknown-column"
    OTHER_SUBJECT = "other-subject"
    NOT_UNDERSTOOD = "not-understood"
    MONTH_FIRST = "month-first"
    DISAGREE = "disagree"
    NOT_PAIRED = "not-paired"
    NO_IDENTIFIER = "no-identifier"
    CHECK_LETTER = "check-letter"
    TWO_UPNS = "two-upns"
    TEMPORARY_UPN = "temporary-upn"
    OTHER_NUMBER = "other-number"
    BIRTH_DATE = "birth-date"
    BIRTH_DATES_USED = "birth-dates-used"
    YEAR_DIFFERS = "year-differs"
    NEW_REFERENCE = "new-reference"


# What a person has to look at; the rest is told so that nothing happens unseen.
SENTENCES: dict[Kind, tuple[bool, str]] = {
    Kind.DROPPED: (False, "Dropped, because a return has no place for {column}"),
    Kind.UNKNOWN_COLUMN: (True, "Dropped, because this format does not know the header"),
    Kind.OTHER_SUBJECT: (True, "Left out, because the event is of other categories"),
    Kind.NOT_UNDERSTOOD: (True, "{column}: not one of the words known; left blank"),
    Kind.MONTH_FIRST: (
        True,
        "{column}: some date exists only if day and month are read the other way round, so none was read; left blank",
    ),
    Kind.DISAGREE: (True, "{column}: the rows of one event say different things; left blank"),
    Kind.NOT_PAIRED: (True, "{column}: lists another number of entries than there are children; left blank"),
    Kind.NO_IDENTIFIER: (True, "child_key: no UPN or pupil number that can be used; left blank"),
    Kind.CHECK_LETTER: (
        True,
        "child_key: made from a UPN whose check letter is wrong; mistyped once, it makes two children of one",
    ),
    Kind.TWO_UPNS: (True, "child_key: the row has two different UPNs; made from the one in the column for UPNs"),
    Kind.TEMPORARY_UPN: (False, "child_key: made from a temporary UPN; it changes when the child gets a permanent one"),
    Kind.OTHER_NUMBER: (False, "child_key: made from the school's own number, because there is no UPN"),
    Kind.BIRTH_DATE: (True, "year_group: the date of birth gives no school year; left blank"),
    Kind.BIRTH_DATES_USED: (False, "Dates of birth were used for the year groups, and dropped"),
    Kind.YEAR_DIFFERS: (True, "year_group: the date of birth gives another year than is recorded; kept as recorded"),
    Kind.NEW_REFERENCE: (False, "incident_ref: replaced by a reference made with the key"),
}  # fmt: skip
SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say. `column` is a column of the return, or the kind of thing that was dropped; `rows` are numbers
    as the spreadsheet shows them, and `places` columns as it letters them."""

    kind: Kind
    table: str
    column: str
    rows: tuple[int, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def to_look_at(self) -> bool:
        """Whether a person has to do something about it."""
        return SENTENCES[self.kind][0]

    @property
    def sentence(self) -> str:
        """What happened and where, with no value of any cell."""
        said = SENTENCES[self.kind][1].format(column=self.column)
        where = _columns(self.places) if self.places else _rows(self.rows)
        return f"{said} ({self.table}: {where})."


def _columns(places: tuple[str, ...]) -> str:
    letters = [place.removeprefix("column ") for place in places]
    return f"{'column' if len(letters) == 1 else 'columns'} {', '.join(letters)}"


def _rows(rows: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN_ROWS]))
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}: {shown}{more}"


class Report:
    """Collects what happens while an export is read."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Kind, str, str], set[int]] = {}
        self._places: dict[tuple[Kind, str, str], list[str]] = {}

    def at(self, kind: Kind, *, table: str, column: str = "", rows: Iterable[int]) -> None:
        """Note rows."""
        self._rows.setdefault((kind, table, column), set()).update(rows)

    def of(self, kind: Kind, *, table: str, column: str = "", place: str) -> None:
        """Note a column as a whole."""
        self._places.setdefault((kind, table, column), []).append(place)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything noted, what is to be looked at first."""
        found = [Line(*what, rows=tuple(sorted(rows))) for what, rows in self._rows.items()]
        found += [Line(*what, places=tuple(places)) for what, places in self._places.items()]
        return tuple(sorted(found, key=lambda line: (not line.to_look_at, list(Kind).index(line.kind), line.column)))
