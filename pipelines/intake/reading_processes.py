"""The reading processes, seen from the portal: one kept warm, others started while it is busy.

Each is a fresh interpreter (nothing is forked, so threads do no harm), isolated from this one's environment and
its secrets. One that was stopped, or has answered often, is replaced.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from typing import IO

from pipelines.intake.checking import Stage
from pipelines.intake.messages import (
    BEGUN,
    READY,
    SHORT,
    Answer,
    Request,
    longest_answer,
    receive,
    send,
    stage_begun,
)
from pipelines.intake.passing import pack, unpack

Told = Callable[[Stage], object]
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from pipelines.intake.reading_process import main; main()"
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")
# One allocator and few arenas, so that memory asked for is memory used, and the bound means what it says.
_OWN = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_ANSWERS = 100
_SWOLLEN = 400  # megabytes above idle, of which an interpreter gives little back
_STARTING = 120.0  # seconds; loading takes two on a free machine


class StoppedError(Exception):
    """The process was stopped, or died, before it answered."""


class ReadingProcess:
    """One process that reads files. It starts in the background; the first request waits for it."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | _OWN
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could hold a cell
            env=environment,
            start_new_session=True,
        )
        self._ready = False
        self.answers = 0

    @property
    def lives(self) -> bool:
        """Whether it has not ended meanwhile."""
        return self._process.poll() is None

    @property
    def number(self) -> int:
        """What the operating system knows it by."""
        return self._process.pid

    def ask(self, request: Request, contents: list[bytes], told: Told = lambda _: None) -> Answer:
        """The answer; a StoppedError when the bounds stopped it or it died. `told` is called with each stage begun."""
        try:
            with self._stopped_after(_STARTING):
                self._ready = self._ready or receive(self._stream("stdout"), most=SHORT) == READY
            with self._stopped_after(request.bounds.by_the_clock):
                send(self._stream("stdin"), pack(request))
                for content in contents:
                    send(self._stream("stdin"), content)
                most = longest_answer(request.bounds)
                while (said := receive(self._stream("stdout"), most=most)).startswith(BEGUN):
                    told(stage_begun(said))
                answer = unpack(said)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self.stop()
            raise StoppedError(type(error).__name__) from None
        self.answers += 1
        if not isinstance(answer, Answer):
            raise StoppedError("no answer")
        return answer

    def _stream(self, name: str) -> IO[bytes]:
        stream: IO[bytes] = getattr(self._process, name)
        return stream

    def wait(self) -> None:
        """Until it has ended."""
        self._process.wait()

    @contextmanager
    def _stopped_after(self, seconds: float) -> Iterator[None]:
        timer = Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def stop(self, *, patience: float = 0.0) -> None:
        """Let it end by itself for so many seconds, then end it."""
        with suppress(OSError):
            self._stream("stdin").close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stream("stdout").close()


class ReadingProcesses:
    """Gives each request a process of its own; at most two usual ones and one large one run at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.waiting: list[ReadingProcess] = []
        self._turns = {False: BoundedSemaphore(2), True: BoundedSemaphore(1)}

    def get_ready(self) -> None:
        """Start a process in the background, unless one waits already."""
        with self._lock:
            if not self.waiting:
                self.waiting.append(ReadingProcess())

    def ask(self, request: Request, contents: list[bytes], told: Told = lambda _: None) -> Answer:
        """The answer; a StoppedError when reading went beyond its bounds. `told` is called with each stage begun."""
        with self._turns[request.back_load]:
            process = ReadingProcess() if request.back_load else self._take()
            good = False
            try:
                answer = process.ask(request, contents, told)
                worn = process.answers >= _ANSWERS or answer.peak > _SWOLLEN
                good = answer.checked is not None and not worn and not request.back_load
            finally:
                self._put_back(process, good=good, replaced=not request.back_load)
        return answer

    def _take(self) -> ReadingProcess:
        with self._lock:
            while self.waiting:
                if (process := self.waiting.pop()).lives:
                    return process
                process.stop()
        return ReadingProcess()

    def _put_back(self, process: ReadingProcess, *, good: bool, replaced: bool) -> None:
        with self._lock:
            if good and not self.waiting:
                self.waiting.append(process)
                return
        process.stop(patience=1.0 if good else 0.0)
        if replaced:
            self.get_ready()

    def stop(self) -> None:
        """End those that wait."""
        with self._lock:
            while self.waiting:
                self.waiting.pop().stop(patience=0.2)


processes = ReadingProcesses()
atexit.register(processes.stop)
