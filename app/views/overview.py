"""Are our safeguarding procedures working? Five figures, what changed, and for a school its authority beside it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import asking, changes, charts, figure, filters, identity, listing, wording
from app.permissions import Action
from schemas.measurement import measures

HEADLINES = (
    "incidents_per_1000", "escalated_when_called_for", "days_to_escalation", "dsl_informed_same_day",
    "involved_again_365_days",
)  # fmt: skip
FIRST = "escalated_when_called_for"

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
st.title("Are our safeguarding procedures working?", anchor=False)
answer = st.container()
chosen = filters.choose(person, "year", "term", "phase", "rule_set")

first, table = asking.one(person, chosen.question(FIRST))
with answer:
    st.markdown(
        f"**{home['name']}, {chosen.period}: of the incidents that the guidance says to escalate, "
        f"{wording.sentence(measures()[FIRST], first)}.** {figure.judged_by(table.rule_set)}. "
        f"{wording.opening(wording.coverage(table.coverage))}."
    )

cards = st.columns(len(HEADLINES))
for place, name in enumerate(HEADLINES):
    asked = measures()[name]
    found, _ = asking.one(person, chosen.question(name))
    with cards[place], st.container(border=True, height="stretch", key=f"card-{name}"):
        st.metric(wording.opening(asked.short_title), wording.short(asked, found))
        st.caption(wording.opening(wording.sentence(asked, found)) + ".")

asked = measures()[FIRST]
over_time = asking.figures(person, chosen.question(FIRST, "term", year=None, term=None))
tables = {home["name"]: over_time}
beside = asking.authority(person)
if beside is not None:
    tables[f"{beside[0]}, all schools"] = asking.figures(
        person, chosen.question(FIRST, "term", year=None, term=None, phase=None, about=beside[1])
    )
figure.show(
    changes.over_terms(asked, over_time),
    chart=charts.series(asked, tables),
    table=listing.side_by_side(asked, tables) if beside else listing.listed(asked, over_time, by="term", heading="Term"),
    caption=figure.caption(
        asked, over_time, n=f"{wording.whole(asking.one(person, chosen.question(FIRST, year=None, term=None))[0].denominator)}"
        f" {wording.noun(asked)}", period="all terms", comparator=list(tables)[-1] if beside else "none",
    ),  # fmt: skip
    key="over-time",
)

terms = asking.last_two_terms(person)
if len(terms) == filters.LEAST_CHOICE:
    pairs = [
        [asking.one(person, chosen.question(name, year=year, term=term)) for year, term in terms] for name in HEADLINES
    ]
    names = [wording.period(*term) for term in terms]
    compared = [changes.compare(measures()[name], now[0], before[0]) for name, (now, before) in zip(HEADLINES, pairs, strict=True)]
    rows = [
        {"Measure": measures()[name].title, wording.opening(names[0]): listing.with_interval(measures()[name], now[0]),
         wording.opening(names[1]): listing.with_interval(measures()[name], before[0]), "Change": said}
        for name, (now, before), said in zip(HEADLINES, pairs, compared, strict=True)
    ]  # fmt: skip
    figure.show(
        changes.summary(names[0], names[1], compared),
        chart=None,
        table=pd.DataFrame(rows).set_index("Measure"),
        caption=f"A change is called clear when the two 95{wording.THIN}% intervals do not overlap; one term is little, so "
        f"most differences are within chance. {wording.opening(names[0])}: {wording.coverage(pairs[0][0][1].coverage)}; "
        f"{names[1]}: {wording.coverage(pairs[0][1][1].coverage)}. {figure.judged_by(table.rule_set)}.",
        key="changed",
    )

if beside is not None:
    rows = []
    for name in HEADLINES:
        own, _ = asking.one(person, chosen.question(name))
        theirs, protected = asking.one(person, chosen.question(name, about=beside[1], phase=None))
        rows.append(
            {"Measure": measures()[name].title, home["name"]: listing.with_interval(measures()[name], own),
             f"{beside[0]}, all schools": listing.with_interval(measures()[name], theirs)}
        )  # fmt: skip
    figure.show(
        f"{home['name']} beside all schools of {beside[0]}",
        chart=None,
        table=pd.DataFrame(rows).set_index("Measure"),
        caption=f"Period: {chosen.period} · {figure.judged_by(table.rule_set)} · {beside[0]}: "
        f"{wording.coverage(protected.coverage)}; figures that could point at a school or child are withheld. "
        f"Schools differ in age, size and how much they record: a difference is a question, not a verdict.",
        key="beside",
    )
figure.note_of_states()
