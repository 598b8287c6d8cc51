"""Recorded changes of procedure and what came after them, always for the person who is here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from app import asking
from app.access import must
from app.permissions import Action, Person, actor_of, scope_of
from pipelines import changing
from pipelines.changing import Applies, BeforeAfter, NewChange, ProcedureChange, Where
from pipelines.house import open_house
from pipelines.reporting import Scope
from pipelines.scope import ScopeKind

KEPT = 500


def recorded(person: Person) -> tuple[ProcedureChange, ...]:
    """The changes that stand for a person's organisation, the latest in force first."""
    must(person, Action.SEE_FIGURES)
    return changing.recorded(open_house().warehouse, scope_of(person))


def record(person: Person, new: NewChange) -> int:
    """Record a change for a person's own organisation."""
    must(person, Action.RECORD_CHANGES)
    house = open_house()
    return changing.record(house.reporting, house.warehouse, new, actor=actor_of(person))


def withdraw(person: Person, number: int) -> None:
    """End a recorded change of a person's own organisation."""
    must(person, Action.RECORD_CHANGES)
    changing.withdraw(open_house().warehouse, number, actor=actor_of(person))


def places(person: Person) -> Mapping[str, Applies]:
    """Where a change may apply, in words; chosen schools are chosen beside it."""
    house = open_house()
    found = {"All schools": Applies()}
    if person.scope.kind is ScopeKind.SCHOOL:
        return {"This school": Applies()}
    phases = changing.phases(house.reporting, scope_of(person))
    if len(phases) > 1:
        found |= {f"Schools of one phase: {one.replace('_', ' ')}": Applies(Where.PHASE, phase=one) for one in phases}
    groups = changing.groups(house.warehouse, scope_of(person))
    found |= {f"Group: {name}": Applies(Where.GROUP, group=name) for name in groups}
    return found | {"Chosen schools, named below": Applies(Where.SCHOOLS)}


def compare(person: Person, change: ProcedureChange, measure: str, *, rule_set: str, window: int) -> BeforeAfter:
    """One measure before and after a change."""
    must(person, Action.SEE_FIGURES)
    today, version = date.today(), open_house().reporting.data_version()  # noqa: DTZ011 - another day, another term
    return _compare(str(scope_of(person)), change, measure, rule_set, window, version, today)


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _compare(
    scope: str, change: ProcedureChange, measure: str, rule_set: str, window: int, version: int, today: date
) -> BeforeAfter:
    reporting = open_house().reporting
    return changing.before_and_after(reporting, Scope.parse(scope), change, measure, rule_set=rule_set, window=window)


def where(person: Person, change: ProcedureChange) -> str:
    """Where a change applies, in words: every school named, or what they have in common."""
    applies = change.applies
    if person.scope.kind is ScopeKind.SCHOOL:
        return "this school"
    if applies.where is Where.PHASE:
        return f"schools of one phase: {applies.phase.replace('_', ' ')}"
    if applies.where is Where.ALL:
        return "all schools"
    names = asking.schools(person)
    listed = ", ".join(sorted(names.get(urn, urn) for urn in applies.schools))
    return f"{applies.group} ({listed})" if applies.group else listed
