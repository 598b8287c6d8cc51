"""The whole stage: is each school's return plausible as a whole? Needs nothing but the return itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.intake.findings import finding
from schemas.conditions import NOT_APPLICABLE, UNKNOWN
from schemas.issues import Issue
from schemas.lexicon import Column, lexicon

LEAST_ANSWERS = 10  # of fewer, half are soon “not known” by chance
ROLLS = 2  # as many incidents in a term as this times the pupils on roll, no school can have had
BEYOND_DOUBT = 500  # a roll is years old and may be small: below so many, nothing is refused by it
LEAST_INCIDENTS = 4  # of fewer, one day is nothing unusual


def check(incidents: pd.DataFrame) -> list[Issue]:
    """Every query about a school's answers taken together."""
    if not len(incidents):
        return []
    schools = Schools(incidents)
    unsure, answered = _not_known(incidents, schools)
    core = [column.name for column in _asking() if column.core]
    of_core = unsure[core].sum(axis=1), answered[core].sum(axis=1)
    vague = _half(*of_core)
    count, every = (part.to_numpy() for part in of_core)
    return [
        *schools.issues("whole-not-known-core", vague, count=count, all=every),
        *(issue for column in _asking() for issue in _of_column(column, unsure, answered, vague, schools)),
        *_one_day(incidents, schools),
    ]


def beyond_the_roll(incidents: pd.DataFrame, schools: pd.DataFrame | None) -> list[Issue]:
    """An error for each school with far more incidents than pupils on roll, where the register knows the roll.

    `schools` is the register by `urn`, with `pupils`.
    """
    if schools is None or "pupils" not in schools.columns or not len(incidents):
        return []
    found = Schools(incidents)
    told = found.counts(np.ones(len(incidents), bool))
    roll = schools["pupils"].reindex(found.urns).to_numpy(float, na_value=np.nan)
    where = (roll > 0) & (told > ROLLS * roll) & (told > BEYOND_DOUBT)
    return list(found.issues("whole-more-than-roll", where, count=told, roll=np.nan_to_num(roll).astype(int)))


class Schools:
    """The schools of a return by number, and where the issue about one of them stands."""

    def __init__(self, incidents: pd.DataFrame) -> None:
        codes, urns = pd.factorize(incidents["school_urn"].astype(object))
        self.codes = codes  # -1 where the URN is missing
        self.urns = [str(urn) for urn in urns]
        self._first_row = incidents.index[pd.Series(codes).drop_duplicates().loc[lambda seen: seen >= 0].index]

    def __len__(self) -> int:
        return len(self.urns)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """How many of these rows each school has."""
        return np.bincount(self.codes[rows & (self.codes >= 0)], minlength=len(self))

    def issues(self, rule: str, where: np.ndarray, *, column: str | None = None, **facts: object) -> Iterator[Issue]:
        """An issue for each of these schools: about the table; of several schools, at the school's first row.

        A fact that is an array has one value a school.
        """
        for place in np.flatnonzero(where):
            own = {name: _said(fact, int(place)) for name, fact in facts.items()}
            found = finding(rule, column=column, **own)
            yield from [found.whole()] if len(self) == 1 else found.at([int(self._first_row[int(place)])])


def _said(fact: object, place: int) -> str:
    return f"{fact[place]:,}" if isinstance(fact, np.ndarray) else str(fact)


def _asking() -> list[Column]:
    """The columns of incidents that offer “not known”."""
    columns = lexicon().tables["incidents"].columns
    return [one for one in columns if one.codes and UNKNOWN & {code.code for code in one.codes.codes}]


def _not_known(incidents: pd.DataFrame, schools: Schools) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How many answers are not known, and how many there are, a row for each school and a column for each question."""
    unsure, answered = {}, {}
    for column in _asking():
        answers = incidents[column.name]
        unsure[column.name] = schools.counts(answers.isin(UNKNOWN).to_numpy(bool))
        given = answers.notna() & (answers != NOT_APPLICABLE)
        answered[column.name] = schools.counts(given.to_numpy(bool))
    return pd.DataFrame(unsure), pd.DataFrame(answered)


def _half(unsure: pd.Series, answered: pd.Series) -> np.ndarray:
    return ((answered >= LEAST_ANSWERS) & (2 * unsure >= answered)).to_numpy(bool)


def _of_column(
    column: Column, unsure: pd.DataFrame, answered: pd.DataFrame, vague: np.ndarray, schools: Schools
) -> Iterator[Issue]:
    where = _half(unsure[column.name], answered[column.name])
    if column.core:
        where = where & ~vague  # asked about with the whole core already
    counts = {"count": unsure[column.name].to_numpy(), "all": answered[column.name].to_numpy()}
    return schools.issues("whole-not-known-column", where, column=column.name, label=column.label, **counts)


def _one_day(incidents: pd.DataFrame, schools: Schools) -> Iterator[Issue]:
    days = incidents["reported_date"].groupby(schools.codes)
    told, different = (days.agg(how).reindex(range(len(schools))).to_numpy(float) for how in ("count", "nunique"))
    where = (told >= LEAST_INCIDENTS) & (different == 1)
    return schools.issues("whole-one-day", where, all=told.astype(int))
