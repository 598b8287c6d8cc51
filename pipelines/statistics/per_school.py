"""Arrays of one number for each school, and which of them can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PerSchool:
    """A count and its denominator for each school; `known` where both are there and the denominator is not nought."""

    counts: Numbers
    of: Numbers
    known: Truths

    @property
    def compared(self) -> tuple[Numbers, Numbers]:
        """The counts and denominators that are known."""
        return self.counts[self.known], self.of[self.known]

    def pooled(self) -> float:
        """All counts over all denominators; nan where nothing is known."""
        counts, of = self.compared
        return fsum(counts) / fsum(of) if len(of) else float("nan")

    def spread(self, values: ArrayLike, *, missing: float = np.nan) -> Numbers:
        """The values of the known schools put back in the places of all."""
        every = np.full(len(self.counts), missing, dtype=float)
        every[self.known] = values
        return every


def per_school(counts: ArrayLike, of: ArrayLike, *, share: bool) -> PerSchool:
    """Counts beside their denominators, nan for missing; ValueError unless they are counts (of a share: a part)."""
    number, whole = np.asarray(counts, dtype=float), np.asarray(of, dtype=float)
    if number.ndim != 1 or number.shape != whole.shape:
        raise ValueError("Give one count and one denominator for each school.")
    known = np.isfinite(number) & np.isfinite(whole)
    if (number[known] < 0).any() or (whole[known] < 0).any() or (number[known] % 1 != 0).any():
        raise ValueError("Counts are whole numbers from nought, and denominators not less than nought.")
    if share and ((number[known] > whole[known]).any() or (whole[known] % 1 != 0).any()):
        raise ValueError("The count of a share is at most its denominator, a whole number.")
    return PerSchool(number, whole, known & (whole > 0))
