"""One way to say that something in a reference file is wrong."""

from __future__ import annotations

from schemas.issues import Issue, Severity


def complaint(
    rule: str,
    message: str,
    fix: str,
    *,
    row: int | None = None,
    column: str | None = None,
    severity: Severity = Severity.ERROR,
) -> Issue:
    """An issue about a reference file; the table is always "register"."""
    return Issue(severity, rule, "register", row, column, message, fix)
