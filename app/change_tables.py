"""Before and after as tables to be read; no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from app import wording
from app.change_amounts import INTERVAL, counted, interval, size
from pipelines.changing import Arm, BeforeAfter, Window
from pipelines.reporting import Figure
from schemas.measurement import Measure

APPLIED, ELSEWHERE = "Where it applied", "Where it did not apply"


def kinds(found: BeforeAfter) -> Mapping[str, Arm]:
    """The schools where a change applied and those where it did not, by what they are called."""
    return {APPLIED: found.applied} | ({} if found.elsewhere is None else {ELSEWHERE: found.elsewhere})


def table(found: BeforeAfter) -> pd.DataFrame:
    """Before, after and the change, a row for where it applied and one for where it did not."""
    cells = {name: _cells(found.measure, arm) for name, arm in kinds(found).items()}
    return pd.DataFrame.from_dict(cells, orient="index").rename_axis("Schools")


def _cells(asked: Measure, arm: Arm) -> dict[str, str]:
    return {
        "Number of schools": wording.number(len(arm.schools)),
        "Before": counted(asked, arm.before),
        "After": counted(asked, arm.after),
        "Change": wording.NOTHING if arm.change is None else wording.opening(size(asked, arm.change)),
        INTERVAL: wording.NOTHING if arm.change is None else interval(asked, arm.change),
        "That is": str(arm.finding),
    }


def by_term(found: BeforeAfter) -> pd.DataFrame:
    """One row a term with the figures of both kinds of schools."""
    columns = {
        name: {_tick(row): counted(found.measure, row) for row in arm.terms} for name, arm in kinds(found).items()
    }
    listed = pd.DataFrame(columns).rename_axis("Term")
    listed.insert(0, "Side", [_side(found.window, row) for row in found.applied.terms])
    return listed


def _tick(row: Figure) -> str:
    return wording.tick(row.by["year"], row.by["term"])


def _side(window: Window, row: Figure) -> str:
    if window.is_before(row):
        return "before"
    if window.is_after(row):
        return "after"
    return "left out" if (row.by["year"], row.by["term"]) == window.left_out else "not compared"
