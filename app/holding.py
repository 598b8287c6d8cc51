"""A file held between its check and the next, while a person maps its wordings, so that nobody uploads it twice.

It is the one case in which rows of a return with errors stay for a while: in the memory of the person's own session,
sealed (`pipelines.at_rest`), never on disk. A file that holds personal data, or could not be read whole, is not held;
nor is a large one. It goes with the draft: mapped, cancelled, another file or another person; and it is not used after
half an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.at_rest import Sealed, seal
from pipelines.mappings import Unread
from pipelines.returns import NamedFile
from schemas.issues import Issue

MOST_BYTES = 5 * 1024 * 1024
LONGEST = timedelta(minutes=30)
NEVER_HELD = ("personal-", "file-")


@dataclass(frozen=True)
class Held:
    """The files as they were sent, sealed, and until when they may be checked again."""

    files: tuple[tuple[str, Sealed], ...]
    until: datetime


def hold(files: Sequence[NamedFile], *, issues: Sequence[Issue], unread: Sequence[Unread]) -> Held | None:
    """The files, where a mapping could settle something and holding them is safe."""
    refused = any(issue.rule.startswith(NEVER_HELD) for issue in issues)
    if not unread or refused or sum(len(file.content) for file in files) > MOST_BYTES:
        return None
    return Held(tuple((file.name, seal(file.content)) for file in files), datetime.now(UTC) + LONGEST)


def still(held: Held | None) -> tuple[NamedFile, ...]:
    """The files, while they may be used; none after that."""
    if held is None or datetime.now(UTC) >= held.until:
        return ()
    return tuple(NamedFile(name, sealed.open()) for name, sealed in held.files)
