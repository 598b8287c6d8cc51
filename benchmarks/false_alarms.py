"""How often the funnel flags schools that do not differ, beside what the exact calculation says.

    uv run python benchmarks/false_alarms.py [AUTHORITIES] [SEED]

Every authority is invented with no true difference between its schools: one rate, or one share, for all. Sizes are
like England's: some 20 to 600 schools, primaries of about 280 pupils, secondaries of about 1,050. Each row gives the
share of schools flagged, against the true value (“known”) and against the pooled value of the authority, as the page
does (“pooled”), and beside it the exact calculation with the sampling error of the simulation (two standard errors).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from pipelines.statistics import funnel
from pipelines.statistics.funnel import Funnel, Position
from pipelines.statistics.multiple import false_discovery

AUTHORITIES, SEED = 2000, 20261121
BEYOND_998 = {Position.HIGHER_998, Position.LOWER_998}
BEYOND_95 = BEYOND_998 | {Position.HIGHER_95, Position.LOWER_95}
Compare = Callable[[float | None], Funnel]


@dataclass(frozen=True, slots=True)
class Case:
    """A measure without differences: incidents per 1,000 pupils in each phase, and the share, or None for the rate."""

    name: str
    primaries: float | None
    secondaries: float | None
    share: float | None = None


CASES = (
    Case("Rate, primaries, 1.5 per 1,000", 1.5, None),
    Case("Rate, secondaries, 12 per 1,000", None, 12),
    Case("Rate, all schools, 6 per 1,000", 6, 6),
    Case("Share 30%, primaries", 1.5, None, 0.3),
    Case("Share 30%, secondaries", None, 12, 0.3),
    Case("Share 85%, all schools", 1.5, 12, 0.85),
)


@dataclass(slots=True)
class Tally:
    """What was seen over many authorities: schools, flags, what exactly was to be expected, authorities with any."""

    schools: int = 0
    flagged: dict[str, int] = field(default_factory=lambda: {"95": 0, "998": 0, "adjusted": 0})
    expected: dict[str, float] = field(default_factory=lambda: {"95": 0.0, "998": 0.0})
    authorities: int = 0
    with_any: dict[str, int] = field(default_factory=lambda: {"998": 0, "kept": 0})

    def add(self, found: Funnel) -> None:
        """Count one authority in."""
        beyond = {
            "95": sum(one in BEYOND_95 for one in found.position),
            "998": sum(one in BEYOND_998 for one in found.position),
            "adjusted": sum(one in BEYOND_998 for one in found.adjusted_position),
        }
        self.schools += sum(one is not Position.NOTHING for one in found.position)
        self.flagged = {name: seen + beyond[name] for name, seen in self.flagged.items()}
        self.expected["95"] += found.expected_outside.at_95
        self.expected["998"] += found.expected_outside.at_998
        self.authorities += 1
        self.with_any["998"] += beyond["998"] > 0
        self.with_any["kept"] += bool(false_discovery(found.two_sided_p).reject.any())

    def share(self, name: str) -> float:
        """The share of schools flagged."""
        return self.flagged[name] / self.schools

    def exact(self, name: str) -> float:
        """The share of schools that are flagged by chance, exactly."""
        return self.expected[name] / self.schools

    def error(self, name: str) -> float:
        """Two standard errors of the share flagged in so many schools, were the exact share true."""
        return 2 * sqrt(self.exact(name) * (1 - self.exact(name)) / self.schools)


def authority(case: Case, random: np.random.Generator) -> Compare:
    """One invented authority, ready to be compared with a target or with its pooled value."""
    schools = int(np.clip(random.lognormal(np.log(120), 0.7), 20, 600))
    secondary = random.random(schools) < 0.17
    pupils = np.where(secondary, _sizes(random, schools, 1050, 0.35), _sizes(random, schools, 280, 0.5))
    rate = np.where(secondary, case.secondaries or 0, case.primaries or 0)
    rate, pupils = rate[rate > 0], pupils[rate > 0]
    incidents = random.poisson(pupils * rate / 1000)
    if case.share is None:
        return lambda target: funnel.rates(incidents, pupils, target=target)
    counts = random.binomial(incidents, case.share)
    return lambda target: funnel.shares(counts, incidents, target=target)


def _sizes(random: np.random.Generator, schools: int, mean: float, spread: float) -> np.ndarray:
    return np.round(np.clip(random.lognormal(np.log(mean) - spread**2 / 2, spread, schools), 20, 2500))


def simulate(case: Case, authorities: int, random: np.random.Generator) -> tuple[Tally, Tally]:
    """Against the true value, and against the pooled one."""
    known, pooled = Tally(), Tally()
    truth = case.share if case.share is not None else case.primaries or case.secondaries
    for _ in range(authorities):
        compare = authority(case, random)
        known.add(compare(truth))
        pooled.add(compare(None))
    return known, pooled


def row(name: str, target: str, tally: Tally) -> str:
    """One line of the table."""
    shares = [
        text
        for level in ("95", "998")
        for text in (f"{tally.share(level):.3%}", f"{tally.exact(level):.3%} ± {tally.error(level):.3%}")
    ]
    authorities = [f"{tally.with_any[name] / tally.authorities:.1%}" for name in ("998", "kept")]
    cells = [name, target, f"{tally.schools:,}", *shares, f"{tally.share('adjusted'):.3%}", *authorities]
    return f"| {' | '.join(cells)} |".replace("%", " %")


def main() -> None:
    """Print the table as it stands in docs/methods.md."""
    given = [int(argument) for argument in sys.argv[1:]]
    authorities, seed = (*given, *(AUTHORITIES, SEED)[len(given) :])
    print(
        "| No true difference in | Target | Schools | Flagged at 95 % | Exactly | Flagged at 99.8 % | Exactly |", end=""
    )
    print(" Adjusted, 99.8 % | Authorities with any at 99.8 % | … after Benjamini–Hochberg |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for place, case in enumerate(CASES):
        known, pooled = simulate(case, authorities, np.random.default_rng([seed, place]))
        print(row(case.name, "known", known))
        print(row(case.name, "pooled", pooled), flush=True)


if __name__ == "__main__":
    main()
