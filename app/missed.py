"""Incidents called for and not escalated: opened by a button, because the reading is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import pandas as pd
import streamlit as st

from app import asking, figure, identity, purpose, wording
from app.filters import LEAST_CHOICE, Chosen
from app.permissions import Action, Person, may
from pipelines.reporting import Figure, FigureTable, OutcomeCount, categories
from schemas.conditions import columns_of
from schemas.lexicon import lexicon
from schemas.rulesets import Outcome, RuleSet, rule_set

MOST_SHOWN = 200
FIGURES_ONLY = "Your role sees figures, not single incidents."


@st.fragment
def shown_on_request(chosen: Chosen) -> None:
    """The purpose and a button, and the list once it is pressed; the list closes when a filter changes.

    Whoever sees figures only is told that there are rows, and no more.
    """
    here = identity.current_person()
    if not may(here, Action.SEE_INCIDENTS):
        st.markdown(FIGURES_ONLY)
        return
    if purpose.ask_and_open(here, "Show the incidents"):
        _list(identity.current_person(Action.SEE_INCIDENTS), chosen)


def _list(person: Person, chosen: Chosen) -> None:
    found = asking.missed(person, chosen.question("escalated_when_called_for"))
    rules = rule_set(chosen.rule_set)
    if not found:
        st.success(f"None, {chosen.period}, judged by {rules.short_title}.")
        return
    names = asking.schools(person)
    shown = pd.DataFrame([_row(one, names, rules) for one in found[:MOST_SHOWN]]).set_index("School")
    with st.container(key="rows-missed"):
        st.table(shown, border="horizontal")
    more = f" The first {MOST_SHOWN} of {wording.number(len(found))}." if len(found) > MOST_SHOWN else ""
    st.caption(f"n = {wording.number(len(found))} incidents, {chosen.period}.{more} {figure.judged_by(rules.id)}.")


def _row(one: Mapping[str, object], names: Mapping[str, str], rules: RuleSet) -> dict[str, str]:
    return {
        "School": names.get(str(one["school_urn"]), str(one["school_urn"])),
        "Reference": str(one["incident_ref"]),
        "Staff told": wording.day(pd.Timestamp(str(one["reported_date"])).date()),
        "What called for it": "; ".join(called_by(one, rules)),
        "Reasons recorded": _answer("decision_reason_recorded", one["decision_reason_recorded"]),
    }


def called_by(one: Mapping[str, object], rules: RuleSet) -> list[str]:
    """The answers of an incident that its rule set's call rests on, in words."""
    found = []
    for name in columns_of(rules.called_for):
        if one.get(name) == "yes":
            found.append(lexicon().column("incidents", name).label)
        elif name == "incident_type" and str(one.get(name)).startswith("aggravated"):
            found.append(_answer(name, one[name]))
    return found


def _answer(column: str, value: object) -> str:
    codes = lexicon().column("incidents", column).codes
    labels = {code.code: code.label for code in codes.codes} if codes else {}
    return labels.get(str(value), "Not known")


def grouped(counts: Sequence[OutcomeCount], table: FigureTable, *, by: str) -> dict[str, tuple[OutcomeCount, ...]]:
    """Outcome counts under the labels of a breakdown."""
    found: dict[str, list[OutcomeCount]] = {}
    for one in counts:
        found.setdefault(one.by[by] if by != "term" else f"{one.by['year']} {one.by['term']}", []).append(one)
    names = sorted(found) if by == "term" else [name for name in categories(by) if name in found]
    return {_called(table, by, name): tuple(found[name]) for name in names}


def _called(table: FigureTable, by: str, name: str) -> str:
    return wording.tick(*name.split()) if by == "term" else table.label(by, name)


def disagreement(calls: Mapping[str, Figure]) -> str:
    """How far the rule sets differ in how many incidents they call to escalate."""
    said = [f"{name} {wording.whole(figure.denominator)}" for name, figure in calls.items()]
    differ = "disagree" if len({figure.denominator for figure in calls.values()}) > 1 else "call for as many"
    return f"The rule sets {differ}: incidents to escalate are {', '.join(said[:-1])} and {said[-1]}"


def most(groups: Mapping[str, Sequence[OutcomeCount]], rules: RuleSet) -> str:
    """With which risk factor most incidents were called for and not escalated; it need not be what called for it."""
    counts = _counts(groups)
    highest = max(counts.values(), default=0)
    if not highest:
        return "No incident that was called for was left unescalated"
    names = [name for name, count in counts.items() if count == highest]
    if len(names) > LEAST_CHOICE:
        return f"Called for and not escalated: none stands out, at most {highest} each"
    calling = {lexicon().column("incidents", name).label for name in columns_of(rules.called_for)}
    aside = "" if set(names) <= calling else f"; by itself {_those(names, calling)} does not call for it"
    return f"Called for and not escalated: most where this is recorded: {' and '.join(names)} ({highest}){aside}"


def _those(names: Sequence[str], calling: Set[str]) -> str:
    others = [name for name in names if name not in calling]
    return "it" if len(names) == 1 else " or ".join(others)


def first_and_last(groups: Mapping[str, Sequence[OutcomeCount]]) -> str:
    """How many incidents were called for and not escalated in the first and the last group."""
    counts = list(_counts(groups).items())
    if len(counts) < LEAST_CHOICE:
        return "Called for and not escalated: not enough terms to compare"
    said = [f"{count} in {name[:1].lower()}{name[1:]}" for name, count in (counts[0], counts[-1])]
    return f"Called for and not escalated: {', '.join(said)}"


def _counts(groups: Mapping[str, Sequence[OutcomeCount]]) -> dict[str, int]:
    wanted = Outcome.CALLED_FOR_NOT_ESCALATED
    found = {name: [one.count for one in counts if one.outcome is wanted] for name, counts in groups.items()}
    return {name: (counts[0] or 0) if counts else 0 for name, counts in found.items()}
