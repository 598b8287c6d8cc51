"""How much time and memory reading what somebody sent may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.intake.tables import NamedFile

MEGABYTE = 1_000_000
USUAL_SIZE = 20  # megabytes; what a school sends is smaller
EXPANSION = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds of processor time, megabytes of memory above the idle process, and megabytes a ZIP may unpack to.

    On a machine that is busy with other work, three times as long may pass by the clock.
    """

    seconds: int = 10
    megabytes: int = 512
    unpacked: int = USUAL_SIZE * EXPANSION

    @property
    def by_the_clock(self) -> float:
        """Seconds after which it is stopped in any case."""
        return 3.0 * self.seconds


OPERATOR = Bounds(seconds=3_600, megabytes=16_000, unpacked=4_000)


def megabytes_of(files: Sequence[NamedFile]) -> int:
    """How much was sent."""
    return sum(len(file.content) for file in files) // MEGABYTE


def is_back_load(files: Sequence[NamedFile]) -> bool:
    """Whether it is more than a school sends: read in a process of its own, which gives way to others."""
    return megabytes_of(files) > USUAL_SIZE


def bounds_for(files: Sequence[NamedFile]) -> Bounds:
    """Ten seconds and 512 MB up to the size that schools send; beyond, a second and 16 MB more for each megabyte."""
    usual = Bounds()
    if not is_back_load(files):
        return usual
    size = megabytes_of(files)
    return Bounds(usual.seconds + size, usual.megabytes + 16 * size, max(usual.unpacked, EXPANSION * size))
