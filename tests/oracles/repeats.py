"""From a child's first incident to the next, and Kaplan–Meier by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.oracles.days import last_day
from tests.oracles.membership import in_scope
from tests.oracles.world import Asked, Row, World, standing_returns

LEAST_FOLLOWED = 10


def followed(world: World, asked: Asked, incidents: list[Row]) -> list[Row]:
    """One row a child: the first incident, the child as it was there, days, and whether involved again."""
    by_child: dict[str, list[tuple[Row, Row]]] = defaultdict(list)
    for incident in incidents:
        for child in incident["children"]:
            by_child[child["child_key"]].append((incident, child))
    return [_follow(world, asked, involved) for involved in by_child.values()]


def _follow(world: World, asked: Asked, involved: list[tuple[Row, Row]]) -> Row:
    in_order = sorted(involved, key=lambda pair: (pair[0]["told"], pair[0]["urn"], pair[0]["incident_ref"]))
    first = in_order[0][0]
    others = [one for one, _ in in_order if one is not first]
    end = _end(world, asked, first)
    if others and others[0]["told"] <= end:
        days, again = (others[0]["told"] - first["told"]).days, True
    else:  # never again, or only after the end of follow-up
        days, again = (end - first["told"]).days, False
    same = [row for one, row in in_order if one is first]
    return {**first, "children": same, "days": max(days, 0), "again": again}


def _end(world: World, asked: Asked, first: Row) -> date:
    """The latest day that the school's standing returns tell of: a term's end, or the day it was sent if earlier."""
    urn = first["urn"]
    own = [one for one in standing_returns(world, asked) if one["urn"] == urn]
    ends = [(last_day(one["year"], one["term"]), one["recorded_at"].date()) for one in own]
    return max((min(end, sent) for end, sent in ends if in_scope(world, asked, urn, end)), default=first["told"])


def kaplan_meier(children: list[Row], within: int) -> dict[str, float | int | None]:
    """Share involved again within so many days; no value while fewer than ten are still followed."""
    survival = 1.0
    for when in range(within + 1):
        at_risk = sum(child["days"] >= when for child in children)
        again = sum(child["days"] == when and child["again"] for child in children)
        survival *= 1 - again / at_risk if at_risk else 1.0
    at_risk = sum(child["days"] >= within for child in children)
    return {
        "value": 1 - survival if at_risk >= LEAST_FOLLOWED else None,
        "count": sum(child["days"] <= within and child["again"] for child in children),
        "denominator": len(children),
        "at_risk": at_risk,
    }
