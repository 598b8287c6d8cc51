"""What changed over time? Any measure over terms or months, whole or in small charts by a breakdown."""

from __future__ import annotations

import streamlit as st

from app import asking, changes, charts, control_words, figure, filters, identity, listing, rebasing, wording
from app.permissions import Action
from schemas.errors import QuestionError

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
st.title("What changed over time?", anchor=False)
answer = st.container()
left, right, last = st.columns([3, 2, 1])
with left:
    asked = filters.measure("escalated_when_called_for")
with right:
    by = filters.breakdown(person)
with last:
    grain = filters.grain()
judged = ("rule_set",) if asked.uses_rule_set else ()
chosen = filters.choose(person, "term", "phase", "school", *judged)

try:
    chart, standing = asking.control_chart(person, chosen.question(asked.id), grain)
    total, _ = asking.one(person, chosen.question(asked.id))
    parts = asking.figures(person, chosen.question(asked.id, "term", by)) if by else None
except QuestionError as error:
    st.info(str(error))
    st.stop()

finding = control_words.finding(asked, chart) if chart.has_limits else changes.over_terms(asked, chart.table)
n = wording.opening(wording.sentence(asked, total))
with answer:
    st.markdown(f"**{finding}.** {asked.question} {asked.how_to_read}")
    st.markdown(control_words.icon(chart) or control_words.unlimited(chart))

drawn = (
    charts.control(asked, chart) if chart.has_limits else charts.series(asked, {home["name"]: chart.table}, by=grain)
)
figure.show(
    finding,
    chart=drawn,
    table=control_words.table(asked, chart),
    caption=figure.joined(
        figure.caption(asked, chart.table, n=n, period=chosen.period),
        control_words.method(asked, chart),
        control_words.partly(chart),
        control_words.months(asked, chart),
    ),
    key="whole",
)
if said := control_words.note(chart):
    st.markdown(said)
rebasing.show(person, chart, standing)
if parts is not None and by is not None:
    words = filters.BREAKDOWNS[by]
    figure.show(
        changes.of_parts(asked, parts, by=by, words=words),
        chart=charts.multiples(asked, parts, by=by),
        table=listing.crossed(asked, parts, by=by),
        caption=figure.joined(
            figure.caption(asked, parts, n=n, period=chosen.period),
            "By term, all charts on one scale",
            filters.PAIRS.get(by, ""),
        ),
        key="parts",
        wide=True,
    )
with st.expander("How to read this measure"):
    st.markdown("\n".join(f"- {caveat}" for caveat in asked.caveats))
    st.markdown(f"Counts {asked.numerator}; out of {asked.denominator}. Source step: {asked.source_step}.")
figure.note_of_states()
