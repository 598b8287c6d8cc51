"""Every issue, a row each: for the workbook and as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.cells_given_out import Cell, csv_file
from pipelines.report.results import WORDS
from schemas.issues import Issue

HEADER = ("Result", "Table", "Row", "Column", "What is wrong", "What to do", "Rule")


def issue_rows(issues: Iterable[Issue]) -> list[tuple[Cell, ...]]:
    """Errors first, then by table, row and column; an issue about a whole table says so in place of a row."""
    ordered = sorted(issues, key=lambda issue: (issue.severity, issue.table, issue.row or 0, issue.column or ""))
    return [
        (WORDS[one.severity], one.table, row_or_whole(one), one.column, one.message, one.fix, one.rule)
        for one in ordered
    ]


def row_or_whole(issue: Issue) -> int | str:
    """The row number, or what the issue is about where it is about more than a row."""
    if issue.row is not None:
        return issue.row
    return "whole file" if issue.table == "file" else "whole table"


def issues_csv(issues: Iterable[Issue]) -> bytes:
    """The issues as CSV, UTF-8 with a byte order mark."""
    return csv_file([HEADER, *issue_rows(issues)])
