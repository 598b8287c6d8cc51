"""What the operating system holds the reading process to. On Windows, the clock alone does (in the parent)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pipelines.intake.bounds import MEGABYTE, Bounds

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

_OF_ADDRESSES = 0.85  # what is bounded are addresses; the idle process has some that it has not filled yet
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def write_no_files() -> None:
    """From now on this process can write no file, and leaves no image of its memory when it dies."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def begin(bounds: Bounds, *, give_way: bool) -> Callable[[], tuple[float, float]]:
    """Hold this process to the bounds, from what it uses now; the result tells seconds and megabytes used since.

    With `give_way`, other processes go first from now on.
    """
    idle, started = _megabytes("VmRSS"), time.process_time()
    with suppress(OSError):
        _CLEAR.write_text("5")  # forgets the earlier peak
    if resource is not None:
        room = _megabytes("VmSize") + bounds.megabytes * _OF_ADDRESSES
        memory = int(room * MEGABYTE) if idle else resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(started) + bounds.seconds + 1, resource.RLIM_INFINITY))
    if give_way:
        os.nice(10)
    return lambda: (time.process_time() - started, max(0.0, _megabytes("VmHWM") - idle))


def end() -> None:
    """Lift the bound on memory, so that there is room to say that it was met."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _megabytes(field: str) -> float:
    """A line of what Linux says of this process; 0 elsewhere."""
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name == field:
                return int(value.split()[0]) * 1024 / MEGABYTE
    return 0.0
