"""The structure stage: are the tables and columns there, and which school, year and term is it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipelines.intake.findings import Finding, listed
from pipelines.intake.mapping import map_headers
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import TextTable
from schemas.calendar import Term, assign_terms, start_year
from schemas.errors import QuestionError
from schemas.issues import Issue, Severity
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
        issues.append(_nothing_in(name))
    if any(issue.rule == "structure-missing-core-column" for issue in issues):
        return None, issues
    return _with_all_columns(name, named), issues


def _same_column_twice(name: str, headers: Mapping[str, str]) -> list[Issue]:
    meant = list(headers.values())
    return [
        Finding(
            Severity.ERROR, "structure-column-twice", name, column,
            f"Two headers both mean {column}.", "Keep one of the two columns.",
        ).whole()
        for column in sorted({column for column in meant if meant.count(column) > 1})
    ]  # fmt: skip


def _missing_columns(name: str, present: pd.Index) -> list[Issue]:
    missing = [column for column in lexicon().tables[name].columns if column.name not in present]
    issues = [
        Finding(
            Severity.ERROR, "structure-missing-core-column", name, column.name,
            f"The column {column.name} ({column.label}) is missing; every return must have it.",
            "Add the column, or give it this header.",
        ).whole()
        for column in missing
        if column.core
    ]  # fmt: skip
    if optional := [column.name for column in missing if not column.core]:
        issues.append(
            Finding(
                Severity.QUERY, "structure-missing-columns", name, None,
                f"{len(optional)} optional columns are missing: {listed(optional)}.",
                "Add them if you can; what is missing counts as not answered.",
            ).whole()
        )  # fmt: skip
    return issues


def _nothing_in(name: str) -> Issue:
    return Finding(
        Severity.ERROR, "structure-no-incidents", name, None,
        "The table of incidents has no rows.",
        "If the school had no incidents this term, send a nil return instead.",
    ).whole()  # fmt: skip


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
            issues.append(_not_understood("academic_year", "Write the academic year like 202526 or 2025/26."))
    if said.get("term") and not stated.term:
        word = normalise(said["term"]).removesuffix(" term")
        if word in list(Term):
            found = replace(found, term=Term(word))
        else:
            issues.append(_not_understood("term", "Write the term as autumn, spring or summer."))
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


def _not_understood(column: str, fix: str) -> Issue:
    return Finding(
        Severity.ERROR, "structure-return-sheet", "return", column,
        f"The {column.replace('_', ' ')} on the return sheet is not understood.", fix,
    ).whole()  # fmt: skip


def place(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated) -> Placed:
    """Which school each child belongs to, and which year and term the return is for."""
    issues: list[Issue] = []
    urns = [str(urn) for urn in incidents["school_urn"].dropna().unique()]
    if stated.school_urn and any(urn != stated.school_urn for urn in urns):
        rows = incidents.index[incidents["school_urn"].notna() & (incidents["school_urn"] != stated.school_urn)]
        issues += _other_school().at(rows)
    if "school_urn" not in children.columns:
        if len(urns) > 1:
            issues.append(_children_without_school())
        children = children.assign(school_urn=pd.Categorical([urns[0]] * len(children)) if urns else None)
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
    return stated, [
        Finding(
            Severity.ERROR, "structure-term-not-stated", "return", "term",
            "The file does not say which academic year and term it is for, and its dates fall in several or none.",
            "Say the academic year and term when you send it, or add a sheet named return.",
        ).whole()
    ]  # fmt: skip


def _other_school() -> Finding:
    return Finding(
        Severity.ERROR, "structure-other-school", "incidents", "school_urn",
        "This row is for another school than the return.",
        "Send each school's incidents in its own return, or send the file as a trust or authority.",
    )  # fmt: skip


def _children_without_school() -> Issue:
    return Finding(
        Severity.ERROR, "structure-children-without-school", "children", "school_urn",
        "The file holds several schools, so the table of children needs the column school_urn too.",
        "Add school_urn to the table of children.",
    ).whole()  # fmt: skip
