"""Control charts worked out slowly: a rule is asked of each point, by looking at every stretch that holds it."""

from __future__ import annotations

from itertools import pairwise
from math import comb, prod, sqrt

Line = tuple[float, float, float, float, float]  # mean, lower, upper, near lower, near upper
TINY = 1e-9


def xmr_line(values: list[float | None], *, screen: bool) -> Line | None:
    steps = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    known = [value for value in values if value is not None]
    if not steps:
        return None
    typical = sum(steps) / len(steps)
    if screen and typical > 0:
        small = [step for step in steps if step < 3.267 * typical]
        typical = sum(small) / len(small)
    middle = sum(known) / len(known)
    return (middle, middle - 2.66 * typical, middle + 2.66 * typical,
            middle - 2.66 * typical * 2 / 3, middle + 2.66 * typical * 2 / 3)  # fmt: skip


def share_lines(counts: list[int], of: list[int]) -> list[Line | None]:
    """3-sigma and 2-sigma limits of a p chart, a point at a time."""
    if not sum(of):
        return [None] * len(of)
    middle = sum(count for count, n in zip(counts, of, strict=True) if n) / sum(of)
    return [_within_one(middle, sqrt(middle * (1 - middle) / n)) if n else None for n in of]


def _within_one(middle: float, sigma: float) -> Line:
    return (middle, *(min(1.0, max(0.0, middle + k * sigma)) for k in (-3, 3, -2, 2)))  # type: ignore[return-value]


def odds(counts: list[int], of: list[int]) -> list[tuple[float, float]]:
    """The chance of each point's share to be above, and below, that of all together: every count is tried."""
    middle = sum(counts) / sum(of) if sum(of) else 0.0
    return [
        (sum(_exactly(x, n, middle) for x in range(n + 1) if x / n - middle > TINY),
         sum(_exactly(x, n, middle) for x in range(n + 1) if middle - x / n > TINY)) if n else (0.5, 0.5)
        for n in of
    ]  # fmt: skip


def _exactly(x: int, n: int, share: float) -> float:
    return comb(n, x) * share**x * (1 - share) ** (n - x)


def label(
    values: list[float | None], lines: list[Line | None], place: int, sides: list[tuple[float, float]] | None = None
) -> str:
    """What one point is called: the first of the four rules that it meets, else nothing."""
    if values[place] is None or lines[place] is None:
        return ""
    slack = TINY * max(abs(value) for value in values if value is not None)
    for rule in (_outside, _trend, _near, _shift):
        for sign in (1, -1):
            turned = _flipped(values, sign), [_turned(line, sign) for line in lines]
            if rule(*turned, place, slack) and (rule is not _shift or _unlikely(*turned, place, slack, sides, sign)):
                return f"{rule.__name__.strip('_')} {'higher' if sign > 0 else 'lower'}"
    return ""


def _flipped(values: list[float | None], sign: int) -> list[float | None]:
    return [None if value is None else sign * value for value in values]


def _turned(line: Line | None, sign: int) -> Line | None:
    if line is None or sign > 0:
        return line
    middle, lower, upper, near_lower, near_upper = line
    return (-middle, -upper, -lower, -near_upper, -near_lower)


def _stretches(values: list[float | None], place: int, length: int) -> list[list[int]]:
    """Every stretch of neighbours that holds a place and misses no value."""
    found = [list(range(first, first + length)) for first in range(place - length + 1, place + 1)]
    return [
        each for each in found
        if each[0] >= 0 and each[-1] < len(values) and all(values[one] is not None for one in each)
    ]  # fmt: skip


def _outside(values, lines, place, slack) -> bool:  # type: ignore[no-untyped-def]
    return values[place] - lines[place][2] > slack


def _trend(values, lines, place, slack) -> bool:  # type: ignore[no-untyped-def]
    return any(all(values[b] - values[a] > slack for a, b in pairwise(each)) for each in _stretches(values, place, 7))


def _is_near(values, lines, place, slack) -> bool:  # type: ignore[no-untyped-def]
    return values[place] - lines[place][4] > slack and not _outside(values, lines, place, slack)


def _near(values, lines, place, slack) -> bool:  # type: ignore[no-untyped-def]
    return _is_near(values, lines, place, slack) and any(
        all(values[one] - lines[one][0] > slack for one in each)
        and sum(_is_near(values, lines, one, slack) for one in each) >= 2
        for each in _stretches(values, place, 3)
    )


def _shift(values, lines, place, slack) -> bool:  # type: ignore[no-untyped-def]
    return any(all(values[one] - lines[one][0] > slack for one in each) for each in _stretches(values, place, 7))


def _unlikely(values, lines, place, slack, sides, sign) -> bool:  # type: ignore[no-untyped-def]
    """Whether the whole run around a place is as unlikely as seven even chances."""
    inside = [value is not None and value - line[0] > slack for value, line in zip(values, lines, strict=True)]
    first = max((before + 1 for before in range(place) if not inside[before]), default=0)
    last = min((after - 1 for after in range(place, len(values)) if not inside[after]), default=len(values) - 1)
    return sides is None or prod(sides[one][sign < 0] for one in range(first, last + 1)) <= 0.5**7 * (1 + 1e-9)
