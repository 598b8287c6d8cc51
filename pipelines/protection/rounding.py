"""Rounding half up, as official statistics do, and what a rounded rate gives away."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from pipelines.protection.attack import Range
from pipelines.protection.cells import TablesError

LOW = "low"  # rounds to 0 but is not 0
HALF = Fraction(1, 2)


def round_half_up(value: float | Decimal | Fraction, *, places: int = 0) -> Decimal:
    """A number to so many decimal places, halves away from zero; 2.675 is taken as written, not as stored."""
    exact = value if isinstance(value, Fraction) else Fraction(str(value))
    whole = floor(abs(exact) * 10**places + HALF)
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


def percentage(numerator: int, denominator: int, *, places: int = 0) -> str:
    """A percentage as open data give it, `low` where it rounds to 0 but is not; the denominator is above 0."""
    rounded = round_half_up(Fraction(100 * numerator, denominator), places=places)
    return LOW if numerator and not rounded else str(rounded)


def counts_from_rate(
    published: float | Decimal, denominator: int, *, decimals: int, multiplier: int, most: int | None = None
) -> Range:
    """The counts that a rate rounded half up could stand for; `most` is the denominator where it is a share.

    Raises TablesError for a rate that no count gives.
    """
    shown, half = Fraction(str(published)), HALF / 10**decimals
    low = max(0, ceil((shown - half) * denominator / multiplier))
    high = ceil((shown + half) * denominator / multiplier) - 1
    high = high if most is None else min(high, most)
    if low > high:
        raise TablesError(f"No whole number of {denominator:,} gives this rate.")
    return Range(low, high)
