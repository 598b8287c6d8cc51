"""All tables that fit what one reader sees, each held as whole changes to the true table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.protection.solving import Reals, Solved, least_of
from pipelines.protection.system import Counts, Knowledge, Mask, System, unseen


class Space:
    """The tables that fit what `by` sees when `withheld` is withheld; cells are named by their place in `of`."""

    def __init__(self, of: System, withheld: Mask, by: Knowledge) -> None:
        self.system, self.by = of, by
        self.cells = np.flatnonzero(unseen(of, withheld, by))
        self.lower = (by.least - of.values)[self.cells].astype(float)
        columns = of.sums[:, self.cells]
        self.rows = columns[np.flatnonzero(columns.getnnz(axis=1))].astype(float)
        self.places = {int(cell): place for place, cell in enumerate(self.cells)}
        self._part = _parts(self.rows)

    def furthest(self, cell: int, sign: int) -> Solved:
        """The table in which one unseen cell changes most, upwards (1) or downwards (-1)."""
        within, rows = self._linked(cell)
        price = np.where(self.cells[within] == cell, -float(sign), 0.0)
        return self._full(within, least_of(price, rows, self.lower[within], np.full(len(within), np.inf)))

    def cheapest(self, cell: int, change: int, prices: Reals) -> Solved:
        """The table of least price in which one cell changes by at least so much, up or (below zero) down.

        `prices` are those of a change by one, for every cell of the system, above zero.
        """
        if cell not in self.places:
            return Solved(None, settled=True)
        within, rows = self._linked(cell)
        target = int(np.flatnonzero(self.cells[within] == cell)[0])
        count, down = len(within), -self.lower[within]
        lower, upper = np.zeros(2 * count), np.concatenate([np.full(count, np.inf), down])
        wanted, other = (target, target + count) if change > 0 else (target + count, target)
        lower[wanted], upper[other] = abs(change), 0
        if lower[wanted] > upper[wanted]:
            return Solved(None, settled=True)
        price = np.tile(prices[self.cells[within]], 2)
        found = least_of(price, sparse.hstack([rows, -rows], format="csr"), lower, upper)
        split = found.whole
        changes = None if split is None else split[:count] - split[count:]
        return self._full(within, Solved(changes, found.settled))

    def _linked(self, cell: int) -> tuple[NDArray[np.int64], sparse.csr_matrix]:
        """The cells that sums link to this one, and those sums."""
        within = np.flatnonzero(self._part == self._part[self.places[cell]])
        rows = self.rows[:, within]
        return within, rows[np.flatnonzero(rows.getnnz(axis=1))]

    def _full(self, within: NDArray[np.int64], found: Solved) -> Solved:
        if found.whole is None:
            return found
        changes: Counts = np.zeros(len(self.system.keys), dtype=np.int64)
        changes[self.cells[within]] = found.whole
        return Solved(changes, found.settled)


def _parts(rows: sparse.csr_matrix) -> NDArray[np.int64]:
    """A number for each cell, the same where sums link two cells."""
    if not all(rows.shape):
        return np.arange(rows.shape[1])
    linked = sparse.bmat([[None, rows.T], [rows, None]])
    return np.asarray(sparse.csgraph.connected_components(linked, directed=False)[1][: rows.shape[1]])
