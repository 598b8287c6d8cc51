"""False alarms of control charts: series in which nothing changes, and how often they are called special all the same.

Run with: python benchmarks/control_charts.py. Prints the table of docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipelines.statistics.attributes import p_chart, u_chart
from pipelines.statistics.control import Control, Rule
from pipelines.statistics.rare import t_chart
from pipelines.statistics.xmr import xmr

CHARTS = 600
POINTS = (13, 24, 48)
DICE = np.random.default_rng(1)
KINDS: dict[str, Callable[[int], Control]] = {
    "XmR, normal values": lambda n: xmr(list(DICE.normal(20, 4, n))),
    "XmR, counts about 10": lambda n: xmr([float(one) for one in DICE.poisson(10, n)]),
    "p, 40 % of 20": lambda n: p_chart(DICE.binomial(20, 0.4, n), [20] * n),
    "p, 30 % of 3": lambda n: p_chart(DICE.binomial(3, 0.3, n), [3] * n),
    "p, 10 % of 10": lambda n: p_chart(DICE.binomial(10, 0.1, n), [10] * n),
    "u, 8 a period": lambda n: u_chart(DICE.poisson(8, n), [1000] * n),
    "u, 1 a period": lambda n: u_chart(DICE.poisson(1, n), [1000] * n),
    "t, 40 days between": lambda n: t_chart([int(one) for one in DICE.exponential(40, n)]),
}


def measured(make: Callable[[int], Control], points: int) -> tuple[float, float, float]:
    """Points outside their limits, the share said to be by chance, and charts with any special point."""
    outside, said, special = 0, 0.0, 0
    for _ in range(CHARTS):
        chart = make(points)
        outside += sum(label is not None and label.rule is Rule.OUTSIDE for label in chart.labels)
        said += chart.chance_outside
        special += any(chart.labels)
    return outside / (CHARTS * points), said / (CHARTS * points), special / CHARTS


if __name__ == "__main__":
    print("| series | points | points outside | said by the page | charts with any special point |")
    print("|---|---|---|---|---|")
    for name, make in KINDS.items():
        for points in POINTS:
            outside, said, special = measured(make, points)
            print(f"| {name} | {points} | {outside:.2%} | {said:.2%} | {special:.0%} |")
