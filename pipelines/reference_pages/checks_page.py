"""The checks: everything that can be said of a return before it is kept, in the words that are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.intake.identifiers import IDENTIFIERS
from pipelines.reference_pages.markdown import bullets, code, codes, page, table
from schemas.issues import Severity
from schemas.rulebook import SELECTORS, VERSION, Check, book

INTRODUCTION = """\
A return passes seven stages: the file can be read; it holds no personal data; its tables and columns are known; every
cell is in its column's format; its answers agree with each other; it is plausible as a whole; and it agrees with what
the school sent before. An **error** must be corrected. A **query** is corrected or explained. No message repeats what a
cell holds."""
EXAMPLES = """\
The two examples of a check are changes of one sound return, which passes everything
(`data/sample/broken/accepted-workbook`; row 2 is its first incident or child), or a file of that folder or of the
tests.
They are run as tests: the one passes, the other fires this check and no other."""
STAGES: Mapping[str, tuple[str, str]] = {
    "file": ("Reading the file", "Nothing is read of a file, or of a part of it, that one of these stops."),
    "personal": ("Keeping personal data out", "Refused before anything is stored; the value is never repeated."),
    "structure": ("Tables, columns, school and term", "Without its core columns a table is read no further."),
    "format": ("Each cell", "Everything is text until it is in its column's format (see the data dictionary)."),
    "cross": ("Answers that must agree", "A condition fails only where it is true: what is not known fails nothing."),
    "whole": ("The return as a whole", "A school is held against itself only, never against others."),
    "history": (
        "What was sent before",
        "Held against the versions that stand, of the sender's own schools only, and of the terms on whose last day "
        "they were the sender's.",
    ),
}
MUST = {Severity.ERROR: "must be corrected", Severity.QUERY: "correct or explain"}


def checks_page() -> str:
    """The page `checks.md`."""
    return page(
        "Checks",
        INTRODUCTION,
        f"This is version {VERSION} of the rule book: {len(book())} checks. {EXAMPLES}",
        *(block for stage in STAGES for block in _stage(stage)),
    )


def _stage(stage: str) -> Iterator[str]:
    title, note = STAGES[stage]
    own = [check for check in book().values() if check.stage == stage]
    yield f"## {title}"
    yield note
    if stage == "personal":
        yield table(("Check", "What it finds"), ((code(one.rule), one.kind) for one in IDENTIFIERS))
    for check in own:
        yield f"### {check.id}"
        yield f"**{str(check.severity).capitalize()}** ({MUST[check.severity]}). {check.message} {check.fix}"
        yield bullets(_facts(check))


def _facts(check: Check) -> Iterator[str]:
    yield f"Where: {', '.join(check.tables)}; {_columns(check)}"
    yield f"Fails when: {code(check.judged) if check.fails_when else check.judged}"
    yield f"Source: {check.source}. Since version {check.since}"
    yield f"Passes: {_example(check.passing)}"
    yield f"Fails: {_example(check.failing)}"


def _columns(check: Check) -> str:
    """The columns as names, or as the many that a selector stands for."""
    if not check.columns:
        return "as a whole"
    return ", ".join(_many(name) if name in SELECTORS else code(name) for name in check.columns)


def _many(selector: str) -> str:
    words = {"@any": "any column", "@core": "every core column", "@optional": "every column outside the core"}
    return words.get(selector, f"every column of kind {selector[1:]}")


def _example(change: Mapping[str, Any]) -> str:
    return codes(_pairs(change)) or "the sound return"


def _pairs(change: Mapping[str, Any]) -> Iterator[str]:
    for name, value in change.items():
        if isinstance(value, Mapping):
            yield from (f"{'' if name == 'cells' else name + ' '}{inner}" for inner in _pairs(value))
        elif isinstance(value, list):
            yield f"{name} {', '.join(map(str, value))}"
        else:
            yield f"{name} = {value}" if value != "" else f"{name} blank"
