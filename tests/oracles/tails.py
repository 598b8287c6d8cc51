"""Tail probabilities added up term by term, with fractions and fifty decimal places, and the flags they imply."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb, factorial

Chance = Callable[[int], Fraction]


def binomial(of: int, target: Fraction) -> Chance:
    """The chance of each count when each of so many is as likely as the target."""
    return lambda count: comb(of, count) * target**count * (1 - target) ** (of - count) if count <= of else Fraction(0)


def poisson(expected: Fraction) -> Chance:
    """The chance of each count when so many are expected."""
    with localcontext() as context:
        context.prec = 50
        none = Fraction((Decimal(-expected.numerator) / Decimal(expected.denominator)).exp())
    return lambda count: none * expected**count / factorial(count)


def at_most(chance: Chance, count: int) -> Fraction:
    return sum((chance(one) for one in range(count + 1)), Fraction(0))


def at_least(chance: Chance, count: int) -> Fraction:
    return 1 - at_most(chance, count - 1)


def flag(chance: Chance, count: int) -> str:
    """The words of the portal for a count."""
    for word, tail in (("higher", at_least(chance, count)), ("lower", at_most(chance, count))):
        if tail < Fraction(1, 1000):
            return f"{word} (99.8 %)"
        if tail < Fraction(25, 1000):
            return f"{word} (95 %)"
    return "similar"


def flagged_by_chance(chance: Chance, most: int) -> tuple[Fraction, Fraction]:
    """How likely a school that does not differ is flagged at 95 % and at 99.8 %: every count tried in turn."""
    words = {count: flag(chance, count) for count in range(most + 1)}
    at_998 = sum((chance(count) for count, word in words.items() if "99.8" in word), Fraction(0))
    return at_998 + sum((chance(count) for count, word in words.items() if "95" in word), Fraction(0)), at_998
