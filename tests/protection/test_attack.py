"""The attack finds what a count of every possible table finds, and calls nothing safe that it cannot prove."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.protection.attack import Range, exposed, ranges
from pipelines.protection.cells import NOBODY, Cell, Reader, Sum, Tables, TablesError
from pipelines.protection.evidence import Evidence
from pipelines.protection.solving import UnprovenError, least_of
from pipelines.protection.system import system
from tests.protection.tables import Counted, cube, flat

SHAPES = st.sampled_from([(2, 2), (2, 3), (3, 3), (2, 2, 2)])


@st.composite
def published(draw: st.DrawFn) -> tuple[tuple[int, ...], Tables, set[str], Reader]:
    """A small table in two or three dimensions, what is withheld of it, and somebody who knows some of it."""
    shape = draw(SHAPES)
    counts = [0] * int(np.prod(shape))
    for place in draw(st.lists(st.integers(0, len(counts) - 1), max_size=8)):
        counts[place] += 1
    tables = cube(shape, counts, sensitive=lambda count: 0 < count < 3)
    keys = [cell.key for cell in tables.cells if not cell.fixed]
    withheld = draw(st.sets(st.sampled_from(keys)))
    values = {cell.key: cell.value for cell in tables.cells}
    knows = {key: values[key] for key in draw(st.sets(st.sampled_from(keys), max_size=2))}
    parts = {key: draw(st.integers(0, values[key])) for key in draw(st.sets(st.sampled_from(keys), max_size=2))}
    return shape, tables, withheld, Reader("insider", knows, parts)


@settings(max_examples=60, deadline=None)
@given(published())
def test_ranges_are_those_of_every_table_counted_out(case: tuple[tuple[int, ...], Tables, set[str], Reader]) -> None:
    shape, tables, withheld, reader = case
    counted = Counted(shape, tables)
    for somebody in (NOBODY, reader):
        found = ranges(tables, withheld, reader=somebody)
        assert {key: (one.low, one.high) for key, one in found.items()} == {
            key: counted.range(key, withheld, somebody) for key in withheld
        }


@settings(max_examples=60, deadline=None)
@given(published())
def test_exposed_are_those_that_every_table_counted_out_exposes(
    case: tuple[tuple[int, ...], Tables, set[str], Reader],
) -> None:
    shape, tables, withheld, reader = case
    counted = Counted(shape, tables)
    right = set()
    for somebody in (NOBODY, Reader("insider", reader.knows)):
        for cell in (cell for cell in tables.cells if cell.key in withheld and cell.key not in somebody.knows):
            low, high = counted.range(cell.key, withheld, somebody)
            ours = cell.sensitive or somebody is NOBODY  # what an insider finds of a cell that is not small is no harm
            if ours and (low == high or (cell.sensitive and high < 3)):
                right.add((cell.key, somebody.name, low, high))
    found = exposed(tables, withheld, least=3, readers=[Reader("insider", reader.knows)])
    assert {(one.key, one.reader, one.low, one.high) for one in found} == right


def test_who_knows_one_of_two_knows_the_other() -> None:
    tables = Tables(
        (Cell("both", 12), Cell("mine", 9), Cell("theirs", 3, sensitive=True)), (Sum("both", ("mine", "theirs")),)
    )
    assert exposed(tables, ["mine", "theirs"], least=3) == []
    found = exposed(tables, ["mine", "theirs"], least=3, readers=[Reader("me", {"mine": 9})])
    assert [(one.key, one.reader, one.low, one.high) for one in found] == [("theirs", "me", 3, 3)]


def test_a_school_that_knows_its_own_part_narrows_the_rest() -> None:
    tables = Tables((Cell("both", 12), Cell("one", 9), Cell("other", 3)), (Sum("both", ("one", "other")),))
    found = ranges(tables, ["one", "other"], reader=Reader("school", at_least={"one": 7}))
    assert found == {"one": Range(7, 12), "other": Range(0, 5)}


def test_what_others_add_to_a_schools_own_part_must_reach_the_threshold_too() -> None:
    tables = Tables(
        (Cell("both", 13), Cell("one", 3, sensitive=True), Cell("other", 10)), (Sum("both", ("one", "other")),)
    )
    school = Reader("school", at_least={"one": 1, "other": 7})
    assert exposed(tables, ["one", "other"], least=5, readers=[school]) == []
    assert [one.key for one in exposed(tables, ["one", "other"], least=6, readers=[school])] == ["one"]


def test_without_a_published_total_there_is_no_greatest() -> None:
    tables = Tables((Cell("all", 12), Cell("a", 9), Cell("b", 3)), (Sum("all", ("a", "b")),))
    assert ranges(tables, ["all", "b"]) == {"all": Range(9, None), "b": Range(0, None)}


def test_what_is_never_published_is_attacked_when_asked() -> None:
    tables = Tables(
        (Cell("all", 5), Cell("a", 4, offered=False), Cell("b", 1, offered=False, sensitive=True)),
        (Sum("all", ("a", "b")),),
    )
    assert ranges(tables, [], targets=["a", "b"]) == {"a": Range(0, 5), "b": Range(0, 5)}
    assert exposed(tables, [], least=5) == []
    assert [one.key for one in exposed(tables, [], least=6)] == ["b"]


def test_what_is_known_already_is_not_withheld_by_saying_so() -> None:
    tables = Tables((Cell("all", 5), Cell("a", 4, fixed=True), Cell("b", 1, sensitive=True)), (Sum("all", ("a", "b")),))
    assert {one.key for one in exposed(tables, ["a", "b"], least=5)} == {"a", "b"}


def test_a_large_count_is_exact_to_the_last_one() -> None:
    inner = {"a/x": 9_999_999, "a/y": 3, "b/x": 20, "b/y": 10_000_000}
    margins = {"a/Total": 10_000_002, "b/Total": 10_000_020, "Total/x": 10_000_019, "Total/y": 10_000_003}
    found = ranges(flat({**inner, **margins, "Total/Total": 20_000_022}), list(inner))
    assert found["a/x"] == Range(0, 10_000_002)
    assert found["b/y"] == Range(1, 10_000_003)


def test_no_table_counts_as_proof_unless_it_adds_up() -> None:
    of = system(Tables((Cell("all", 5), Cell("a", 4), Cell("b", 1)), (Sum("all", ("a", "b")),)))
    evidence = Evidence(of, [], least=5)
    for wrong in ([1, 0, 0], [0, 2, -2]):  # in the order a, all, b: a sum is broken; a count falls below zero
        with pytest.raises(UnprovenError):
            evidence.keep(np.array(wrong))


def test_where_whole_numbers_do_not_fit_the_relaxed_answer_is_not_taken() -> None:
    rows = system(Tables((Cell("a", 0), Cell("b", 0)), (Sum("a", ("b",)),))).sums.astype(float)
    upper = np.array([2.5, 9.0])
    found = least_of(np.array([-1.0, 0.0]), rows, np.zeros(2), upper)
    assert found.settled
    assert found.whole is not None
    assert list(found.whole) == [2, 2]


@pytest.mark.parametrize(
    ("cells", "sums", "words"),
    [
        ([Cell("a", 1), Cell("b", 2)], [Sum("b", ("a",))], "parts of 'b'"),
        ([Cell("a", 1), Cell("a", 1)], [], "'a'"),
        ([Cell("a", -1)], [], "'a'"),
        ([Cell("a", 1)], [Sum("a", ("c",))], "'c'"),
        ([Cell("a", 0)], [Sum("a", ("a",))], "twice"),
    ],
)
def test_tables_that_do_not_hold_together_are_named(cells: list[Cell], sums: list[Sum], words: str) -> None:
    with pytest.raises(TablesError, match=words):
        Tables(tuple(cells), tuple(sums))


def test_a_reader_who_knows_otherwise_or_a_key_that_is_no_cell_is_named() -> None:
    tables = Tables((Cell("a", 4711),), ())
    for reader in (Reader("trust", {"a": 2}), Reader("trust", at_least={"a": 4712})):
        with pytest.raises(TablesError, match="'trust' knows of 'a'") as raised:
            ranges(tables, ["a"], reader=reader)
        assert "471" not in str(raised.value)
    with pytest.raises(TablesError, match="'b' is not a cell"):
        ranges(tables, ["b"])
