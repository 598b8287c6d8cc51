"""The rules by which a count must be withheld, as truth tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure import Part, enough_schools, is_sensitive

EVEN = {"largest_school": 3, "largest_trust": 3, "schools": 5}


@pytest.mark.parametrize(
    ("part", "withheld", "why"),
    [
        (Part(0, 0, 0, 1), False, "nothing points at nobody"),
        (Part(4, 1, 1, 4), True, "small"),
        (Part(12, 3, 3, 5), False, "enough of everything"),
        (Part(9, 5, 5, 5), True, "without one school four are left"),
        (Part(12, 2, 8, 6), True, "without one trust four are left"),
        (Part(12, 6, 6, 2), True, "two schools"),
        (Part(20, 11, 11, 5), True, "one school is most of it"),
        (Part(20, 10, 10, 5), False, "one school is half of it"),
        (Part(20, 5, 20, 5), False, "all of one trust: nobody else's are left"),
    ],
)
def test_a_count_that_others_compare_with(part: Part, withheld: bool, why: str) -> None:
    assert is_sensitive(part, least=5, compares=True) is withheld, why


def test_what_is_left_of_a_whole_may_be_one_schools_as_long_as_it_is_not_small() -> None:
    assert not is_sensitive(Part(30, 30, 30, 1), least=5, compares=False)
    assert is_sensitive(Part(30, 27, 27, 2), least=5, compares=False)


def test_the_least_count_can_be_stricter() -> None:
    assert not is_sensitive(Part(12, **EVEN), least=5, compares=True)
    assert is_sensitive(Part(12, **EVEN), least=10, compares=True)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(5, 10))
def test_no_school_works_out_a_small_count_of_the_others(counts: list[int], least: int) -> None:
    part = Part(sum(counts), max(counts), 0, len(counts))
    if not is_sensitive(part, least=least, compares=True):
        assert all(not 0 < sum(counts) - own < least for own in counts)
        assert not 0 < sum(counts) < least


@pytest.mark.parametrize(
    ("counts", "enough"),
    [([5, 5], False), ([5, 5, 5], True), ([0, 5, 5], True), ([4, 9, 4], False), ([0, 0, 0], True), ([10, 5, 5], True)],
)
def test_at_least_three_schools_contribute_and_none_of_them_most(counts: list[int], enough: bool) -> None:
    assert enough_schools(counts) is enough
