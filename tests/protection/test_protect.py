"""Whatever the tables and whoever reads them, what is withheld stays withheld, with no more cells than it takes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import chain, combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.protection.attack import exposed
from pipelines.protection.cells import NOBODY, Cell, Reader, Sum, Tables
from pipelines.protection.evidence import Evidence
from pipelines.protection.secondary import UnprotectableError, protect
from pipelines.protection.spreading import spread, thin
from pipelines.protection.system import system
from tests.protection.tables import ALL, Counted, cube

LEAST = 3


def is_small(count: int) -> bool:
    return 0 < count < LEAST


@st.composite
def linked(draw: st.DrawFn) -> tuple[Tables, list[Reader]]:
    """Tables in two or three dimensions with every total, and readers who know a row or their part of some cells."""
    shape = draw(st.sampled_from([(2, 3), (4, 3), (4, 4), (2, 2, 3), (3, 3, 3)]))
    seed = draw(st.integers(0, 10_000))
    dice, size = random.Random(seed), draw(st.integers(1, 12))
    counts = [dice.choice((0, 1, dice.randint(0, size), dice.randint(0, 3 * size))) for _ in range(_cells(shape))]
    tables = cube(shape, counts, sensitive=is_small, open_total=draw(st.booleans()))
    rows = draw(st.lists(st.integers(0, shape[0] - 1), max_size=2, unique=True))
    readers = [
        Reader(f"row {row}", {cell.key: cell.value for cell in tables.cells if cell.key.startswith(f"{row}/")})
        for row in rows
    ]
    parts = {cell.key: dice.randint(0, cell.value) for cell in tables.cells if dice.random() < 0.2}
    return tables, [*readers, Reader("school", at_least={key: part for key, part in parts.items() if part})]


def _cells(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def protected(tables: Tables, readers: list[Reader]) -> frozenset[str]:
    try:
        return protect(tables, least=LEAST, readers=readers)
    except UnprotectableError:
        everything = [cell.key for cell in tables.cells if cell.sensitive or (cell.value and not cell.fixed)]
        lost = {one.key for one in exposed(tables, everything, least=LEAST, readers=readers)}
        assert lost
        assume(False)
        raise


@settings(max_examples=25, deadline=None)
@given(linked())
def test_nothing_is_exposed_to_anybody(case: tuple[Tables, list[Reader]]) -> None:
    tables, readers = case
    withheld = protected(tables, readers)
    by_key = {cell.key: cell for cell in tables.cells}
    assert {cell.key for cell in tables.cells if cell.sensitive} <= withheld
    assert all(by_key[key].value > 0 and not by_key[key].fixed for key in withheld)
    assert exposed(tables, withheld, least=LEAST, readers=readers) == []


@settings(max_examples=10, deadline=None)
@given(linked(), st.randoms(use_true_random=False))
def test_the_order_of_cells_and_sums_changes_nothing(case: tuple[Tables, list[Reader]], dice: random.Random) -> None:
    tables, readers = case
    cells, sums = list(tables.cells), list(tables.sums)
    withheld = protected(tables, readers)
    dice.shuffle(cells)
    dice.shuffle(sums)
    assert protect(Tables(tuple(cells), tuple(sums)), least=LEAST, readers=readers) == withheld


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([(2, 2), (2, 3)]), st.lists(st.integers(0, 5), min_size=1, max_size=9))
def test_no_smaller_set_of_cells_would_do(shape: tuple[int, ...], places: list[int]) -> None:
    counts = [0] * _cells(shape)
    for place in places:
        counts[place % len(counts)] += 1
    tables = cube(shape, counts, sensitive=is_small)
    withheld = protected(tables, [])
    counted = Counted(shape, tables)
    sensitive = {cell.key for cell in tables.cells if cell.sensitive}
    others = [cell.key for cell in tables.cells if not (cell.sensitive or cell.fixed) and cell.value]
    enough = (more for more in _subsets(others) if _stands(tables, counted, sensitive | set(more)))
    assert len(withheld) == len(sensitive) + len(next(enough))


def _subsets(keys: list[str]) -> Iterable[tuple[str, ...]]:
    """Every subset, the smallest first."""
    return chain.from_iterable(combinations(keys, size) for size in range(len(keys) + 1))


def _stands(tables: Tables, counted: Counted, withheld: set[str]) -> bool:
    by_key = {cell.key: cell for cell in tables.cells}
    fitting = counted.fitting(withheld, NOBODY)
    places = [counted.keys.index(key) for key in sorted(withheld)]
    low, high = fitting[:, places].min(axis=0), fitting[:, places].max(axis=0)
    needs = [LEAST if by_key[key].sensitive else 0 for key in sorted(withheld)]
    return bool(((high > low) & (high >= needs)).all())


def test_large_tables_are_protected_by_the_quick_way_alone() -> None:
    tables, readers = county(trusts=5, answers=6, terms=6)
    of = system(tables)
    evidence = Evidence(of, readers, least=5)
    withheld = of.keys_of(thin(evidence, spread(evidence, of.sensitive | (of.values > 0))))
    assert exposed(tables, withheld, least=5, readers=readers) == []
    assert len(withheld) < len(tables.cells) / 2
    assert protect(tables, least=5, readers=readers) == protect(tables, least=5, readers=readers)


def county(*, trusts: int, answers: int, terms: int, seed: int = 1) -> tuple[Tables, list[Reader]]:
    """Trusts by answers by terms, with every total, and each trust as a reader of its own."""
    dice = random.Random(seed)
    sizes = [dice.choice((4, 10, 20, 40, 60)) for _ in range(trusts)]
    often = [dice.choice((0.3, 0.6, 1, 1, 2)) for _ in range(answers)]
    counts = [
        max(0, round(dice.gauss(size * share, size * share / 3)))
        for size in sizes for share in often for _ in range(terms)
    ]  # fmt: skip
    tables = cube((trusts, answers, terms), counts, sensitive=lambda count: 0 < count < 5)
    readers = [
        Reader(f"trust {trust}", {cell.key: cell.value for cell in tables.cells if cell.key.startswith(f"{trust}/")})
        for trust in range(trusts)
    ]
    return tables, readers


def test_a_cell_that_costs_more_is_withheld_less() -> None:
    dear = cube((2, 3), (2, 9, 9, 9, 9, 9), sensitive=is_small)
    usual = protect(dear, least=LEAST)
    chosen = min(usual - {"0/0"})
    cells = tuple(
        Cell(one.key, one.value, one.sensitive, one.fixed, one.offered, 50.0 if one.key == chosen else 1.0)
        for one in dear.cells
    )
    assert chosen not in protect(Tables(cells, dear.sums), least=LEAST)


def test_two_schools_that_make_up_a_total_are_never_published_and_stay_safe() -> None:
    tables = Tables(
        (
            Cell("county", 30), Cell("trust", 20), Cell("others", 10),
            Cell("school a", 18, offered=False), Cell("school b", 2, offered=False, sensitive=True),
        ),
        (Sum("county", ("trust", "others")), Sum("trust", ("school a", "school b"))),
    )  # fmt: skip
    assert protect(tables, least=5) == frozenset()
    neighbour = Reader("school a", {"school a": 18})
    assert protect(tables, least=5, readers=[neighbour]) == {"trust", "others"}


def test_what_only_halves_would_protect_is_not_taken_for_safe() -> None:
    """Along the cheap cells the small one moves by two at a time, so that it reaches 4 and never 5."""
    cells = (
        Cell("small", 2, sensitive=True), Cell("rest", 3), Cell("all", 5, fixed=True),
        Cell("left", 1), Cell("right", 1), Cell("shared", 5),
        Cell("left sum", 6, cost=10), Cell("right sum", 6, cost=10),
    )  # fmt: skip
    sums = (
        Sum("all", ("small", "rest")), Sum("small", ("left", "right")),
        Sum("left sum", ("left", "shared")), Sum("right sum", ("right", "shared")),
    )  # fmt: skip
    tables, cheap = Tables(cells, sums), ["small", "rest", "left", "right", "shared"]
    assert [(one.key, one.high) for one in exposed(tables, cheap, least=5)] == [("small", 4)]
    withheld = protect(tables, least=5)
    assert exposed(tables, withheld, least=5) == []
    assert withheld in ({"small", "rest", "left", "left sum"}, {"small", "rest", "right", "right sum"})


def test_nothing_small_needs_nothing_withheld() -> None:
    assert protect(cube((2, 3), (9, 9, 0, 8, 7, 0), sensitive=is_small), least=LEAST) == frozenset()


def test_an_error_names_what_gives_the_cell_away_and_no_count() -> None:
    tables = Tables(
        (
            Cell("year", 4711, fixed=True), Cell("autumn", 4708, fixed=True), Cell("spring", 3, sensitive=True),
            Cell("summer", 0), Cell("elsewhere", 33, fixed=True),
        ),
        (Sum("year", ("autumn", "spring", "summer")),),
    )  # fmt: skip
    with pytest.raises(UnprotectableError) as raised:
        protect(tables, least=5)
    assert "'spring' can be worked back by somebody outside" in str(raised.value)
    assert "'autumn', 'year'" in str(raised.value)
    assert not {"elsewhere", "47"} & set(str(raised.value).replace("'", " ").split())
    assert "47" not in str(raised.value)


def test_an_error_says_when_a_cell_is_known_already_or_from_what_the_reader_knows() -> None:
    known = Tables((Cell("a", 3, sensitive=True, fixed=True),), ())
    with pytest.raises(UnprotectableError, match="already known"):
        protect(known, least=5)
    parts = Tables((Cell("all", 3, sensitive=True), Cell("a", 3, offered=False)), (Sum("all", ("a",)),))
    with pytest.raises(UnprotectableError, match="for me from what they know themselves"):
        protect(parts, least=5, readers=[Reader("me", {"a": 3})])


def test_all_totals_of_a_cube_are_linked() -> None:
    tables = cube((2, 2), (1, 2, 3, 4), sensitive=is_small)
    assert {cell.key: cell.value for cell in tables.cells}[f"{ALL}/{ALL}"] == 10
    assert len(tables.sums) == 6
