"""What to fix first: the errors by rule, those that stop most first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.cells_given_out import Cell
from pipelines.report.issues_file import row_or_whole
from schemas.issues import Issue, errors
from schemas.rulebook import book

_SHOWN = 8  # row numbers that are written out


@dataclass(frozen=True, slots=True)
class ToFix:
    """One rule in one table: what is wrong, what to do, and in how many rows (a text where nobody counted)."""

    what: str
    to_do: str
    table: str
    columns: str
    rows: Cell
    first_rows: str
    rule: str


def to_fix(issues: Iterable[Issue]) -> tuple[ToFix, ...]:
    """The errors by rule and table, those of a whole table or file first, then by how many rows they touch."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in errors(issues):
        groups.setdefault((issue.rule, issue.table), []).append(issue)
    ordered = sorted(groups.items(), key=lambda item: (-_weight(item[1]), item[0]))
    return tuple(_to_fix(found) for _, found in ordered)


def _rows(found: list[Issue]) -> list[int]:
    return sorted({issue.row for issue in found if issue.row is not None})


def _weight(found: list[Issue]) -> float:
    return len(_rows(found)) or float("inf")


def _to_fix(found: list[Issue]) -> ToFix:
    first, rows = found[0], _rows(found)
    more = any(issue.row is None for issue in found)
    count: Cell = (f"more than {len(rows):,}" if more else len(rows)) if rows else row_or_whole(first)
    listed = ", ".join(map(str, rows[:_SHOWN])) + (" …" if len(rows) > _SHOWN or (rows and more) else "")
    columns = ", ".join(sorted({issue.column for issue in found if issue.column}))
    return ToFix(_what(found), first.fix, first.table, columns, count, listed, first.rule)


def _what(found: list[Issue]) -> str:
    """The sentence that all of them share, or what the rule book calls the rule."""
    said = {issue.message for issue in found if issue.row is not None} or {issue.message for issue in found}
    entry = book().get(found[0].rule)
    return entry.heading if len(said) > 1 and entry and entry.heading else min(said)
