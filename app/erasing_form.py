"""What is to be erased: chosen, counted, read, and proposed to a second person."""

from __future__ import annotations

import streamlit as st

from app import erasing_words, signed_in
from app.calm import calmly
from app.identity import current_person
from app.issue_tables import plain
from app.mode import is_demonstration
from app.permissions import Action, Person, Role, actor_of
from app.steps.schools import names_of, today, years
from app.wording import opening
from pipelines import erasing
from pipelines.erasing import Kind, Plan, Request
from pipelines.house import House, open_house
from pipelines.people import approvals
from pipelines.people.deciding import Decider
from pipelines.scope import ScopeKind
from pipelines.settings import settings
from schemas.calendar import Term, label
from schemas.errors import QuestionError

PLAN, KEY, REASON, SAID = "erasure-plan", "erasure-key", "erasure-reason", "erasure-said"
FEWER = {ScopeKind.SCHOOL: (Kind.CHILD, Kind.RETURN), ScopeKind.TRUST: (Kind.RETURN, Kind.CHILD, Kind.SCHOOL)}
NOT_HERE = "In the demonstration nothing is proposed: it takes two people who have signed in."
PROPOSED = "It is proposed, and waits for a second person. Until then nothing is erased."
NO_KEY = (
    "The key is used to count the rows, and is kept nowhere: not with the proposal, not in the record. The school "
    "takes the child out of what it sends as well, or the next return brings the rows back."
)


def show(person: Person, house: House) -> None:
    """The form, then what it would take."""
    kinds = FEWER.get(person.scope.kind, tuple(Kind))
    kind = st.selectbox(
        "What is to be erased?", kinds, key="erasure-kind", format_func=lambda one: opening(erasing_words.KINDS[one])
    )
    if kind is Kind.RETENTION:
        first = erasing.past_retention(settings().keep_years, today=today()).academic_year
        st.markdown(f"Rows are kept from {label(first)} on. All before that would go.")
    else:
        names = names_of(person, house)
        st.selectbox(
            "School", list(names), key="erasure-school", format_func=lambda urn: f"{plain(names[urn])} ({urn})"
        )
    if kind is Kind.RETURN:
        st.selectbox("Academic year", years(), key="erasure-year", format_func=label)
        st.selectbox("Term", list(Term), key="erasure-term", format_func=lambda term: opening(str(term)))
    if kind is Kind.CHILD:
        st.text_input("The child's key, as the school sends it", key=KEY, type="password", autocomplete="off")
        st.caption(NO_KEY)
    st.button("Count what would be erased", key="erasure-count", on_click=_count)
    plan: Plan | None = st.session_state.get(PLAN)
    if plan is not None:
        _proposing(plan, names_of(person, house))


def _count() -> None:
    """The dry run; the key leaves the session with the click."""
    person = current_person(Action.PLAN_ERASURE)
    st.session_state.pop(PLAN, None)
    key = str(st.session_state.pop(KEY, ""))
    with calmly(_say):
        house = open_house()
        found = erasing.plan(house.warehouse, _request(person, house, key), actor=actor_of(person), key=house.key)
        st.session_state[PLAN] = Plan.of_text(found.as_text())


def _request(person: Person, house: House, key: str) -> Request:
    """What is chosen, held against what this person may choose."""
    kind = Kind(st.session_state["erasure-kind"])
    if kind not in FEWER.get(person.scope.kind, tuple(Kind)):
        raise QuestionError("Choose one of the things that are offered.")
    if kind is Kind.RETENTION:
        return erasing.past_retention(settings().keep_years, today=today())
    urn = str(st.session_state.get("erasure-school"))
    if urn not in names_of(person, house):
        raise QuestionError("Choose one of your schools.")
    if kind is Kind.RETURN:
        return erasing.of_return(urn, str(st.session_state["erasure-year"]), Term(st.session_state["erasure-term"]))
    return erasing.of_child(urn, key) if kind is Kind.CHILD else erasing.of_school(urn)


def _proposing(plan: Plan, names: dict[str, str]) -> None:
    st.subheader("This would go", anchor=False)
    st.markdown(f"{opening(erasing_words.what(plan.request, names))}: {erasing_words.rows_in_words(plan.by_table)}.")
    with st.container(key="numbers-erasure"):
        st.table(erasing_words.as_table(plan, names), hide_index=True)
    if is_demonstration():
        st.info(NOT_HERE)
        return
    st.text_input("Why, without naming a child", max_chars=200, key=REASON, autocomplete="off")
    st.button("Propose it to a second person", key="erasure-propose", type="primary", on_click=_propose)


def _propose() -> None:
    current_person(Action.PLAN_ERASURE)
    plan, session = st.session_state.get(PLAN), signed_in.session()
    if plan is None or session is None:
        return
    with calmly(_say):
        reason = str(st.session_state.get(REASON, ""))
        approvals.propose_erasure(open_house().warehouse, plan, reason=reason, decider=Decider.of(session))
        del st.session_state[PLAN]
        _say(PROPOSED)


def may_plan(person: Person) -> bool:
    """Whether the form is for them: not for those who only approve."""
    return person.role is not Role.PROTECTION_OFFICER


def _say(sentence: str) -> None:
    st.session_state[SAID] = sentence
