"""The fewest (or cheapest) cells that protect, exactly: for tables small enough to wait for the proof.

The cheapest set that meets every condition found so far is attacked; each cell that falls gives a condition that any
set that protects must meet, until nothing falls. Where the relaxed attack already fails, the condition is the
capacity constraint of Fischetti and Salazar (2000); where it takes whole numbers to fall, it is that one of the
other cells must be withheld.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pipelines.protection.evidence import Evidence
from pipelines.protection.solving import OPTIMAL, OPTIONS, Reals
from pipelines.protection.space import Space
from pipelines.protection.system import Mask

MOST_CELLS = 80  # that may be withheld besides; beyond, the proof may take minutes
MOST_ROUNDS = 150
SLACK, NOISE = 1e-6, 1e-9


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
    price = of.cost + 1e-3 * of.values / max(int(of.values.sum()), 1)
    conditions = Conditions(free, price[free])
    for _ in range(MOST_ROUNDS if 0 < len(free) <= MOST_CELLS else 0):
        chosen = conditions.cheapest()
        if chosen is None or price[free[chosen]].sum() >= price[known & ~start].sum() - SLACK:
            return known
        withheld = start.copy()
        withheld[free[chosen]] = True
        if not _fell(evidence, conditions, withheld, may):
            return withheld
    return known


def _fell(evidence: Evidence, conditions: Conditions, withheld: Mask, may: Mask) -> bool:
    """Attack a set for every reader; add a condition for each cell that falls, and say whether any did."""
    prices = np.ones(len(withheld))
    any_fell = False
    for number, by in enumerate(evidence.readers):
        space = Space(evidence.system, withheld, by)
        for cell in evidence.fallen(space, withheld, number, prices):
            target = None if evidence.system.sensitive[cell] else cell
            conditions.add(condition(evidence, withheld, may, number, cell), target)
            any_fell = True
    return any_fell


def condition(evidence: Evidence, withheld: Mask, may: Mask, number: int, cell: int) -> Reals:
    """Weights such that a set out of `may` in which this cell is safe from this reader weighs at least 1."""
    needed = int(evidence.needed[number, cell])
    ways = [capacities(evidence, withheld, may, number, cell, change) for change in ((needed,) if needed else (1, -1))]
    proven = [way for way in ways if way is not None]
    return np.max(proven, axis=0) if len(proven) == len(ways) else _others(evidence, withheld, may, number, cell)


def capacities(evidence: Evidence, withheld: Mask, may: Mask, number: int, cell: int, change: int) -> Reals | None:
    """How far each cell, if withheld, could help this one to change, as a share of what is missing, at most 1.

    None when even the relaxed attack cannot show that the change is impossible.
    """
    space = Space(evidence.system, may, evidence.readers[number])
    if cell not in space.places:
        return np.zeros(len(may))
    free = withheld[space.cells] | ~evidence.system.offered[space.cells]
    bounds = np.column_stack([np.where(free, space.lower, 0), np.where(free, np.inf, 0)])
    sign = 1 if change > 0 else -1
    price = np.where(space.cells == cell, -float(sign), 0.0)
    found = linprog(price, A_eq=space.rows, b_eq=np.zeros(space.rows.shape[0]), bounds=bounds)
    if found.status != OPTIMAL or -found.fun > abs(change) - SLACK:
        return None
    gain = space.rows.T @ found.eqlin.marginals - price
    gain[np.abs(gain) < NOISE] = 0
    return _shares(evidence, space, gain, abs(change))


def _shares(evidence: Evidence, space: Space, gain: Reals, change: int) -> Reals | None:
    of = evidence.system
    always = of.sensitive[space.cells] | ~of.offered[space.cells]
    reach = np.where(gain > 0, np.inf, np.where(gain < 0, gain * space.lower, 0))
    missing = change - reach[always].sum()
    if missing <= SLACK:
        return None
    shares = np.zeros(len(of.keys))
    shares[space.cells[~always]] = np.minimum(reach[~always] / missing, 1)
    return shares


def _others(evidence: Evidence, withheld: Mask, may: Mask, number: int, cell: int) -> Reals:
    """Withhold as much more as leaves the cell unsafe; one of the others must be withheld."""
    grown, prices = withheld.copy(), np.ones(len(withheld))
    for other in np.flatnonzero(may & ~withheld):
        grown[other] = True
        space = Space(evidence.system, grown, evidence.readers[number])
        if evidence.prove(space, cell, prices):
            grown[other] = False
    return (may & ~grown).astype(float)
