"""About the figures: measures, rule sets, methods and words, from the files that define them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import about
from app.calm import calmly
from app.issue_tables import plain
from pipelines.settings import settings
from schemas.family import family
from schemas.lexicon import lexicon
from schemas.measurement import measures
from schemas.rulesets import OUTCOME_LABELS, rule_sets

GROUPS = {
    "identity": "Which incident",
    "imagery": "The imagery",
    "consideration": "The seven considerations",
    "ukcis": "What UKCIS asks besides",
    "decision": "The decision",
    "handling": "Device and imagery: how they were handled",
    "people": "Who was told",
    "response": "What was done",
    "outcome": "How it ended",
    "child": "The children",
}


def page() -> None:
    """Contents first, each with its link."""
    st.title("About the figures", anchor=False)
    st.markdown(
        f"Every figure in this portal is one of {len(measures())} measures; escalation is judged by one of "
        f"{len(rule_sets())} rule sets. This page says what each of them counts and how to read it."
    )
    st.markdown("- [Measures](#measures)\n- [Rule sets](#rule-sets)\n- [Methods](#methods)\n- [Words](#words)")
    show_measures()
    show_rule_sets()
    show_methods()
    show_words()


def show_measures() -> None:
    """Each measure under its own link target."""
    st.header("Measures", anchor="measures")
    st.markdown("\n".join(f"- [{one.title}](#{about.anchor(one.id)})" for one in measures().values()))
    for one in measures().values():
        st.subheader(one.title, anchor=about.anchor(one.id))
        st.markdown(about.of_measure(one))


def show_rule_sets() -> None:
    """Each rule set: what calls for escalation, and its rules with their steps."""
    st.header("Rule sets", anchor="rule-sets")
    st.markdown(
        "Guidance differs on what calls for escalation, so each figure that judges escalation names the rule set it is "
        f"judged by. Each incident has one of five outcomes: {'; '.join(OUTCOME_LABELS.values()).lower()}."
    )
    st.markdown("An incident stands to each rule in one of four ways:\n" + "\n".join(
        f"- **{verdict.replace('_', ' ').capitalize()}**: {words}" for verdict, words in about.VERDICTS.items()
    ))  # fmt: skip
    for rules in rule_sets().values():
        st.subheader(rules.title, anchor=rules.id)
        if rules.wording == about.TO_BE_CHECKED:
            st.warning("**Wording to be checked.** No authority has confirmed these words against the guidance yet.")
        st.markdown(about.of_rule_set(rules))
        table(about.rules_table(rules), rules.id)


def show_methods() -> None:
    """How figures are worked out and kept safe."""
    st.header("Methods", anchor="methods")
    for heading, words in about.methods(least_shown=settings().least_shown).items():
        st.subheader(heading)
        st.markdown(words)
    st.subheader("What is shared with others", anchor="shared")
    st.markdown(f"Escalation of others is judged by {rule_sets()[family().rule_set].short_title} only.")
    table(about.shared_table(), "shared")


def show_words() -> None:
    """The questions of a return and their answers, and where steps come from."""
    st.header("Words", anchor="words")
    st.markdown("\n".join(f"- **{name}**: {words}" for name, words in about.SOURCES.items()))
    columns = [*lexicon().tables["incidents"].columns, *lexicon().tables["children"].columns]
    for group, heading in GROUPS.items():
        st.subheader(heading, anchor=f"words-{group}")
        table(about.glossary(column for column in columns if column.group == group), f"words-{group}")
    with st.expander("What each answer means"):
        for name, one in lexicon().lists.items():
            st.markdown(f"**{one.title}**")
            table(about.definitions_table(name), f"list-{name}")


def table(frame: pd.DataFrame, key: str) -> None:
    """A static table whose texts are taken as they are."""
    with st.container(key=f"words-of-{key}"):
        st.table(frame.map(plain), hide_index=True)


with calmly():
    page()
