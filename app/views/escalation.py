"""Was every incident that the guidance says to escalate escalated, and how do the rule sets disagree?"""

from __future__ import annotations

import streamlit as st

from app import asking, charts, figure, filters, identity, listing, missed, wording
from app.permissions import Action
from pipelines.reporting import OutcomeCount
from schemas.measurement import measures
from schemas.rulesets import rule_set, rule_sets

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
asked = measures()["escalated_when_called_for"]
st.title("Was every incident escalated that the guidance says to escalate?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "term", "phase", "school", "rule_set")
rules = rule_set(chosen.rule_set)
called, table = asking.one(person, chosen.question(asked.id))
incidents, _ = asking.one(person, chosen.question("incidents"))
with answer:
    st.markdown(
        f"**{home['name']}, {chosen.period}: {wording.sentence(asked, called)}.** {rules.note} "
        f"{figure.judged_by(rules.id)}. {wording.opening(wording.coverage(table.coverage))}."
    )


def caption(period: str) -> str:
    """What the figures of this page rest on."""
    return figure.caption(asked, table, n=wording.sentence(measures()["incidents"], incidents), period=period)


def grouped(*by: str, **more: str | None) -> dict[str, tuple[OutcomeCount, ...]]:
    """The five outcomes by one breakdown, under its labels in order."""
    return missed.grouped(asking.outcomes(person, chosen.question(asked.id, *by, **more)), table, by=by[0])


under_each = {
    one.short_title: asking.outcomes(person, chosen.question(asked.id, rule_set=name)) for name, one in rule_sets().items()
}
calls = {
    one.short_title: asking.one(person, chosen.question(asked.id, rule_set=name))[0] for name, one in rule_sets().items()
}
figure.show(
    missed.disagreement(calls),
    chart=charts.outcome_bars(under_each),
    table=listing.outcome_table(under_each, heading="Rule set"),
    caption=caption(chosen.period)
    + " · “Not called for, escalated” is not wrong: a school may know more than the questions ask.",
    key="rule-sets",
    wide=True,
)

st.subheader("Which incidents were called for and not escalated?", anchor=False)
missed.shown_on_request(person, chosen)

by_factor = grouped("risk_factor")
figure.show(
    f"Outcomes by risk factor, judged by {rules.short_title}",
    chart=charts.outcome_bars(by_factor),
    table=listing.outcome_table(by_factor, heading="Risk factor present"),
    caption=caption(chosen.period) + " · An incident with several risk factors counts in each: the rows do not add up.",
    key="risk-factors",
    wide=True,
)
by_term = grouped("term", year=None, term=None)
figure.show(
    f"Outcomes by term, judged by {rules.short_title}",
    chart=charts.outcome_bars(by_term),
    table=listing.outcome_table(by_term, heading="Term"),
    caption=caption("all terms"),
    key="terms",
    wide=True,
)
figure.note_of_states()
