"""What a check found, in the order and words in which people read it: by rule, the heaviest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from schemas.issues import Issue, Severity, errors, queries
from schemas.rulebook import book

COLUMNS = ("Table", "Row", "Column", "What is wrong", "What to do")
WHOLE = "whole table"
PAGE = 100  # rows of one table shown at once: a browser draws 200 rows in about two seconds

STAGES: Mapping[str, str] = {
    "file": "The file can be opened and read",
    "personal": "Nothing in it identifies a person",
    "structure": "The tables, columns and schools are the right ones",
    "format": "Dates, answers and references are written as they should be",
    "cross": "Answers in one row agree with each other",
    "whole": "The return as a whole is as one would expect it",
    "history": "It agrees with the returns sent before, and holds your schools only",
}
NEEDS_ROWS = frozenset({"format", "cross", "whole", "history"})


@dataclass(frozen=True, slots=True)
class Group:
    """The issues of one rule, with its heading in plain words."""

    rule: str
    heading: str
    issues: tuple[Issue, ...]


def groups(issues: Iterable[Issue]) -> tuple[Group, ...]:
    """Issues by rule; rules in the order of the stages, and rows in the order of the file."""
    by_rule: dict[str, list[Issue]] = {}
    for issue in sorted(issues, key=_place):
        by_rule.setdefault(issue.rule, []).append(issue)
    return tuple(Group(rule, _heading(rule, found), tuple(found)) for rule, found in by_rule.items())


def _place(issue: Issue) -> tuple[object, ...]:
    stage = stage_of(issue.rule)
    order = list(STAGES).index(stage) if stage in STAGES else len(STAGES)
    return (order, issue.rule, issue.table, issue.row or 0, issue.column or "")


def _heading(rule: str, found: Sequence[Issue]) -> str:
    messages = {issue.message for issue in found}
    check = book().get(rule)
    if len(messages) == 1 or check is None or check.heading is None:
        return found[0].message.rstrip(".")
    return check.heading


def heading_of_rule(rule: str) -> str:
    """What a rule is about, without the facts of any one return; its id where it is no longer in the rule book."""
    check = book().get(rule)
    return rule if check is None else check.in_general


def stage_of(rule: str) -> str:
    """The stage of the check that a rule belongs to."""
    return rule.partition("-")[0]


def as_table(issues: Iterable[Issue]) -> pd.DataFrame:
    """One row for each issue, in words; never a cell's value, for an issue holds none."""
    rows = [
        (issue.table, WHOLE if issue.row is None else str(issue.row), issue.column or "–", issue.message, issue.fix)
        for issue in issues
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pages(count: int, *, size: int = PAGE) -> list[tuple[int, int]]:
    """The stretches, first and last place, in which that many rows are shown."""
    return [(first, min(first + size, count)) for first in range(0, count, size)]


def stages_passed(issues: Sequence[Issue], *, readable: bool) -> tuple[str, ...]:
    """What was looked at and found right, in words."""
    failed, later = {stage_of(issue.rule) for issue in issues}, _not_reached(issues, readable=readable)
    return tuple(words for stage, words in STAGES.items() if stage not in failed and stage not in later)


def stages_not_reached(issues: Sequence[Issue], *, readable: bool) -> tuple[str, ...]:
    """What could not be looked at, or not wholly, because the rows could not be read; in words."""
    failed = {stage_of(issue.rule) for issue in issues}
    later = _not_reached(issues, readable=readable)
    return tuple(words for stage, words in STAGES.items() if stage in later and stage not in failed)


def _not_reached(issues: Sequence[Issue], *, readable: bool) -> frozenset[str]:
    """Without rows the later stages are not reached; a file that cannot be read hides more than that."""
    if readable:
        return frozenset()
    hidden = any(stage_of(issue.rule) == "file" for issue in issues)
    return NEEDS_ROWS | {"personal", "structure"} if hidden else NEEDS_ROWS


def counted(number: int, noun: str, *, plural: str | None = None) -> str:
    """A number with its noun: “1 incident”, “1,204 incidents”, “no incidents”."""
    if number == 0:
        return f"no {plural or noun + 's'}"
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def summary(issues: Sequence[Issue], *, unsigned: bool = False) -> str:
    """The first sentence: how many must be fixed, how many looked at, and what that means.

    `unsigned`: sign-off is asked for, so that it can be sent only after that.
    """
    sendable = "can be sent once it is signed off" if unsigned else "can be sent"
    wrong, doubtful = errors(issues), queries(issues)
    if wrong:
        also = f" and {counted(len(doubtful), 'issue')} to look at" if doubtful else ""
        return f"This return cannot be sent yet: there {_are(wrong)} {counted(len(wrong), 'issue')} you must fix{also}."
    if doubtful:
        return (
            f"This return {sendable}. Look at {counted(len(doubtful), 'issue')} first: "
            "correct the file and check it again, or say why the answers stand."
        )
    return f"Nothing is wrong with this return, and it {sendable}."


def _are(found: Sequence[Issue]) -> str:
    return "is" if len(found) == 1 else "are"


def heading_of(severity: Severity) -> str:
    """The heading that English school offices know from the planning data check service."""
    return {Severity.ERROR: "Issues you must fix", Severity.QUERY: "Issues you need to look at"}[severity]
