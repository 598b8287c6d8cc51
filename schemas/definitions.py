"""What every figure and rule set means by a word, and the reader that knows those words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from schemas.conditions import NOT_APPLICABLE, Condition, Reader
from schemas.definition_files import read
from schemas.lexicon import Column, lexicon


@cache
def shared_definitions() -> Mapping[str, Condition]:
    """The conditions of `definitions.toml` by name, over the incidents table."""
    reader = Reader(_columns("incidents"))
    return {
        name: reader.read(text, where=f"definitions.toml: {name}") for name, text in read("definitions.toml").items()
    }


def incident_reader(more: Mapping[str, Condition] | None = None) -> Reader:
    """A reader of conditions over incidents that knows the shared definitions, and these."""
    return Reader(_columns("incidents"), {**shared_definitions(), **(more or {})})


def child_reader() -> Reader:
    """A reader of conditions over the children table."""
    return Reader(_columns("children"))


def _columns(table: str) -> dict[str, Column]:
    return {column.name: column for column in lexicon().tables[table].columns}


def may_not_apply(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these incident columns that can be answered `not_applicable`."""
    known = _columns("incidents")
    return tuple(
        name
        for name in columns
        if (codes := known[name].codes) and any(code.code == NOT_APPLICABLE for code in codes.codes)
    )
