"""What each school told of each term of a year, for every table of the shared family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines import exact
from pipelines.figures import Figure, Question, State
from pipelines.history import FIRST_YEAR
from pipelines.scope import Scope
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.family import Family, SharedTable

NO_TRUST = "none"
COLUMNS = ["table", "value", "column", "urn", "term", "count"]
PLAIN = ""  # the value of a table without a breakdown


@dataclass(frozen=True)
class Told:
    """One authority's academic year as its schools told it.

    `counts`: table, value, column (`all`, `met`, `not_met`, `of`, `outside`, `yes`, `rest`, …), urn, term, count.
    `places`: urn, term, phase, trust, expected, returned, pupils (of that year), replaced_by; a row a school and
    term of which a return is expected.
    """

    la_code: str
    year: str
    counts: pd.DataFrame
    places: pd.DataFrame


def told(cursor: Cursor, family: Family, *, la_code: str, year: str, moment: datetime) -> Told:
    """Read one authority's year at a moment."""
    scope = Scope.parse(f"la:{la_code}")
    found: dict[str, pd.DataFrame] = {}
    for table in family.tables:
        found[table.id] = _columns(table, _told_of(cursor, scope, table, family.rule_set, year, moment), found, family)
    return Told(la_code, year, pd.concat(found.values(), ignore_index=True), _places(cursor, scope, year, moment))


def _told_of(cursor: Cursor, scope: Scope, table: SharedTable, rules: str, year: str, moment: datetime) -> list[Figure]:
    by = ("term", "school", *([table.breakdown] if table.breakdown else []))
    asked = Question(table.measure.id, by=by, year=year, rule_set=rules)
    rows = exact.answer(cursor, scope, asked, moment, 0).rows
    return [row for row in rows if row.state is not State.NOT_SUBMITTED]


def _columns(
    table: SharedTable, rows: list[Figure], earlier: Mapping[str, pd.DataFrame], family: Family
) -> pd.DataFrame:
    """The table's own cells, and those that follow from them and the tables before by subtraction."""
    own = pd.DataFrame(_own(table, rows), columns=COLUMNS)
    for whole, part, rest, source in subtractions(table, family):
        if source == table.id:
            before = own[own["column"] == whole]
        else:
            before = earlier[source][earlier[source]["column"] == whole]
        own = pd.concat([own, _rest(before, own[own["column"] == part], rest, table)], ignore_index=True)
    return own


def _own(table: SharedTable, rows: list[Figure]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        place = (row.by["school"], row.by["term"])
        value = row.by[table.breakdown] if table.breakdown else PLAIN
        if table.is_share:
            yield (table.id, value, "met", *place, row.count or 0)
            yield (table.id, value, "of", *place, row.denominator or 0)
        else:
            yield (table.id, value, "yes" if table.breakdown else "all", *place, row.count or 0)


def subtractions(table: SharedTable, family: Family) -> list[tuple[str, str, str, str]]:
    """(whole, part, rest, table of the whole): what any reader can work out, so it is protected as well."""
    first = family.tables[0].id
    if table.id == first:
        return []
    if not table.is_share:
        return [("all", "yes", "rest", first)]
    found = [("of", "met", "not_met", table.id)]
    if table.breakdown is None:
        found.append(("all", "of", "outside", first))
    else:
        plain = next(one.id for one in family.tables if one.measure == table.measure and one.breakdown is None)
        found += [(name, name, f"rest_{name}", plain) for name in ("of", "met", "not_met")]
        if (cases := family.table(first, table.breakdown)) is not None:
            found.append(("yes", "of", "outside", cases.id))
    if table.part_of:
        found.append(("met", "met", "only_whole", table.part_of))
    return found


def _rest(whole: pd.DataFrame, part: pd.DataFrame, name: str, table: SharedTable) -> pd.DataFrame:
    """whole − part by school and term (and by value, where the whole has it too)."""
    keys = ["urn", "term"] if set(whole["value"]) <= {PLAIN} else ["urn", "term", "value"]
    joined = part.merge(whole[[*keys, "count"]], on=keys, how="left", suffixes=("", "_whole"))
    left = joined["count_whole"].fillna(0).astype(int) - joined["count"]
    assert (left >= 0).all(), f"{table.id}: {name} is not a part"  # noqa: S101 - a fault of the family's file
    return joined.assign(column=name, count=left)[COLUMNS]


def _places(cursor: Cursor, scope: Scope, year: str, moment: datetime) -> pd.DataFrame:
    values = {**bindings(scope, as_at=moment, first_year=FIRST_YEAR), "year": year}
    found = cursor.frame(
        grains_at(cursor, scope, moment)
        + "SELECT e.school_urn AS urn, e.term, coalesce(e.phase, 'not_known') AS phase, "
        "coalesce(any_value(t.trust_uid), $none) AS trust, coalesce(any_value(t.trust_name), '') AS trust_name, "
        "e.returned, e.last_day, any_value(o.pupils) AS pupils, any_value(l.successor) AS replaced_by "
        "FROM expected e "
        "LEFT JOIN trust_members t ON t.urn = e.school_urn AND e.last_day BETWEEN t.from_date AND t.to_date "
        "LEFT JOIN roll o ON o.school_urn = e.school_urn AND o.academic_year = e.academic_year "
        "LEFT JOIN successors l ON l.predecessor = e.school_urn "
        "WHERE e.academic_year = $year GROUP BY ALL ORDER BY e.school_urn, e.term",
        {**values, "none": NO_TRUST},
    )
    terms = {str(term): place for place, term in enumerate(Term)}
    return found.sort_values(["urn", "term"], key=lambda one: one.map(terms) if one.name == "term" else one)
