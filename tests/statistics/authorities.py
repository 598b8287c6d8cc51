"""Local authorities' re-referrals to children's social care, as published in the LA interactive tool (LAIT)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = (
    Path(__file__).parents[3]
    / "shared/data/lait_la_safeguarding/lait_safeguarding_indicators_2016_2025.csv"
)  # fmt: skip
PER_CENT, REFERRALS = "ReReferral", "CPP_Total_NumRef"
ENGLAND = "970"


@dataclass(frozen=True, slots=True)
class Authorities:
    """One year: names, re-referrals and referrals of each authority, nan where `-` was published, and England's.

    Re-referrals are published only as a per cent of referrals to one decimal, so their count is that share rounded.
    """

    names: tuple[str, ...]
    counts: np.ndarray
    of: np.ndarray
    england: float
    england_of: float


def re_referrals(year: int) -> Authorities:
    """The authorities that have a row, regions and England left out, in the order of their numbers."""
    per_cent, referrals = published(PER_CENT, year), published(REFERRALS, year)
    own = sorted(number for number, (_, region, _) in per_cent.items() if region != "NA")
    of = np.array([referrals[number][2] for number in own])
    counts = np.rint(np.array([per_cent[number][2] for number in own]) * of / 100)
    return Authorities(
        tuple(per_cent[number][0] for number in own), counts, of, per_cent[ENGLAND][2] / 100, referrals[ENGLAND][2]
    )


def published(measure: str, year: int) -> dict[str, tuple[str, str, float]]:
    """By authority number: name, region and value, nan for `-`."""
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["measure_short"], row["years"]) == (measure, str(year))]
    return {
        row["la_number"]: (row["la_or_region"], row["region"], float("nan" if row["value"] == "-" else row["value"]))
        for row in rows
    }
