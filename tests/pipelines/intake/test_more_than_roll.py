"""A return with far more incidents in a term than the school has pupils is a mistake, not a query."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.intake.whole import beyond_the_roll
from schemas.issues import Severity


def incidents(**counts: int) -> pd.DataFrame:
    """So many incidents of each school, the URN after a letter."""
    urns = [name[1:] for name, count in counts.items() for _ in range(count)]
    return pd.DataFrame({"school_urn": urns}, index=range(2, len(urns) + 2))


def register(**rolls: int | None) -> pd.DataFrame:
    pupils = pd.array(list(rolls.values()), dtype="Int32")
    return pd.DataFrame({"pupils": pupils}, index=[name[1:] for name in rolls])


def test_far_more_incidents_than_pupils_on_roll_are_an_error() -> None:
    (found,) = beyond_the_roll(incidents(u900001=30_000), register(u900001=1461))
    assert (found.rule, found.severity, found.row) == ("whole-more-than-roll", Severity.ERROR, None)
    assert found.message == "The return holds 30,000 incidents of one term, and the school has 1,461 pupils on roll."


@pytest.mark.parametrize(
    ("count", "roll", "wrong"),
    [(600, 300, 0), (601, 300, 1), (500, 12, 0), (501, 12, 1), (900, None, 0), (900, 0, 0)],
)
def test_up_to_twice_the_roll_nothing_is_said(count: int, roll: int | None, wrong: int) -> None:
    assert len(beyond_the_roll(incidents(u900001=count), register(u900001=roll))) == wrong


def test_of_several_schools_the_one_is_named_by_its_first_row() -> None:
    (found,) = beyond_the_roll(incidents(u900001=3, u900002=700), register(u900001=500, u900002=100))
    assert found.row == 5


def test_without_a_register_or_for_a_school_it_does_not_know_nothing_is_said() -> None:
    assert beyond_the_roll(incidents(u900001=900), None) == []
    assert beyond_the_roll(incidents(u900001=900), register(u900002=10)) == []
