"""The filters that pages share. What is chosen stands in the address, so that a link shows the same page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from app import asking, wording
from app.permissions import Action, Person, may
from pipelines.charting import Grain
from pipelines.reporting import BREAKDOWNS, Question
from schemas.calendar import Term, label
from schemas.measurement import Measure, measures
from schemas.rulesets import DEFAULT, rule_sets

EVERY = ""
LEAST_CHOICE = 2
PAIRS = {
    "risk_factor": "An incident with several risk factors counts in each: the charts do not add up",
    "how_shared": "Imagery shared in several ways counts in each: the charts do not add up",
    "year_group": "An incident with children of several year groups counts in each",
    "sex": "An incident with children of both sexes counts in each",
    "action": "An incident after which several actions were taken counts in each: the charts do not add up",
    "role": "An incident counts in each part that a child had in it: the charts do not add up",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the filters say."""

    year: str | None = None
    term: str | None = None
    phase: str | None = None
    school: str | None = None
    rule_set: str = DEFAULT

    def question(self, measure: str, *by: str, **more: Any) -> Question:
        """A question about a measure within what is chosen."""
        chosen: dict[str, Any] = {
            "year": self.year, "term": self.term, "phase": self.phase, "school": self.school, "rule_set": self.rule_set,
        }  # fmt: skip
        return Question(measure, by=by, **(chosen | more))

    @property
    def period(self) -> str:
        """The chosen period in words."""
        return wording.period(self.year, self.term)


def choose(person: Person, *wanted: str, latest: bool = True) -> Chosen:
    """Draw the wanted filters in one row; what is not wanted stays open.

    `wanted` are of year, term, phase, school and rule_set; what leaves no choice is not drawn. `latest` starts
    with the year of the latest ended term, otherwise with all.
    """
    draw = {
        "year": partial(_year, latest=latest), "term": _term, "phase": _phase, "school": _school,
        "rule_set": _rule_set,
    }  # fmt: skip
    with st.container(horizontal=True, key="filters"):
        return Chosen(**{name: draw[name](person) for name in wanted})


def measure(default: str) -> Measure:
    """Draw the choice of a measure."""
    found = {one.title: one for one in measures().values()}
    titles = sorted(found)
    chosen = st.selectbox(
        "Measure", titles, index=titles.index(measures()[default].title), key="measure", bind="query-params"
    )
    return found[chosen or measures()[default].title]


def breakdown(person: Person, *, without: tuple[str, ...] = ("term", "month", "year")) -> str | None:
    """Draw the choice of a breakdown; None for the whole."""
    left_out = without if may(person, Action.CHOOSE_SCHOOL) else (*without, "school")
    options = {name: wording.opening(words) for name, words in BREAKDOWNS.items() if name not in left_out}
    return _pick("Broken down by", {EVERY: "Nothing: the whole", **options}, key="by")


def trust(names: Mapping[str, str]) -> str | None:
    """Draw the choice of one of several trusts, by UID; None for every school."""
    if len(names) < LEAST_CHOICE:
        return None
    found = sorted(names.items(), key=lambda one: (one[1], one[0]))
    return _pick("Trust", {EVERY: "All schools", **{uid: f"{name} ({uid})" for uid, name in found}}, key="trust")


def state(words: Mapping[str, str]) -> str | None:
    """Draw the choice of a state of expected returns; None for all."""
    return _pick("State", {EVERY: "All states", **words}, key="state", width=280)


def grain() -> Grain:
    """Draw the choice of what one point of a series stands for."""
    options = {str(Grain.TERM): "Terms", str(Grain.MONTH): "Months"}
    return Grain(_pick("One point for each", options, key="points") or Grain.TERM)


def comparator(offered: Mapping[str, str]) -> str | None:
    """Draw the choice of what schools are compared with; None where there is nothing to choose from."""
    if not offered:
        return None
    return _pick("Compared with", offered, key="comparator", width=420)


def _year(person: Person, *, latest: bool) -> str | None:
    found = asking.years(person)
    options = {**{year: label(year) for year in found}, EVERY: "All years"}
    return _pick("Academic year", options, key="year", first=(asking.latest_year(person) if latest else None) or EVERY)


def _term(_: Person) -> str | None:
    options = {EVERY: "All terms", **{str(term): term.capitalize() for term in Term}}
    return _pick("Term", options, key="term")


def _phase(person: Person) -> str | None:
    found = asking.phases(person)
    if len(found) < LEAST_CHOICE:
        return None
    words = {name: wording.opening(name.replace("_", " ")) for name in found}
    return _pick("Phase", {EVERY: "All phases", **words}, key="phase")


def _school(person: Person) -> str | None:
    if not may(person, Action.CHOOSE_SCHOOL):
        return None
    found = sorted(asking.schools(person).items(), key=lambda one: one[1])
    return _pick("School", {EVERY: "All schools", **{urn: f"{name} ({urn})" for urn, name in found}}, key="school")


def _rule_set(_: Person) -> str:
    options = {name: one.short_title for name, one in rule_sets().items()}
    return _pick("Judged by", options, key="rules", first=DEFAULT) or DEFAULT


def _pick(
    title: str, options: Mapping[str, str], *, key: str, first: str | None = None, width: int = 208
) -> str | None:
    """One choice of several; the first option, or `first`, when nothing is chosen. None for every one."""
    names = list(options)
    place = 0 if first is None else names.index(first)
    chosen = st.selectbox(
        title, names, index=place, format_func=lambda name: options[name], key=key, bind="query-params", width=width
    )
    return chosen or None
