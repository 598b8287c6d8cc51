"""Attack what is shared of the sample's authorities, and of many small invented ones, as every reader could.

    uv run python -m benchmarks.disclosure_audit --authorities 200

Prints what share of figures is withheld, and every figure that somebody outside, a trust or a school could work back
or narrow to a small number: there must be none.
"""

from __future__ import annotations

import argparse
import time

from pipelines import audit as record
from pipelines.demo import build_demo
from pipelines.sharing.deciding import decide
from pipelines.sharing.linking import Linked
from pipelines.sharing.telling import NO_TRUST, Told, told
from schemas.calendar import Term
from schemas.family import family
from tests.sharing.auditor import Breach, audit
from tests.sharing.authorities import random_authority, schools_of, shown_of

LEAST = 5
TERMS = tuple(str(term) for term in Term)


def main() -> None:
    """Audit, and print a line for each lot."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--authorities", type=int, default=200)
    options.add_argument("--sample", action="store_true", help="the sample's two authorities in each of four years too")
    chosen = options.parse_args()
    print(f"{'authorities and years':40} {'figures':>8} {'withheld':>9} {'breaches':>9} {'seconds':>8}")
    _report(f"{chosen.authorities} random small ones", (random_authority(seed) for seed in range(chosen.authorities)))
    if chosen.sample:
        for la_code in ("990", "991"):
            _report(f"sample, authority {la_code}, four years", _sample(la_code))


def _sample(la_code: str) -> list[Told]:
    with build_demo(None, key=b"a key for this run only, of some length") as warehouse, warehouse.reading() as cursor:
        years = ("202223", "202324", "202425", "202526")
        return [told(cursor, family(), la_code=la_code, year=year, moment=record.now()) for year in years]


def _report(name: str, authorities: object) -> None:
    figures = withheld = 0
    found: list[Breach] = []
    started = time.monotonic()
    for one in authorities:  # type: ignore[attr-defined]
        shares, breaches = attack(one)
        figures, withheld, found = figures + shares[0], withheld + shares[1], found + breaches
    seconds = time.monotonic() - started
    print(f"{name:40} {figures:8} {withheld / figures:9.0%} {len(found):9} {seconds:8.0f}", flush=True)
    for breach in found[:10]:
        print("   ", breach)


def attack(one: Told) -> tuple[tuple[int, int], list[Breach]]:
    """(figures, of which withheld) and every breach, for somebody outside, each trust and each school."""
    linked = Linked(one, family(), terms=TERMS)
    public = decide(linked, {}, least=LEAST)
    schools, shown = schools_of(one), shown_of(linked, public)
    readers = ["", *sorted({school.trust for school in schools} - {NO_TRUST}), *sorted({one.urn for one in schools})]
    found = [breach for who in readers for breach in audit(shown, schools, least=LEAST, who=who)]
    return (len(public), sum(not is_shown for is_shown in public.values())), found


if __name__ == "__main__":
    main()
