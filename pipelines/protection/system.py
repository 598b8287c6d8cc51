"""The tables as arrays, and what one reader cannot see of them. Cells are in the order of their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.protection.cells import Reader, Tables, TablesError

Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class System:
    """Cells as arrays of one length; `sums` has a row for each sum, with 1 at its parts and -1 at its total."""

    keys: tuple[str, ...]
    values: Counts
    sensitive: Mask
    fixed: Mask
    offered: Mask
    cost: NDArray[np.float64]
    sums: sparse.csr_matrix

    @cached_property
    def place(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def mask(self, keys: Iterable[str]) -> Mask:
        """Where these keys are; raises TablesError for a key that is no cell."""
        found = np.zeros(len(self.keys), dtype=bool)
        for key in keys:
            if key not in self.place:
                raise TablesError(f"{key!r} is not a cell of these tables.")
            found[self.place[key]] = True
        return found

    def keys_of(self, mask: Mask) -> list[str]:
        return [self.keys[place] for place in np.flatnonzero(mask)]


def system(tables: Tables) -> System:
    """The arrays of the tables, whatever order the cells and sums were given in."""
    cells = sorted(tables.cells, key=lambda cell: cell.key)
    place = {cell.key: number for number, cell in enumerate(cells)}
    sums = sorted({(one.total, tuple(sorted(one.parts))) for one in tables.sums})
    entries = [
        (row, place[key], sign)
        for row, (total, parts) in enumerate(sums)
        for key, sign in [(total, -1), *((part, 1) for part in parts)]
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    return System(
        keys=tuple(place),
        values=np.array([cell.value for cell in cells], dtype=np.int64),
        sensitive=np.array([cell.sensitive for cell in cells], dtype=bool),
        fixed=np.array([cell.fixed for cell in cells], dtype=bool),
        offered=np.array([cell.offered for cell in cells], dtype=bool),
        cost=np.array([cell.cost for cell in cells], dtype=float),
        sums=sparse.csr_matrix((signs, (rows, columns)), shape=(len(sums), len(cells)), dtype=np.int64),
    )


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What one reader brings: cells known exactly, and the least that each cell can be."""

    reader: str
    known: Mask
    least: Counts


def knowledge(of: System, reader: Reader) -> Knowledge:
    """A reader's knowledge as arrays; raises TablesError where it contradicts the tables, without giving a value."""
    least = np.zeros(len(of.keys), dtype=np.int64)
    known = of.mask(reader.knows)
    of.mask(reader.at_least)
    for key, part in reader.at_least.items():
        least[of.place[key]] = max(part, 0)
    wrong = [key for key, value in reader.knows.items() if of.values[of.place[key]] != value]
    wrong += of.keys_of(least > of.values)
    if wrong:
        raise TablesError(f"What {reader.name!r} knows of {wrong[0]!r} contradicts the tables.")
    return Knowledge(reader.name, known, least)


def unseen(of: System, withheld: Mask, by: Knowledge) -> Mask:
    """The cells whose value this reader is not told."""
    return (withheld | ~of.offered) & ~of.fixed & ~by.known


def withheld_mask(of: System, withheld: Collection[str]) -> Mask:
    """The withheld cells as a mask, those that are never published by themselves left out."""
    return of.mask(withheld) & of.offered
