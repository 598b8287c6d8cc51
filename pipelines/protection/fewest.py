"""The fewest (or cheapest) cells that protect, exactly: for tables small enough to wait for the proof.

The cheapest set that meets every condition found so far is attacked; each cell that falls gives a condition that any
set that protects must meet, until nothing falls. Where the relaxed attack already fails, the condition is the
capacity constraint of Fischetti and Salazar (2000); where it takes whole numbers to fall, it is that one of the
other cells must be withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pipelines.protection.evidence import Evidence
from pipelines.protection.solving import OPTIMAL, OPTIONS, Reals
from pipelines.protection.space import Space
from pipelines.protection.system import Mask

MOST_CELLS = 40  # that may be withheld besides; beyond, the proof may take minutes
MOST_CONDITIONS = 250  # a measure of work that is the same on every machine
SLACK, NOISE = 1e-6, 1e-9
GRAIN = 2.0**-12  # shares are rounded up to it, which keeps them true and the solver calm


@dataclass
class Conditions:
    """What any set that protects must meet: the weights of what it withholds reach 1 (or hold for a target chosen)."""

    cells: NDArray[np.int64]  # the places of the cells that may be withheld besides
    price: Reals
    weights: list[Reals] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def add(self, weights: Reals, target: int | None) -> None:
        """A condition; with a target it binds only when that cell is withheld."""
        row = weights[self.cells].copy()
        if target is not None:
            row[self.cells == target] -= 1
        self.weights.append(row)
        self.least.append((1.0 if target is None else 0.0) - SLACK)

    def cheapest(self) -> Mask | None:
        """The cheapest choice that meets them all; None when the solver cannot prove one."""
        rows = [LinearConstraint(np.array(self.weights), np.array(self.least), np.inf)] if self.weights else []
        found = milp(self.price, integrality=1, bounds=Bounds(0, 1), constraints=rows, options=OPTIONS)
        return np.asarray(found.x > 0.5) if found.status == OPTIMAL else None


def fewest(evidence: Evidence, may: Mask, known: Mask) -> Mask:
    """The cheapest of the sets out of `may` that protect, ties by the least count withheld.

    `known` is a set that protects: it is returned when it is as cheap, or when the exact answer would take too long.
    """
    of = evidence.system
    start = of.sensitive & of.offered
    free = np.flatnonzero(may & ~start)
    if not (known & ~start).any():
        return known
    price = of.cost + 1e-3 * of.values / max(int(of.values.sum()), 1)
    conditions = Conditions(free, price[free])
    wide = [Space(of, may, by) for by in evidence.readers]
    while len(free) <= MOST_CELLS and len(conditions.least) <= MOST_CONDITIONS:
        chosen = conditions.cheapest()
        if chosen is None or price[free[chosen]].sum() >= price[known & ~start].sum() - SLACK:
            return known
        withheld = start.copy()
        withheld[free[chosen]] = True
        if not _fell(evidence, conditions, withheld, wide):
            return withheld
    return known


def _fell(evidence: Evidence, conditions: Conditions, withheld: Mask, wide: Sequence[Space]) -> bool:
    """Attack a set for every reader, insiders first; add a condition for each cell that falls, and say if any did."""
    sensitive, prices = evidence.system.sensitive, np.ones(len(withheld))
    fallen = np.zeros(len(withheld), dtype=bool)
    for number in reversed(range(len(evidence.readers))):
        space = Space(evidence.system, withheld, evidence.readers[number])
        for cell in evidence.fallen(space, withheld, number, prices, leave=fallen):
            fallen[cell] = True
            conditions.add(condition(evidence, withheld, wide[number], cell), None if sensitive[cell] else cell)
    return bool(fallen.any())


def condition(evidence: Evidence, withheld: Mask, wide: Space, cell: int) -> Reals:
    """Weights such that a set in which this cell is safe from the reader weighs at least 1.

    `wide` is what the reader sees when everything that may be is withheld.
    """
    needed = int(evidence.needed[evidence.readers.index(wide.by), cell])
    ways = [capacities(wide, withheld, cell, change) for change in ((needed,) if needed else (1, -1))]
    proven = [way for way in ways if way is not None]
    return np.max(proven, axis=0) if len(proven) == len(ways) else _others(evidence, withheld, wide, cell)


def capacities(wide: Space, withheld: Mask, cell: int, change: int) -> Reals | None:
    """How far each cell, if withheld, could help this one to change, as a share of what is missing, at most 1.

    None when even the relaxed attack cannot show that the change is impossible.
    """
    if cell not in wide.places:
        return np.zeros(len(withheld))
    free = withheld[wide.cells] | ~wide.system.offered[wide.cells]
    bounds = np.column_stack([np.where(free, wide.lower, 0), np.where(free, np.inf, 0)])
    price = np.where(wide.cells == cell, -1.0 if change > 0 else 1.0, 0.0)
    found = linprog(price, A_eq=wide.rows, b_eq=np.zeros(wide.rows.shape[0]), bounds=bounds)
    if found.status != OPTIMAL or -found.fun > abs(change) - SLACK:
        return None
    gain = wide.rows.T @ found.eqlin.marginals - price
    gain[np.abs(gain) < NOISE] = 0
    return _shares(wide, gain, abs(change))


def _shares(space: Space, gain: Reals, change: int) -> Reals | None:
    of = space.system
    always = of.sensitive[space.cells] | ~of.offered[space.cells]
    reach = np.where(gain > 0, np.inf, np.where(gain < 0, gain * space.lower, 0))
    missing = change - reach[always].sum()
    if missing <= SLACK:
        return None
    shares = np.zeros(len(of.keys))
    shares[space.cells[~always]] = np.minimum(reach[~always] / missing, 1)
    return np.ceil(shares / GRAIN - SLACK) * GRAIN


def _others(evidence: Evidence, withheld: Mask, wide: Space, cell: int) -> Reals:
    """Withhold as much more as leaves the cell unsafe; one of the others must be withheld."""
    of, prices = evidence.system, np.ones(len(withheld))
    may = np.isin(np.arange(len(withheld)), wide.cells) & of.offered
    grown = withheld.copy()
    for other in np.flatnonzero(may & ~withheld):
        grown[other] = True
        if evidence.prove(Space(of, grown, wide.by), cell, prices):
            grown[other] = False
    return (may & ~grown).astype(float)
