"""Checks between rows, between the two tables, and against the register."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.intake.between_children import check_children
from pipelines.intake.findings import finding
from pipelines.intake.surroundings import Stated, Surroundings
from schemas.calendar import assign_terms, school_age
from schemas.issues import Issue

COMPULSORY_AGE = 5
PAIR = ["school_urn", "incident_ref"]


def check(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated, around: Surroundings) -> list[Issue]:
    """Every issue between rows and tables."""
    issues = [*_same_reference(incidents), *_outside_term(incidents, stated, around)]
    issues += _unmatched(incidents, children, stated, around)
    issues += check_children(incidents, children)
    if around.schools is not None:
        issues += _unknown_schools(incidents, around.schools)
        issues += _school_not_open(incidents, around.schools)
        issues += _year_outside_phase(children, around.schools)
    return issues


def _same_reference(incidents: pd.DataFrame) -> list[Issue]:
    whole = incidents[PAIR].notna().all(axis=1)
    again = incidents.index[whole & incidents.duplicated(PAIR, keep=False)]
    return finding("structure-reference-twice").at(again)


def _unmatched(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated, around: Surroundings) -> list[Issue]:
    if len(children) and children["school_urn"].isna().all():
        return []  # whose children they are is not known, and is said
    ours, theirs = _keys(incidents, children)
    orphan = (theirs >= 0) & ~np.isin(theirs, ours) & ~_may_be_meant(incidents, children, stated, around)
    childless = incidents.index[(ours >= 0) & ~np.isin(ours, theirs)]
    return [
        *finding("structure-unknown-incident").at(children.index[orphan]),
        *finding("structure-incident-without-children").at(childless),
    ]


def _may_be_meant(incidents: pd.DataFrame, children: pd.DataFrame, stated: Stated, around: Surroundings) -> np.ndarray:
    """Children whose incident may be there, in a row whose own reference or school is wrong: that is said already."""
    urns = incidents["school_urn"]
    strange = urns.isna().to_numpy(bool, copy=True)
    if around.schools is not None:
        strange |= ~urns.isin(around.schools.index).to_numpy(bool)
    if stated.school_urn:
        strange |= (urns != stated.school_urn).to_numpy(bool)
    references = incidents.loc[strange, "incident_ref"].dropna().unique()
    nameless = incidents.loc[incidents["incident_ref"].isna(), "school_urn"].dropna().unique()
    meant = children["incident_ref"].isin(references) | children["school_urn"].isin(nameless)
    return meant.to_numpy(bool)


def _keys(incidents: pd.DataFrame, children: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One whole number for each (school, reference), the same in both tables; -1 where either is missing."""
    numbers: list[np.ndarray] = []
    for name in PAIR:
        both = pd.concat([incidents[name].astype(object), children[name].astype(object)])
        numbers.append(pd.factorize(both)[0].astype(np.int64))
    school, reference = numbers
    keys = np.where((school < 0) | (reference < 0), -1, school * (reference.max(initial=0) + 1) + reference)
    return keys[: len(incidents)], keys[len(incidents) :]


def _outside_term(incidents: pd.DataFrame, stated: Stated, around: Surroundings) -> list[Issue]:
    """A day in the future has an error of its own, and is not asked about twice."""
    if not (stated.academic_year and stated.term):
        return []
    dates = incidents["reported_date"].dropna()
    dates = dates[(dates <= pd.Timestamp(around.today)).to_numpy(bool)]
    terms = assign_terms(dates)
    outside = (terms["academic_year"] != stated.academic_year) | (terms["term"] != str(stated.term))
    return finding("cross-outside-term").at(dates.index[outside.to_numpy(bool)])


def _unknown_schools(incidents: pd.DataFrame, schools: pd.DataFrame) -> list[Issue]:
    urns = incidents["school_urn"]
    unknown = urns.notna() & ~urns.isin(schools.index)
    return finding("structure-unknown-school").at(incidents.index[unknown.to_numpy(bool)])


def _school_not_open(incidents: pd.DataFrame, schools: pd.DataFrame) -> list[Issue]:
    if not {"open_date", "close_date"} <= set(schools.columns):
        return []
    school = schools.reindex(incidents["school_urn"].astype(object))
    told = incidents["reported_date"].to_numpy("datetime64[s]")
    opened, closed = (pd.to_datetime(school[name]).to_numpy("datetime64[s]") for name in ("open_date", "close_date"))
    return finding("cross-school-not-open").at(incidents.index[(told < opened) | (told > closed)])


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
    return finding("cross-year-group-outside-phase").at(children.index[outside])
