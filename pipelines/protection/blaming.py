"""Why a sensitive cell cannot be protected: the published cells that give it away whatever else is withheld."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.protection.evidence import Evidence
from pipelines.protection.space import Space
from pipelines.protection.spreading import Unsafe
from pipelines.protection.system import Mask


def explanation(evidence: Evidence, found: Unsafe) -> str:
    """A sentence that names the cell, the reader, and the cells that would have to stop being known; never a count."""
    of = evidence.system
    name, reader = of.keys[found.cell], evidence.readers[found.reader].reader
    if of.fixed[found.cell]:
        return f"{name!r} must be withheld, but is already known. It cannot be protected any more."
    known = of.keys_of(culprits(evidence, found))
    if not known:
        return f"{name!r} follows for {reader} from what they know themselves. Leave it out of these tables."
    given = ", ".join(repr(key) for key in known)
    return f"{name!r} can be worked back by {reader} whatever else is withheld, because these are known: {given}."


def culprits(evidence: Evidence, found: Unsafe) -> Mask:
    """The cells shown that together give the cell away, none of which could be missed; none when it falls anyway."""
    of = evidence.system
    suspects = [int(place) for place in np.flatnonzero((of.offered | of.fixed) & ~found.withheld)]
    mask = np.zeros(len(of.keys), dtype=bool)
    mask[_needed(evidence, found, mask, suspects, fresh=True)] = True
    return mask


def _needed(evidence: Evidence, found: Unsafe, known: Mask, suspects: list[int], *, fresh: bool) -> list[int]:
    """The fewest of the suspects that with those known give the cell away (QuickXplain; Junker 2004)."""
    if not suspects or (fresh and _falls(evidence, found, known)):
        return []
    if len(suspects) == 1:
        return suspects
    first, second = suspects[: len(suspects) // 2], suspects[len(suspects) // 2 :]
    of_second = _needed(evidence, found, _with(known, first), second, fresh=True)
    return [*of_second, *_needed(evidence, found, _with(known, of_second), first, fresh=bool(of_second))]


def _with(known: Mask, more: list[int]) -> Mask:
    both = known.copy()
    both[more] = True
    return both


def _falls(evidence: Evidence, found: Unsafe, known: Mask) -> bool:
    """Whether the cell falls when, of what may be told, only these cells are."""
    open_again = replace(evidence.system, fixed=np.zeros_like(known), offered=np.ones_like(known))
    space = Space(open_again, ~known, evidence.readers[found.reader])
    return not evidence.prove(space, found.cell, np.ones(len(known)))
