"""Which answers of an incident and of a child are due, given, or “not known”, as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.warehouse.conditions import sql
from schemas.definitions import child_reader, incident_reader
from schemas.lexicon import Column, lexicon

ALWAYS = "TRUE"


def sums() -> Mapping[str, str]:
    """For each of the two tables, SQL that counts the cells of one row: answered of due, not known of those that
    could be."""
    return {f"{table}_{name}": text for table in ("incidents", "children") for name, text in _of(table).items()}


def _of(table: str) -> dict[str, str]:
    columns = [column for column in lexicon().tables[table].columns if column.expected_when != "never"]
    due = {column.name: _due(table, column) for column in columns if not column.core}
    offering = [
        column
        for column in lexicon().tables[table].columns
        if column.codes and any(code.code == "not_known" for code in column.codes.codes)
    ]
    return {
        "answered": _sum(_given(name, when) for name, when in due.items()),
        "due": _sum(due.values()),
        "not_known": _sum(_says_not_known(column) for column in offering),
        "could_be": _sum(f"{column.name} IS NOT NULL" for column in offering),
    }


def _says_not_known(column: Column) -> str:
    if column.kind == "codes":
        return f"coalesce(list_contains(string_split({column.name}, ';'), 'not_known'), FALSE)"
    return f"coalesce({column.name} = 'not_known', FALSE)"


def _given(name: str, when: str) -> str:
    return f"{name} IS NOT NULL" if when == ALWAYS else f"{when} AND {name} IS NOT NULL"


def _sum(conditions: Iterable[str]) -> str:
    """How many hold; what always holds is counted here, for DuckDB plans each part anew."""
    listed = list(conditions)
    some = [f"({one})::INT" for one in listed if one != ALWAYS]
    return f"({' + '.join([str(listed.count(ALWAYS)), *some])})"


def _due(table: str, column: Column) -> str:
    if column.expected_when is None:
        return ALWAYS
    reader = incident_reader() if table == "incidents" else child_reader()
    condition = reader.read(column.expected_when, where=f"{table}.{column.name}: expected_when")
    return f"coalesce({sql(condition)}, FALSE)"
