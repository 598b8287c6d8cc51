"""A set of cells that protects, quickly found: a cheap way out for each unsafe cell, then what is not needed shown.

Every step keeps the proof of safety whole, so that large tables are as safe as small ones; only the number of cells
withheld may be above the least. The first part follows the shortest-path idea of Kelly, Golden and Assad (1992).
"""

from __future__ import annotations

import numpy as np

from pipelines.protection.evidence import Evidence
from pipelines.protection.solving import Reals
from pipelines.protection.space import Space
from pipelines.protection.system import Mask

LARGE = 200  # so many cells are worth a look at fewer first
NEXT_TO_NOTHING = 1e-3  # the price of changing a cell that is withheld anyway, as a share of the usual cost


class Unsafe(Exception):
    """A sensitive cell that stays unsafe from a reader (by number) even when every cell that may be is withheld."""

    def __init__(self, cell: int, reader: int, withheld: Mask) -> None:
        super().__init__(cell, reader)
        self.cell, self.reader, self.withheld = cell, reader, withheld


def spread(evidence: Evidence, may: Mask) -> Mask:
    """Withhold, out of those that may be, what proves every withheld cell safe; raises Unsafe where nothing does."""
    of = evidence.system
    may, withheld = may.copy(), of.sensitive & of.offered
    spaces: dict[int, Space] = {}
    while (missing := evidence.missing(withheld)).any():
        reader, cell = _first(missing, of.sensitive)
        by = evidence.readers[reader]
        if may.sum() > LARGE and evidence.prove(Space(of, withheld, by), cell, np.ones(len(may))):
            continue  # what is withheld already is enough
        if reader not in spaces:
            spaces[reader] = Space(of, may, by)
        if evidence.prove(spaces[reader], cell, _prices(evidence, withheld)):
            withheld |= evidence.last_touched & of.offered & may
        elif of.sensitive[cell]:
            raise Unsafe(cell, reader, may)
        else:  # somebody knows it whatever is withheld, so that withholding it protects nothing
            may[cell] = withheld[cell] = False
            spaces.clear()
    return withheld


def thin(evidence: Evidence, withheld: Mask) -> Mask:
    """Show again, dearest first, each cell that the rest is safe without."""
    of = evidence.system
    further = np.flatnonzero(withheld & ~of.sensitive)
    for cell in sorted(further, key=lambda one: (-of.cost[one], -of.values[one], one)):
        fewer = withheld.copy()
        fewer[cell] = False
        if _stays_safe(evidence, fewer, int(cell)):
            withheld = fewer
    return withheld


def _first(missing: Mask, sensitive: Mask) -> tuple[int, int]:
    """The next to prove: sensitive cells before others, insiders before somebody outside."""
    urgent = missing & sensitive if (missing & sensitive).any() else missing
    reader = int(np.flatnonzero(urgent.any(axis=1))[-1])
    return reader, int(np.flatnonzero(urgent[reader])[0])


def _prices(evidence: Evidence, withheld: Mask) -> Reals:
    of = evidence.system
    usual = float(of.cost.mean()) or 1.0
    return np.where(withheld | ~of.offered, 0.0, of.cost) + NEXT_TO_NOTHING * usual


def _stays_safe(evidence: Evidence, withheld: Mask, shown: int) -> bool:
    if _is_alone(evidence, withheld, shown):
        return False
    spaces: dict[int, Space] = {}
    prices = np.ones(len(withheld))
    while (missing := evidence.missing(withheld)).any():
        reader, cell = _first(missing, evidence.system.sensitive)
        if reader not in spaces:
            spaces[reader] = Space(evidence.system, withheld, evidence.readers[reader])
        if not evidence.prove(spaces[reader], cell, prices):
            return False
    return True


def _is_alone(evidence: Evidence, withheld: Mask, shown: int) -> bool:
    """Whether showing a cell leaves some reader with a sum in which only one cell that must be safe is unseen."""
    of = evidence.system
    sums = of.sums[np.flatnonzero(of.sums[:, [shown]].toarray()[:, 0])]
    unseen = evidence.unseen(withheld)
    alone = (abs(sums) @ unseen.T.astype(np.int64)) == 1
    found = ((alone.T.astype(np.int64) @ abs(sums)) > 0) & unseen
    return bool((found & evidence.targets(withheld)).any())
