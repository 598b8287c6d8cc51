"""Turn what a stage found (a rule and the rows it fails on) into issues, in the words of the rule book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.issues import Issue, Severity
from schemas.lexicon import Column
from schemas.rulebook import book

SHOWN = 1000  # rows of one rule and column listed one by one; a summary counts the rest


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that some rows of one column fail."""

    severity: Severity
    rule: str
    table: str
    column: str | None
    message: str
    fix: str

    def at(self, rows: Iterable[int]) -> list[Issue]:
        """An issue for each row, and beyond a thousand one that counts the rest."""
        numbers = sorted(int(row) for row in rows)
        found = [self._issue(row, self.message) for row in numbers[:SHOWN]]
        if (more := len(numbers) - SHOWN) > 0:
            found.append(self._issue(None, f"{self.message} The same in {more:,} further rows."))
        return found

    def whole(self) -> Issue:
        """The issue about the table or column as a whole."""
        return self._issue(None, self.message)

    def _issue(self, row: int | None, message: str) -> Issue:
        return Issue(self.severity, self.rule, self.table, row, self.column, message, self.fix)


def finding(rule: str, *, table: str | None = None, column: str | None = None, **facts: object) -> Finding:
    """The rule book's entry about a table and column (its own where none is given), its words filled with facts."""
    entry = book()[rule]
    place = {"table": table or entry.table, "column": column or entry.column}
    message, fix = (words.format(**{**place, **facts}) for words in (entry.message, entry.fix))
    return Finding(entry.severity, rule, place["table"] or entry.table, place["column"], message, fix)


def bad_format(rule: str, table: str, column: Column) -> Finding:
    """A cell that is not in its column's format."""
    codes = listed([code.code for code in column.codes.codes]) if column.codes else ""
    return finding(rule, table=table, column=column.name, label=column.label, codes=codes)


def blank_core(table: str, column: Column) -> Finding:
    """A blank in a core column."""
    answer = "Choose an answer" + (" (“not_known” is one)." if _offers_not_known(column) else ".")
    told = answer if column.codes else f"Fill in {column.name}."
    return finding("format-core-blank", table=table, column=column.name, label=column.label, answer=told)


def blank_optional(table: str, column: Column, *, whole: bool) -> Finding:
    """A missing answer outside the core."""
    answer = "Answer “not_known” if it is not known" if _offers_not_known(column) else "Fill it in"
    every = " in every row" if whole else ""
    return finding("format-blank", table=table, column=column.name, label=column.label, every=every, answer=answer)


def month_first(table: str, column: Column) -> Finding:
    """A date column in which some date exists only month first."""
    return finding("format-date-month-first", table=table, column=column.name, label=column.label)


def listed(words: Sequence[str]) -> str:
    """Words in a sentence, the long lists cut after twelve."""
    shown = list(words[:12])
    return ", ".join(shown) + (f" and {len(words) - 12} more" if len(words) > 12 else "")


def _offers_not_known(column: Column) -> bool:
    return column.codes is not None and any(code.code == "not_known" for code in column.codes.codes)
