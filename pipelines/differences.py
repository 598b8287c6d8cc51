"""Which arriving incidents are new, changed or unchanged against those that stand, which are gone, and by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from schemas.lexicon import lexicon

REFERENCE = "incident_ref"
CHILD = "child_key"
Tables = Mapping[str, pd.DataFrame]  # incidents and children of one school


@dataclass(frozen=True, slots=True)
class Changed:
    """An incident that arrives with other answers: its reference and the columns, never what stands in them."""

    incident_ref: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """The references of each kind, in order."""

    new: tuple[str, ...]
    changed: tuple[Changed, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]


def differences(arriving: Tables, standing: Tables) -> Differences:
    """Compare by reference: a row's columns as text, and an incident's children as a set."""
    here, there = _references(arriving), _references(standing)
    both = here & there
    columns: dict[str, list[str]] = {}
    if both:
        for table in ("incidents", "children"):
            rows = [_text(tables[table], table, among=both) for tables in (arriving, standing)]
            for reference, names in _changed(rows[0], rows[1], table).items():
                columns.setdefault(reference, []).extend(names)
    return Differences(
        new=tuple(sorted(here - there)),
        changed=tuple(Changed(reference, tuple(columns[reference])) for reference in sorted(columns)),
        unchanged=tuple(sorted(both - columns.keys())),
        removed=tuple(sorted(there - here)),
    )


def _references(tables: Tables) -> frozenset[str]:
    found = [tables[table][REFERENCE].dropna().unique() for table in ("incidents", "children")]
    return frozenset(str(reference) for references in found for reference in references)


def _changed(arriving: pd.DataFrame, standing: pd.DataFrame, table: str) -> dict[str, list[str]]:
    """Each reference whose rows differ, with the columns in which they do."""
    merged = arriving.drop_duplicates().merge(standing.drop_duplicates(), how="outer", indicator=True)
    touched = set(merged.loc[merged["_merge"] != "both", REFERENCE])
    if not touched:
        return {}
    groups = [rows[rows[REFERENCE].isin(touched)].groupby(REFERENCE, sort=False) for rows in (arriving, standing)]
    said = [{str(reference): rows for reference, rows in group} for group in groups]
    nothing = arriving.iloc[:0]
    return {
        reference: _columns(said[0].get(reference, nothing), said[1].get(reference, nothing), table)
        for reference in sorted(touched)
    }


def _columns(arriving: pd.DataFrame, standing: pd.DataFrame, table: str) -> list[str]:
    """The columns in which one incident's rows differ; of children that were added or left out, their key only."""
    if table == "children":
        keys = [set(rows[CHILD]) for rows in (arriving, standing)]
        if keys[0] != keys[1]:
            return [f"{table}.{CHILD}"]
    names = [name for name in arriving.columns if sorted(arriving[name]) != sorted(standing[name])]
    return [f"{table}.{name}" for name in names] or [table]  # the same answers, each of another child


def _text(rows: pd.DataFrame, table: str, *, among: frozenset[str]) -> pd.DataFrame:
    own = rows[rows[REFERENCE].astype(object).isin(among).to_numpy(bool)]
    names = [column.name for column in lexicon().tables[table].columns]
    return pd.DataFrame({name: _as_text(own[name]) for name in names})


def _as_text(cells: pd.Series) -> pd.Series:
    dates = pd.api.types.is_datetime64_any_dtype(cells)
    text: pd.Series = (cells.dt.strftime("%Y-%m-%d") if dates else cells).astype(object)
    return text.where(cells.notna(), "")
