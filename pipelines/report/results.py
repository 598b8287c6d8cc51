"""How each row fared: what its issues say, in the words of the school census."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.issues import Issue, Severity

CORRECT, EXPLAIN, NOTHING = "Must be corrected", "Correct or explain", "No issue"
NOT_CERTAIN = "See All issues: not every row is listed there"
WORDS: Mapping[Severity, str] = {Severity.ERROR: CORRECT, Severity.QUERY: EXPLAIN}
_MOST = 12  # issues of one row that are written out


def rows_with_issues(issues: Iterable[Issue], *, table: str) -> list[int]:
    """The row numbers of a table that an issue names, errors before queries."""
    own = [issue for issue in issues if issue.table == table and issue.row is not None]
    ordered = sorted(own, key=lambda issue: (issue.severity is not Severity.ERROR, issue.row))
    return list(dict.fromkeys(issue.row for issue in ordered if issue.row is not None))


def listed_in_part(issues: Iterable[Issue], *, table: str) -> bool:
    """Whether some rule lists rows of a table one by one and then counts the rest."""
    own = [issue for issue in issues if issue.table == table]
    with_rows = {(issue.rule, issue.column) for issue in own if issue.row is not None}
    return any(issue.row is None and (issue.rule, issue.column) in with_rows for issue in own)


def by_row(issues: Iterable[Issue], *, table: str) -> Mapping[int, list[Issue]]:
    """The issues of each row of a table, errors first."""
    found: dict[int, list[Issue]] = {}
    for issue in sorted(issues, key=lambda issue: (issue.severity, issue.rule, issue.column or "")):
        if issue.table == table and issue.row is not None:
            found.setdefault(issue.row, []).append(issue)
    return found


def result(issues: Sequence[Issue], *, certain: bool) -> str:
    """One word or two on a row: its heaviest issue, or that it has none."""
    if not issues:
        return NOTHING if certain else NOT_CERTAIN
    return CORRECT if any(issue.severity is Severity.ERROR for issue in issues) else EXPLAIN


def in_words(issues: Sequence[Issue]) -> str:
    """What is wrong with a row, issue by issue on lines of their own."""
    lines = [f"{issue.column}: {issue.message}" if issue.column else issue.message for issue in issues[:_MOST]]
    if (more := len(issues) - _MOST) > 0:
        lines.append(f"and {more} more: see All issues")
    return "\n".join(lines)
