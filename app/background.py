"""Large files, checked while their senders do something else: one for each person and organisation, in memory only.

A check runs in a thread that waits for the reading process, so that the portal's own process is free for others.
What it found stays here under the person and scope it was made for, and nobody else is given it; it goes when it is
sent, cancelled, replaced or left for too long, and when the portal stops.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING

from app.calm import UNEXPECTED
from app.permissions import Person
from pipelines.returns import NamedFile, Stage
from schemas.errors import PlumblineError, RefusedError

if TYPE_CHECKING:
    from app.sending import Draft

MOST = 6  # kept at a time, running or found
KEPT_FOR = 2 * 3600.0  # seconds after the check has ended
LARGE = 8_000_000  # bytes of text from which a file is checked so; less takes a few seconds
PACKED = (".zip", ".xlsx", ".xlsm")
UNPACKS_TO = 8  # times its size, about
BUSY = "The portal is checking as many large files as it can. Try again in a few minutes; nothing of yours was kept."
RUNS = "A large file of yours is still being checked. Wait for it, or cancel it first."
log = logging.getLogger("plumbline.portal")


@dataclass(eq=False)
class Job:
    """One check on its way: which stages have begun and when (seconds by `time.monotonic`), and what came of it."""

    person: Person
    size: int
    begun: dict[Stage, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    draft: Draft | None = None
    fault: str | None = None

    @property
    def runs(self) -> bool:
        """Whether it is still being checked."""
        return self.ended is None

    def note(self, stage: Stage) -> None:
        """A stage has begun."""
        self.begun.setdefault(stage, time.monotonic())


Key = tuple[str, str]
_jobs: dict[Key, Job] = {}
_running: set[Job] = set()  # cancelled ones too, until they end
_lock = Lock()


def is_large(files: Sequence[NamedFile]) -> bool:
    """Whether the check of these files takes so long that nobody should have to wait before it."""
    sizes = [len(one.content) * (UNPACKS_TO if one.name.lower().endswith(PACKED) else 1) for one in files]
    return sum(sizes) >= LARGE


def start(person: Person, size: int, work: Callable[[Callable[[Stage], None]], Draft]) -> Job:
    """Begin a check; RefusedError when one of this person's runs, or too many are kept."""
    with _lock:
        _let_go()
        mine = _jobs.get(_key(person))
        if mine is not None and mine.runs:
            raise RefusedError(RUNS)
        if max(len(_jobs) - (mine is not None), len(_running)) >= MOST:
            raise RefusedError(BUSY)
        job = _jobs[_key(person)] = Job(person, size)
        _running.add(job)
    Thread(target=_run, args=(job, work), name="large-file", daemon=True).start()
    return job


def of(person: Person) -> Job | None:
    """What is being checked or was found for this person, in this organisation and role; None for anybody else."""
    with _lock:
        _let_go()
        job = _jobs.get(_key(person))
        return job if job is not None and job.person == person else None


def drop(person: Person) -> None:
    """Let go of whatever is there. A check that still runs ends by itself, and nothing of it is kept."""
    with _lock:
        _jobs.pop(_key(person), None)


def let_go(job: Job | None) -> None:
    """Let go of this check and of no other: its sender may have begun the next one in another window."""
    with _lock:
        if job is not None and _jobs.get(_key(job.person)) is job:
            del _jobs[_key(job.person)]


def _run(job: Job, work: Callable[[Callable[[Stage], None]], Draft]) -> None:
    try:
        job.draft = work(job.note)
    except PlumblineError as fault:
        job.fault = str(fault)
    except Exception as fault:
        log.error("%s in a large file's check", type(fault).__name__)  # never its text: it can hold a cell
        job.fault = UNEXPECTED
    job.ended = time.monotonic()
    with _lock:
        _running.discard(job)


def _let_go() -> None:
    """Drop what was left for too long."""
    now = time.monotonic()
    for key in [key for key, job in _jobs.items() if job.ended is not None and now - job.ended > KEPT_FOR]:
        del _jobs[key]


def _key(person: Person) -> Key:
    return person.id, str(person.scope)
