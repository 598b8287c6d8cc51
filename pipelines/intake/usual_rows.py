"""Rows of a sheet in the shape in which spreadsheet programs write them, read at once.

It understands a row completely or not at all: `read` gives None for whatever is unusual, and the parser of
`pipelines.intake.sheets` reads that row instead. So nothing is decided here that is not decided there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipelines.intake.cell_values import CellReader, may_be_a_day
from pipelines.intake.layout import MAX_COLUMNS, column_number
from pipelines.intake.wordings import FileFault

_ATTRIBUTES = r"""(?: (?!xmlns|r=)[A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9]+)?="[^"<>&\x00-\x1f\ufffe\uffff]*")*"""
_ROW = re.compile(rf'\s*<row r="([1-9][0-9]{{0,6}})"{_ATTRIBUTES} ?>')
_STYLE, _KIND = ' s="[0-9]{1,9}"', ' t="[a-zA-Z]{1,9}"'
_STORED = r"[^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
_CELL = re.compile(
    rf'<c r="([A-Z]{{1,3}})[0-9]{{1,7}}"((?:{_STYLE})?(?:{_KIND})?|{_KIND}{_STYLE}) ?'
    rf'(?:/>|></c>|>(?:<v>|(<is><t(?: xml:space="preserve")?>))({_STORED})(?(3)</t></is>|</v>)</c>)'
    r"|(.+)",  # anything else: the rest of the row
    re.DOTALL,
)
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class UsualRow:
    """A row: its number, how many cells it stores, and its texts up to the last that is not blank."""

    number: int
    stored: int
    line: list[str]


class UsualRows:
    """Reads usual rows and remembers what each stored value says, since most stand in many rows."""

    def __init__(self, cells: CellReader) -> None:
        self._said = _Said(cells)

    @property
    def bare_serials(self) -> bool:
        """Whether any plain number among the rows may be meant as a day."""
        return self._said.bare_serials

    def read(self, text: str) -> UsualRow | None:
        """The row, given without its closing tag; None when anything about it is unusual."""
        row = _ROW.match(text)
        if row is None:
            return None
        found = _CELL.findall(text, row.end())
        if not found:
            return UsualRow(int(row[1]), 0, [])
        letters, attributes, _, stored, odd = zip(*found, strict=True)
        positions = None if odd[-1] else _positions(letters)
        if positions is None:
            return None
        try:
            texts = list(map(self._said.__getitem__, zip(attributes, stored, strict=True)))
        except FileFault:
            return None
        return UsualRow(int(row[1]), len(found), _line(texts, positions))


class _Said(dict[tuple[str, str], str]):
    """What a cell with these attributes and this stored value says."""

    def __init__(self, cells: CellReader) -> None:
        super().__init__()
        self.bare_serials = False
        self._cells = cells

    def __missing__(self, pair: tuple[str, str]) -> str:
        if len(self) > _REMEMBERED:
            self.clear()
        attributes, stored = pair
        given = dict(part.replace('"', "").split("=") for part in attributes.split())
        kind = given.get("t", "n")
        text = self[pair] = self._cells.text(stored, kind=kind, style=int(given.get("s", "0")))
        self.bare_serials |= may_be_a_day(text, kind=kind)
        return text


@lru_cache(maxsize=5_000)
def _positions(letters: tuple[str, ...]) -> range | tuple[int, ...] | None:
    """The columns of the cells; None when they are out of order or too far to the right."""
    found = tuple(map(column_number, letters))
    if found[-1] >= MAX_COLUMNS or any(after <= before for before, after in pairwise(found)):
        return None
    return range(len(found)) if found[-1] == len(found) - 1 else found


def _line(texts: list[str], positions: range | tuple[int, ...]) -> list[str]:
    line = texts
    if isinstance(positions, tuple):
        line = [""] * (positions[-1] + 1)
        for position, text in zip(positions, texts, strict=True):
            line[position] = text
    while line and not line[-1]:
        line.pop()
    return line
