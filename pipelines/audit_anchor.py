"""Where the record ended, said where the warehouse cannot change it: without that, an end cut off would not show.

An anchor is a line with the place and the hash of an event, authenticated with a key made from the portal's own. The
portal keeps anchors in a file beside the warehouse, written after each transaction that recorded something is on disk:
so that file may lag by what was recorded as a machine failed, and never says more than there is. Whoever can put both
files back to an earlier state can still cut the end off, so a line can be printed and kept elsewhere.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines import audit
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError

ENDING = ".anchor"
DAYS_EACH = 31  # of the last month an anchor of each day is kept, of the time before one of each month
_HASH, _MOMENT = "([0-9a-f]{64})", "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})"
FORM = re.compile(f"plumbline-anchor 1 ([1-9][0-9]{{0,15}}) {_HASH} {_MOMENT} {_HASH}")
NOT_OURS = (
    "This is no anchor of this portal's record: it was changed or cut short, or was made with another PLUMBLINE_KEY."
)
DIFFERS = (
    "The record is not what was anchored. The anchors stay as they are; see “plumbline audit verify”, and after a "
    "restored backup “plumbline audit anchor --anew”."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The place and hash of an event that was in the record at a moment (UTC)."""

    sequence: int
    hash: str
    when: datetime

    def line(self, key: bytes) -> str:
        """One line to keep; it tells nothing of what is recorded."""
        return f"{self._said()} {_mac(key, self._said())}"

    def _said(self) -> str:
        return f"plumbline-anchor 1 {self.sequence} {self.hash} {self.when.isoformat(timespec='seconds')}"


def read_line(key: bytes, line: str) -> Anchor:
    """The anchor of a line that was printed; QuestionError for any other."""
    said = " ".join(line.split())
    found = FORM.fullmatch(said)
    if found is None or not hmac.compare_digest(found[4], _mac(key, said.rpartition(" ")[0])):
        raise QuestionError(NOT_OURS)
    try:
        return Anchor(int(found[1]), found[2], datetime.fromisoformat(found[3]))
    except ValueError:
        raise QuestionError(NOT_OURS) from None


def _mac(key: bytes, said: str) -> str:
    own = hmac.digest(key, b"plumbline\x00anchor of the record", "sha256")
    return hmac.digest(own, said.encode(), "sha256").hex()


class Anchors:
    """The anchors of one warehouse, in a file beside it."""

    def __init__(self, warehouse: Path, key: bytes, *, clock: Callable[[], datetime] = audit.now) -> None:
        self.path = warehouse.with_name(warehouse.name + ENDING)
        self._key, self._clock = key, clock
        self._kept: list[Anchor] | None = None

    def begin(self, warehouse: Warehouse) -> None:
        """Follow a warehouse from now on; where its record is not what was anchored, keep what shows it instead.

        Asked once, when the warehouse is opened: while it is open nobody else can write to it.
        """
        with warehouse.reading() as cursor:
            if self.fits(cursor):
                warehouse.when_kept = self.follow
            else:
                log.error(DIFFERS)

    def fits(self, cursor: Cursor) -> bool:
        """Whether the event that was anchored last is in the record as it was."""
        try:
            anchors = self.read()
        except QuestionError:
            return False
        if not anchors:
            return True
        found = cursor.rows("SELECT hash FROM audit WHERE sequence = $place", {"place": anchors[-1].sequence})
        return [row["hash"] for row in found] == [anchors[-1].hash]

    def follow(self, noted: Mapping[str, Any]) -> None:
        """Keep the end of the record that a transaction left; for `Warehouse.when_kept`.

        What was written is on disk already: that its anchor could not be kept must not look like a write that failed.
        """
        if audit.HEAD not in noted:
            return
        sequence, own = noted[audit.HEAD]
        try:
            self.keep(Anchor(int(sequence), str(own), self._clock()))
        except (OSError, QuestionError) as fault:
            log.error("the anchor of the record could not be kept: %s", type(fault).__name__)

    def keep(self, anchor: Anchor) -> None:
        """Put an anchor at the end of the file, for an earlier one of the same day; never one that goes back."""
        before = self.read() if self._kept is None else self._kept
        if before and anchor.sequence <= before[-1].sequence:
            raise QuestionError(DIFFERS)
        kept = thinned([*before, anchor])
        self._write(kept)
        self._kept = kept

    def last_at(self, sequence: int, own: str) -> Anchor:
        """The anchor of the record's present end: the one that is kept, or a new one."""
        kept = self.read()
        if kept and kept[-1].sequence == sequence:
            return kept[-1]
        self.keep(Anchor(sequence, own, self._clock()))
        return self.read()[-1]

    def anew(self) -> None:
        """Put the anchors aside, under a name that tells when: the next one is the first."""
        if self.path.exists():
            self.path.rename(self.path.with_name(f"{self.path.name}.{self._clock():%Y%m%dT%H%M%S}"))
        self._kept = []

    def _write(self, anchors: Sequence[Anchor]) -> None:
        beside = self.path.with_name(self.path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("".join(f"{one.line(self._key)}\n" for one in anchors))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def read(self) -> list[Anchor]:
        """The anchors that are kept, the earliest first; QuestionError where the file was changed."""
        try:
            lines = self.path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, ValueError):
            raise QuestionError(NOT_OURS) from None
        return [read_line(self._key, line) for line in lines]


def thinned(anchors: list[Anchor]) -> list[Anchor]:
    """The last anchor of each day of the last month, and of each month before."""
    recent = anchors[-1].when - timedelta(days=DAYS_EACH)
    last: dict[str, Anchor] = {}
    for one in anchors:
        last[one.when.strftime("%Y-%m-%d" if one.when > recent else "%Y-%m")] = one
    return list(last.values())
