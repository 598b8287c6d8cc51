"""The checks: everything that can be said of a return before it is kept, in the words that are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.intake.findings import FORMAT_WORDS
from pipelines.intake.identifiers import IDENTIFIERS
from pipelines.intake.wordings import WORDINGS
from pipelines.reference_pages.markdown import bullets, code, codes, page, table
from schemas.issues import Severity
from schemas.rulebook import VERSION, Check, checks
from schemas.stages import FORMATS

INTRODUCTION = """\
A return passes five stages: the file can be read, it holds no personal data, its tables and columns are
known, every cell is in its column's format, and its answers agree with each other and with what the school
sent before. An **error** must be corrected. A **query** is corrected or explained. No message repeats what
a cell holds."""

# Checks whose sentences are built where they look; a test holds this list against them.
BESIDE_THE_RULE_BOOK: Mapping[str, tuple[Severity, str]] = {
    "structure-missing-core-column": (Severity.ERROR, "A column that every return must have is missing."),
    "structure-missing-columns": (Severity.QUERY, "Optional columns are missing; they count as not answered."),
    "structure-column-twice": (Severity.ERROR, "Two headers mean the same column."),
    "structure-no-incidents": (Severity.ERROR, "The table of incidents is empty; a nil return is sent instead."),
    "structure-return-sheet": (Severity.ERROR, "The year or the term on the return sheet is not understood."),
    "structure-term-not-stated": (Severity.ERROR, "Neither the file nor its dates say which term it is for."),
    "structure-other-school": (Severity.ERROR, "A row is for another school than the return."),
    "structure-children-without-school": (
        Severity.ERROR,
        "A file holds several schools, and its children do not say which they belong to.",
    ),
    "structure-unknown-school": (Severity.ERROR, "A URN is not in the register of schools."),
    "structure-reference-twice": (Severity.ERROR, "A reference stands in more than one row of incidents."),
    "structure-unknown-incident": (Severity.ERROR, "A child's incident is not in the table of incidents."),
    "structure-incident-without-children": (Severity.QUERY, "No child is listed for an incident."),
    "format-core-blank": (Severity.ERROR, "A core column is blank."),
    "format-blank": (Severity.QUERY, "An answer that the data dictionary expects is blank."),
    "format-date-month-first": (
        Severity.ERROR,
        "A date in the column exists only month first, so none in it can be trusted.",
    ),
    "cross-child-twice": (Severity.QUERY, "A child stands in one incident twice in the same role."),
    "cross-outside-term": (Severity.QUERY, "Staff were first told of an incident outside the term of the return."),
    "cross-year-group-outside-phase": (Severity.QUERY, "A year group is outside the ages that the school takes."),
    "history-school-outside-scope": (Severity.ERROR, "A school is outside the organisation that sends the file."),
    "history-involved-before": (
        Severity.QUERY,
        "Involved before is answered no, but a child was in an earlier incident.",
    ),
    "history-sent-in-another-term": (
        Severity.QUERY,
        "An incident was already sent in the return of another term; it is counted once.",
    ),
    "history-reference-used": (
        Severity.ERROR,
        "A reference was used in the return of another term for an incident of another day.",
    ),
}


class Gap(str):
    """What stands for a part of a message that each issue fills in, however it is to be written."""

    def __format__(self, _: str) -> str:
        return str(self)


GAPS = {
    "where": Gap("The file or sheet"),
    "kind": Gap("…"),
    "limit": Gap("…"),
    "count": Gap("…"),
    "table": Gap("incidents or children"),
    "fault": Gap("more or fewer cells"),
}


def checks_page() -> str:
    """The page `checks.md`."""
    return page(
        "Checks",
        INTRODUCTION,
        f"This is version {VERSION} of the rule book.",
        "## Reading the file and keeping personal data out",
        table(("Check", "Severity", "Message", "What to do"), _wording_rows()),
        "## Personal data that is looked for",
        table(("Check", "What it finds"), ((code(one.rule), one.kind) for one in IDENTIFIERS)),
        "## Formats of cells",
        table(("Check", "Kind of column", "Message", "What to do"), _format_rows()),
        "## Beyond one cell or row",
        table(("Check", "Severity", "What it finds"), _beside_rows()),
        "## Answers that must agree",
        "A check fails only where its condition is true: what is not known fails nothing.",
        *(block for check in checks() for block in _check_blocks(check)),
    )


def _wording_rows() -> Iterator[tuple[str, ...]]:
    for rule, wording in WORDINGS.items():
        yield code(rule), str(wording.severity), wording.message.format(**GAPS), wording.fix.format(**GAPS)


def _format_rows() -> Iterator[tuple[str, ...]]:
    for kind, rule in FORMATS.items():
        message, fix = FORMAT_WORDS[kind]
        yield code(rule), kind, f"(Title): {message}", fix.format(codes="(codes of the column)")


def _beside_rows() -> Iterator[tuple[str, ...]]:
    for rule, (severity, found) in BESIDE_THE_RULE_BOOK.items():
        yield code(rule), str(severity), found


def _check_blocks(check: Check) -> Iterator[str]:
    yield f"### {check.id}"
    must = "must be corrected" if check.severity is Severity.ERROR else "correct or explain"
    yield f"**{str(check.severity).capitalize()}** ({must}), table {check.table}. {check.message} {check.fix}"
    yield bullets(
        (
            f"Columns: {codes(check.columns)}",
            f"Fails when: {code(check.fails_text)}",
            f"Source: {check.source}",
            f"Passes: {_row(check.passing)}",
            f"Fails: {_row(check.failing)}",
        )
    )


def _row(answers: Mapping[str, str]) -> str:
    return codes(f"{column} = {answer}" for column, answer in answers.items()) or "a row with nothing answered"
