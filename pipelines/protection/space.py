"""All tables that fit what a reader sees, and the furthest of them in a direction, in whole numbers, by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pipelines.protection.system import Counts, Knowledge, Mask, System, unseen

EXACT = {"mip_rel_gap": 0.0}  # the usual 1e-4 would pass a large count that is a little off
OPTIMAL, UNBOUNDED, UNCLEAR = 0, 3, 4
NEAR = 1e-5


@dataclass(frozen=True)
class Furthest:
    """The furthest table found, as changes to the true one; `proven` when no table is further."""

    changes: Counts | None
    proven: bool
    unbounded: bool = False


class Space:
    """The tables that fit what `by` sees; a table is held as whole changes to the true one."""

    def __init__(self, of: System, withheld: Mask, by: Knowledge) -> None:
        self.system = of
        self.free = np.flatnonzero(unseen(of, withheld, by))
        self.lower = (by.least - of.values)[self.free]
        columns = of.sums[:, self.free]
        self.rows = columns[np.flatnonzero(columns.getnnz(axis=1))].astype(float)
        self.places = {int(cell): place for place, cell in enumerate(self.free)}
        self.part = _parts(self.rows)

    def furthest(self, direction: dict[int, float], *, caps: dict[int, tuple[int, int]] | None = None) -> Furthest:
        """Maximise the direction (by cell) over the tables; `caps` are least and greatest changes of cells."""
        wanted = {self.places[cell]: weight for cell, weight in direction.items() if cell in self.places}
        within = np.flatnonzero(np.isin(self.part, self.part[list(wanted)]))
        weights = np.zeros(len(self.free))
        weights[list(wanted)] = list(wanted.values())
        lower, upper = self.lower.astype(float), np.full(len(self.free), np.inf)
        for cell, (least, most) in (caps or {}).items():
            place = self.places[cell]
            lower[place], upper[place] = max(lower[place], least), most
        return self._solved(within, weights[within], lower[within], upper[within])

    def _solved(
        self, within: NDArray[np.int64], weights: NDArray[np.float64], lower: NDArray[np.float64],
        upper: NDArray[np.float64],
    ) -> Furthest:  # fmt: skip
        if not len(within):
            return Furthest(np.zeros(len(self.system.keys), dtype=np.int64), proven=True)
        rows = self.rows[:, within]
        rows = rows[np.flatnonzero(rows.getnnz(axis=1))]
        balance = [LinearConstraint(rows, 0, 0)] if rows.shape[0] else []
        for integrality in (0, 1):  # the relaxed answer is most often whole already, and then also the exact one
            found = milp(-weights, integrality=integrality, bounds=Bounds(lower, upper), constraints=balance,
                         options=EXACT)  # fmt: skip
            if found.status in (UNBOUNDED, UNCLEAR):
                return Furthest(None, proven=True, unbounded=self._has_ray(rows, weights, lower, upper))
            changes = None if found.x is None else self.whole(within, found.x)
            reached = changes is not None and abs(float(weights @ changes[self.free[within]]) + found.fun) < NEAR
            if reached and found.status == OPTIMAL:
                return Furthest(changes, proven=True)
        return Furthest(changes, proven=False)

    def whole(self, within: NDArray[np.int64], found: NDArray[np.float64]) -> Counts | None:
        """The changes in whole numbers, or None unless they are whole and every sum still holds exactly."""
        near = np.rint(found)
        if np.abs(near - found).max(initial=0.0) > NEAR:
            return None
        changes = np.zeros(len(self.system.keys), dtype=np.int64)
        changes[self.free[within]] = near.astype(np.int64)
        holds = not (self.system.sums @ changes).any() and bool((changes[self.free] >= self.lower).all())
        return changes if holds else None

    @staticmethod
    def _has_ray(
        rows: sparse.csr_matrix, weights: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
    ) -> bool:
        """Whether changes that may be repeated without end lead further and further."""
        ends = [
            (0 if np.isfinite(low) else -1, 0 if np.isfinite(high) else 1)
            for low, high in zip(lower, upper, strict=True)
        ]
        sums = {"A_eq": rows, "b_eq": np.zeros(rows.shape[0])} if rows.shape[0] else {}
        found = linprog(-weights, bounds=ends, **sums)
        return bool(found.status == OPTIMAL and -found.fun > NEAR)


def _parts(rows: sparse.csr_matrix) -> NDArray[np.int64]:
    """A number for each cell, the same where sums link two cells."""
    if not rows.shape[1]:
        return np.zeros(0, dtype=np.int64)
    linked = sparse.bmat([[None, rows.T], [rows, None]]) if rows.shape[0] else sparse.csr_matrix((rows.shape[1],) * 2)
    return np.asarray(sparse.csgraph.connected_components(linked, directed=False)[1][: rows.shape[1]])
