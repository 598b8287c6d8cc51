"""From what the warehouse counted to a value with its interval, by the measure's kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.figures import Coverage, Figure, State
from pipelines.statistics.intervals import Estimate, median, rate, wilson
from pipelines.statistics.survival import LEAST_AT_RISK, involved_again
from schemas.measurement import Kind, Measure

PUPILS_BY_SEX = {"female": "girls", "male": "boys"}


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for one combination of breakdowns; None where the warehouse had no row."""

    by: Mapping[str, str]
    row: Mapping[str, Any] | None
    coverage: Coverage
    pupils: Mapping[str, float]


def figure(measure: Measure, counted: Counted) -> Figure:
    """The figure of one combination."""
    make = {
        Kind.COUNT: _count,
        Kind.SHARE: _share,
        Kind.CELLS: _share,
        Kind.RATE: _rate,
        Kind.DAYS: _days,
        Kind.REPEAT: _repeat,
        Kind.COVERAGE: _coverage,
    }[measure.kind]
    return make(measure, counted)


def _count(measure: Measure, counted: Counted) -> Figure:
    count = int((counted.row or {}).get("count") or 0)
    return _figure(counted, Estimate(count, np.nan, np.nan), count=count, denominator=None)


def _share(measure: Measure, counted: Counted) -> Figure:
    row = counted.row or {}
    count, of = int(row.get("count") or 0), int(row.get("denominator") or 0)
    outside = ("not_known", "not_applicable") if measure.kind is Kind.SHARE else ()
    beside: dict[str, Any] = {name: int(row.get(name) or 0) for name in outside}
    return _figure(counted, wilson(count, of), count=count, denominator=of, **beside)


def _rate(measure: Measure, counted: Counted) -> Figure:
    count = int((counted.row or {}).get("count") or 0)
    sex = counted.by.get("sex")
    pupils = counted.pupils.get(PUPILS_BY_SEX.get(sex, "") if sex else "pupils") or 0
    return _figure(counted, rate(count, pupils), count=count, denominator=int(pupils))


def _days(measure: Measure, counted: Counted) -> Figure:
    row = counted.row or {}
    days = np.array(row.get("days") if row.get("days") is not None else [], dtype=float)
    count, of = int(row.get("count") or 0), int(row.get("denominator") or 0)
    p90 = float(np.percentile(days, 90)) if len(days) else None
    return _figure(
        counted, median(days), count=count, denominator=of, p90=p90, undated=of - count,
        state=State.VALUE if len(days) else None,  # a median of no days is not “none”
        not_known=int(row.get("not_known") or 0),
    )  # fmt: skip


def _repeat(measure: Measure, counted: Counted) -> Figure:
    row = counted.row or {}
    days = np.array(row.get("days") if row.get("days") is not None else [], dtype=float)
    again = np.array(row.get("again") if row.get("again") is not None else [], dtype=bool)
    found = involved_again(days, again, within=measure.within_days)
    if found is None:
        return _figure(counted, None, count=0, denominator=0, at_risk=0)
    if found.at_risk < LEAST_AT_RISK:
        return _figure(
            counted, None, count=found.events, denominator=len(days), at_risk=found.at_risk, state=State.TOO_FEW
        )
    limits = [np.nan if limit is None else limit for limit in (found.lower, found.upper)]
    return _figure(
        counted, Estimate(found.value, *limits), count=found.events, denominator=len(days), at_risk=found.at_risk
    )


def _coverage(measure: Measure, counted: Counted) -> Figure:
    returned, expected = counted.coverage.returned, counted.coverage.expected
    found = wilson(returned, expected)
    state = State.NOT_APPLICABLE if found is None else State.VALUE if returned else State.ZERO
    return _figure(counted, found, count=returned, denominator=expected, state=state)


def _figure(
    counted: Counted, found: Estimate | None, *, count: int, denominator: int | None,
    state: State | None = None, **more: Any,
) -> Figure:  # fmt: skip
    state = state or _state(counted, found, count)
    if state is State.NOT_SUBMITTED:
        return Figure(counted.by, None, None, None, None, None, state, counted.coverage)
    return Figure(
        by=counted.by,
        value=None if found is None else found.value,
        count=count,
        denominator=denominator,
        lower95=None if found is None else _or_none(found.lower),
        upper95=None if found is None else _or_none(found.upper),
        state=state,
        coverage=counted.coverage,
        **more,
    )


def _state(counted: Counted, found: Estimate | None, count: int) -> State:
    """The four states of a number, told apart by the returns behind it."""
    nothing = counted.row is None
    if nothing and counted.coverage.returned == 0:
        return State.NOT_SUBMITTED
    if nothing and counted.coverage.nil == counted.coverage.returned:
        return State.NIL_RETURN
    if found is None:
        return State.NOT_APPLICABLE
    return State.ZERO if found.value == 0 else State.VALUE


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
