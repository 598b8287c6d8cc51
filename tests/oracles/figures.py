"""THE ORACLE: every measure, for a scope, breakdowns and filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oracles.answers import escalated, outcome
from tests.oracles.days import day
from tests.oracles.groups import PLACE, Key, all_keys, keys, place_key
from tests.oracles.incidents import visible
from tests.oracles.recording import not_known_share, recording_completeness
from tests.oracles.repeats import followed, kaplan_meier
from tests.oracles.returned import expected, pupils, reported
from tests.oracles.shares import COUNTS, DOES_NOT, NOT_APPLICABLE, NOT_KNOWN, SHARES
from tests.oracles.world import Asked, Row, World, fits

Numbers = dict[str, Any]


def incidents(rows: list[Row]) -> Numbers:
    return {"value": len(rows), "count": len(rows), "denominator": None}


def incidents_per_1000(rows: list[Row], on_roll: int) -> Numbers:
    return _rate(len(rows), on_roll)


def children_per_1000(children: list[Row], on_roll: int) -> Numbers:
    return _rate(len({child["child_key"] for child in children}), on_roll)


def _rate(count: int, on_roll: int) -> Numbers:
    return {"value": count / on_roll * 1000 if on_roll else None, "count": count, "denominator": on_roll}


def days_to_escalation(rows: list[Row]) -> Numbers:
    told = [row for row in rows if escalated(row)]
    days = sorted(number for row in told if (number := _days(row)) is not None)
    return {
        "value": _quantile(days, 0.5),
        "p90": _quantile(days, 0.9),
        "count": len(days),
        "denominator": len(told),
        "undated": len(told) - len(days),
        "not_known": sum(escalated(row) is None for row in rows),
    }


def _days(row: Row) -> int | None:
    dates = [when for name in ("police", "social_care") if (when := day(row[f"{name}_contact_date"]))]
    return (min(dates) - row["told"]).days if dates else None


def _quantile(ordered: list[int], share: float) -> float | None:
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def involved_again_90_days(children: list[Row]) -> Numbers:
    return kaplan_meier(children, 90)


def involved_again_365_days(children: list[Row]) -> Numbers:
    return kaplan_meier(children, 365)


def returns_received(places: list[Row]) -> Numbers:
    count = sum(place["sent"] is not None for place in places)
    return {"value": count / len(places) if places else None, "count": count, "denominator": len(places)}


def share(rows: list[Row], verdict: Callable[[Row, str], str], rule_set: str) -> Numbers:
    verdicts = [verdict(row, rule_set) for row in rows]
    of = verdicts.count(COUNTS) + verdicts.count(DOES_NOT)
    return {
        "value": verdicts.count(COUNTS) / of if of else None,
        "count": verdicts.count(COUNTS),
        "denominator": of,
        "not_known": verdicts.count(NOT_KNOWN),
        "not_applicable": verdicts.count(NOT_APPLICABLE),
    }


def answers(rows: list[Row], counted: Callable[[Row], tuple[int, int]]) -> Numbers:
    pairs = [counted(row) for row in rows]
    count, of = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return {"value": count / of if of else None, "count": count, "denominator": of}


CELLS = {"recording_completeness": recording_completeness, "not_known_share": not_known_share}
OTHERS = {
    one.__name__
    for one in (
        incidents, incidents_per_1000, children_per_1000, days_to_escalation, involved_again_90_days,
        involved_again_365_days, returns_received,
    )
}  # fmt: skip
RATES = ("incidents_per_1000", "children_per_1000")
AGAIN = {"involved_again_90_days": involved_again_90_days, "involved_again_365_days": involved_again_365_days}
MEASURES = {*SHARES, *CELLS, *OTHERS}


def oracle(world: World, measure: str, asked: Asked) -> dict[Key, Numbers]:
    """Every figure by its key: value, count, denominator, state, and what else belongs to the measure."""
    seen = visible(world, asked)
    rows = followed(world, asked, seen) if measure in AGAIN else seen
    rows = [row for row in rows if fits(world, asked, row["urn"], row["year"], row["term"])]
    if measure in RATES:
        rows = [row for row in rows if reported(world, asked, row)]
    due = expected(world, asked)
    grouped: dict[Key, list[Row]] = {}
    for row in rows if measure != "returns_received" else []:
        for key in keys(row, asked.by):
            grouped.setdefault(key, []).append(row)
    places = {place_key(one, asked.by) for one in [*due, *(rows if measure != "returns_received" else [])]}
    found = all_keys(places if set(asked.by) & set(PLACE) else {()}, asked.by) | set(grouped)
    return {key: _one(world, measure, asked, key, grouped.get(key, []), due) for key in found}


def _one(world: World, measure: str, asked: Asked, key: Key, rows: list[Row], due: list[Row]) -> Numbers:
    own = place_key_of(key)
    places = [place for place in due if set(own) <= set(place_key(place, ("term", "school")))]
    numbers = _numbers(world, measure, asked, key, rows, places)
    numbers["state"] = _state(measure, numbers, rows, places)
    numbers["returned"] = sum(place["sent"] is not None for place in places)
    numbers["expected"] = len(places)
    if numbers["state"] == "not_submitted":
        return {**dict.fromkeys(numbers), "state": "not_submitted", **{n: numbers[n] for n in ("returned", "expected")}}
    return numbers


def place_key_of(key: Key) -> Key:
    return tuple((name, value) for name, value in key if name in ("year", "term", "school"))


def _numbers(world: World, measure: str, asked: Asked, key: Key, rows: list[Row], places: list[Row]) -> Numbers:
    if measure in SHARES:
        return share(rows, SHARES[measure], asked.rule_set)
    if measure in CELLS:
        return answers(rows, CELLS[measure])
    if measure == "returns_received":
        return returns_received(places)
    if measure in AGAIN:
        return AGAIN[measure](rows)
    if measure in RATES:
        sex = dict(key).get("sex", "")
        of = {"": "pupils", "female": "girls", "male": "boys"}.get(sex)
        on_roll = pupils(world, asked, places, of) if of else 0
        if measure == "incidents_per_1000":
            return incidents_per_1000(rows, on_roll)
        return children_per_1000([child for row in rows for child in row["children"] if _is(child, key)], on_roll)
    return days_to_escalation(rows) if measure == "days_to_escalation" else incidents(rows)


def _is(child: Row, key: Key) -> bool:
    return all((child[name] or "not_known") == value for name, value in key if name in ("year_group", "sex", "role"))


def _state(measure: str, numbers: Numbers, rows: list[Row], places: list[Row]) -> str:
    sent = [place["sent"] for place in places if place["sent"]]
    if measure == "returns_received":
        return "not_applicable" if not places else "value" if sent else "zero"
    if not rows and not sent:
        return "not_submitted"
    if not rows and all(one["nil"] for one in sent):
        return "nil_return"
    if measure in AGAIN and rows and numbers["value"] is None:
        return "too_few"
    if numbers["value"] is None:
        return "not_applicable"
    return "zero" if numbers["value"] == 0 and measure != "days_to_escalation" else "value"


def outcomes(world: World, asked: Asked) -> dict[tuple[Key, str], int]:
    """How many incidents have each of the five outcomes under the rule set."""
    counts: dict[tuple[Key, str], int] = {}
    for row in visible(world, asked):
        if fits(world, asked, row["urn"], row["year"], row["term"]):
            for key in keys(row, asked.by):
                place = (key, outcome(row, asked.rule_set))
                counts[place] = counts.get(place, 0) + 1
    return counts
