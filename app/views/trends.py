"""What changed over time? Any measure over terms, whole or in small charts by a breakdown."""

from __future__ import annotations

import streamlit as st

from app import asking, changes, charts, figure, filters, identity, listing, wording
from app.permissions import Action
from schemas.errors import QuestionError

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
st.title("What changed over time?", anchor=False)
answer = st.container()
left, right = st.columns([2, 1])
with left:
    asked = filters.measure("escalated_when_called_for")
with right:
    by = filters.breakdown(person)
judged = ("rule_set",) if asked.uses_rule_set else ()
chosen = filters.choose(person, "term", "phase", "school", *judged)

try:
    whole = asking.figures(person, chosen.question(asked.id, "term"))
    total, _ = asking.one(person, chosen.question(asked.id))
    parts = asking.figures(person, chosen.question(asked.id, "term", by)) if by else None
except QuestionError as error:
    st.info(str(error))
    st.stop()

finding = changes.over_terms(asked, whole)
n = wording.opening(wording.sentence(asked, total))
with answer:
    st.markdown(f"**{finding}.** {asked.question} {asked.how_to_read}")

figure.show(
    finding,
    chart=charts.series(asked, {home["name"]: whole}),
    table=listing.listed(asked, whole, by="term", heading="Term"),
    caption=figure.caption(asked, whole, n=n, period=chosen.period),
    key="whole",
)
if parts is not None and by is not None:
    words = filters.BREAKDOWNS[by]
    figure.show(
        changes.of_parts(asked, parts, by=by, words=words),
        chart=charts.multiples(asked, parts, by=by),
        table=listing.crossed(asked, parts, by=by),
        caption=figure.joined(
            figure.caption(asked, parts, n=n, period=chosen.period),
            "All charts on one scale",
            filters.PAIRS.get(by, ""),
        ),
        key="parts",
        wide=True,
    )
with st.expander("How to read this measure"):
    st.markdown("\n".join(f"- {caveat}" for caveat in asked.caveats))
    st.markdown(f"Counts {asked.numerator}; out of {asked.denominator}. Source step: {asked.source_step}.")
figure.note_of_states()
