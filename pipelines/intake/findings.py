"""Turn what a stage found (a rule and the rows it fails on) into issues; the wording of the stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.issues import Issue, Severity
from schemas.lexicon import Column

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


def bad_format(rule: str, table: str, column: Column) -> Finding:
    """A cell that is not in its column's format."""
    message, fix = FORMAT_WORDS[column.kind]
    return Finding(
        Severity.ERROR,
        rule,
        table,
        column.name,
        f"{column.label}: {message}",
        fix.format(codes=listed([code.code for code in column.codes.codes]) if column.codes else ""),
    )


def blank_core(table: str, column: Column) -> Finding:
    """A blank in a core column."""
    answer = "Choose an answer" + (" (“not_known” is one)." if _offers_not_known(column) else ".")
    return Finding(
        Severity.ERROR,
        "format-core-blank",
        table,
        column.name,
        f"{column.label} is blank; every return must have it.",
        answer if column.codes else f"Fill in {column.name}.",
    )


def blank_optional(table: str, column: Column, *, whole: bool) -> Finding:
    """A missing answer outside the core."""
    message = f"{column.label} is blank in every row." if whole else f"{column.label} is blank."
    fix = "Answer “not_known” if it is not known" if _offers_not_known(column) else "Fill it in"
    return Finding(Severity.QUERY, "format-blank", table, column.name, message, f"{fix}, or explain.")


def month_first(table: str, column: Column) -> Finding:
    """A date column in which some date exists only month first."""
    return Finding(
        Severity.ERROR,
        "format-date-month-first",
        table,
        column.name,
        f"{column.label}: this date exists only if the month is read first, so no date with slashes in the "
        "column can be trusted.",
        "Export the column with the day first (dd/mm/yyyy) or as year-month-day, and send it again.",
    )


def listed(words: Sequence[str]) -> str:
    """Words in a sentence, the long lists cut after twelve."""
    shown = list(words[:12])
    return ", ".join(shown) + (f" and {len(words) - 12} more" if len(words) > 12 else "")


def _offers_not_known(column: Column) -> bool:
    return column.codes is not None and any(code.code == "not_known" for code in column.codes.codes)


FORMAT_WORDS = {
    "date": ("this is not a date.", "Write dates as dd/mm/yyyy, for example 25/09/2025."),
    "code": ("this is not one of the answers.", "Use one of: {codes}."),
    "codes": ("not all of these are answers of the list.", "Use one or more of: {codes}; semicolons between them."),
    "urn": ("this is not a school's URN.", "A URN has six digits, as in the register of schools."),
    "key": (
        "this is not a pseudonymous key.",
        "A key is 16 to 64 characters of 0-9 and a-f, kept as text. If the spreadsheet turned it into a number, "
        "format the column as text and paste the keys again.",
    ),
    "text": (
        "this is not a reference of the right form.",
        "Use up to 32 letters, digits, hyphens and underscores, and nothing that names a person.",
    ),
}  # fmt: skip
