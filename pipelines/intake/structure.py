"""The structure stage: are the tables and columns there, and which school, year and term is it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipelines.intake.findings import finding, listed
from pipelines.intake.mapping import map_headers
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import TextTable
from schemas.calendar import Term, assign_terms, start_year
from schemas.errors import QuestionError
from schemas.issues import Issue
from schemas.lexicon import lexicon, normalise

TABLES = ("incidents", "children")


@dataclass(frozen=True)
class Shaped:
    """The two tables under canonical headers (None where one is missing) and what the return says."""

    incidents: pd.DataFrame | None
    children: pd.DataFrame | None
    stated: Stated
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Placed:
    """The children with their school, and the school, year and term that were stated or found."""

    children: pd.DataFrame
    stated: Stated
    issues: tuple[Issue, ...]


def shape(tables: Mapping[str, TextTable], *, stated: Stated) -> Shaped:
    """Name the columns, say which are missing, and read the return sheet."""
    said, issues = _read_return_sheet(tables.get("return"), stated)
    frames: dict[str, pd.DataFrame | None] = {}
    for name in TABLES:
        frame, found = _shape_table(name, tables.get(name))
        frames[name] = frame
        issues += found
    return Shaped(frames["incidents"], frames["children"], said, tuple(issues))


def _shape_table(name: str, table: TextTable | None) -> tuple[pd.DataFrame | None, list[Issue]]:
    if table is None:
        return None, []  # the reader has said so
    headers = map_headers(name, table.frame.columns)
    issues = _same_column_twice(name, headers)
    named = table.frame[list(dict.fromkeys(headers))].rename(columns=headers)
    named = named.loc[:, ~named.columns.duplicated()]
    issues += _missing_columns(name, named.columns)
    if name == "incidents" and not len(named):
        issues.append(finding("structure-no-incidents").whole())
    if any(issue.rule == "structure-missing-core-column" for issue in issues):
        return None, issues
    return _with_all_columns(name, named), issues


def _same_column_twice(name: str, headers: Mapping[str, str]) -> list[Issue]:
    meant = list(headers.values())
    return [
        finding("structure-column-twice", table=name, column=column).whole()
        for column in sorted({column for column in meant if meant.count(column) > 1})
    ]


def _missing_columns(name: str, present: pd.Index) -> list[Issue]:
    missing = [column for column in lexicon().tables[name].columns if column.name not in present]
    issues = [
        finding("structure-missing-core-column", table=name, column=column.name, label=column.label).whole()
        for column in missing
        if column.core
    ]
    if optional := [column.name for column in missing if not column.core]:
        told = finding("structure-missing-columns", table=name, count=len(optional), columns=listed(optional))
        issues.append(told.whole())
    return issues


def _with_all_columns(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    wanted = [column.name for column in lexicon().tables[name].columns]
    if name == "children" and "school_urn" in frame.columns:
        wanted.append("school_urn")
    blank = pd.Categorical.from_codes(np.full(len(frame), -1, np.int8), categories=pd.Index([], dtype=object))
    return pd.DataFrame(
        {column: frame[column] if column in frame.columns else blank for column in wanted}, index=frame.index
    )


def _read_return_sheet(table: TextTable | None, stated: Stated) -> tuple[Stated, list[Issue]]:
    said = _fields(table) if table is not None else {}
    issues: list[Issue] = []
    found = Stated(
        school_urn=stated.school_urn or said.get("school urn"),
        academic_year=stated.academic_year,
        term=stated.term,
        key_version=said.get("key version", stated.key_version),
    )
    if said.get("academic year") and not stated.academic_year:
        try:
            found = replace(found, academic_year=read_academic_year(said["academic year"]))
        except QuestionError:
            issues.append(_not_understood("academic_year"))
    if said.get("term") and not stated.term:
        word = normalise(said["term"]).removesuffix(" term")
        if word in list(Term):
            found = replace(found, term=Term(word))
        else:
            issues.append(_not_understood("term"))
    return found, issues


def read_academic_year(text: str) -> str:
    """An academic year as people write it (202526, 2025/26, 2025-26, 2025/2026), as 202526."""
    digits = "".join(character for character in text if character.isdigit())
    year = digits[:4] + digits[-2:] if len(digits) == 8 else digits
    start_year(year)
    return year


def _fields(table: TextTable) -> dict[str, str]:
    """The return sheet as field → text, whether it lists fields down the side or along the top."""
    frame = table.frame.astype(str)
    headers = [normalise(str(header)) for header in frame.columns]
    if headers[:2] == ["field", "value"]:
        pairs = zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True)
    elif len(frame):
        pairs = zip(headers, frame.iloc[0], strict=True)
    else:
        return {}
    return {normalise(field): value for field, value in pairs if value}


def _not_understood(column: str) -> Issue:
    return finding("structure-return-sheet", column=column, field=column.replace("_", " ")).whole()


def place(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated) -> Placed:
    """Which school each child belongs to, and which year and term the return is for."""
    issues: list[Issue] = []
    urns = [str(urn) for urn in incidents["school_urn"].dropna().unique()]
    if stated.school_urn and any(urn != stated.school_urn for urn in urns):
        rows = incidents.index[incidents["school_urn"].notna() & (incidents["school_urn"] != stated.school_urn)]
        issues += finding("structure-other-school").at(rows)
    if "school_urn" not in children.columns:
        own = [stated.school_urn] if stated.school_urn else urns
        if len(own) > 1:
            issues.append(finding("structure-children-without-school").whole())
        children = children.assign(school_urn=pd.Categorical([own[0]] * len(children)) if len(own) == 1 else None)
    stated, found = _when(incidents, stated)
    return Placed(children, stated, (*issues, *found))


def _when(incidents: pd.DataFrame, stated: Stated) -> tuple[Stated, list[Issue]]:
    """The year and term stated; else the one in which every incident was reported."""
    if stated.academic_year and stated.term:
        return stated, []
    terms = assign_terms(incidents["reported_date"].dropna()).drop_duplicates()
    if stated.academic_year:
        terms = terms[terms["academic_year"] == stated.academic_year]
    if stated.term:
        terms = terms[terms["term"] == str(stated.term)]
    if len(terms) == 1:
        year, term = terms.iloc[0]["academic_year"], Term(terms.iloc[0]["term"])
        return replace(stated, academic_year=str(year), term=term), []
    return stated, [finding("structure-term-not-stated").whole()]
