"""Which schools are similar to one, how far each is and by what: facts of the public register, and no figure."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import figure, wording
from pipelines.comparing import SchoolFacts, Similar
from schemas.similarity import Characteristic, StepKind, similarity

NOT_KNOWN = "not known"


def section(school: SchoolFacts, found: Sequence[Similar]) -> None:
    """The chosen schools with the parts of their distances, and how they are chosen."""
    st.header(f"Schools similar to {school.name}", anchor=False)
    if found:
        st.markdown(f"{len(found)}, the nearest first. Facts of the public register, whether or not returns came.")
        figure.numbers(table(school, found), key="similar")
    else:
        st.markdown(f"None: no other open school is of the phase “{_phase(school)}” here.")
    st.caption(how_chosen())


def table(school: SchoolFacts, found: Sequence[Similar]) -> pd.DataFrame:
    """The school itself, then each similar one, with what they are and what each part adds to the distance."""
    rules = similarity().characteristics
    own = {"School": f"{school.name} (itself)", "Distance": wording.NOTHING,
           **{wording.opening(one.label): _value(one, school) for one in rules}}  # fmt: skip
    rows = [own, *(_row(one) for one in found)]
    return pd.DataFrame(rows).set_index("School")


def _row(one: Similar) -> dict[str, str]:
    parts = {
        wording.opening(part.characteristic.label): f"{_value(part.characteristic, one.school)} "
        f"(adds {wording.number(part.distance, places=2)})"
        for part in one.parts
    }
    return {"School": one.school.name, "Distance": wording.number(one.distance, places=2), **parts}


def _value(characteristic: Characteristic, school: SchoolFacts) -> str:
    found = getattr(school, characteristic.id)
    if found is None:
        return NOT_KNOWN
    if characteristic.kind is StepKind.SAME:
        return str(found).replace("_", " ")
    return wording.number(found) if characteristic.kind is StepKind.RATIO else f"{wording.number(found)}{wording.THIN}%"


def how_chosen() -> str:
    """The definition in force, in words, with its weights."""
    rules = similarity()
    parts = [f"{one.label} {wording.per_cent(one.weight)} (one step: {_step(one)})" for one in rules.characteristics]
    return (
        f"The phase must be the same. The distance adds up, by weight: {'; '.join(parts)}. Where the register does not "
        f"say, it counts as {wording.number(rules.missing)} step. At most {rules.most} schools, the nearest first, "
        "ties by URN; from the same authority or trust."
    )


def _step(one: Characteristic) -> str:
    if one.kind is StepKind.RATIO:
        return f"{wording.number(one.step)} times as many"
    return f"{wording.number(one.step)} percentage points" if one.kind is StepKind.DIFFERENCE else "not the same"


def _phase(school: SchoolFacts) -> str:
    return (school.phase or NOT_KNOWN).replace("_", " ")
