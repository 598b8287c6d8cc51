"""Refused accesses in the record: each is seen, and nobody can flood it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipelines import access_record, audit
from pipelines.access_record import ALL_A_MINUTE, EACH_A_MINUTE, LEFT_OUT, REFUSED, WRONG_SIGN_IN, Refusals
from pipelines.warehouse.store import Warehouse
from schemas.errors import ForbiddenError, QuestionError, RefusedError, StaleError
from tests.factories import officer_of

NOON = datetime(2026, 11, 21, 12)  # noqa: DTZ001 - UTC, as the warehouse keeps it


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store() -> Iterator[Warehouse]:
    with Warehouse(None) as opened:
        yield opened


def events(store: Warehouse) -> list[dict[str, Any]]:
    with store.reading() as cursor:
        assert audit.first_broken(cursor) is None
        found = cursor.rows("SELECT * FROM audit ORDER BY sequence")
    return [{**one, "detail": json.loads(one["detail"])} for one in found]


def test_a_refusal_says_who_where_and_what_they_were_refused(store: Warehouse) -> None:
    access_record.refused(store, officer_of("la:991"), "see single incidents")
    [event] = events(store)
    assert (event["action"], event["subject"], event["scope"]) == (REFUSED, "la:991", "la:991")
    assert event["detail"] == {"what": "see single incidents"}


def test_a_wrong_sign_in_names_nobody_and_no_place(store: Warehouse) -> None:
    access_record.sign_in_refused(store, "wrong password", place="192.0.2.7")
    [event] = events(store)
    assert event["action"] == WRONG_SIGN_IN
    assert "192.0.2.7" not in str(event)


def test_of_a_thousand_refusals_in_a_minute_a_few_are_listed_and_all_are_counted(store: Warehouse) -> None:
    clock = Clock()
    refusals = Refusals(store, clock=clock)
    for _ in range(1000):
        refusals.note(officer_of("la:991"), REFUSED, "x", by="one")
    assert len(events(store)) == EACH_A_MINUTE
    clock.now += timedelta(minutes=1)
    refusals.note(officer_of("la:990"), REFUSED, "x", by="two")
    counted, last = events(store)[-2:]
    assert counted["action"] == LEFT_OUT
    assert counted["detail"] == {"refusals": 1000 - EACH_A_MINUTE, "minute": "2026-11-21T12:00"}
    assert last["scope"] == "la:990"


def test_many_accounts_and_places_together_cannot_flood_it_either(store: Warehouse) -> None:
    refusals = Refusals(store, clock=Clock())
    for number in range(1000):
        refusals.note(access_record.PORTAL, WRONG_SIGN_IN, "x", by=str(number))
    refusals.keep_counts()
    found = events(store)
    assert len(found) == ALL_A_MINUTE + 1
    assert found[-1]["detail"]["refusals"] == 1000 - ALL_A_MINUTE
    assert len(refusals._seen[WRONG_SIGN_IN]) <= ALL_A_MINUTE
    refusals.note(officer_of("la:990"), REFUSED, "x", by="somebody")
    assert events(store)[-1]["scope"] == "la:990"


def test_one_account_that_is_refused_again_and_again_hides_no_other(store: Warehouse) -> None:
    refusals = Refusals(store, clock=Clock())
    for _ in range(500):
        refusals.note(officer_of("la:991"), REFUSED, "x", by="one")
    refusals.note(officer_of("la:990"), REFUSED, "x", by="two")
    assert events(store)[-1]["scope"] == "la:990"


def test_what_was_counted_is_kept_once(store: Warehouse) -> None:
    for _ in range(EACH_A_MINUTE + 3):
        access_record.refused(store, officer_of("la:991"), "x")
    access_record.keep_counts(store)
    access_record.keep_counts(store)
    assert sum(one["action"] == LEFT_OUT for one in events(store)) == 1


def test_only_a_refusal_is_recorded_as_one(store: Warehouse) -> None:
    for fault in (QuestionError("no figure"), RefusedError("not now"), StaleError("read it again"), ValueError("x")):
        access_record.noted(store, officer_of("la:991"), "x", fault)
    assert events(store) == []
    access_record.noted(store, officer_of("la:991"), "x", ForbiddenError("not yours"))
    assert len(events(store)) == 1


def test_a_refusal_that_two_doors_see_is_recorded_once_and_goes_on(store: Warehouse) -> None:
    with (
        pytest.raises(ForbiddenError),
        access_record.watched(store, officer_of("la:991"), "outer"),
        access_record.watched(store, officer_of("la:991"), "inner"),
    ):
        raise ForbiddenError("not yours")
    [event] = events(store)
    assert event["detail"] == {"what": "inner"}
