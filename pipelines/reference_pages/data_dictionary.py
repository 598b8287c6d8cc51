"""The data dictionary: every column of a return and every answer that a column allows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pipelines.reference_pages.markdown import bullets, code, codes, link, page, table
from schemas.lexicon import CodeList, Column, Table, lexicon

GROUP_TITLES = {
    "identity": "What and when",
    "imagery": "The imagery",
    "consideration": "The seven considerations",
    "ukcis": "Adults, today's advice and type",
    "decision": "Decision and contacts",
    "handling": "Handling of device and imagery",
    "people": "Who was told",
    "response": "What the school did",
    "outcome": "How it ended",
    "child": "About the child",
}
TABLE_TITLES = {
    "incidents": ("Table incidents", "One row per incident."),
    "children": ("Table children", "One row per child per incident."),
}
KIND_WORDS = {
    "date": "A date, day first (25/09/2025) or year-month-day (2025-09-25)",
    "urn": "Six digits",
    "text": "1 to 32 letters, digits, hyphens and underscores",
    "key": "16 to 64 characters of 0-9 and a-f, kept as text",
}
INTRODUCTION = """\
Two tables make a return: **incidents** and **children**. A column is known by its name, its title or any
of its [other headers](#headers-that-are-read); capitals, spaces, hyphens, underscores and slashes make no
difference. A blank in a **core** column is an error and stops the return. Elsewhere a blank is a missing
answer, and a query, when the column says that an answer is expected. “Not known” is an answer, and is
never counted as no."""
SOURCES = (
    "**S1**: UK Safer Internet Centre, advice for schools (steps, the seven considerations, and the record).",
    "**S2**: the model policy, steps 1 to 8.",
    "**UKCIS 2024**: Sharing nudes and semi-nudes, advice for education settings; the wording is to be checked.",
    "**Practice**: how the field works today; neither procedure asks for it.",
    "**Return**: needed by the return itself.",
)


def data_dictionary() -> str:
    """The page `data-dictionary.md`."""
    words = lexicon()
    used = {
        column.codes.name: column.codes for part in words.tables.values() for column in part.columns if column.codes
    }
    return page(
        "Data dictionary",
        INTRODUCTION,
        "Where a question comes from:\n\n" + bullets(SOURCES),
        *(block for part in words.tables.values() for block in _table_blocks(part)),
        "## Lists of answers",
        *(_list_block(codes) for codes in used.values()),
        "## Headers that are read",
        *(_headers_block(part) for part in words.tables.values()),
        "## Reasons for a query that stands",
        "A query is corrected, or explained with one of these.",
        *(_codes_table(codes) for codes in words.lists.values() if codes.name not in used),
    )


def _table_blocks(part: Table) -> Iterator[str]:
    title, rows = TABLE_TITLES[part.name]
    yield f"## {title}"
    yield rows
    for group, columns in groupby(part.columns, key=lambda column: column.group):
        yield f"### {GROUP_TITLES[group]} ({part.name})"
        yield table(("Column", "Title", "What it says", "Answer", "Expected", "Source"), map(_column_row, columns))


def _column_row(column: Column) -> tuple[str, ...]:
    return (
        code(column.name),
        column.label + (" (risk factor)" if column.risk_factor else ""),
        column.definition,
        _answer(column),
        _expected(column),
        column.source_step,
    )


def _answer(column: Column) -> str:
    if column.codes is None:
        return KIND_WORDS[column.kind]
    listed = link(column.codes.title, heading=column.codes.title)
    return f"{listed}; several, with semicolons" if column.kind == "codes" else listed


def _expected(column: Column) -> str:
    if column.core:
        return "**core**"
    if column.expected_when is None:
        return "always"
    return "no" if column.expected_when == "never" else f"when {code(column.expected_when)}"


def _list_block(answers: CodeList) -> str:
    return f"### {answers.title}\n\n{_codes_table(answers)}"


def _codes_table(answers: CodeList) -> str:
    rows = ((code(one.code), one.label, one.definition, ", ".join(one.aliases)) for one in answers.codes)
    return table(("Code", "Title", "Meaning", "Also read"), rows)


def _headers_block(part: Table) -> str:
    rows = ((code(column.name), codes((column.label, *column.aliases))) for column in part.columns)
    return f"### Headers of {part.name}\n\n{table(('Column', 'Also read'), rows)}"
