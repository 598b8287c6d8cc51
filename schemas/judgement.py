"""Judge incidents by a rule set: each rule's verdict, and the outcome of the decision to escalate."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from schemas.definitions import may_not_apply
from schemas.judging import does_not_apply, judge
from schemas.rulesets import Outcome, Rule, RuleSet, Verdict


def verdicts(rules: RuleSet, incidents: pd.DataFrame, *, today: date) -> pd.DataFrame:
    """One column a rule, one row an incident; each cell a `Verdict`.

    `incidents` holds typed rows (codes as categoricals, dates as datetime64, missing = blank).
    """
    columns = {rule.id: _verdict(rule, incidents, today) for rule in rules.rules}
    return pd.DataFrame(columns, index=incidents.index, dtype=object)


def outcome(rules: RuleSet, incidents: pd.DataFrame, *, today: date) -> pd.Series:
    """Each incident's `Outcome`: called for or not, against answered or not, else not known."""
    called = judge(rules.called_for, incidents, today=today)
    answered = judge(rules.answered, incidents, today=today)
    cases = {
        Outcome.CALLED_FOR_ESCALATED: called & answered,
        Outcome.CALLED_FOR_NOT_ESCALATED: called & ~answered,
        Outcome.NOT_CALLED_FOR_ESCALATED: ~called & answered,
        Outcome.NOT_CALLED_FOR_NOT_ESCALATED: ~called & ~answered,
    }
    found = np.select(
        [case.fillna(False).to_numpy(bool) for case in cases.values()],
        [str(one) for one in cases],
        str(Outcome.NOT_KNOWN),
    )
    return pd.Series([Outcome(one) for one in found], index=incidents.index, dtype=object)


def _verdict(rule: Rule, incidents: pd.DataFrame, today: date) -> list[Verdict]:
    applies = judge(rule.applies_when, incidents, today=today)
    met = judge(rule.met_when, incidents, today=today)
    skippable = may_not_apply(rule.asks)
    beside = does_not_apply(skippable, incidents) if skippable else np.zeros(len(incidents), bool)
    return [_of_one(*answers) for answers in zip(_three(applies), _three(met), beside.tolist(), strict=True)]


def _three(answers: pd.Series) -> list[bool | None]:
    """Nullable booleans as Python's True, False and None."""
    return [None if missing else bool(answer) for answer, missing in zip(answers, answers.isna(), strict=True)]


def _of_one(applies: bool | None, met: bool | None, beside: bool) -> Verdict:
    if applies is False or (applies and met is None and beside):
        return Verdict.NOT_APPLICABLE
    if applies is None or met is None:
        return Verdict.NOT_KNOWN
    return Verdict.MET if met else Verdict.NOT_MET
