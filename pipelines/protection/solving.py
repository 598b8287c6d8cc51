"""Whole-number answers from HiGHS, believed only where integer arithmetic or a proof of optimality bears them out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pipelines.protection.system import Counts
from schemas.errors import PlumblineError

Reals = NDArray[np.float64]
OPTIONS = {"mip_rel_gap": 0.0, "node_limit": 50_000}  # the usual gap of 1e-4 would pass a large count a little off
RELAXED = {"presolve": False}  # it is solved sooner than it is prepared
OPTIMAL, INFEASIBLE, UNBOUNDED, UNCLEAR = 0, 2, 3, 4
NEAR = 1e-5


class UnprovenError(PlumblineError):
    """The solver could not prove its answer, so that nothing may be said to be safe."""


@dataclass(frozen=True)
class Solved:
    """The best whole answer, if any; `settled` when none is better, or when it is proven that there is none."""

    whole: Counts | None
    settled: bool
    unbounded: bool = False


def least_of(price: Reals, rows: sparse.csr_matrix, lower: Reals, upper: Reals) -> Solved:
    """The whole numbers within bounds, balanced in every row (each sums to 0), of the least price."""
    balance = [LinearConstraint(rows, 0, 0)] if rows.shape[0] else []
    whole = None
    for integrality in (0, 1):  # the relaxed answer is most often whole already, and then also the exact one
        found = milp(
            price, integrality=integrality, bounds=Bounds(lower, upper), constraints=balance,
            options=OPTIONS if integrality else RELAXED,
        )  # fmt: skip
        if found.status == INFEASIBLE:
            return Solved(None, settled=True)
        if found.status in (UNBOUNDED, UNCLEAR):
            return _without_end(price, rows, lower, upper)
        whole = None if found.x is None else _whole(found.x, rows, lower, upper)
        if whole is not None and found.status == OPTIMAL and abs(float(price @ whole) - found.fun) < NEAR:
            return Solved(whole, settled=True)
    return Solved(whole, settled=False)


def _whole(found: Reals, rows: sparse.csr_matrix, lower: Reals, upper: Reals) -> Counts | None:
    """The answer in whole numbers, or None unless it is near to them and every row and bound then holds exactly."""
    near = np.rint(found)
    holds = np.abs(near - found).max(initial=0.0) < NEAR and not (rows @ near).any()
    return near.astype(np.int64) if holds and bool(((near >= lower) & (near <= upper)).all()) else None


def _without_end(price: Reals, rows: sparse.csr_matrix, lower: Reals, upper: Reals) -> Solved:
    """Whether some change may be repeated for ever at a gain; settled only if so."""
    ends = np.column_stack([np.where(np.isfinite(lower), 0, -1), np.where(np.isfinite(upper), 0, 1)])
    sums = {"A_eq": rows, "b_eq": np.zeros(rows.shape[0])} if rows.shape[0] else {}
    found = linprog(price, bounds=ends, **sums)
    endless = bool(found.status == OPTIMAL and found.fun < -NEAR)
    return Solved(None, settled=endless, unbounded=endless)
