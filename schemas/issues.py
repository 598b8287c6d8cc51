"""What a check says: the one shape that every check, reader and gate returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """As in the school census: an error must be corrected, a query corrected or explained."""

    ERROR = "error"
    QUERY = "query"


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One thing wrong with a return.

    `row` is the row number as the spreadsheet or editor shows it (the header is usually row 1), or None
    when the issue is about the whole table or file. `message` and `fix` never contain a cell's value.
    """

    severity: Severity
    rule: str
    table: str
    row: int | None
    column: str | None
    message: str
    fix: str

    def as_dict(self) -> dict[str, str | int | None]:
        """A plain mapping, for JSON and for tables on screen."""
        return {**asdict(self), "severity": str(self.severity)}


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Those that stop a return."""
    return [issue for issue in issues if issue.severity is Severity.ERROR]


def queries(issues: Iterable[Issue]) -> list[Issue]:
    """Those that are listed with it."""
    return [issue for issue in issues if issue.severity is Severity.QUERY]
