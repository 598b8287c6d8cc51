"""The frame around every page: who is here, the pages they may open, and whether this is a demonstration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app import asking, identity, signed_in
from app.mode import is_demonstration
from app.permissions import Person, pages
from pipelines.people import LOCAL

HERE = Path(__file__).parent
OVERVIEW = "overview"
CHOICES = {True: "choose_person", False: "choose_organisation"}
CHOICE = CHOICES[is_demonstration()]
ACCOUNT = '<a href="/sign-in/local/account" target="_self">Your account</a>&ensp;'
LEAVE = '<a href="/sign-out" target="_self">Sign out</a>'
HOME = "home"  # the first page is served at the portal's own address and reserves this one; its name leads to it
TITLES = {
    "overview": "Overview",
    "trends": "Trends",
    "compare": "Compare",
    "escalation": "Escalation",
    "did_it_work": "Did it work?",
    "involved_again": "Involved again",
    "returns": "Returns",
    "send_a_return": "Send a return",
    "about_the_figures": "About the figures",
    "who_looked": "Who looked",
    "audit_search": "Search the record",
    "programmes": "Programmes",
    "retention": "Retention",
    "people": "People",
    "organisations": "Organisations",
    "second_person": "For a second person",
    "terms": "Terms and deadlines",
    "register": "Register",
    "choose_person": "Change person",
    "choose_organisation": "Change organisation",
}
STYLE = """<style>
[class*="st-key-numbers"] td, [class*="st-key-numbers"] th {font-variant-numeric: tabular-nums}
[class*="st-key-numbers"] td, [class*="st-key-numbers"] thead th:not(:first-child) {text-align: right !important}
[class*="st-key-card"] [data-testid="stMetricValue"] * {white-space: normal; overflow: visible}
[class*="st-key-card"] [data-testid="stMetricValue"] {font-size: 1.9rem; line-height: 1.15; font-weight: 600}
[data-testid="stElementToolbar"]:focus-within {opacity: 1}
[data-testid="stElementToolbar"] button:focus-visible {outline: 2px solid currentColor}
@media (max-width: 1100px) {[class*="st-key-figure"] {overflow-x: auto}}
@media print {[class*="st-key-filters"], [class*="st-key-person-bar"] {display: none}}
</style>"""


def frame(person: Person | None) -> None:
    """The lines above every page."""
    st.html(STYLE)
    with st.container(key="person-bar", horizontal=True, vertical_alignment="center", gap="medium"):
        if is_demonstration():
            st.badge("Demonstration: invented schools, children and returns", color="violet")
        if person is not None:
            st.markdown(f"**{person.name}**, {person.role}, {asking.home(person)['name']}", width="content")
            st.page_link(f"views/{CHOICE}.py", label=TITLES[CHOICE])
        if not is_demonstration():
            st.html(" ".join(ways_out()), width="content")


def ways_out() -> tuple[str, ...]:
    """Links out of the pages, in the same tab: a link in Markdown would open another."""
    here = signed_in.session()
    return (ACCOUNT, LEAVE) if here is not None and here.identity.issuer == LOCAL else (LEAVE,)


def lead_to(page: str) -> Callable[[], None]:
    """Whoever writes the first page's own name into the address is taken to it."""

    def go() -> None:
        st.switch_page(f"views/{page}.py")

    return go


def menu(person: Person | None) -> st.Page:
    """The pages in the bar at the top; before anyone is chosen they exist but are not offered."""
    mine = [page for page in pages(person) if page not in set(CHOICES.values()) - {CHOICE}]
    offered = frozenset(mine) - {CHOICE}
    listed = mine if person is not None else [page for page in TITLES if page not in CHOICES.values() or page == CHOICE]
    first = OVERVIEW if OVERVIEW in listed else listed[0]
    found = [
        st.Page(
            f"views/{page}.py",
            title=TITLES[page],
            url_path=HOME if page == first else page.replace("_", "-"),
            default=page == first,
            visibility="visible" if page in offered else "hidden",
        )
        for page in listed
    ]
    named = st.Page(lead_to(first), title=TITLES[first], url_path=first.replace("_", "-"), visibility="hidden")
    return st.navigation([*found, named], position="top")


ICON = str(HERE / "assets" / "plumbline.png")
st.set_page_config(page_icon=ICON, layout="wide")
st.logo(ICON, size="small")
here = identity.who_is_here()
page = menu(here)
st.set_page_config(page_title=f"{page.title} – Plumbline")
with st.container(width=1140):
    frame(here)
    if here is None and page.url_path != CHOICE.replace("_", "-"):
        st.switch_page(f"views/{CHOICE}.py")
    if here is not None:
        identity.keep_in_address(here)
    page.run()
