"""The process in which files are read and checked, apart from the portal and within bounds.

It has no settings, no secret and no warehouse, may write no file, and leaves nothing behind when it is stopped. It
takes requests on its standard input and answers on its standard output.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from datetime import date
from typing import IO

from pipelines.intake import process_limits
from pipelines.intake.checking import check
from pipelines.intake.messages import BEGUN, READY, Answer, Request, receive, send
from pipelines.intake.passing import pack, unpack
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from schemas.lexicon import lexicon


def main() -> None:
    """Answer requests until the other side goes away."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints must not be taken for an answer
    sys.dont_write_bytecode = True
    notes = _Notes()
    logging.getLogger().addHandler(notes)
    _warm_up()
    process_limits.write_no_files()
    send(outgoing, READY)
    while request := _next(incoming):
        answer, go_on = _answer(request, incoming, outgoing, notes)
        send(outgoing, answer)
        if not go_on:
            return
        gc.collect()


def _next(incoming: IO[bytes]) -> Request | None:
    try:
        request: Request = unpack(receive(incoming))
    except EOFError:
        return None
    return request


def _answer(request: Request, incoming: IO[bytes], outgoing: IO[bytes], notes: _Notes) -> tuple[bytes, bool]:
    """The answer, and whether this process is good for another."""
    notes.lines.clear()
    usage = process_limits.begin(request.bounds, give_way=request.back_load)
    checked = None
    try:
        files = [NamedFile(name, receive(incoming)) for name in request.names]
        checked = check(
            files, stated=request.stated, around=request.around, unpacked=request.bounds.unpacked,
            told=lambda stage: send(outgoing, BEGUN + stage.encode()),
        )  # fmt: skip
        return pack(Answer(checked, tuple(notes.lines), *usage())), not request.back_load
    except MemoryError:
        process_limits.end()
        return pack(Answer(None, tuple(notes.lines), *usage())), False


class _Notes(logging.Handler):
    """Keeps what is logged, for the parent's log. Our own messages hold no cell's value; others are left out."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message of ours."""
        if record.name.startswith("pipelines."):
            self.lines.append(record.getMessage())


def _warm_up() -> None:
    """Check a return of blank rows, so that everything is loaded and compiled before the first real one."""
    files = [NamedFile(f"{name}.csv", _one_row(name)) for name in lexicon().tables]
    check(files, stated=Stated("900001"), around=Surroundings(date(2026, 1, 1)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)  # rows of text make no cycles


def _one_row(table: str) -> bytes:
    names = [column.name for column in lexicon().tables[table].columns]
    return f"{','.join(names)}\nX{',' * (len(names) - 1)}\n".encode()
