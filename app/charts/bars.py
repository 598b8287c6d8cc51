"""The five outcomes: a column of bars for each outcome, so that place and heading tell them apart, not colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from app import wording
from app.charts import look
from pipelines.reporting import OutcomeCount
from schemas.rulesets import OUTCOME_LABELS



def outcome_bars(groups: Mapping[str, Sequence[OutcomeCount]]) -> look.Chart:
    """How many incidents of each group (a rule set, a risk factor, a term) had each outcome."""
    rows = [
        {
            "group": group,
            "outcome": OUTCOME_LABELS[outcome],
            "count": None if found is None else float(found),
            "words": "withheld" if found is None else wording.number(found),
            "role": "own",
            "ink": "ink",
        }
        for group, counts in groups.items()
        for outcome, found in _complete(counts).items()
    ]
    return look.Chart(_bars(), pd.DataFrame(rows).astype({"count": "float64"}))


def _complete(counts: Sequence[OutcomeCount]) -> dict[Any, int | None]:
    """Every outcome in order; one that no incident had counts none."""
    found = {one.outcome: one.count for one in counts}
    return {outcome: found.get(outcome, 0) for outcome in OUTCOME_LABELS}


@cache
def _bars() -> dict[str, Any]:
    lines = alt.Axis(title=None, labelLimit=260, labelFontSize=look.TEXT, ticks=False, domain=False)
    plain = look.named().encode(y=alt.Y("group:N", sort=None, axis=lines))
    across = alt.X("count:Q", axis=None, scale=alt.Scale(zero=True, padding=22))
    bars = plain.mark_bar(height={"band": 0.6}).encode(x=across, color=look.role())
    words = plain.mark_text(align="left", dx=4, fontSize=look.TEXT).encode(
        x=across, text="words:N", color=look.role("ink")
    )
    header = alt.Header(title=None, labelFontSize=look.TEXT, labelAnchor="start", labelLimit=200, labelFontWeight=600)
    whole = alt.layer(bars, words).properties(width=128, height=alt.Step(26))
    return look.finished(whole.facet(column=alt.Column("outcome:N", sort=None, header=header), spacing=14))
