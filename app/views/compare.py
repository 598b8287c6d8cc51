"""Which schools differ by more than chance? One's own schools in a funnel beside a comparator of one's choice."""

from __future__ import annotations

import streamlit as st

from app import charts, compared, comparison_notes, comparison_words, figure, filters, groups, identity, similar_words
from app.permissions import Action, may
from pipelines.comparing import ComparatorKind
from schemas.errors import PlumblineError

person = identity.current_person(Action.SEE_FIGURES)
st.title("Which schools differ by more than chance?", anchor=False)
answer = st.container()
asked = filters.measure("escalated_when_called_for")
judged = ("rule_set",) if asked.uses_rule_set else ()
alone = not may(person, Action.CHOOSE_SCHOOL)  # beside others' shared figures, which are given by year
chosen = filters.choose(person, "school", "year", "term", *judged, latest=alone)
question = chosen.question(asked.id)

try:
    comparator = filters.comparator(compared.comparators(person, question))
    if comparator is None:
        st.info("No school of yours is in the register for this period, so there is nothing to compare.")
        st.stop()
    found = compared.comparison(person, question, comparator)
except PlumblineError as error:
    with answer:
        st.info(str(error))
    groups.section(person)
    st.stop()

finding = comparison_words.finding(asked, found)
with answer:
    st.markdown(f"**{finding}.** {found.why_not or f'{asked.question} {asked.how_to_read}'}")
figure.show(
    finding,
    chart=charts.funnel(asked, found, chosen=question.school) if found.lines else None,
    table=comparison_words.table(asked, found),
    caption=comparison_notes.caption(asked, found, period=chosen.period),
    key="funnel",
)
for note in comparison_notes.notes(found):
    st.caption(note)

if may(person, Action.LOOK_FIRST) and not found.protected and not found.why_not:
    st.header("Look at these first, and why", anchor=False)
    looks = [comparison_words.ask(asked, found, one) for one in found.first_looks]
    st.markdown("\n".join(f"- {line}" for line in looks) if looks else comparison_words.NOTHING_FIRST)
    st.caption(comparison_words.RULE)
if found.comparator.kind is ComparatorKind.SIMILAR:
    similar_words.section(*compared.similar(person, question))
groups.section(person)
with st.expander("How to read this measure"):
    st.markdown("\n".join(f"- {caveat}" for caveat in asked.caveats))
    st.markdown(f"Counts {asked.numerator}; out of {asked.denominator}. Source step: {asked.source_step}.")
