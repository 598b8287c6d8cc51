"""What a reader works out of what is published: the least and greatest whole number of every withheld cell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipelines.protection.cells import NOBODY, Reader, Tables
from pipelines.protection.space import Space
from pipelines.protection.system import knowledge, system, withheld_mask
from schemas.errors import PlumblineError


class UnprovenError(PlumblineError):
    """The solver could not prove its answer, so that nothing may be said to be safe."""


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

    Sensitive cells that are withheld or never published must reach `least`, and every withheld cell must have more
    than one value that fits; a cell that a reader knows is no target of theirs.
    """
    of = system(tables)
    found = []
    for reader in (NOBODY, *readers):
        by = knowledge(of, reader)
        hidden = withheld_mask(of, withheld)
        space = Space(of, hidden, by)
        for key in of.keys_of((hidden | (of.sensitive & ~of.offered)) & ~by.known):
            place = of.place[key]
            one = range_of(space, place)
            narrow = one.high is not None and (one.high == one.low or (of.sensitive[place] and one.high < least))
            if narrow:
                found.append(Exposure(key, reader.name, one.low, one.high))
    return found


def range_of(space: Space, cell: int) -> Range:
    """The range of one cell; raises UnprovenError when it cannot be proven."""
    value = int(space.system.values[cell])
    if cell not in space.places:
        return Range(value, value)
    ends: list[int | None] = []
    for sign in (-1, 1):
        found = space.furthest({cell: sign})
        if not found.proven or (found.changes is None and not found.unbounded):
            raise UnprovenError(f"The solver could not prove how far {space.system.keys[cell]!r} can be narrowed.")
        ends.append(None if found.changes is None else value + int(found.changes[cell]))
    low, high = ends
    return Range(low or 0, high)
