"""What others may see of a figure, and an attack: nothing withheld can be worked out from what is shown."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from pipelines.disclosure import (
    ALL,
    Period,
    enough_schools,
    is_small,
    period,
    protect,
    shown_periods,
    withhold,
    without_nil,
)
from pipelines.figures import Coverage, Figure, State

YEARS, TERMS = ("202425", "202526"), ("autumn", "spring", "summer")
SCHOOLS = ("A", "B", "C", "D", "E")
Told = dict[tuple[str, str, str], tuple[int, int] | None]  # year, term, school -> count, denominator; None: no return


def figure(by: dict[str, str], pairs: list[tuple[int, int] | None], *, share: bool = True) -> Figure:
    """The figure of what some schools told; no return where none did."""
    sent = [pair for pair in pairs if pair is not None]
    coverage = Coverage(len(sent), len(pairs), sum(pair == (0, 0) for pair in sent))
    if not sent:
        return Figure(by, None, None, None, None, None, State.NOT_SUBMITTED, coverage)
    count, of = (sum(pair[place] for pair in sent) for place in (0, 1))
    return Figure(by, count / max(of, 1), count, of if share else None, 0.0, 1.0, State.VALUE, coverage)


def views(told: Told, *, share: bool = True) -> tuple[list[Figure], list[Figure]]:
    """Every figure that can be asked for, and what each school contributes to each term."""

    def of(year: str | None, term: str | None, by: dict[str, str], school: str | None = None) -> Figure:
        wanted = zip((year, term, school), range(3), strict=True)
        chosen = [(value, place) for value, place in wanted if value]
        pairs = [pair for key, pair in told.items() if all(key[place] == value for value, place in chosen)]
        return figure(by, pairs, share=share)

    rows = [of(None, None, {}), *(of(year, None, {"year": year}) for year in YEARS)]
    terms = [(year, term) for year in YEARS for term in TERMS]
    rows += [of(year, term, {"year": year, "term": term}) for year, term in terms]
    parts = [
        of(year, term, {"year": year, "term": term, "school": school}, school)
        for year, term in terms
        for school in SCHOOLS
    ]
    return rows, parts


def shown(told: Told, *, own: frozenset[str] = frozenset(), share: bool = True) -> frozenset[Period]:
    rows, parts = views(told, share=share)
    return shown_periods(rows, parts, own=own, least=5)


def evenly(count: int = 4, of: int = 9) -> Told:
    """The same from each school in each term: everything is safe."""
    return {(year, term, school): (count, of) for year in YEARS for term in TERMS for school in SCHOOLS}


# -- the rules, one by one --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "small"),
    [
        (0, None, False),
        (1, None, True),
        (4, None, True),
        (5, None, False),
        (None, None, False),
        (0, 0, False),
        (0, 4, True),  # the denominator is small
        (0, 5, False),
        (4, 100, True),
        (5, 100, False),
        (96, 100, True),  # so is what the count leaves
        (95, 100, False),
        (100, 100, False),  # it leaves nothing
        (5, 9, True),
        (5, 10, False),
        (4, 4, True),
    ],
)
def test_a_count_its_complement_and_its_denominator_can_each_be_small(
    count: int | None, of: int | None, small: bool
) -> None:
    assert is_small(count, of, least=5) is small


def test_the_least_count_can_be_stricter() -> None:
    assert not is_small(9, 100, least=5)
    assert is_small(9, 100, least=10)


@pytest.mark.parametrize(
    ("counts", "enough"),
    [
        ([], False),
        ([10], False),
        ([5, 5], False),
        ([5, 5, 5], True),
        ([0, 0, 0], True),  # three nil returns
        ([5, 5, 0], True),  # exactly half
        ([6, 3, 2], False),  # one contributes most
        ([10, 4, 3, 3], True),
        ([9, 0, 0, 0], False),
    ],
)
def test_at_least_three_schools_contribute_and_none_of_them_most(counts: list[int], enough: bool) -> None:
    assert enough_schools(counts) is enough


def test_where_nothing_is_small_everything_is_shown() -> None:
    rows, _ = views(evenly())
    assert shown(evenly()) == {period(row) for row in rows}


def test_a_withheld_term_takes_the_other_terms_of_its_year_along_and_nothing_else() -> None:
    told = evenly() | {("202526", "spring", school): (0, 9) for school in SCHOOLS[1:]}
    assert shown(told) == {ALL, ("202425", None), ("202526", None)} | {("202425", term) for term in TERMS}


def test_a_withheld_year_takes_the_total_along() -> None:
    told = evenly() | {("202526", term, school): (0, 9) for term in TERMS for school in SCHOOLS}
    told["202526", "autumn", "A"] = (3, 9)
    assert shown(told) == {("202425", None)} | {("202425", term) for term in TERMS}


def test_a_term_without_any_return_withholds_nothing() -> None:
    told = evenly() | {("202526", "summer", school): None for school in SCHOOLS}
    rows, _ = views(told)
    assert shown(told) == {period(row) for row in rows}


def test_the_total_of_one_term_over_several_years_is_never_shown() -> None:
    assert (None, "autumn") not in shown(evenly())


def test_a_school_that_contributes_most_of_the_denominator_withholds_too() -> None:
    told = evenly() | {("202526", term, "A"): (4, 99) for term in TERMS}
    assert ("202526", None) not in shown(told)
    assert ("202526", None) in shown(told, share=False)


def test_what_is_left_without_the_askers_own_schools_must_be_safe_too() -> None:
    told = evenly(count=3, of=12)
    told |= {(year, "autumn", school): (0, 12) for year in YEARS for school in ("C", "D", "E")}
    told |= {(year, "autumn", "B"): (3, 12) for year in YEARS}
    assert ("202526", "autumn") in shown(told)  # 6 of 60
    assert ("202526", "autumn") not in shown(told, own=frozenset({"A"}))  # 3 are somebody else's
    assert shown(evenly(), own=frozenset("ABC")) == frozenset()  # two schools are left


# -- what remains of a row --------------------------------------------------------------------------------


def test_nothing_that_was_computed_from_a_withheld_count_remains() -> None:
    full = Figure({"year": "202526"}, 0.5, 4, 8, 0.1, 0.9, State.VALUE, Coverage(3, 4, 1), 1, 2, 3.0, 4, 5)
    hidden = withhold(full)
    left = {
        field.name: getattr(hidden, field.name) for field in fields(Figure) if getattr(hidden, field.name) is not None
    }
    assert left == {"by": full.by, "state": State.WITHHELD, "coverage": Coverage(3, 4)}
    assert protect(full, shown=False) == hidden


def test_a_shown_row_keeps_its_value_and_no_untested_count() -> None:
    full = Figure({}, 0.5, 40, 80, 0.4, 0.6, State.VALUE, Coverage(3, 4, 1), 1, 2, 3.0, 4, 5)
    found = protect(full, shown=True)
    assert (found.value, found.count, found.denominator, found.p90) == (0.5, 40, 80, 3.0)
    assert (found.not_known, found.not_applicable, found.undated, found.at_risk) == (None,) * 4
    assert found.coverage == without_nil(full.coverage) == Coverage(3, 4)


def test_that_no_return_came_is_no_secret() -> None:
    row = figure({}, [None, None])
    assert protect(row, shown=False).state is State.NOT_SUBMITTED


# -- the attack -------------------------------------------------------------------------------------------


@st.composite
def anything_told(draw: st.DrawFn) -> Told:
    """Few incidents in few schools, as life has them; some returns are missing."""
    told: Told = {}
    for year in YEARS:
        for term in TERMS:
            often = draw(st.sampled_from([3, 12, 40]))
            for school in SCHOOLS:
                if draw(st.integers(0, 9)) == 0:
                    told[year, term, school] = None
                    continue
                of = draw(st.integers(0, often))
                told[year, term, school] = (draw(st.integers(0, of)), of)
    return told


@settings(max_examples=60, deadline=None)
@given(told=anything_told(), own=st.sampled_from([frozenset(), frozenset({"A"}), frozenset({"A", "B"})]))
def test_no_withheld_count_can_be_recovered_from_all_that_is_shown(told: Told, own: frozenset[str]) -> None:
    """Someone asks for terms, years and the total, adds what they know of their own, and solves for the rest."""
    rows, parts = views(told)
    open_periods = shown_periods(rows, parts, own=own, least=5)
    for name in ("count", "denominator"):
        for row in rows:
            if protect(row, shown=period(row) in open_periods).state is State.WITHHELD and getattr(row, name):
                low, high = reach(row, rows, parts, name, open_periods, own)
                assert low < high, f"{name} of {period(row)} is {low} for certain"


def reach(
    secret: Figure, rows: list[Figure], parts: list[Figure], name: str, open_periods: frozenset[Period],
    own: frozenset[str],
) -> tuple[float, float]:  # fmt: skip
    """The smallest and largest whole number that a withheld figure can be, given everything that is shown."""
    cells = [row for row in rows if len(row.by) == 2]
    known = [row for row in rows if period(row) in open_periods or row.state is State.NOT_SUBMITTED]
    sums = np.array([_covers(row, cells) for row in known]) if known else np.zeros((1, len(cells)))
    values = [getattr(row, name) or 0 for row in known] or [0]
    least = [_own_part(cell, parts, name, own) for cell in cells]
    asked = _covers(secret, cells)
    ends = [
        milp(sign * asked, constraints=LinearConstraint(sums, values, values), integrality=np.ones(len(cells)),
             bounds=Bounds(least, [400] * len(cells)))
        for sign in (1, -1)
    ]  # fmt: skip
    assert all(end.success for end in ends)
    return round(ends[0].fun), round(-ends[1].fun)


def _covers(row: Figure, cells: list[Figure]) -> np.ndarray:
    return np.array([float(all(cell.by[name] == value for name, value in row.by.items())) for cell in cells])


def _own_part(cell: Figure, parts: list[Figure], name: str, own: frozenset[str]) -> int:
    return sum(getattr(part, name) or 0 for part in parts if period(part) == period(cell) and part.by["school"] in own)


def test_the_attack_finds_a_single_withheld_term() -> None:
    told = evenly() | {("202526", "spring", school): (0, 9) for school in SCHOOLS[1:]}
    rows, parts = views(told)
    naive = frozenset(period(row) for row in rows) - {("202526", "spring")}
    secret = next(row for row in rows if period(row) == ("202526", "spring"))
    assert reach(secret, rows, parts, "count", naive, frozenset()) == (4, 4)
