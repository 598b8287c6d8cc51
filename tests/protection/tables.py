"""Tables to protect, made or read, and every whole-number table that fits what is published, counted out one by one."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations, product
from math import prod

import numpy as np

from pipelines.protection.cells import Cell, Reader, Sum, Tables
from tests.statistics.values import FOLDER

ALL = "Total"


def read(name: str) -> dict[str, str]:
    """One table of the `disclosure` folder, by "row/column"; a withheld cell is "c"."""
    with (FOLDER / "disclosure" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    return {f"{line[0]}/{name}": text for line in lines for name, text in zip(header[1:], line[1:], strict=True)}


def flat(values: Mapping[str, int], *, sensitive: Collection[str] = (), fixed: Collection[str] = ()) -> Tables:
    """A table of rows and columns with their totals, by "row/column"."""
    places = [tuple(key.split("/")) for key in values]
    cells = tuple(Cell(key, count, sensitive=key in sensitive, fixed=key in fixed) for key, count in values.items())
    return Tables(cells, sums_of(places))


def cube(
    shape: Sequence[int], counts: Sequence[int], *, sensitive: Callable[[int], bool], open_total: bool = True
) -> Tables:
    """A table in any number of dimensions with every total over them; the grand total is known unless not open."""
    base = dict(zip(product(*(map(str, range(size)) for size in shape)), counts, strict=True))
    places = list(product(*([*map(str, range(size)), ALL] for size in shape)))
    values = {place: sum(n for at, n in base.items() if _within(at, place)) for place in places}
    whole = "/".join([ALL] * len(shape))
    cells = [
        Cell(key, count, sensitive=sensitive(count) and key != whole, fixed=open_total and key == whole)
        for key, count in (("/".join(place), count) for place, count in values.items())
    ]
    return Tables(tuple(cells), sums_of(places))


def sums_of(places: Collection[tuple[str, ...]]) -> tuple[Sum, ...]:
    """Each total along each dimension is the sum of that dimension's parts."""
    sums: dict[str, list[str]] = {}
    for place, at in product(places, range(len(next(iter(places))))):
        if place[at] != ALL:
            total = "/".join((*place[:at], ALL, *place[at + 1 :]))
            sums.setdefault(f"{total}|{at}", []).append("/".join(place))
    return tuple(Sum(key.partition("|")[0], tuple(parts)) for key, parts in sums.items())


def _within(at: tuple[str, ...], place: tuple[str, ...]) -> bool:
    return all(wanted in (ALL, given) for given, wanted in zip(at, place, strict=True))


class Counted:
    """Every table of whole numbers with the grand total of a cube, one to a row; columns are its cells in order."""

    def __init__(self, shape: Sequence[int], tables: Tables) -> None:
        self.keys = [cell.key for cell in tables.cells]
        self.true = np.array([cell.value for cell in tables.cells])
        base = list(product(*(map(str, range(size)) for size in shape)))
        places = [tuple(key.split("/")) for key in self.keys]
        part_of = np.array([[_within(at, place) for place in places] for at in base])
        self.rows = splits(int(self.true[-1]), prod(shape)) @ part_of

    def fitting(self, withheld: Collection[str], reader: Reader) -> np.ndarray:
        """The tables that agree with all that is published and all that the reader knows."""
        seen = np.array([key not in withheld or key in reader.knows for key in self.keys])
        least = np.array([reader.at_least.get(key, 0) for key in self.keys])
        fits = (self.rows[:, seen] == self.true[seen]).all(axis=1) & (self.rows >= least).all(axis=1)
        return self.rows[fits]

    def range(self, key: str, withheld: Collection[str], reader: Reader) -> tuple[int, int]:
        """The least and greatest that one cell is in any of them."""
        found = self.fitting(withheld, reader)[:, self.keys.index(key)]
        return int(found.min()), int(found.max())


def splits(total: int, parts: int) -> np.ndarray:
    """Every way to split a total into so many counts, by where the bars go between the stars."""
    bars = np.array(list(combinations(range(total + parts - 1), parts - 1)), dtype=int).reshape(-1, parts - 1)
    ends = np.hstack([np.full((len(bars), 1), -1), bars, np.full((len(bars), 1), total + parts - 1)])
    return np.diff(ends, axis=1) - 1
