"""Linked tables of counts as one system of cells and sums, and what a reader may know besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.errors import PlumblineError


class TablesError(PlumblineError):
    """Tables that do not hold together: a sum that does not add up, a key twice or unknown, a count below zero."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One count. `offered` false means that it is never published by itself, though readers know that it exists."""

    key: str
    value: int
    sensitive: bool = False  # must be withheld, and neither recovered nor narrowed below the threshold
    fixed: bool = False  # known to readers already, so that withholding it would not help
    offered: bool = True
    cost: float = 1.0  # what withholding it costs the reader


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that equals the sum of its parts, as every reader knows."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Linked tables as one system; raises TablesError, naming the sum or cell, when it does not hold together."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]

    def __post_init__(self) -> None:
        values = {cell.key: cell.value for cell in self.cells}
        twice = [key for key, times in Counter(cell.key for cell in self.cells).items() if times > 1]
        if twice:
            raise TablesError(f"More than one cell has the key {twice[0]!r}. Give each cell a key of its own.")
        for cell in self.cells:
            if cell.value < 0 or cell.cost < 0:
                raise TablesError(f"The count and the cost of {cell.key!r} must not be below zero.")
        for one in self.sums:
            _must_add_up(one, values)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with knowledge of their own: cells they know the value of, and cells that hold their own part."""

    name: str
    knows: Mapping[str, int] = field(default_factory=dict)
    at_least: Mapping[str, int] = field(default_factory=dict)


NOBODY = Reader("somebody outside")


def _must_add_up(one: Sum, values: Mapping[str, int]) -> None:
    unknown = [key for key in (one.total, *one.parts) if key not in values]
    if unknown:
        raise TablesError(f"The sum of {one.total!r} names {unknown[0]!r}, which is not a cell.")
    if len({one.total, *one.parts}) != 1 + len(one.parts):
        raise TablesError(f"The sum of {one.total!r} names a cell twice.")
    if values[one.total] != sum(values[part] for part in one.parts):
        raise TablesError(f"The parts of {one.total!r} do not add up to it. Correct the table before protecting it.")
