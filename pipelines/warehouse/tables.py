"""The tables of incidents and children, from the vocabulary; and a store brought up to its latest columns."""

from __future__ import annotations

from importlib.resources import files

from schemas.lexicon import Column, lexicon

OWN = {
    "incidents": {"return_id": "BIGINT", "row_number": "INTEGER", "counted_year": "VARCHAR", "counted_term": "VARCHAR"},
    "children": {"return_id": "BIGINT", "row_number": "INTEGER", "school_urn": "VARCHAR"},
}  # fmt: skip


def statements() -> list[str]:
    """What creates every table that is not there yet, and every column that the vocabulary has since gained."""
    fixed = (files("pipelines.warehouse") / "tables.sql").read_text(encoding="utf-8")
    bare = "\n".join(line for line in fixed.splitlines() if not line.startswith("--"))
    found = [part.strip() for part in bare.split(";") if part.strip()]
    for table in OWN:
        columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(table).items())
        found.append(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        found += [
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {kind}" for name, kind in columns_of(table).items()
        ]
    return found


def columns_of(table: str) -> dict[str, str]:
    """Each stored column of incidents or children with its SQL type, in order."""
    return {**OWN[table], **{column.name: _sql_type(column) for column in lexicon().tables[table].columns}}


def _sql_type(column: Column) -> str:
    # Codes stay as words: “not known”, “not applicable” and a blank are three different answers, and
    # completeness needs all three. conditions.py turns them into booleans with NULL where a rule asks.
    return "DATE" if column.kind == "date" else "VARCHAR"
