"""Chance, from a seed: the same seed and the same question always give the same answer."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Draws from one stream; give every independent part of the sample a stream of its own, by name."""

    def __init__(self, *stream: int | str) -> None:
        words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in stream]
        self._source = np.random.default_rng(words)

    def share(self, low: float = 0.0, high: float = 1.0) -> float:
        """A share between two, each as likely."""
        return low + (high - low) * float(self._source.random())

    def chance(self, share: float) -> bool:
        """True in that share of draws."""
        return self.share() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as often as its weight says."""
        mark = self.share() * sum(weights.values())
        for option, weight in weights.items():
            mark -= weight
            if mark < 0:
                return option
        return option

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """That many different ones of these, in their own order."""
        chosen = sorted(self._source.permutation(len(options))[:count])
        return [options[place] for place in chosen]

    def spread_around(self, mean: float, *, shape: float) -> float:
        """A gamma draw: the smaller the shape, the wider it lies around its mean."""
        return float(self._source.gamma(shape, mean / shape))

    def count(self, mean: float, *, shape: float) -> int:
        """A negative binomial count: a Poisson count whose mean itself differs by a gamma draw."""
        return int(self._source.poisson(self.spread_around(mean, shape=shape)))

    def day(self, first: date, last: date) -> date:
        """A day from first to last, both included."""
        return first + timedelta(days=self.between(0, max((last - first).days, 0)))

    def later(self, day: date, *, mean: float, most: int = 60) -> date:
        """That day or a later one: days that fall off from none, with a mean before they are cut at most."""
        return day + timedelta(days=min(int(self.spread_around(mean, shape=1.0)), most)) if mean else day
