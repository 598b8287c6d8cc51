"""A sample of benchmarks/planted_faults.py: valid returns have no error; a planted fault is found, and only it."""

from __future__ import annotations

import pytest

from schemas.rulebook import book
from tests.judging_planted import judge_planted, judge_valid
from tests.planting import PLANTERS, Valid, batches, plant, valid_returns
from tests.sample_register import sample_schools


@pytest.fixture(scope="module")
def valid() -> list[Valid]:
    """The returns of the three terms with most, so that they make few files."""
    found = valid_returns(240, first_seed=40)
    largest = sorted(batches(found), key=len, reverse=True)[:3]
    return [found[place] for group in largest for place in group]


def test_valid_returns_have_no_error(valid: list[Valid]) -> None:
    assert judge_valid(valid, sample_schools()).wrong == []


def test_a_planted_fault_is_found_where_it_was_planted_and_nothing_else_is_wrong(valid: list[Valid]) -> None:
    verdict = judge_planted(plant(valid), sample_schools())
    assert verdict.wrong == []
    assert verdict.other_errors == []


def test_every_check_of_rows_tables_and_wholes_that_needs_no_history_is_planted() -> None:
    needing_more = {"whole-count-far", "whole-nil-after-many", "cross-school-not-open", "whole-more-than-roll"}
    wanted = {one.id for one in book().values() if one.stage in ("format", "cross", "whole")}
    assert {rule for rule, _ in PLANTERS} >= wanted - needing_more
