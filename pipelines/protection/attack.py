"""What a reader works out of what is published: the least and greatest whole number of every withheld cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.protection.cells import NOBODY, Reader, Tables
from pipelines.protection.evidence import Evidence
from pipelines.protection.solving import UnprovenError
from pipelines.protection.space import Space
from pipelines.protection.system import knowledge, system, withheld_mask


@dataclass(frozen=True, slots=True)
class Range:
    """The least and greatest whole number that fits; `high` is None where there is none."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """A cell that is not safe from a reader, and what the reader narrows it to."""

    key: str
    reader: str
    low: int
    high: int | None


def ranges(
    tables: Tables, withheld: Collection[str], *, reader: Reader = NOBODY, targets: Collection[str] | None = None
) -> dict[str, Range]:
    """The range of each withheld cell (or of each of `targets`) that fits everything the reader sees.

    Raises UnprovenError when the solver cannot prove an answer.
    """
    of = system(tables)
    hidden = withheld_mask(of, withheld)
    space = Space(of, hidden, knowledge(of, reader))
    wanted = sorted(set(withheld) if targets is None else set(targets))
    of.mask(wanted)
    return {key: range_of(space, of.place[key]) for key in wanted}


def exposed(tables: Tables, withheld: Collection[str], *, least: int, readers: Sequence[Reader] = ()) -> list[Exposure]:
    """Every cell that somebody outside, or one of the readers, recovers or narrows to below `least`.

    Sensitive cells that are withheld or never published must be able to reach `least` (for a reader with a part in
    the cell: what is not their own). Every withheld cell must have more than one value that fits, the further ones
    for somebody outside only. What a reader knows, or is the whole of, is no target of theirs. Raises UnprovenError.
    """
    of = system(tables)
    hidden = withheld_mask(of, withheld)
    evidence = Evidence(of, readers, least=least)
    found = []
    for number in reversed(range(len(evidence.readers))):  # what fits all that an insider knows fits for all outside
        by = evidence.readers[number]
        space = Space(of, hidden, by)
        for cell in evidence.fallen(space, hidden, number, np.ones(len(hidden))):
            one = range_of(space, cell)
            found.append(Exposure(of.keys[cell], by.reader, one.low, one.high))
    return found[::-1]


def range_of(space: Space, cell: int) -> Range:
    """The range of one cell; raises UnprovenError when it cannot be proven."""
    value = int(space.system.values[cell])
    if cell not in space.places:
        return Range(value, value)
    ends: list[int | None] = []
    for sign in (-1, 1):
        found = space.furthest(cell, sign)
        if not found.settled:
            raise UnprovenError(f"The solver could not tell how far {space.system.keys[cell]!r} can be narrowed.")
        ends.append(None if found.whole is None else value + int(found.whole[cell]))
    low, high = ends
    return Range(low or 0, high)
