"""Invented worlds in which schools join trusts, leave, convert, change authority, and loads of the register correct
one another; groups close."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from tests import worlds
from tests.oracles.days import terms_of
from tests.oracles.world import Row, World

URNS = ("900001", "900002", "900003", "900004")
AUTHORITIES = ("990", "991")
TRUSTS = ("99001", "99002")
LOADS = (worlds.FIRST_LOAD, datetime(2025, 2, 20), datetime(2025, 9, 15), datetime(2026, 3, 1))  # noqa: DTZ001
DAYS = tuple(date(2024, 9, 1) + timedelta(days=23 * number) for number in range(32))
ENDS = tuple(last for year in worlds.YEARS for _, _, last in terms_of(year))
KINDS = ("", "", "", "", " - merged", " - Split School", " - amalgamated")


def moving_world(seed: int, *, with_returns: bool = True) -> World:
    """Four schools about which the register says something else at every load."""
    dice = Random(seed)
    return World(
        schools=[row for number, when in enumerate(LOADS) if number == 0 or dice.random() < 0.8
                 for row in _extract(dice, when, dated=dice.random() < 0.6, with_trusts=dice.random() < 0.7)],
        memberships=[row for when in LOADS if dice.random() < 0.7 for row in _groups(dice, when)],
        links=[row for when in LOADS if dice.random() < 0.5 for row in _links(dice, when)],
        returns=_returns(dice) if with_returns else [],
    )  # fmt: skip


def _extract(dice: Random, when: datetime, *, dated: bool, with_trusts: bool) -> list[Row]:
    """An extract as it may have been taken long before it was loaded; with or without days of change and trusts."""
    taken = min(when.date(), dice.choice(DAYS)) if dice.random() < 0.3 else when.date()
    return [
        {"urn": urn, "la": dice.choice(AUTHORITIES) if dice.random() < 0.9 else "", "opened": None, "closed": None,
         "trust": dice.choice((*TRUSTS, "")) if with_trusts else "", "phase": "secondary",
         "boys": 100, "girls": 100 + number, "pupils": 200 + number, "census_year": "202425", "loaded_at": when,
         "changed": taken - timedelta(days=dice.randrange(150)) if dated and dice.random() < 0.9 else None}
        for number, urn in enumerate(URNS) if dice.random() < 0.9 or when == LOADS[0]
    ]  # fmt: skip


def _groups(dice: Random, when: datetime) -> list[Row]:
    """Memberships of some of the schools, some with the day on which one ended, of a trust that may have closed."""
    shut = {trust: dice.choice(DAYS) if dice.random() < 0.2 else None for trust in TRUSTS}
    rows: dict[tuple[str, str, date | None], Row] = {}
    for urn in URNS:
        for _ in range(dice.choice((0, 1, 1, 1, 2))):
            trust, joined = dice.choice(TRUSTS), dice.choice((None, *DAYS)) if dice.random() < 0.9 else None
            left = dice.choice(DAYS) if dice.random() < 0.2 else None
            rows[urn, trust, joined] = {"urn": urn, "trust": trust, "joined": joined, "left": left,
                                        "closed": shut[trust], "loaded_at": when}  # fmt: skip
    return list(rows.values())


def _links(dice: Random, when: datetime) -> list[Row]:
    """Conversions, and now and then a merger, a split, a chain or a circle."""
    found = []
    for _ in range(dice.choice((1, 1, 1, 2))):
        old, new = dice.sample(URNS, 2)
        kind, day = dice.choice(KINDS), dice.choice((None, *DAYS))
        ends = ("predecessor", "successor") if dice.random() < 0.6 else (dice.choice(("predecessor", "successor")),)
        found += [{"predecessor": old, "successor": new, "words": kind, "established": day, "told_by": end,
                   "loaded_at": when} for end in ends]  # fmt: skip
    return found


def _returns(dice: Random) -> list[Row]:
    sent = [
        worlds.a_return(dice, urn, year, term, again=0)
        for year in worlds.YEARS for term, _, _ in terms_of(year) for urn in URNS if dice.random() < 0.85
    ]  # fmt: skip
    return sorted(sent, key=lambda one: one["recorded_at"])
