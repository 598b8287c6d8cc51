"""What size of change can “Did it work?” see? Simulates its own methods; prints a Markdown table.

    python benchmarks/power.py --seed 2026 --trials 2000

Three terms before and three after, with 10, 30 or 100 incidents a term. A change is seen in a trial when the 95 %
interval excludes no change: Newcombe's for shares, the exact one for rates. The table gives the least change that is
seen in 80 % of trials, in whole points for shares and in whole percentages for rates.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache

import numpy as np

from pipelines.statistics.comparison import newcombe, rate_ratio
from pipelines.statistics.power import SEEN, least_fall, least_ratios, least_rise

TERMS = 3
A_TERM = (10, 30, 100)
SHARES = (0.6, 0.8)
NONE = "no change, however large"


def seen_of_shares(of: int, before: float, after: float, *, trials: int, dice: np.random.Generator) -> float:
    """The part of trials in which a change of a share of so many cases on either side is seen."""
    return float(np.mean([_share_is_seen(*pair, of) for pair in dice.binomial(of, (after, before), size=(trials, 2))]))


def seen_of_rates(events: float, ratio: float, *, trials: int, dice: np.random.Generator) -> float:
    """The part of trials in which a rate that becomes so many times as high is seen, from so many events before."""
    return float(np.mean([_rate_is_seen(*pair) for pair in dice.poisson((events * ratio, events), size=(trials, 2))]))


@cache
def _share_is_seen(after: int, before: int, of: int) -> bool:
    found = newcombe(int(after), of, int(before), of)
    return found is not None and (found.lower > 0 or found.upper < 0)


@cache
def _rate_is_seen(after: int, before: int) -> bool:
    found = rate_ratio(int(after), 1, int(before), 1)
    return found is not None and (found.lower > 1 or found.upper < 1)


def least(seen: Callable[[int], float], most: int) -> int | None:
    """The least whole size, up to `most`, seen often enough; halving the range, None where even the most is not."""
    if most < 1 or seen(most) < SEEN:
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) >= SEEN else (middle, high)
    return high


def least_points(of: int, share: float, sign: int, *, trials: int, dice: np.random.Generator) -> int | None:
    """The least rise (sign 1) or fall (−1) of a share that is seen, in whole points."""
    room = round(100 * (1 - share if sign > 0 else share))
    return least(lambda points: seen_of_shares(of, share, _moved(share, sign, points), trials=trials, dice=dice), room)


def least_per_cent(events: int, sign: int, *, trials: int, dice: np.random.Generator) -> int | None:
    """The least rise or fall of a rate that is seen, in whole per cent of the rate before."""
    most = 900 if sign > 0 else 100
    return least(lambda part: seen_of_rates(events, 1 + sign * part / 100, trials=trials, dice=dice), most)


def _moved(share: float, sign: int, points: int) -> float:
    return min(max(share + sign * points / 100, 0.0), 1.0)


def table(*, trials: int, seed: int) -> list[str]:
    """The rows of the table: simulated sizes, with the approximation that the portal's page uses in brackets."""
    dice = np.random.default_rng(seed)
    rows = ["| Incidents a term | " + " | ".join(_headings()) + " |", "|---:|" + "---:|" * len(_headings())]
    for a_term in A_TERM:
        of = TERMS * a_term
        cells = [
            _points(least_points(of, share, sign, trials=trials, dice=dice), near(share, of, of))
            for share in SHARES
            for sign, near in ((1, least_rise), (-1, least_fall))
        ]
        fall, rise = least_ratios(of)
        for sign, ratio in ((1, rise), (-1, fall)):
            cells.append(_per_cent(least_per_cent(of, sign, trials=trials, dice=dice), ratio))
        rows.append(f"| {a_term} | " + " | ".join(cells) + " |")
    return rows


def _headings() -> list[str]:
    shares = [f"{way} from {share:.0%}" for share in SHARES for way in ("rise", "fall")]
    return [*shares, "rise of a rate", "fall of a rate"]


def _points(found: int | None, near: float | None) -> str:
    said = NONE if found is None else f"{found} points"
    return f"{said} ({'–' if near is None else round(100 * near)})"


def _per_cent(found: int | None, ratio: float | None) -> str:
    said = NONE if found is None else f"{found} %"
    return f"{said} ({'–' if ratio is None else round(100 * abs(ratio - 1))})"


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seed", type=int, default=2026)
    reader.add_argument("--trials", type=int, default=2000)
    given = reader.parse_args()
    print("\n".join(table(trials=given.trials, seed=given.seed)))


if __name__ == "__main__":
    main()
