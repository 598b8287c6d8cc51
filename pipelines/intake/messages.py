"""What the portal and its reading process say to each other: each message a length and that many bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

from pipelines.intake.bounds import Bounds
from pipelines.intake.checking import Checked
from pipelines.intake.surroundings import Stated, Surroundings

READY = b"ready"
BEGUN = b"begun "  # before the name of a stage of the check, while the answer is awaited
LENGTH = struct.Struct(">Q")


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


def receive(stream: IO[bytes]) -> bytes:
    """One message; an EOFError when the other side has gone."""
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content
