"""The door for files: whatever was sent, out come tables of text and issues, never an exception."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from pipelines.intake.archive import files_in
from pipelines.intake.delimited import Delimited, open_delimited, read_delimited
from pipelines.intake.kinds import Kind, kind_of
from pipelines.intake.layout import known_headers
from pipelines.intake.personal_data import inspect_name
from pipelines.intake.tables import NamedFile, Reading, TextTable, fingerprint
from pipelines.intake.wordings import FileFault, issue
from pipelines.intake.workbook import read_workbook, title_issues
from pipelines.intake.zip_parts import MEGABYTE
from schemas.issues import Issue
from schemas.lexicon import normalise

UPLOAD_LIMIT = 20 * MEGABYTE
_INSIDE_LIMIT = 4_000 * MEGABYTE
_EXPANSION = 20
_MAX_FILES = 10
_NEEDED = ("incidents", "children")
_TELLING = {"incidents": "reported date", "children": "child key"}

log = logging.getLogger(__name__)


@dataclass
class _Found:
    """What has been read so far."""

    known: frozenset[str]
    inside_limit: int
    tables: list[TextTable] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unread: int = 0

    def refuse(self, fault: Issue) -> None:
        """Note a file that could not be read at all."""
        self.issues.append(fault)
        self.unread += 1


def read(files: Sequence[NamedFile], *, limit_bytes: int | None = None, unpacked: int | None = None) -> Reading:
    """Read one workbook, two CSV files or a ZIP of them; all that is wrong is in the issues.

    `limit_bytes` bounds each file as sent and, twentyfold, what it may unpack to, unless that is given: `unpacked`,
    in megabytes. A MemoryError is raised, since only who set that bound can say so.
    """
    inside = limit_bytes * _EXPANSION if limit_bytes else _INSIDE_LIMIT
    inside = unpacked * MEGABYTE if unpacked else inside
    found = _Found(known=known_headers(), inside_limit=inside)
    for place, file in zip(_places(files), files[:_MAX_FILES], strict=False):
        _guarded(found, file, where=place, limit_bytes=limit_bytes)
    found.issues += _about_the_whole(found, files)
    tables = {table.name: table for table in reversed(found.tables)}
    return Reading(MappingProxyType(tables), tuple(found.issues), fingerprint(files))


def _places(files: Sequence[NamedFile]) -> list[str]:
    if len(files) == 1:
        return ["The file"]
    return [f"File {number}" for number, _ in enumerate(files, start=1)]


def _guarded(found: _Found, file: NamedFile, *, where: str, limit_bytes: int | None) -> None:
    """Read one file; a fault of ours, or in a library beneath, must not become a half-read return."""
    found.issues += inspect_name(file.name, where=where)
    try:
        if limit_bytes is not None and len(file.content) > limit_bytes:
            raise FileFault("file-too-large", limit=limit_bytes // MEGABYTE)
        _read_one(found, file, where=where)
    except FileFault as fault:
        found.refuse(fault.as_issue(where=where))
    except MemoryError:
        raise
    except Exception as error:  # hostile files find errors that no list foresees
        if type(error) is pa.ArrowException:  # "unknown error": a thread of Arrow's found no memory
            raise MemoryError from None
        log.warning("a file could not be read: %s", type(error).__name__)
        found.refuse(issue("file-unreadable", where=where))


def _read_one(found: _Found, file: NamedFile, *, where: str) -> None:
    kind, parts = kind_of(file.content, inside_limit=found.inside_limit)
    if parts is None:
        _read_text(found, file, where=where)
    elif kind is Kind.WORKBOOK:
        tables, issues = read_workbook(parts, known=found.known)
        found.tables += tables
        found.issues += issues
    else:
        for number, inner in enumerate(files_in(parts), start=1):
            _guarded_text(found, inner, where=f"File {number} in the ZIP")


def _guarded_text(found: _Found, file: NamedFile, *, where: str) -> None:
    found.issues += inspect_name(file.name, where=where)
    try:
        _read_text(found, file, where=where)
    except FileFault as fault:
        found.refuse(fault.as_issue(where=where))


def _read_text(found: _Found, file: NamedFile, *, where: str) -> None:
    text = open_delimited(file.content, known=found.known)
    name = which_table(file.name, text)
    if name is None:
        raise FileFault("file-not-recognised")
    table, issues = read_delimited(text, name=name)
    found.tables.append(table)
    found.issues += [*issues, *title_issues(text.header.above, where=where)]


def which_table(file_name: str, text: Delimited) -> str | None:
    """The table that a CSV file holds: by its name, or else by a column that only one table has."""
    words = frozenset(re.split(r"[^a-z]+", normalise(file_name)))
    named = [table for table in _NEEDED if table in words or table.rstrip("s") in words]
    if len(named) == 1:
        return named[0]
    telling = [table for table, column in _TELLING.items() if column in text.header.keys]
    return telling[0] if len(telling) == 1 else None


def _about_the_whole(found: _Found, files: Sequence[NamedFile]) -> list[Issue]:
    if not files:
        return [issue("file-nothing-sent")]
    issues = [issue("file-too-many", count=len(files))] if len(files) > _MAX_FILES else []
    times = Counter(table.name for table in found.tables)
    issues += [issue("file-duplicate-table", table=name) for name, count in times.items() if count > 1]
    spoken_of = {found_issue.table for found_issue in found.issues}
    if not found.unread:
        missing = [name for name in _NEEDED if name not in times and name not in spoken_of]
        issues += [issue("file-missing-table", table=name) for name in missing]
    return issues
