"""What the portal and its reading process say to each other: each message a length and that many bytes."""

from __future__ import annotations

import builtins
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import IO

from pipelines.intake.bounds import MEGABYTE, Bounds
from pipelines.intake.checking import Checked, Stage
from pipelines.intake.surroundings import Stated, Surroundings

READY = b"ready"
BEGUN = b"begun "  # before the name of a stage of the check, while the answer is awaited
LENGTH = struct.Struct(">Q")
SHORT = 64  # bytes; READY, or that a stage has begun
UNREAD = "a file could not be read: "  # and the kind of fault: the one thing that is noted
FAULTS = frozenset(
    {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    | {"BadZipFile", "CalamineError", "LargeZipFile", "ParseError", "error"}
)
OTHER = "the reading process noted something else"
MOST_NOTED = 20


@dataclass(frozen=True, slots=True)
class Request:
    """A check to make. The files' contents follow it, one by one, as they are."""

    names: tuple[str, ...]
    stated: Stated
    around: Surroundings
    bounds: Bounds
    back_load: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: `checked` is None when memory ran out. `noted` is for the log; `peak` is in megabytes."""

    checked: Checked | None
    noted: tuple[str, ...]
    seconds: float
    peak: float


def send(stream: IO[bytes], content: bytes | memoryview) -> None:
    """One message."""
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes], *, most: int | None = None) -> bytes:
    """One message; an EOFError when the other side has gone, an OSError when it announces more than `most` bytes."""
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if most is not None and length > most:
        raise OSError("a message longer than an answer can be")  # before any room is made for it
    return _exactly(stream, length)


def longest_answer(bounds: Bounds) -> int:
    """The most bytes that an answer may take: it was made within the bounds' memory."""
    return bounds.megabytes * MEGABYTE


def stage_begun(said: bytes) -> Stage:
    """The stage that a message names; an OSError when it names none, which does not repeat it."""
    try:
        return Stage(said.removeprefix(BEGUN).decode())
    except ValueError:
        raise OSError("a stage that is not one") from None


def for_the_log(noted: Iterable[object]) -> list[str]:
    """Of what a reading process noted the texts that are known; one it was made to write could hold a cell."""
    return [line if _is_known(line) else OTHER for line in map(str, islice(noted, MOST_NOTED))]


def _is_known(line: str) -> bool:
    return line.startswith(UNREAD) and line.removeprefix(UNREAD) in FAULTS


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content
