"""Did it work? Figures before and after a dated change of procedure, and the changes that are recorded."""

from __future__ import annotations

import streamlit as st

from app import (
    asking,
    change_captions,
    change_record,
    change_tables,
    change_words,
    charts,
    figure,
    filters,
    identity,
    procedure,
    wording,
)
from app.calm import calmly
from app.issue_tables import plain
from app.permissions import Action, may
from pipelines import changing
from pipelines.changing import BeforeAfter, ProcedureChange
from schemas.measurement import measures
from schemas.rulesets import DEFAULT

METHOD = (
    f"Shares: difference with Newcombe's 95{wording.THIN}% interval. Rates: ratio with its exact interval. "
    "A school counts when it returned on both sides"
)
HOW = {  # by whether whoever is here may record one
    True: "Record one below, and this page shows the figures before and after it.",
    False: "Once somebody whose role may has recorded one, this page shows the figures before and after it.",
}
WINDOWS = {6: "Two years on either side", 3: "One year on either side"}

person = identity.current_person(Action.SEE_FIGURES)
home = asking.home(person)
st.title("Did it work? Before and after a change of procedure", anchor=False)
answer = st.container()


def chosen_change(found: tuple[ProcedureChange, ...]) -> ProcedureChange:
    """The change that the page looks at: the latest, or another of several."""
    titles = {one.number: f"{one.title} ({wording.day(one.from_day)})" for one in found}
    key = f"change-{change_record.turn()}"  # what was just recorded or withdrawn starts the choice anew
    number = st.selectbox("Change of procedure", list(titles), format_func=titles.__getitem__, key=key)
    return next((one for one in found if one.number == number), found[0])


def chosen_measures() -> list[str]:
    """The measures to look at."""
    titles = {one.id: one.title for one in changing.comparable()}
    picked: list[str] = st.multiselect(
        "Measures", sorted(titles, key=titles.__getitem__), default=changing.DEFAULT_MEASURES,
        format_func=titles.__getitem__, key="measures",
    )  # fmt: skip
    return picked


def compared(change: ProcedureChange) -> list[BeforeAfter]:
    """The comparison of each measure that is chosen, as the filters say."""
    names = chosen_measures()
    with st.container(horizontal=True, key="filters-change"):
        window = st.selectbox("Terms compared", list(WINDOWS), format_func=WINDOWS.__getitem__, key="window", width=260)
        chosen = filters.choose(person, "rule_set") if any(measures()[one].uses_rule_set for one in names) else None
    rules = chosen.rule_set if chosen else DEFAULT
    return [procedure.compare(person, change, one, rule_set=rules, window=window) for one in names]


def show(found: BeforeAfter) -> None:
    """One measure: heading, sentence, chart, tables and what they rest on."""
    key = found.measure.id
    heading = change_words.finding(found)
    with st.container(key=f"figure-{key}", gap="small"):
        st.header(heading, anchor=False)
        st.markdown(change_words.sentence(found))
        arms = {f"{name} ({len(arm.schools)} schools)": arm for name, arm in change_tables.kinds(found).items()}
        chart = charts.before_after(found, arms)
        if chart.has_numbers:
            figure.draw(chart, alt=f"{heading}. {figure.TABLE_BELOW}")
        figure.numbers(change_tables.table(found), key=key)
        with st.expander("Every term as a table"):
            figure.numbers(change_tables.by_term(found), key=f"terms-{key}")
        st.caption(caption(found))


def caption(found: BeforeAfter) -> str:
    """What a comparison rests on."""
    comparator = "the same schools before"
    if found.elsewhere is not None:
        comparator += ", and schools where it did not apply"
    return figure.joined(
        found.measure.title,
        f"Period: {change_captions.terms(found.window)}",
        f"Compared with: {comparator}",
        figure.judged_by(found.rule_set),
        change_captions.coverage(found),
        change_captions.seen(found.measure, found.applied),
        METHOD,
        figure.version(found),
    )


def page() -> None:
    """The answer first; then the measures; then what they can show; then the record."""
    standing = procedure.recorded(person)
    if not standing:
        answer.markdown(
            f"**{home['name']} has not recorded a change of procedure yet.** {HOW[may(person, Action.RECORD_CHANGES)]}"
        )
    else:
        change = chosen_change(standing)
        found = compared(change)
        answer.markdown(
            f"**{home['name']}, after “{plain(change.title)}” from {wording.day(change.from_day)}: "
            f"{change_words.summary(found)}.** {plain(change.what)} "
            f"It applies to: {plain(procedure.where(person, change))}."
        )
        for one in found:
            show(one)
        st.header("What this can and cannot show", anchor=False)
        chance = changing.chance_of_one(len(found))
        st.markdown(change_words.CANNOT_SHOW + change_words.several(len(found), chance))
    change_record.show(person, standing)
    figure.note_of_states()


with calmly():
    page()
