"""2,000 valid returns, and 2,000 with one planted fault each: is the right thing said of the right row?

    uv run python benchmarks/planted_faults.py [RETURNS]

The returns are the sample's, of as many seeds as it takes. Printed: how many valid ones have an error (none may), the
queries that valid ones raise, and of how many planted faults the right rule fires on the right row and no other error
(at least 99.5 %). Ends with an error when either does not hold.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

LEAST = 0.995


def main(count: int) -> int:
    """Print the figures; 0 when they hold."""
    from tests.judging_planted import judge_planted, judge_valid
    from tests.planting import plant, valid_returns
    from tests.sample_register import sample_schools

    started = time.perf_counter()
    returns, schools = valid_returns(count), sample_schools()
    incidents = sum(len(one.tables["incidents"]) for one in returns)
    valid = judge_valid(returns, schools)
    print(f"Valid: {valid.returns:,} returns, {incidents:,} incidents; with an error: {valid.returns - valid.right}")
    for rule, times in Counter(valid.wrong).most_common():
        print(f"  error {rule}: {times:,}")
    print(f"  queries: {valid.queries.total():,}, {valid.queries.total() / count:.1f} a return")
    for rule, times in valid.queries.most_common():
        print(f"    {rule}: {times:,}")
    planted = plant(returns)
    verdict = judge_planted(planted, schools)
    kinds = len({one.rule for one in planted})
    print(f"Planted: {verdict.returns:,} faults of {kinds} rules; right rule, right row, no other error: "
          f"{verdict.right:,} ({verdict.right / count:.2%})")  # fmt: skip
    for line in [*verdict.wrong, *verdict.other_errors]:
        print(f"  {line}")
    print(f"{time.perf_counter() - started:.0f} s")
    return int(valid.right < count or verdict.right / count < LEAST)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
