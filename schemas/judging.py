"""Judge a condition over a checked table, with pandas' own three-valued booleans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any

import numpy as np
import pandas as pd

from schemas.conditions import (
    NOT_APPLICABLE,
    TODAY,
    UNANSWERED,
    UNKNOWN,
    AllYes,
    Always,
    And,
    Condition,
    DateOrder,
    In,
    Known,
    Not,
    Or,
    Recorded,
)

ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}


def judge(condition: Condition, frame: pd.DataFrame, *, today: date) -> pd.Series[bool]:
    """True, False or missing (not known) for each row.

    `frame` holds codes as categoricals (missing = blank; several codes joined by `;`) and dates as
    datetime64 (missing = blank). The result has pandas' nullable boolean type and the frame's index.
    """
    return _Judgement(frame, pd.Timestamp(today)).of(condition)


@dataclass(frozen=True)
class _Judgement:
    frame: pd.DataFrame
    today: pd.Timestamp

    def of(self, condition: Condition) -> pd.Series[bool]:
        if isinstance(condition, And):
            return reduce(and_, map(self.of, condition.parts))
        if isinstance(condition, Or):
            return reduce(or_, map(self.of, condition.parts))
        if isinstance(condition, Not):
            return ~self.of(condition.part)
        if isinstance(condition, Known):
            return self.series(self.of(condition.part).notna().to_numpy(bool))
        return self.leaf(condition)

    def leaf(self, condition: Condition) -> pd.Series[bool]:
        if isinstance(condition, In):
            return self.is_in(condition)
        if isinstance(condition, Recorded):
            return self.series(self.frame[condition.column].notna().to_numpy(bool))
        if isinstance(condition, DateOrder):
            return self.in_order(condition)
        if isinstance(condition, AllYes):
            return self.all_yes(condition)
        assert isinstance(condition, Always)  # noqa: S101 - the union is closed
        return self.series(np.ones(len(self.frame), bool))

    def is_in(self, condition: In) -> pd.Series[bool]:
        values = self.frame[condition.column].astype("category").array
        verdicts = [_verdict(str(category), condition) for category in values.categories]
        known = np.array([verdict is not None for verdict in verdicts] + [False])
        truth = np.array([bool(verdict) for verdict in verdicts] + [False])
        return self.series(truth[values.codes], unknown=~known[values.codes])

    def in_order(self, condition: DateOrder) -> pd.Series[bool]:
        left = self.frame[condition.left]
        right = self.today if condition.right == TODAY else self.frame[condition.right]
        unknown = left.isna() | (False if condition.right == TODAY else self.frame[condition.right].isna())
        return self.series(ORDERS[condition.comparison](left, right).to_numpy(bool), unknown=unknown.to_numpy(bool))

    def all_yes(self, condition: AllYes) -> pd.Series[bool]:
        answers = [self.frame[column].astype(object) for column in condition.columns]
        no = reduce(or_, [(answer == "no").to_numpy(bool) for answer in answers])
        yes = reduce(or_, [(answer == "yes").to_numpy(bool) for answer in answers])
        unknown = reduce(or_, [(answer.isna() | answer.isin(UNKNOWN)).to_numpy(bool) for answer in answers])
        return self.series(~no & yes, unknown=~no & (unknown | ~yes))

    def series(self, truth: np.ndarray, *, unknown: np.ndarray | None = None) -> pd.Series[bool]:
        mask = np.zeros(len(truth), bool) if unknown is None else unknown
        return pd.Series(pd.arrays.BooleanArray(truth, mask), index=self.frame.index)


def _verdict(category: str, condition: In) -> bool | None:
    codes = category.split(";") if condition.several else [category]
    if any(code in condition.codes for code in codes):
        return True
    return None if any(code in UNANSWERED for code in codes) else False


def does_not_apply(columns: tuple[str, ...], frame: pd.DataFrame) -> np.ndarray:
    """Rows in which some of these answers is `not_applicable` and none is not known."""
    answers = [frame[column].astype(object) for column in columns]
    some = reduce(or_, [(answer == NOT_APPLICABLE).to_numpy(bool) for answer in answers])
    gap = reduce(or_, [(answer.isna() | answer.isin(UNKNOWN)).to_numpy(bool) for answer in answers])
    return np.asarray(some & ~gap)
