"""The personal-data gate: nothing that identifies a person gets past it, and it repeats no value.

It looks at every column name and at every distinct text of every column. Whether a text is a code of its
column is not its business, only whether it identifies somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.intake import own_references
from pipelines.intake.forms import Identifier
from pipelines.intake.identifiers import BY_RULE, find_all, find_in
from pipelines.intake.layout import column_place, header_key
from pipelines.intake.names_in_cells import names_among_answers, names_among_references
from pipelines.intake.people import person_in_answer, person_in_title
from pipelines.intake.personal_headers import announced_kind, may_be_repeated
from pipelines.intake.tables import TextTable, rows_with
from pipelines.intake.wordings import OWN_REFERENCE, issue, personal_issue, row_issues
from schemas.issues import Issue
from schemas.lexicon import lexicon

_DATES = frozenset({"personal-date-of-birth", "personal-part-of-date"})
# A reference may be made of anything that a school counts with, a key of any letters and digits.
_NOT_IN_REFERENCES = frozenset({"personal-part-of-date", "personal-serial-number", "personal-initials"})
_WITHOUT = {"date": _DATES, "text": _NOT_IN_REFERENCES, "key": _NOT_IN_REFERENCES}
# What a column should hold identifies nobody there; and chance writes a phone number into some of a million keys.
_AS_IT_SHOULD_BE = {
    "key": "^[0-9a-fA-F]{16,64}$",
    "date": "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{5})$",
    "urn": "^[0-9]{6}$",
}
_A_NAME = BY_RULE["personal-name"]
# Loose cells hold headings and help texts: dates, addresses of help pages and sentences belong there.
NOT_IN_LOOSE_TEXT = _DATES | {"personal-free-text", "personal-web-address", "personal-serial-number"}
NOT_IN_GUIDANCE = NOT_IN_LOOSE_TEXT | {
    "personal-email", "personal-phone", "personal-handle", "personal-name", "personal-initials", "personal-address",
}  # fmt: skip


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
    called = label if may_be_repeated(label, known=known) else column_place(position)
    if kind := announced_kind(label) or _kind_in_header(label, plain=called == label):
        return [issue("personal-unknown-column", table=table.name, column=called, kind=kind)]
    unknown = issue("structure-unknown-column", table=table.name, column=called)
    return [unknown, *_cell_issues(table.name, column, called=called, kind=None)]


def _kind_in_header(label: str, *, plain: bool) -> str | None:
    """What a header holds that identifies somebody; one of ordinary words alone holds nothing."""
    if plain:
        return None
    found = find_in(label, without=frozenset({"personal-free-text"}))
    return found.kind if found else _A_NAME.kind if person_in_answer(label) else None


def _kind(table: str, label: str) -> str | None:
    """The vocabulary's kind of the column; None where it has none, as on the return sheet."""
    words = lexicon().tables.get(table)
    name = words.name_for(label) if words else None
    return words.by_name[name].kind if words and name else None


def _cell_issues(table: str, column: pd.Series, *, called: str, kind: str | None) -> list[Issue]:
    texts = _to_look_at(pa.array(column.cat.categories, pa.string()), kind=kind)
    if not len(texts):
        return []
    numbered = own_references.not_plainly_own(texts) if kind == "text" else texts
    found = find_all(numbered, without=_WITHOUT.get(kind or "", frozenset()))
    ask: list[str] = []
    if kind == "text":
        found, ask = own_references.refused(found), own_references.to_ask_about(found)
    names = names_among_references if kind in ("text", "key") else names_among_answers
    found |= dict.fromkeys(names(texts), _A_NAME)
    asked = row_issues("personal-ten-digits", rows=rows_with(column, ask), table=table, column=called)
    return [*_refused(found, table=table, column=column, called=called, fix=OWN_REFERENCE.get(kind or "")), *asked]


def _to_look_at(texts: pa.Array, *, kind: str | None) -> pa.Array:
    """The texts that are neither words of the vocabulary nor, by their looks, what the column should hold."""
    left = texts.filter(pc.invert(pc.is_in(texts, _vocabulary())))
    if len(left) and kind in _AS_IT_SHOULD_BE:
        left = left.filter(pc.invert(pc.match_substring_regex(left, _AS_IT_SHOULD_BE[kind])))
    return left


@cache
def _vocabulary() -> pa.Array:
    lists = lexicon().lists.values()
    return pa.array(["", *{word for codes in lists for code in codes.codes for word in code.words}], pa.string())


def _refused(
    found: Mapping[str, Identifier], *, table: str, column: pd.Series, called: str, fix: str | None
) -> list[Issue]:
    """For each form found in a column, the rows that hold it."""
    return [
        one
        for form in sorted(set(found.values()), key=lambda form: form.rule)
        for one in row_issues(
            form.rule,
            rows=rows_with(column, [text for text, its in found.items() if its is form]),
            table=table,
            column=called,
            fix=fix,
            kind=form.kind,
        )
    ]


def inspect_loose(texts: Iterable[str], *, where: str, without: frozenset[str] = NOT_IN_LOOSE_TEXT) -> list[Issue]:
    """One issue for each form of identifier in cells outside the tables."""
    seen = list(texts)
    forms = set(find_all(seen, without=without).values())
    if _A_NAME.rule not in without and any(map(person_in_title, seen)):
        forms.add(_A_NAME)
    return [
        personal_issue(form.rule, where=where, kind=form.kind, in_name=False)
        for form in sorted(forms, key=lambda form: form.rule)
    ]


def inspect_name(name: str, *, where: str) -> list[Issue]:
    """An issue when the name of a file or sheet contains an identifier."""
    form = find_in(name, without=NOT_IN_LOOSE_TEXT) or (_A_NAME if person_in_title(name) else None)
    return [personal_issue(form.rule, where=where, kind=form.kind, in_name=True)] if form else []
