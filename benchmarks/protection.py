"""Protect the linked tables of an invented county, and attack them again from nothing.

    uv run python benchmarks/protection.py [TRUSTS ANSWERS TERMS]

A table of trusts × answers × terms with every total, in which the total of each part is known to the trust it is
about; every trust is a reader of its own. Printed are the size, the share withheld, and the seconds that choosing
and attacking took.
"""

from __future__ import annotations

import random
import sys
import time
from itertools import product

from pipelines.protection.attack import exposed
from pipelines.protection.cells import Cell, Reader, Sum, Tables
from pipelines.protection.secondary import protect

ALL = "all"
LEAST = 5


def county(trusts: int, answers: int, terms: int, *, seed: int = 1) -> tuple[Tables, list[Reader]]:
    """The tables and the trusts that read them."""
    dice = random.Random(seed)
    sizes = [dice.choice((7, 15, 30, 60)) for _ in range(trusts)]
    often = [dice.choice((0.3, 0.6, 1, 1, 2)) for _ in range(answers)]
    counts = {
        (str(trust), str(answer), str(term)): max(0, round(dice.gauss(size * share, size * share / 3)))
        for (trust, size), (answer, share), term in product(enumerate(sizes), enumerate(often), range(terms))
    }
    values: dict[tuple[str, ...], int] = {}
    for at, count in counts.items():
        for place in product(*((name, ALL) for name in at)):
            values[place] = values.get(place, 0) + count
    tables = Tables(
        tuple(Cell("/".join(place), count, sensitive=0 < count < LEAST) for place, count in values.items()),
        tuple(_sums(values)),
    )
    return tables, [_trust(str(trust), values) for trust in range(trusts)]


def _sums(values: dict[tuple[str, ...], int]) -> list[Sum]:
    parts: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for place, at in product(values, range(3)):
        if place[at] != ALL:
            parts.setdefault((at, (*place[:at], ALL, *place[at + 1 :])), []).append("/".join(place))
    return [Sum("/".join(total), tuple(keys)) for (_, total), keys in parts.items()]


def _trust(name: str, values: dict[tuple[str, ...], int]) -> Reader:
    return Reader(f"trust {name}", {"/".join(place): count for place, count in values.items() if place[0] == name})


def main(trusts: int, answers: int, terms: int) -> None:
    """Protect, attack, and print what it took."""
    tables, readers = county(trusts, answers, terms)
    sensitive = sum(cell.sensitive for cell in tables.cells)
    started, worked = time.perf_counter(), time.process_time()
    withheld = protect(tables, least=LEAST, readers=readers)
    chosen, worked = time.perf_counter() - started, time.process_time() - worked
    started = time.perf_counter()
    found = exposed(tables, withheld, least=LEAST, readers=readers)
    print(f"{len(tables.cells):,} cells in {len(tables.sums):,} sums, {sensitive:,} sensitive, {len(readers)} readers")
    print(f"withheld {len(withheld):,} ({len(withheld) / len(tables.cells):.0%}), exposed {len(found)}")
    print(f"chosen in {chosen:.1f} s ({worked:.1f} s of processor), attacked in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:4] or (8, 12, 9)))
