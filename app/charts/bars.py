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

TWO_LINES = "split(replace(datum.label, ' and ', ', '), ', ')"


def outcome_bars(groups: Mapping[str, Sequence[OutcomeCount]]) -> look.Chart:
    """How many incidents of each group (a rule set, a risk factor, a term) had each outcome."""
    rows = [
        {
            "group": group,
            "outcome": OUTCOME_LABELS[outcome],
            "order": place,
            "value": None if found is None else float(found),
            "words": "withheld" if found is None else wording.number(found),
            "role": "own",
            "ink": "ink",
        }
        for group, counts in groups.items()
        for place, (outcome, found) in enumerate(_complete(counts).items())
    ]
    return look.Chart(_bars(), pd.DataFrame(rows).astype({"value": "float64"} if rows else {}))


def _complete(counts: Sequence[OutcomeCount]) -> dict[Any, int | None]:
    """Every outcome in order; one that no incident had counts none."""
    found = {one.outcome: one.count for one in counts}
    return {outcome: found.get(outcome, 0) for outcome in OUTCOME_LABELS}


@cache
def _bars() -> dict[str, Any]:
    lines = alt.Axis(labelLimit=220, labelFontSize=look.TEXT, domain=False, **look.QUIET)
    plain = look.named().encode(y=alt.Y("group:N", sort=None, axis=lines))
    across = alt.X("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False))
    bars = plain.mark_bar(height={"band": 0.6}).encode(x=across, color=look.role())
    words = plain.mark_text(align="left", dx=4, fontSize=look.TEXT).encode(
        x=across, text="words:N", color=look.role("ink")
    )
    whole = alt.layer(bars, words).properties(width=150, height=alt.Step(26))
    heading = look.header(labelExpr=TWO_LINES, labelLimit=160)
    return look.finished(whole.facet(column=alt.Column("outcome:N", sort=look.IN_ORDER, header=heading), spacing=16))
