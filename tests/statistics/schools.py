"""The schools of the funnel folders of `tests/oracle_values`, and their funnels."""

from __future__ import annotations

import numpy as np

from pipelines.statistics import funnel
from pipelines.statistics.funnel import Funnel
from tests.statistics.values import rows


def column(folder: str, name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows(folder, "expected")])


def scalars(folder: str) -> dict[str, float]:
    return {row["quantity"]: float(row["value"]) for row in rows(folder, "expected_scalars")}


def escalated() -> Funnel:
    return funnel.shares(*(column("e1_funnel_proportion", name) for name in ("escalated", "incidents")))


def recorded() -> Funnel:
    return funnel.rates(*(column("e2_funnel_rate", name) for name in ("incidents", "pupils")))
