"""One sheet of a workbook → rows of text with their numbers, as they are stored.

Read by hand, because row numbers and refusals matter more here than convenience: of the readers at
hand one drops leading blank rows, trims cells and blanks errors, and reserves memory for every cell up
to the furthest; the other pads each row to the width that the file claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pipelines.intake.cell_values import CellReader
from pipelines.intake.layout import MAX_COLUMNS, Record
from pipelines.intake.wordings import FileFault
from pipelines.intake.workbook_parts import MAIN, parsing

_LAST_ROW = 1_048_576
MAX_CELLS = 5_000_000
_SERIALS = range(36_000, 60_000)  # the days of this century, counted from 1900 or 1904
_ROW, _CELL, _VALUE, _TEXT = (f"{MAIN}{tag}" for tag in ("row", "c", "v", "t"))
_FORMULA, _PHONETIC = f"{MAIN}f", f"{MAIN}rPh"


class SheetRows:
    """Collects the rows of a sheet while its XML goes by, and what is odd about its cells."""

    def __init__(self, cells: CellReader, *, max_cells: int = MAX_CELLS) -> None:
        self.uncalculated: list[int] = []
        self.bare_serials = False
        self._cells = cells
        self._done: list[Record] = []
        self._max_cells = self._left = max_cells
        self._row = 0
        self._line: list[str] = []
        self._column = -1
        self._kind, self._style, self._has_formula = "n", 0, False
        self._taking = self._phonetic = False
        self._stored: list[str] = []

    def read(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        """The rows that have content, one by one, in order."""
        for _ in parsing(chunks, start=self._start, end=self._end, text=self._data):
            yield from self._done
            self._done = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _CELL:
            self._start_cell(attributes)
        elif tag in (_VALUE, _TEXT):
            self._taking = not self._phonetic
        elif tag == _ROW:
            self._start_row(attributes)
        elif tag == _FORMULA:
            self._has_formula = True
        elif tag == _PHONETIC:
            self._phonetic = True

    def _end(self, tag: str) -> None:
        if tag == _CELL:
            self._end_cell()
        elif tag in (_VALUE, _TEXT):
            self._taking = False
        elif tag == _PHONETIC:
            self._phonetic = False
        elif tag == _ROW and self._line:
            self._done.append((self._row, self._line))

    def _data(self, data: str) -> None:
        if self._taking:
            self._stored.append(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = _number(attributes["r"]) if "r" in attributes else self._row + 1
        if not self._row < number <= _LAST_ROW:
            raise FileFault("file-unreadable")
        self._row, self._line, self._column = number, [], -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = column_number(attributes["r"]) if "r" in attributes else self._column + 1
        if column <= self._column:
            raise FileFault("file-unreadable")
        self._left -= 1
        if self._left < 0:
            raise FileFault("file-too-many-cells", limit=self._max_cells)
        self._column = column
        self._kind = attributes.get("t", "n")
        self._style = _number(attributes.get("s", "0"))
        self._has_formula = False
        self._stored = []

    def _end_cell(self) -> None:
        stored = "".join(self._stored)
        text = self._cells.text(stored, kind=self._kind, style=self._style)
        if self._has_formula and not stored and self._kind != "str":
            self.uncalculated.append(self._row)
        if not text:
            return
        if self._column >= MAX_COLUMNS:
            raise FileFault("file-too-wide", limit=MAX_COLUMNS)
        self.bare_serials |= self._kind == "n" and text.isdigit() and int(text) in _SERIALS
        self._line.extend([""] * (self._column - len(self._line)))
        self._line.append(text)


def column_number(reference: str) -> int:
    """The position of a cell's column, from 0, by a reference such as "B7"."""
    return _column_of(reference.rstrip("0123456789"))


@lru_cache(maxsize=20_000)
def _column_of(letters: str) -> int:
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise FileFault("file-unreadable")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileFault("file-unreadable")
    return int(text)
