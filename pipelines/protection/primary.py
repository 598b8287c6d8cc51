"""Which counts are small enough to be withheld for themselves."""

from __future__ import annotations


def is_small(count: int, denominator: int | None = None, *, least: int, hide_zero: bool = False) -> bool:
    """Whether a count, what it leaves of its denominator, or the denominator is from 1 to `least` - 1.

    29 of 30 tells as much of the one left over as 1 of 30 does. A count of 0 is shown unless `hide_zero`.
    """
    small = [count] if denominator is None else [count, denominator - count, denominator]
    return any(0 < number < least for number in small) or (hide_zero and count == 0)
