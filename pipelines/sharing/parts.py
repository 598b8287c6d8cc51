"""The cells of one authority's shared tables: each with its count, its largest parts, and whether it is small."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.disclosure import Part
from pipelines.sharing.telling import NO_TRUST, Told
from schemas.family import Family, Level

YEAR = "year"
NOT_KNOWN = "not_known"
ATOM = "phase and trust"  # never shown; phases and trusts are both made of these
GIVEN = frozenset({"all", "met", "of", "yes"})  # columns that a table shows; in these no school may stand for most


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One cell: which table and value, which column, whose, and of which term or of the year."""

    table: str
    value: str
    column: str
    level: str
    code: str
    period: str

    @property
    def key(self) -> str:
        """The cell's name in a system of linked tables."""
        return "|".join((self.table, self.value, self.column, self.level, self.code, self.period))


def placed_counts(told: Told, terms: tuple[str, ...], periods: tuple[str, ...]) -> pd.DataFrame:
    """Every count once for each level and period it belongs to, with the key of its cell."""
    rows = told.counts[told.counts["term"].isin(terms)].merge(
        told.places[["urn", "term", "phase", "trust"]], on=["urn", "term"], how="left"
    )
    # Incidents may be told of a term in which nothing was expected of the school: they count in the authority still.
    rows = rows.fillna({"phase": NOT_KNOWN, "trust": NO_TRUST})
    became = _one_school_each(told)
    rows["urn"] = [became.get(urn, urn) for urn in rows["urn"]]
    rows = rows.assign(atom=rows["phase"] + "+" + rows["trust"], authority=told.la_code)
    rows = pd.concat([rows.assign(period=rows["term"]), rows.assign(period=YEAR)] if YEAR in periods
                     else [rows.assign(period=rows["term"])], ignore_index=True)  # fmt: skip
    levels = {Level.AUTHORITY: "authority", Level.PHASE: "phase", Level.TRUST: "trust", ATOM: "atom"}
    found = [rows.assign(level=str(level), code=rows[column]) for level, column in levels.items()]
    placed = pd.concat(found, ignore_index=True)
    names = placed[["table", "value", "column", "level", "code", "period"]].astype(str)
    placed["key"] = names["table"].str.cat(names.drop(columns="table"), sep="|")
    return placed


def _one_school_each(told: Told) -> dict[str, str]:
    """A school that became another during the year is one school, not two that stand beside each other."""
    known = set(told.places["urn"])
    pairs = told.places[["urn", "replaced_by"]].dropna().itertuples(index=False, name=None)
    return {str(urn): str(successor) for urn, successor in pairs if successor in known}


def parts_of(placed: pd.DataFrame, periods: tuple[str, ...], family: Family) -> dict[Place, Part]:
    """Every cell that there is, empty ones included, with its count and its largest parts."""
    wanted = _wanted(placed, periods, family)
    sums = placed.groupby("key")["count"].sum()
    by_school = placed.groupby(["key", "urn"])["count"].sum().groupby(level=0).max()
    of_trusts = placed[(placed["trust"] != NO_TRUST) & placed["level"].isin([Level.AUTHORITY, Level.PHASE])]
    by_trust = of_trusts.groupby(["key", "trust"])["count"].sum().groupby(level=0).max()
    schools = placed.groupby("key")["urn"].nunique()
    return {
        place: Part(
            int(sums.get(place.key, 0)), int(by_school.get(place.key, 0)), int(by_trust.get(place.key, 0)),
            int(schools.get(place.key, 0)),
        )
        for place in wanted
    }  # fmt: skip


def _wanted(placed: pd.DataFrame, periods: tuple[str, ...], family: Family) -> list[Place]:
    """All combinations of values and columns with whoever is there in any term, at the levels of each table."""
    codes = placed.groupby("level")["code"].unique()
    found = []
    for table in family.tables:
        own = placed[placed["table"] == table.id][["value", "column"]].drop_duplicates()
        levels = [*table.levels, *([ATOM] if len(table.levels) > 1 else [])]
        found += [
            Place(table.id, value, column, str(level), code, period)
            for value, column in sorted(own.itertuples(index=False, name=None))
            for level in levels
            for code in sorted(codes.get(str(level), []))
            for period in periods
            if period == YEAR or not table.years_only
        ]
    return found
