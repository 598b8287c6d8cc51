"""Waits grow with failures, are forgotten, and cannot be made to fill memory or to keep an owner out."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.people.throttle import ROWS, Per, Throttle


class Seconds:
    """A clock in seconds."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def throttle(clock: Seconds) -> Throttle:
    return Throttle(clock)


@pytest.mark.parametrize("per", Per)
def test_after_the_free_failures_each_further_one_doubles_the_wait_up_to_the_longest(per: Per) -> None:
    clock = Seconds()
    throttle, rule = Throttle(clock), per.value
    for _ in range(rule.free):
        assert throttle.begin({per: "name"}) == 0.0
    waits = []
    for _ in range(12):
        assert throttle.begin({per: "name"}) == 0.0
        waits.append(throttle.begin({per: "name"}))
        clock.now += waits[-1]
    assert waits[0] == pytest.approx(rule.first)
    assert all(later == pytest.approx(min(rule.longest, 2 * earlier)) for earlier, later in pairwise(waits))
    assert waits[-1] == pytest.approx(rule.longest)


def test_whoever_waits_is_not_made_to_wait_longer_by_trying(throttle: Throttle, clock: Seconds) -> None:
    for _ in range(Per.PAIR.value.free + 1):
        throttle.begin({Per.PAIR: "name"})
    waits = [throttle.begin({Per.PAIR: "name"}) for _ in range(50)]
    assert set(waits) == {waits[0]}
    clock.now += waits[0]
    assert throttle.begin({Per.PAIR: "name"}) == 0.0


@given(st.integers(min_value=1, max_value=400))
def test_failures_are_forgotten_in_time(failures: int) -> None:
    clock = Seconds()
    throttle, rule = Throttle(clock), Per.ACCOUNT.value
    for _ in range(failures):
        clock.now += throttle.begin({Per.ACCOUNT: "name"})
    clock.now += rule.forgotten * failures + rule.longest
    assert [throttle.begin({Per.ACCOUNT: "name"}) for _ in range(rule.free)] == [0.0] * rule.free


def test_a_success_takes_its_own_try_back(throttle: Throttle) -> None:
    for _ in range(500):  # of many people behind one address
        assert throttle.begin({Per.ADDRESS: "school"}) == 0.0
        throttle.passed({Per.ADDRESS: "school"})


def test_tries_that_come_at_once_are_all_counted() -> None:
    throttle, begun, gate = Throttle(), [], threading.Barrier(40)

    def one() -> None:
        gate.wait()
        begun.append(throttle.begin({Per.PAIR: "name"}))

    threads = [threading.Thread(target=one) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun.count(0.0) == Per.PAIR.value.free + 1


def test_no_number_of_names_takes_more_than_its_places(clock: Seconds) -> None:
    throttle = Throttle(clock, slots=64)
    for number in range(10_000):
        throttle.begin({Per.ACCOUNT: f"made up {number}"})
    assert len(throttle._table) <= 64 * ROWS


def test_ten_thousand_made_up_names_slow_nobody_else(throttle: Throttle) -> None:
    for number in range(10_000):
        throttle.begin({Per.ACCOUNT: f"made up {number}"})
    assert [throttle.begin({Per.ACCOUNT: f"owner {number}"}) for number in range(200)] == [0.0] * 200


def test_where_a_name_is_counted_cannot_be_foreseen() -> None:
    places = [frozenset(_places(Throttle(slots=1 << 30))) for _ in range(20)]
    assert len(set(places)) == 20


def _places(throttle: Throttle) -> list[int]:
    throttle.begin({Per.ACCOUNT: "name"})
    return list(throttle._table)
