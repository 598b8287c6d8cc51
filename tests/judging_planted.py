"""Check returns with and without planted faults, and say of each whether the right thing was said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from pipelines.intake import checking
from pipelines.intake.surroundings import Stated, Surroundings
from schemas.calendar import Term
from schemas.issues import Issue, Severity
from tests.planting import Planted, Tables, Valid, as_files, batches

TODAY = date(2026, 11, 20)
Place = tuple[str, int | None, str | None]  # table, place in the school's own table, column


@dataclass
class Verdict:
    """What was found of many returns: how many held, and what went wrong with the others."""

    returns: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    other_errors: list[str] = field(default_factory=list)
    queries: Counter[str] = field(default_factory=Counter)


def judge_valid(returns: Sequence[Valid], schools: pd.DataFrame) -> Verdict:
    """Valid returns: each is right when no error is found."""
    verdict = Verdict(len(returns))
    for group in batches(returns):
        for one in _said([returns[place].tables for place in group], returns[group[0]], schools):
            wrong = [issue.rule for issue, _ in one if issue.severity is Severity.ERROR]
            verdict.right += not wrong
            verdict.wrong += wrong
            verdict.queries.update(issue.rule for issue, _ in one if issue.severity is Severity.QUERY)
    return verdict


def judge_planted(planted: Sequence[Planted], schools: pd.DataFrame) -> Verdict:
    """Planted faults: each is right when its rule is said at its places, and no other error."""
    verdict = Verdict(len(planted))
    for group in batches([one.of for one in planted]):
        own = [planted[place] for place in group]
        for one, said in zip(own, _said([each.tables for each in own], own[0].of, schools), strict=True):
            _judge(one, said, verdict)
    return verdict


def _judge(one: Planted, said: list[tuple[Issue, Place]], verdict: Verdict) -> None:
    places = {place for issue, place in said if issue.rule == one.rule}
    found = set(one.places) <= places
    others = sorted(
        {issue.rule for issue, place in said if issue.severity is Severity.ERROR and not _own(one, issue, place)}
    )
    verdict.right += found and not others
    verdict.wrong += [] if found else [f"{one.rule} {one.places} not among {sorted(map(str, places))}"]
    verdict.other_errors += [f"{one.rule} at {one.places}: also {rule}" for rule in others]


def _own(one: Planted, issue: Issue, place: Place) -> bool:
    return issue.rule == one.rule and place in one.places


def _said(tables: Sequence[Tables], of: Valid, schools: pd.DataFrame) -> list[list[tuple[Issue, Place]]]:
    """For each school of one file, what is said of its rows, by their place in its own tables."""
    stated = Stated(None, of.year, Term(of.term))
    checked = checking.check(as_files(tables), stated=stated, around=Surroundings(TODAY, schools))
    starts = {name: _starts([len(one[name]) for one in tables]) for name in ("incidents", "children")}
    said: list[list[tuple[Issue, Place]]] = [[] for _ in tables]
    for issue in checked.issues:
        if issue.row is None and len(tables) > 1:
            raise AssertionError(f"{issue.rule}: said of all schools together")
        row = 0 if issue.row is None else issue.row - 2
        number = next(at for at, start in reversed(list(enumerate(starts[issue.table]))) if start <= row)
        said[number].append((issue, (issue.table, row - starts[issue.table][number], issue.column)))
    return said


def _starts(lengths: Sequence[int]) -> list[int]:
    return [sum(lengths[:place]) for place in range(len(lengths))]
