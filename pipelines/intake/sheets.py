"""One sheet of a workbook → rows of text with their numbers, as they are stored.

Read by hand, because row numbers and refusals matter more here than convenience: of the readers at
hand one drops leading blank rows, trims cells and blanks errors, and reserves memory for every cell up
to the furthest; the other pads each row to the width that the file claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.intake.cell_values import CellReader, may_be_a_day
from pipelines.intake.layout import MAX_COLUMNS, Record, column_number
from pipelines.intake.sheet_pieces import SheetPieces
from pipelines.intake.usual_rows import UsualRows
from pipelines.intake.wordings import FileFault
from pipelines.intake.workbook_parts import MAIN, parsing

_LAST_ROW = 1_048_576
MAX_CELLS = 5_000_000
_ROW, _CELL, _VALUE, _TEXT = (f"{MAIN}{tag}" for tag in ("row", "c", "v", "t"))
_FORMULA, _PHONETIC = f"{MAIN}f", f"{MAIN}rPh"


class SheetRows:
    """Collects the rows of a sheet while its XML goes by, and what is odd about its cells."""

    def __init__(self, cells: CellReader, *, max_cells: int = MAX_CELLS) -> None:
        self.uncalculated: list[int] = []
        self._bare_serials = False
        self._cells = cells
        self._usual = UsualRows(cells)
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
        left = SheetPieces(self._take).for_the_parser(chunks)
        for _ in parsing(left, start=self._start, end=self._end, text=self._data):
            yield from self._done
            self._done = []

    @property
    def bare_serials(self) -> bool:
        """Whether any plain number may be meant as a day."""
        return self._bare_serials or self._usual.bare_serials

    def _take(self, text: str) -> bool:
        """Take a row in the usual shape as it stands; whether it was one."""
        row = self._usual.read(text)
        if row is None or row.stored > self._left or not self._row < row.number <= _LAST_ROW:
            return False
        self._row = row.number
        self._left -= row.stored
        if row.line:
            self._done.append((row.number, row.line))
        return True

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
        self._bare_serials |= may_be_a_day(text, kind=self._kind)
        self._line.extend([""] * (self._column - len(self._line)))
        self._line.append(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise FileFault("file-unreadable")
    return int(text)
