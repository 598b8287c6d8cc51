"""One's own schools as at today: to which trust each belongs, and whether anybody can sign in for it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import deciding
from app import people_words as words
from app.calm import calmly
from app.layout_marks import plain
from app.paging import paged
from app.people_words import Names
from app.permissions import Action
from app.wording import NOTHING, number
from pipelines.house import open_house
from pipelines.people import listing
from pipelines.people.listing import Place
from pipelines.scope import ScopeKind

MANY = 50
SENDS = "a designated safeguarding lead, head teacher or data manager"
ABOUT = (
    f"A school can send once {SENDS} of its own can sign in; its authority or trust can send for it too. Schools, and "
    "the trusts they belong to, are as the register has them today."
)
NONE = "The register has no open school of yours today, so there is nobody to bring in but your own people."


def page() -> None:
    """The answer, the schools nobody can sign in for, then all."""
    here, warehouse = deciding.decider(Action.KEEP_PEOPLE), open_house().warehouse
    places, names = listing.places(warehouse, here), listing.organisations(warehouse, here)
    st.title("Who can send for our schools?", anchor=False)
    if not places:
        st.info(NONE)
        return
    without = [one for one in places if not one.is_covered]
    st.markdown(f"**{sentence(places, without, here.actor.scope.kind)}**")
    st.caption(ABOUT)
    st.page_link("views/people.py", label="Invite somebody, or give a role")
    if len(places) > 1 and without:
        st.header("Nobody can sign in for", anchor="without")
        paged(table(without, names), "without", size=MANY, of="schools")
    st.header("All of our schools" if len(places) > 1 else "Our school", anchor="all")
    paged(table(places, names), "all", size=MANY, of="schools")


def sentence(places: Sequence[Place], without: Sequence[Place], kind: ScopeKind) -> str:
    """How many schools have somebody who can send."""
    if kind is ScopeKind.SCHOOL:
        return f"Nobody here is {SENDS} yet." if without else "Somebody of this school can sign in and send."
    if not without:
        return f"For each of {number(len(places))} schools somebody of its own can sign in and send."
    return f"For {number(len(without))} of {number(len(places))} schools nobody of their own can sign in and send yet."


def table(places: Sequence[Place], names: Names) -> pd.DataFrame:
    """One row a school."""
    rows = [
        {
            "School": words.place(one.scope, names),
            "URN": one.scope.code,
            "Trust": plain(one.trust) or NOTHING,
            "Can send": plain(", ".join(one.leads)) or "nobody yet",
            "Others with a role": number(one.others) if one.others else NOTHING,
            "Open invitations": number(one.invited) if one.invited else NOTHING,
        }
        for one in places
    ]
    return pd.DataFrame(rows)


with calmly():
    page()
