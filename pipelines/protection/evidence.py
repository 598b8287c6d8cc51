"""Proof that what is withheld stays safe: whole tables, other than the true one, that fit all that readers see.

One such table proves many cells to be safe at once. Each is checked by integer arithmetic before it is believed, so
that safety never rests on what a solver says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.protection.cells import NOBODY, Reader
from pipelines.protection.solving import Reals, UnprovenError
from pipelines.protection.space import Space
from pipelines.protection.system import Counts, Mask, System, knowledge, unseen

Places = NDArray[np.int64]


class Evidence:
    """The tables found so far, and what they prove of each cell to each reader (somebody outside is the first).

    Which tables fit depends on what is shown, so the sets asked about are best asked in an order of small steps.
    """

    def __init__(self, of: System, readers: Sequence[Reader], *, least: int) -> None:
        self.system = of
        self.readers = [knowledge(of, reader) for reader in (NOBODY, *readers)]
        self._known = np.stack([one.known for one in self.readers])
        self._lower = np.stack([one.least for one in self.readers]) - of.values
        # by reader and cell: how much more it must be able to be, so that what is not the reader's own reaches `least`
        small = of.sensitive & ((self._lower < 0) | (of.values == 0))
        self.needed: Counts = np.where(small, np.maximum(least + self._lower, 0), 0)
        self._shown = of.offered | of.fixed
        self._touched = np.zeros((64, len(of.keys)), dtype=bool)  # by table and cell: whether it differs there
        self._proves: list[tuple[Places, Mask]] = []  # of each table: cells it changes; by reader, whether proven safe
        self._against = np.zeros(64, dtype=np.int64)  # of each table: how many cells shown rule it out
        self._proofs = np.zeros(self._known.shape, dtype=np.int64)

    def keep(self, changes: Counts) -> None:
        """Keep a table as changes to the true one; it must hold for every sum and have no count below zero."""
        if (self.system.sums @ changes).any() or (changes + self.system.values < 0).any():
            raise UnprovenError("A table found as proof does not add up.")
        number = len(self._proves)
        if number == len(self._touched):
            self._touched = np.pad(self._touched, ((0, number), (0, 0)))
            self._against = np.pad(self._against, (0, number))
        touched = changes != 0
        places = np.flatnonzero(touched)
        fits = np.asarray(~self._known[:, places].any(axis=1) & (changes >= self._lower).all(axis=1))
        needed = self.needed[:, places]
        reached: Mask = fits[:, np.newaxis] & ((needed == 0) | (changes[places] >= needed))
        self._proves.append((places, reached))
        self._touched[number] = touched
        self._against[number] = (touched & self._shown).sum()
        if not self._against[number]:
            self._count(number, 1)

    def missing(self, withheld: Mask) -> Mask:
        """By reader and cell: what has to be safe when `withheld` is withheld, and is not proven yet."""
        self._show(~(withheld | ~self.system.offered) | self.system.fixed)
        missing: Mask = self.targets(withheld) & (self._proofs == 0)
        return missing

    def _show(self, shown: Mask) -> None:
        """Count anew only the tables that touch what was shown or taken away since the last time."""
        count = len(self._proves)
        changed = np.flatnonzero(shown != self._shown)
        signs = np.where(shown[changed], 1, -1)
        against = self._against[:count] + self._touched[:count, changed] @ signs
        for number in np.flatnonzero((against == 0) != (self._against[:count] == 0)):
            self._count(int(number), 1 if against[number] == 0 else -1)
        self._against[:count], self._shown = against, shown

    def _count(self, number: int, sign: int) -> None:
        places, proven = self._proves[number]
        self._proofs[:, places] += sign * proven

    def targets(self, withheld: Mask) -> Mask:
        """By reader and cell: what has to be safe when `withheld` is withheld.

        From somebody outside every cell that is withheld; from those who have a part of their own the sensitive ones.
        """
        of = self.system
        nothing_of_others = (self._lower == 0) & (of.values > 0)  # all of the count is the reader's own part
        targets: Mask = ((withheld & of.offered) | (of.sensitive & ~of.offered)) & ~(self._known | nothing_of_others)
        targets[1:] &= of.sensitive
        return targets

    def unseen(self, withheld: Mask) -> Mask:
        """By reader and cell: what they are not told."""
        by_reader: Mask = np.stack([unseen(self.system, withheld, by) for by in self.readers])
        return by_reader

    @property
    def last_touched(self) -> Mask:
        """The cells that the table kept last changes."""
        return np.asarray(self._touched[len(self._proves) - 1], dtype=bool)

    def fallen(
        self, space: Space, withheld: Mask, number: int, prices: Reals, *, leave: Mask | None = None
    ) -> Iterator[int]:
        """The cells, but for those to leave, that one reader (by number) finds.

        Each is attacked unless a table found before proves it safe.
        """
        done = np.zeros(len(withheld), dtype=bool) if leave is None else leave.copy()
        while len(left := np.flatnonzero(self.missing(withheld)[number] & ~done)):
            cell = int(left[0])
            if not self.prove(space, cell, prices):
                done[cell] = True
                yield cell

    def prove(self, space: Space, cell: int, prices: Reals) -> bool:
        """Find a table that proves one cell safe in this space, and keep it; False when there is none.

        Raises UnprovenError when the solver cannot tell.
        """
        needed = int(self.needed[self.readers.index(space.by), cell])
        for change in (needed,) if needed else (1, -1):
            found = space.cheapest(cell, change, prices)
            if found.whole is not None:
                self.keep(found.whole)
                return True
            if not found.settled:
                raise UnprovenError(f"The solver could not tell whether {self.system.keys[cell]!r} is safe.")
        return False
