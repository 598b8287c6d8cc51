"""The personal-data gate: nothing that identifies a person gets past it, and it repeats no value.

It looks at every column name and at every distinct text of every column. Whether a text is a code of its
column is not its business, only whether it identifies somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake.identifiers import BY_RULE, find_all, find_in
from pipelines.intake.layout import column_place, header_key
from pipelines.intake.personal_headers import announced_kind, may_be_repeated
from pipelines.intake.tables import TextTable, rows_with
from pipelines.intake.wordings import OWN_REFERENCE, issue, personal_issue, row_issues
from schemas.issues import Issue
from schemas.lexicon import lexicon

_DATE_RULE = frozenset({"personal-date-of-birth"})
# Loose cells hold headings and help texts: dates, addresses of help pages and sentences belong there.
NOT_IN_LOOSE_TEXT = frozenset({"personal-date-of-birth", "personal-free-text", "personal-web-address"})
NOT_IN_GUIDANCE = NOT_IN_LOOSE_TEXT | {"personal-email", "personal-phone", "personal-handle", "personal-name"}
_TWO_NAMES = r"^[A-Z][a-z'’]+(?:[ _,-]+[A-Z][a-z'’]+){1,3}$"


def inspect(tables: Mapping[str, TextTable], *, known: Mapping[str, frozenset[str]]) -> list[Issue]:
    """Every unknown column and every cell that identifies; `known` has each table's headers as compared."""
    return [
        found
        for table in tables.values()
        for position, label in enumerate(table.frame.columns)
        for found in _column_issues(table, str(label), position, known=known.get(table.name, frozenset()))
    ]


def _column_issues(table: TextTable, label: str, position: int, *, known: frozenset[str]) -> list[Issue]:
    column = table.frame.iloc[:, position]
    if header_key(label) in known:
        return _cell_issues(table.name, column, called=label, kind=_kind(table.name, label))
    if identifier := find_in(label):
        place = column_place(position)
        return [issue("personal-unknown-column", table=table.name, column=place, kind=identifier.kind)]
    called = label if may_be_repeated(label, known=known) else column_place(position)
    if kind := announced_kind(label):
        return [issue("personal-unknown-column", table=table.name, column=called, kind=kind)]
    unknown = issue("structure-unknown-column", table=table.name, column=called)
    return [unknown, *_cell_issues(table.name, column, called=called, kind=None)]


def _kind(table: str, label: str) -> str | None:
    """The vocabulary's kind of the column; None where it has none, as on the return sheet."""
    words = lexicon().tables.get(table)
    name = words.name_for(label) if words else None
    return words.by_name[name].kind if words and name else None


def _cell_issues(table: str, column: pd.Series, *, called: str, kind: str | None) -> list[Issue]:
    without = _DATE_RULE if kind == "date" else frozenset()
    texts = pa.array(column.cat.categories, pa.string())
    found = find_all(texts, without=without)
    if kind in ("text", "key"):
        found |= dict.fromkeys(_names_among(texts), BY_RULE["personal-name"])
    return [
        one
        for form in sorted(set(found.values()), key=lambda form: form.rule)
        for one in row_issues(
            form.rule,
            rows=rows_with(column, [text for text, its in found.items() if its is form]),
            table=table,
            column=called,
            fix=OWN_REFERENCE.get(kind or ""),
            kind=form.kind,
        )
    ]


def _names_among(texts: pa.Array) -> list[str]:
    """In a reference or key, two capitalised words are a name: real ones have digits."""
    return list(texts.filter(pc.match_substring_regex(texts, _TWO_NAMES)).to_pylist())


def inspect_loose(texts: Iterable[str], *, where: str, without: frozenset[str] = NOT_IN_LOOSE_TEXT) -> list[Issue]:
    """One issue for each form of identifier in cells outside the tables."""
    forms = set(find_all(list(texts), without=without).values())
    return [
        personal_issue(form.rule, where=where, kind=form.kind, in_name=False)
        for form in sorted(forms, key=lambda form: form.rule)
    ]


def inspect_name(name: str, *, where: str) -> list[Issue]:
    """An issue when the name of a file or sheet contains an identifier."""
    form = find_in(name, without=NOT_IN_LOOSE_TEXT)
    return [personal_issue(form.rule, where=where, kind=form.kind, in_name=True)] if form else []
