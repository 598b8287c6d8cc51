"""Checks between rows, between the two tables, and against the register."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.intake.findings import Finding
from pipelines.intake.surroundings import Stated, Surroundings
from schemas.calendar import assign_terms, school_age
from schemas.issues import Issue, Severity

COMPULSORY_AGE = 5
PAIR = ["school_urn", "incident_ref"]


def check(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated, around: Surroundings) -> list[Issue]:
    """Every issue between rows and tables."""
    issues = [*_same_reference(incidents), *_outside_term(incidents, stated)]
    issues += _unmatched(incidents, children)
    issues += _same_child_twice(children)
    if around.schools is not None:
        issues += _unknown_schools(incidents, around.schools)
        issues += _year_outside_phase(children, around.schools)
    return issues


def _same_reference(incidents: pd.DataFrame) -> list[Issue]:
    whole = incidents[PAIR].notna().all(axis=1)
    again = incidents.index[whole & incidents.duplicated(PAIR, keep=False)]
    return Finding(
        Severity.ERROR, "structure-reference-twice", "incidents", "incident_ref",
        "This reference stands in more than one row of incidents.",
        "Give each incident its own reference, and list its children in the table of children.",
    ).at(again)  # fmt: skip


def _unmatched(incidents: pd.DataFrame, children: pd.DataFrame) -> list[Issue]:
    ours, theirs = _keys(incidents, children)
    orphan = children.index[(theirs >= 0) & ~np.isin(theirs, ours)]
    childless = incidents.index[(ours >= 0) & ~np.isin(ours, theirs)]
    return [
        *Finding(
            Severity.ERROR, "structure-unknown-incident", "children", "incident_ref",
            "This child's incident is not in the table of incidents.",
            "Correct the reference, or add the incident.",
        ).at(orphan),
        *Finding(
            Severity.QUERY, "structure-incident-without-children", "incidents", "incident_ref",
            "No child is listed for this incident.",
            "Add the children involved, or explain why none can be listed.",
        ).at(childless),
    ]  # fmt: skip


def _keys(incidents: pd.DataFrame, children: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One whole number for each (school, reference), the same in both tables; -1 where either is missing."""
    numbers: list[np.ndarray] = []
    for name in PAIR:
        both = pd.concat([incidents[name].astype(object), children[name].astype(object)])
        numbers.append(pd.factorize(both)[0].astype(np.int64))
    school, reference = numbers
    keys = np.where((school < 0) | (reference < 0), -1, school * (reference.max(initial=0) + 1) + reference)
    return keys[: len(incidents)], keys[len(incidents) :]


def _same_child_twice(children: pd.DataFrame) -> list[Issue]:
    names = [*PAIR, "child_key", "role"]
    whole = children[names].notna().all(axis=1)
    return Finding(
        Severity.QUERY, "cross-child-twice", "children", "child_key",
        "The same child stands in this incident twice in the same role.",
        "Take out the second row, or correct the key or the role.",
    ).at(children.index[whole & children.duplicated(names)])  # fmt: skip


def _outside_term(incidents: pd.DataFrame, stated: Stated) -> list[Issue]:
    if not (stated.academic_year and stated.term):
        return []
    dates = incidents["reported_date"].dropna()
    terms = assign_terms(dates)
    outside = (terms["academic_year"] != stated.academic_year) | (terms["term"] != str(stated.term))
    return Finding(
        Severity.QUERY, "cross-outside-term", "incidents", "reported_date",
        "Staff were first told of this incident outside the term of the return.",
        "Correct the date; or leave the incident to the return of its own term; or explain.",
    ).at(dates.index[outside.to_numpy(bool)])  # fmt: skip


def _unknown_schools(incidents: pd.DataFrame, schools: pd.DataFrame) -> list[Issue]:
    urns = incidents["school_urn"]
    unknown = urns.notna() & ~urns.isin(schools.index)
    return Finding(
        Severity.ERROR, "structure-unknown-school", "incidents", "school_urn",
        "This URN is not in the register of schools.",
        "Correct the URN. If the school is new, ask for the register to be brought up to date.",
    ).at(incidents.index[unknown.to_numpy(bool)])  # fmt: skip


def _year_outside_phase(children: pd.DataFrame, schools: pd.DataFrame) -> list[Issue]:
    """A child's age at the start of the year against the ages that the school takes.

    Schools registered from five have Reception classes, whose children turn five in the year.
    """
    ages = {group: school_age(group) for group in children["year_group"].dropna().unique()}
    age = children["year_group"].astype(object).map(ages).astype(float)
    school = schools.reindex(children["school_urn"].astype(object))
    low = school["low_age"].to_numpy(float, na_value=np.nan)
    high = school["high_age"].to_numpy(float, na_value=np.nan)
    youngest = np.where(low <= COMPULSORY_AGE, low - 1, low)
    outside = (age.to_numpy() < youngest) | (age.to_numpy() >= high)
    return Finding(
        Severity.QUERY, "cross-year-group-outside-phase", "children", "year_group",
        "This year group is outside the ages that the school takes.",
        "Correct the year group, or explain.",
    ).at(children.index[outside])  # fmt: skip
