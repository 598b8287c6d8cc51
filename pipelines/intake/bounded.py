"""The door for what people send: the whole check, in a process of its own, within bounds of time and memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pipelines.intake.bounds import Bounds, bounds_for, is_back_load
from pipelines.intake.checking import Checked
from pipelines.intake.messages import Request, for_the_log
from pipelines.intake.reading_processes import StoppedError, Told, processes
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile, fingerprint
from pipelines.intake.wordings import issue

log = logging.getLogger(__name__)


def get_ready() -> None:
    """Start the process that reads, in the background, so that the first sender need not wait for it."""
    processes.get_ready()


def check(
    files: Sequence[NamedFile], *, stated: Stated, around: Surroundings, bounds: Bounds | None = None,
    told: Told = lambda _: None,
) -> Checked:  # fmt: skip
    """The same as `checking.check`; a file that takes more than its bounds allow is refused with a sentence."""
    names = tuple(file.name for file in files)
    request = Request(names, stated, around, bounds or bounds_for(files), is_back_load(files))
    try:
        answer = processes.ask(request, [file.content for file in files], told)
    except StoppedError as stopped:
        log.warning("reading was stopped: %s", stopped)
        return refused(files)
    for line in for_the_log(answer.noted):
        log.warning("%s", line)
    return answer.checked or refused(files)


def refused(files: Sequence[NamedFile]) -> Checked:
    """What the sender reads when reading was stopped."""
    where = "The file" if len(files) == 1 else "The files together"
    return Checked((issue("file-too-demanding", where=where),), fingerprint(files), found_tables=False)
