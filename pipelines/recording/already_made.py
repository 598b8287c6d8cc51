"""What must not be de-identified: the template's worked example, and keys that are finished already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pipelines.recording.children import Entry
from pipelines.recording.exports import KEY
from pipelines.recording.pseudonyms import level
from pipelines.recording.rows import Row
from schemas.errors import UnreadableError
from schemas.recording_systems import Meaning, Part, columns
from schemas.worked_example import worked_example

_MAY_HOLD_KEYS = (KEY, Meaning(Part.UPN))
_NOT_HEXADECIMAL_OR_LETTER = re.compile(r"[\W_]")
_SHOWN = 5


def refuse_examples(rows: Mapping[str, Sequence[Row]]) -> None:
    """An UnreadableError when rows of the template's worked example are among the school's own."""
    marks = {mark.casefold() for marked in worked_example().marks.values() for mark in marked}
    found = {table: [row.number for row in its if _has_one_of(marks, row)] for table, its in rows.items()}
    if places := [f"{table}: {_rows(numbers)}" for table, numbers in found.items() if numbers]:
        raise UnreadableError(
            f"The template's worked example is still there ({'; '.join(places)}). Delete its grey rows. "
            "Nothing was written."
        )


def refuse_finished_keys(entries: Iterable[Entry], *, table: str) -> None:
    """An UnreadableError when a cell for pupil identifiers has the form of a key: a second hash would part a child
    from all that was sent before, and left as it is it might be a plain hash of a UPN."""
    rows = sorted({entry.row for entry in entries if any(_is_finished(entry.cells[one]) for one in _MAY_HOLD_KEYS)})
    if rows:
        raise UnreadableError(
            f"The {table} have finished keys already, or something that looks like them ({_rows(rows)}), and a key is "
            "never made from a key. Write the pupils' UPNs there; or, if every row has its finished key, check and "
            "send the file as it is. Nothing was written."
        )


def _has_one_of(marks: set[str], row: Row) -> bool:
    return any(text.casefold() in marks for text in row.cells.values())


def _is_finished(text: str) -> bool:
    pattern = columns()[KEY.name].pattern
    return bool(pattern and re.fullmatch(pattern, _NOT_HEXADECIMAL_OR_LETTER.sub("", level(text)).lower()))


def _rows(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(map(str, numbers[:_SHOWN]))}{more}"
