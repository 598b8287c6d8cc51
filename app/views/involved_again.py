"""Are the same children involved again within a year?"""

from __future__ import annotations

import streamlit as st

from app import asking, changes, charts, figure, filters, identity, listing, wording
from app.permissions import Action
from schemas.measurement import measures

BREAKDOWNS = {"year": "Academic year of the first incident", "type": "Type of the first incident", "sex": "Sex"}
METHOD = f"Kaplan–Meier at 365 days, 95{wording.THIN}% log-log limits; no figure with fewer than ten children at risk"

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
asked = measures()["involved_again_365_days"]
st.title("Are the same children involved again within a year?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "phase", "school", latest=False)
whole, table = asking.one(person, chosen.question(asked.id))
with answer:
    st.markdown(
        f"**{home['name']}, first incidents in {chosen.period}: {wording.sentence(asked, whole)}.** "
        f"{wording.whole(whole.at_risk)} children have been followed for a whole year. {asked.how_to_read}"
    )

for by, heading in BREAKDOWNS.items():
    within = {"year": None} if by == "year" else {}
    parts = asking.figures(person, chosen.question(asked.id, by, **within))
    total, _ = asking.one(person, chosen.question(asked.id, **within))
    period = wording.period(parts.question.year, None)
    figure.show(
        changes.between(asked, parts, by=by, heading=heading),
        chart=charts.dots(asked, parts, by=by),
        table=listing.listed(asked, parts, by=by, heading=heading),
        caption=figure.joined(
            figure.caption(asked, parts, n=f"{wording.whole(total.denominator)} children", period=period), METHOD
        ),
        key=f"by-{by}",
    )
with st.expander("How to read this measure"):
    st.markdown("\n".join(f"- {caveat}" for caveat in asked.caveats))
figure.note_of_states()
