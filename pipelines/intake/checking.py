"""The staged check of a return: read → personal-data gate → mapping → structure → formats → rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from schemas.calendar import Term
from schemas.issues import Issue, Severity
from schemas.lexicon import lexicon, normalise

REFUSING = ("file-", "personal-")
RETURN_FIELDS = frozenset({"school urn", "academic year", "term", "key version", "field", "value"})


@dataclass(frozen=True)
class Checked:
    """What a check found, and the typed rows when the file could be read as far as its rows.

    `found_tables` is false when nothing at all could be read.
    `incidents` and `children` hold codes as categoricals, dates as datetime64, missing = blank; `children`
    has `school_urn` too.
    """

    issues: tuple[Issue, ...]
    sha256: str
    found_tables: bool = True
    incidents: pd.DataFrame | None = None
    children: pd.DataFrame | None = None
    academic_year: str | None = None
    term: Term | None = None
    key_version: str = "1"

    @property
    def readable(self) -> bool:
        """Whether the file was read as far as its rows."""
        return self.incidents is not None

    @property
    def has_errors(self) -> bool:
        """Whether an error stops it."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)


def check(files: Sequence[NamedFile], *, stated: Stated, around: Surroundings) -> Checked:
    """Check the files of one return, or of one term's returns of several schools; stores nothing."""
    # The stages take seconds to load; whoever records a nil return needs none of them.
    from pipelines.intake import formats, personal_data, reading, relations, rules, structure

    read = reading.read(files)
    issues = [*read.issues, *personal_data.inspect(read.tables, known=known_headers())]
    shaped = structure.shape(read.tables, stated=stated)
    issues += shaped.issues
    if shaped.incidents is None or shaped.children is None:
        return Checked(tuple(issues), read.sha256, bool(read.tables))
    incidents, found = formats.check("incidents", shaped.incidents)
    issues += found
    children, found = formats.check("children", shaped.children)
    issues += found
    placed = structure.place(incidents, children, shaped.stated)
    issues += placed.issues
    issues += rules.check("incidents", incidents, today=around.today)
    issues += rules.check("children", children, today=around.today)
    issues += relations.check(incidents, placed.children, placed.stated, around)
    return Checked(
        _said_once(issues),
        read.sha256,
        True,
        incidents,
        placed.children,
        placed.stated.academic_year,
        placed.stated.term,
        placed.stated.key_version,
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
