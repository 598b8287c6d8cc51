"""Incidents of each child counted one by one, and the log-rank test and false discovery worked by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from scipy.stats import chi2

from tests.oracles.groups import keys
from tests.oracles.incidents import visible
from tests.oracles.repeats import followed
from tests.oracles.world import Asked, Row, World, fits

LEAST_COMPARED = 10
LEAST_EVENTS = 5


def first_incidents(world: World, asked: Asked) -> list[Row]:
    """One row a child whose first incident is in question."""
    rows = followed(world, asked, visible(world, asked))
    return [row for row in rows if fits(world, asked, row["urn"], row["year"], row["term"])]


def incidents_per_child(world: World, asked: Asked) -> dict[int, int]:
    """How many children were in 1, 2, 3, and 4 or more incidents."""
    seen: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for row in visible(world, asked):
        if fits(world, asked, row["urn"], row["year"], row["term"]):
            for child in row["children"]:
                seen[child["child_key"]].add((row["urn"], row["incident_ref"], row["reported_date"]))
    counts = Counter(min(len(incidents), 4) for incidents in seen.values())
    return {number: counts[number] for number in (1, 2, 3, 4)}


def compared(children: list[Row], by: str) -> list[list[Row]]:
    """The groups of a breakdown that are large enough to be compared."""
    groups: dict[object, list[Row]] = defaultdict(list)
    for child in children:
        for key in keys(child, (by,)):
            groups[key].append(child)
    return [group for group in groups.values() if len(group) >= LEAST_COMPARED]


def tested(groups: list[list[Row]]) -> float | None:
    """The log-rank p value of the first year, where five children a group are involved again."""
    year = [[_seen_for_a_year(child) for child in group] for group in groups]
    events = sum(child["again"] for group in year for child in group)
    return log_rank(year) if events >= LEAST_EVENTS * len(groups) else None


def _seen_for_a_year(child: Row) -> Row:
    return child if child["days"] <= 365 else child | {"days": 365, "again": False}


def log_rank(groups: list[list[Row]]) -> float | None:
    """The p value of Mantel's test: observed less expected at each day on which a child is involved again."""
    apart = np.zeros(len(groups))
    spread = np.zeros((len(groups), len(groups)))
    for when in sorted({child["days"] for group in groups for child in group if child["again"]}):
        at_risk = np.array([sum(child["days"] >= when for child in group) for group in groups])
        again = np.array([sum(child["days"] == when and child["again"] for child in group) for group in groups])
        n, d = at_risk.sum(), again.sum()
        apart += again - d * at_risk / n
        if n > 1:
            share = at_risk / n
            spread += (np.diag(share) - np.outer(share, share)) * d * (n - d) / (n - 1)
    if len(groups) < 2 or np.linalg.matrix_rank(spread) < len(groups) - 1:
        return None
    chi = apart[:-1] @ np.linalg.solve(spread[:-1, :-1], apart[:-1])
    return float(chi2.sf(chi, len(groups) - 1))


def false_discovery(tests: dict[str, float | None]) -> dict[str, float | None]:
    """Each p value times the number of tests over its place, no smaller than that of any before it."""
    known = sorted((p, name) for name, p in tests.items() if p is not None)
    found: dict[str, float | None] = dict.fromkeys(tests)
    least = 1.0
    for place in range(len(known), 0, -1):
        p, name = known[place - 1]
        least = min(least, p * len(known) / place)
        found[name] = least
    return found
