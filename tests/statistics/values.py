"""Read the inputs and expected values of `tests/oracle_values`; each folder's README says where they come from."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "oracle_values"


def rows(folder: str, name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with (FOLDER / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    """A number, or None where the method gives none."""
    return float(text) if text not in ("", "NA") else None
