"""Was every incident that the guidance says to escalate escalated, and how do the rule sets disagree?"""

from __future__ import annotations

import streamlit as st

from app import asking, charts, figure, filters, identity, listing, missed, wording
from app.permissions import Action
from pipelines.reporting import OutcomeCount
from schemas.measurement import measures
from schemas.rulesets import rule_set, rule_sets

ALL_TIME = {"year": None, "term": None}
CALLED_FOR = "the incidents that the guidance says to escalate were escalated"

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
asked = measures()["escalated_when_called_for"]
st.title("Was every incident escalated that the guidance says to escalate?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "term", "phase", "school", "rule_set")
rules = rule_set(chosen.rule_set)
called, table = asking.one(person, chosen.question(asked.id))
with answer:
    st.markdown(
        f"**{home['name']}, {chosen.period}: {wording.answer(asked, called, of=CALLED_FOR)}.** "
        f"{figure.judged_by(rules.id)}: {rules.note} {wording.opening(wording.coverage(table.coverage))}."
    )


def caption(note: str, *, rules: str, **within: str | None) -> str:
    """What the outcomes of this page rest on; `within` changes the chosen period."""
    question = chosen.question("incidents", **within)
    incidents, rest = asking.one(person, question)
    return figure.joined(
        f"n = {wording.sentence(measures()['incidents'], incidents)}",
        f"Period: {wording.period(question.year, question.term)}",
        f"Compared with: {figure.NOBODY}",
        rules,
        wording.opening(wording.coverage(rest.coverage)),
        figure.version(rest),
        note,
    )


def grouped(*by: str, **more: str | None) -> dict[str, tuple[OutcomeCount, ...]]:
    """The five outcomes by one breakdown, under its labels in order."""
    return missed.grouped(asking.outcomes(person, chosen.question(asked.id, *by, **more)), table, by=by[0])


under_each, calls = {}, {}
for name, one in rule_sets().items():
    question = chosen.question(asked.id, rule_set=name)
    under_each[one.short_title] = asking.outcomes(person, question)
    calls[one.short_title] = asking.one(person, question)[0]
figure.show(
    missed.disagreement(calls),
    chart=charts.outcome_bars(under_each),
    table=listing.outcome_table(under_each, heading="Rule set"),
    caption=caption(
        "“Not called for, escalated” is not wrong: a school may know more than the questions ask",
        rules=figure.judged_by(*rule_sets()),
    ),
    key="rule-sets",
    wide=True,
)

st.header("Which incidents were called for and not escalated?", anchor=False)
missed.shown_on_request(chosen)

by_factor = grouped("risk_factor")
figure.show(
    missed.most(by_factor, rules),
    chart=charts.outcome_bars(by_factor),
    table=listing.outcome_table(by_factor, heading="Risk factor present"),
    caption=caption(
        "An incident with several risk factors counts in each: the rows do not add up", rules=figure.judged_by(rules.id)
    ),
    key="risk-factors",
    wide=True,
)
by_term = grouped("term", **ALL_TIME)
figure.show(
    missed.first_and_last(by_term),
    chart=charts.outcome_bars(by_term),
    table=listing.outcome_table(by_term, heading="Term"),
    caption=caption("", rules=figure.judged_by(rules.id), **ALL_TIME),
    key="terms",
    wide=True,
)
figure.note_of_states()
