"""The staged check of a return: read → the school's mapping → personal-data gate → structure → formats → rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.intake.example_rows import in_one_sentence, set_aside
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from schemas.calendar import Term
from schemas.explanation import Explanation
from schemas.issues import Issue, Severity
from schemas.lexicon import lexicon, normalise

if TYPE_CHECKING:
    from pipelines.intake.applying import Unread, Used
    from pipelines.intake.school_mapping import ReadBy

REFUSING = ("file-", "personal-")
RETURN_FIELDS = frozenset({"school urn", "academic year", "term", "key version", "field", "value"})


class Stage(StrEnum):
    """What a check does, one after the other; the last two need the warehouse."""

    READING = "reading"
    GATE = "gate"
    FORMATS = "formats"
    RULES = "rules"
    RELATIONS = "relations"
    HISTORY = "history"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Checked:
    """What a check found, and the typed rows when the file could be read as far as its rows.

    `found_tables` is false when nothing at all could be read.
    `incidents` and `children` hold codes as categoricals, dates as datetime64, missing = blank; `children`
    has `school_urn` too. `used` says which of the school's own wordings were read by its mapping, `unread` which are
    not understood and could be mapped; neither holds a wording that might identify somebody. `explained` are the
    queries that were explained in the version that stands. `read_by` says which mapping read it; None where no mapping
    could have, or none was to.
    """

    issues: tuple[Issue, ...]
    sha256: str
    found_tables: bool = True
    incidents: pd.DataFrame | None = None
    children: pd.DataFrame | None = None
    academic_year: str | None = None
    term: Term | None = None
    key_version: str = "1"
    used: tuple[Used, ...] = ()
    unread: tuple[Unread, ...] = ()
    explained: Mapping[Issue, Explanation] = field(default_factory=dict)
    read_by: ReadBy | None = None

    @property
    def readable(self) -> bool:
        """Whether the file was read as far as its rows."""
        return self.incidents is not None

    @property
    def rows_read(self) -> Mapping[str, int]:
        """How many rows of each table were read; empty when the file was not read as far as its rows."""
        tables = {"incidents": self.incidents, "children": self.children}
        return {name: len(rows) for name, rows in tables.items() if rows is not None}

    @property
    def has_errors(self) -> bool:
        """Whether an error stops it."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)


def check(
    files: Sequence[NamedFile], *, stated: Stated, around: Surroundings, unpacked: int | None = None,
    told: Callable[[Stage], object] = lambda _: None,
) -> Checked:  # fmt: skip
    """Check the files of one return, or of one term's returns of several schools; stores nothing.

    `unpacked` bounds what a ZIP or workbook may unpack to, in megabytes; `told` is called as each stage begins.
    """
    # The stages take seconds to load; whoever records a nil return needs none of them.
    from pipelines.intake import applying, formats, personal_data, reading, relations, rules, structure, whole
    from pipelines.intake.school_mapping import NO_MAPPING

    told(Stage.READING)
    read = reading.read(files, unpacked=unpacked)
    applied = applying.apply(read.tables, around.mapping or NO_MAPPING)
    told(Stage.GATE)
    found = personal_data.inspect(applied.tables, known=known_headers())
    issues = [*read.issues, *applying.settle(found, applied)]
    unread = applying.unread(applied, issues)
    tables, found = set_aside(applied.tables)
    shaped = structure.shape(tables, stated=stated)
    issues += [*found, *shaped.issues]
    if shaped.incidents is None or shaped.children is None:
        used = applying.counted(applied, {})
        return Checked(tuple(issues), read.sha256, bool(read.tables), used=used, unread=unread)
    if not len(shaped.incidents) and not len(shaped.children):
        return Checked(in_one_sentence(issues), read.sha256)
    told(Stage.FORMATS)
    incidents, found = formats.check("incidents", shaped.incidents)
    issues += found
    children, found = formats.check("children", shaped.children)
    issues += found
    placed = structure.place(incidents, children, shaped.stated)
    issues += placed.issues
    told(Stage.RULES)
    issues += rules.check("incidents", incidents, today=around.today)
    issues += rules.check("children", children, today=around.today)
    told(Stage.RELATIONS)
    issues += relations.check(incidents, placed.children, placed.stated, around)
    issues += whole.check(incidents)
    issues += whole.beyond_the_roll(incidents, around.schools)
    return Checked(
        _said_once(issues),
        read.sha256,
        True,
        incidents,
        placed.children,
        placed.stated.academic_year,
        placed.stated.term,
        placed.stated.key_version,
        used=applying.counted(applied, {"incidents": incidents, "children": placed.children}),
        unread=unread,
    )


def _said_once(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Without the format of a cell that the reader or the personal-data gate has refused already."""
    refused = {(issue.table, issue.row, issue.column) for issue in issues if issue.rule.startswith(REFUSING)}
    return tuple(
        issue
        for issue in issues
        if not issue.rule.startswith("format-") or (issue.table, issue.row, issue.column) not in refused
    )


def known_headers() -> Mapping[str, frozenset[str]]:
    """The normalised headers that each sheet may have."""
    tables = lexicon().tables
    return {
        "incidents": frozenset(tables["incidents"].by_header),
        "children": frozenset(tables["children"].by_header) | {normalise("school_urn")},
        "return": RETURN_FIELDS,
    }
