"""Questions that pages ask, always for the person who is here; the door keeps every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import streamlit as st

from app import purpose
from app.access import must
from app.permissions import Action, Person, may, scope_of
from pipelines import charting
from pipelines.charting import ControlChart, Grain, Rebase, rebases
from pipelines.house import open_house
from pipelines.reporting import Figure, FigureTable, OutcomeCount, Question, Scope
from schemas.calendar import has_ended

KEPT = 500
RETURNS = Question("returns_received", by=("term",))


@dataclass(frozen=True, slots=True)
class Beside:
    """An organisation whose protected figures stand beside one's own."""

    called: str
    scope: Scope


def figures(person: Person, question: Question) -> FigureTable:
    """The answer to a question for a person's own organisation, or for one they belong to."""
    must(person, Action.SEE_FIGURES if question.about is None else Action.COMPARE_WITH_AUTHORITY)
    if question.about is None:
        return open_house().reporting.figures(scope_of(person), question)
    with st.spinner("Working out what may be shared"):  # a while, the first time after a term is closed
        return open_house().reporting.figures(scope_of(person), question)


def one(person: Person, question: Question) -> tuple[Figure, FigureTable]:
    """The single figure of a question without breakdowns, and the table it stands in."""
    table = figures(person, question)
    return table.rows[0], table


def control_chart(person: Person, question: Question, grain: Grain) -> tuple[ControlChart, tuple[Rebase, ...]]:
    """The control chart of a question about one's own schools, and every rebase that stands for it."""
    must(person, Action.SEE_FIGURES)
    house, scope = open_house(), scope_of(person)
    standing = rebases(house.warehouse, scope, question)
    return charting.control_chart(house.reporting, scope, question, grain=grain, kept=standing), standing


def about(question: Question, other: Beside) -> Question:
    """The same question about another organisation, which is answered for all its schools together."""
    return replace(question, about=other.scope, phase=None, school=None)


def outcomes(person: Person, question: Question) -> tuple[OutcomeCount, ...]:
    """How many incidents had each of the five outcomes."""
    must(person, Action.SEE_FIGURES)
    return open_house().reporting.outcomes(scope_of(person), question)


def missed(person: Person, question: Question) -> list[Mapping[str, object]]:
    """The incidents called for and not escalated; who asked, and the purpose that they stated, is recorded."""
    must(person, Action.SEE_INCIDENTS)
    found = open_house().reporting.missed(scope_of(person), question, actor=purpose.actor(person))
    return [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]


def home(person: Person) -> Mapping[str, str]:
    """What a person's organisation is called, and the authority and trust that it belongs to."""
    return _home(str(scope_of(person)), open_house().reporting.data_version(), _today())


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _home(scope: str, version: int, day: date) -> Mapping[str, str]:
    return open_house().reporting.home(Scope.parse(scope))


def _today() -> date:
    """What the door's own answers are kept by: another day, another trust or term."""
    return datetime.now(UTC).date()


def authority(person: Person) -> Beside | None:
    """The authority that a person may compare with, None for those who may not."""
    found = home(person)
    if not may(person, Action.COMPARE_WITH_AUTHORITY) or "la" not in found:
        return None
    return Beside(f"{found['la_name']}, all schools", Scope.parse(f"la:{found['la']}"))


def latest_year(person: Person) -> str | None:
    """The year of the latest term that has ended; where none has, of the one that is running."""
    table = figures(person, RETURNS)
    ended = [row for row in table.rows if _ended(row, table)] or table.rows
    return ended[-1].by["year"] if ended else None


def already_come(person: Person) -> Figure | None:
    """The returns that have come before their term has ended; None when none has."""
    table = figures(person, RETURNS)
    early = [row for row in table.rows if row.coverage.returned and not _ended(row, table)]
    return early[-1] if early else None


def years(person: Person) -> list[str]:
    """The academic years of which returns are expected, the latest first."""
    return sorted({year for year, _ in open_house().reporting.periods(scope_of(person))}, reverse=True)


def schools(person: Person) -> Mapping[str, str]:
    """The schools in a person's scope, by URN."""
    return open_house().reporting.schools(scope_of(person))


def phases(person: Person) -> list[str]:
    """The phases of a person's schools."""
    return _phases(str(scope_of(person)), open_house().reporting.data_version(), _today())


@st.cache_data(show_spinner=False, max_entries=KEPT)
def _phases(scope: str, version: int, day: date) -> list[str]:
    expected = open_house().reporting.returns(Scope.parse(scope), Question("returns_received"))
    return sorted({str(phase) for phase in expected["phase"].dropna()})


def last_two_terms(person: Person) -> list[tuple[str, str]]:
    """The last two ended terms of which any return has come, the latest first."""
    table = figures(person, RETURNS)
    came = [(row.by["year"], row.by["term"]) for row in table.rows if row.coverage.returned and _ended(row, table)]
    return came[-1:-3:-1]


def _ended(row: Figure, table: FigureTable) -> bool:
    return has_ended(row.by["year"], row.by["term"], on=table.as_at.date())
