"""Of many schools tested at once, what is kept is what Benjamini and Hochberg keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.multiple import false_discovery
from tests.statistics.values import number, rows

FAMILIES = sorted({row["family"] for row in rows("i1_bh_fdr", "expected")})
CHANCES = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30)


def column(family: str, name: str) -> np.ndarray:
    found = [number(row[name]) for row in rows("i1_bh_fdr", "expected") if row["family"] == family]
    return np.array([np.nan if one is None else one for one in found])


def by_hand(p: list[float], level: float) -> list[bool]:
    """Step up: the most p values that are no more than their place's share of the level; written as in the paper."""
    known = sorted(one for one in p if one == one)
    places = [place for place, one in enumerate(known, 1) if one <= place * level / len(known)]
    limit = known[max(places) - 1] if places else -1.0
    return [one <= limit for one in p]


@pytest.mark.parametrize("family", FAMILIES)
def test_q_values_and_what_is_kept_are_those_of_two_packages(family: str) -> None:
    found = false_discovery(column(family, "p"))
    assert found.q == pytest.approx(column(family, "q_bh"), rel=1e-6, nan_ok=True)
    kept = [row["reject_5pct"] == "TRUE" for row in rows("i1_bh_fdr", "expected") if row["family"] == family]
    assert list(found.reject) == kept


def test_a_missing_p_value_does_not_count_among_the_tests() -> None:
    found = false_discovery([0.001, np.nan, 0.02, 0.04, np.nan, 0.3])
    assert found.tests == 4
    assert list(np.isnan(found.q)) == [False, True, False, False, True, False]
    assert list(found.reject) == [True, False, True, False, False, False]


@pytest.mark.parametrize("p", [[], [np.nan], [np.nan, np.nan]])
def test_of_nothing_nothing_is_kept(p: list[float]) -> None:
    found = false_discovery(p)
    assert (len(found.q), found.tests, found.reject.any()) == (len(p), 0, False)


def test_p_values_are_chances() -> None:
    with pytest.raises(ValueError, match="0 and 1"):
        false_discovery([0.5, 1.2])


@given(CHANCES, st.sampled_from([0.01, 0.05, 0.2]))
def test_what_is_kept_is_what_stepping_up_keeps(p: list[float], level: float) -> None:
    found = false_discovery(p, level=level)
    close = abs(np.nan_to_num(found.q, nan=2.0) - level) < 1e-12  # a q value on the level may round either way
    assert (close | (found.reject == np.array(by_hand(p, level), dtype=bool))).all()


@given(CHANCES.flatmap(lambda p: st.tuples(st.just(p), st.permutations(range(len(p))))))
def test_another_order_of_schools_changes_no_digit(drawn: tuple[list[float], list[int]]) -> None:
    p, order = drawn
    one, other = false_discovery(p), false_discovery([p[place] for place in order])
    np.testing.assert_array_equal(one.q[order], other.q)
    np.testing.assert_array_equal(one.reject[order], other.reject)


@given(CHANCES)
def test_a_q_value_is_no_less_than_its_p_value_and_keeps_their_order(p: list[float]) -> None:
    values, q = np.array(p), false_discovery(p).q
    known = ~np.isnan(values)
    assert (q[known] >= values[known]).all()
    assert (q[known] <= 1).all()
    assert (np.diff(q[known][np.argsort(values[known])]) >= 0).all()
