"""Small authorities made from a seed: schools of several phases and trusts, and what they told of a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from random import Random

import pandas as pd

from pipelines.sharing.linking import Linked
from pipelines.sharing.telling import COLUMNS, NO_TRUST, Told, subtractions
from schemas.calendar import Term
from schemas.family import Level, family
from tests.sharing.auditor import Key, School

PHASES = ("primary", "secondary", "special")
ANSWERS = {
    "incidents_by_type": ("a", "b", "c"), "incidents_by_how_shared": ("a", "b", "c"),
    "incidents_by_risk_factor": ("a", "b", "c"),
}  # fmt: skip


def random_authority(seed: int, *, schools: int | None = None) -> Told:
    """One authority and year: four to sixteen schools, some without a return, most with few incidents."""
    dice = Random(seed)
    trusts = [NO_TRUST, NO_TRUST, "71", "72", "73"][: dice.randrange(1, 6)]
    places, counts = [], []
    for number in range(schools or dice.randrange(4, 17)):
        urn, phase, trust = f"9{number:05d}", dice.choice(PHASES), dice.choice(trusts)
        usual = dice.choice((0, 1, 2, 6, 15))
        for term in Term:
            returned = dice.random() > 0.1
            places.append((urn, str(term), phase, trust, returned))
            if returned:
                cells = _school_term(dice, dice.randrange(usual + 1) + usual // 2)
                counts += [(*cell, urn, str(term), count) for cell, count in cells.items()]
    where = pd.DataFrame(places, columns=["urn", "term", "phase", "trust", "returned"])
    where = where.assign(trust_name="", pupils=300, replaced_by=None, last_day=pd.Timestamp(2025, 8, 31))
    frame = pd.DataFrame(counts, columns=["table", "value", "column", "urn", "term", "count"])[COLUMNS]
    return Told("990", "202425", frame, where)


def _school_term(dice: Random, incidents: int) -> dict[tuple[str, str, str], int]:
    """Every cell of one return, counted from invented incidents one by one."""
    found: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for table in family().tables:
        for answer in ANSWERS.get(table.id, ("",)):
            for column in _columns(table.id):
                found[table.id, answer, column] = 0
    found["incidents_by_how_shared", "", "surplus"] = 0
    for _ in range(incidents):
        for cell in _incident(dice):
            found[cell] += 1
    return dict(found)


def _columns(table_id: str) -> list[str]:
    table = next(one for one in family().tables if one.id == table_id)
    own = ["met", "of"] if table.is_share else ["yes"] if table.breakdown else ["all"]
    return own + [rest for _, _, rest, _ in subtractions(table, family())]


def _incident(dice: Random) -> list[tuple[str, str, str]]:
    found = [("incidents", "", "all")]
    escalated = dice.choice(("met", "not_met", "outside"))
    found += _share("escalation_rate", "", escalated)
    called = dice.choice(("met", "not_met")) if dice.random() < 0.4 else "outside"
    called = "not_met" if called == "met" and escalated != "met" else called
    found += _share("escalated_when_called_for", "", called)
    if escalated == "met" and called != "met":
        found.append(("escalated_when_called_for", "", "only_whole"))
    for table in ("dsl_informed_same_day", "support_offered_to_all", "parents_informed"):
        found += _share(table, "", dice.choice(("met", "met", "not_met", "outside")))
    kind = dice.choice(ANSWERS["incidents_by_type"])
    found += [("incidents_by_type", one, "yes" if one == kind else "rest") for one in ANSWERS["incidents_by_type"]]
    ways = dice.sample(ANSWERS["incidents_by_how_shared"], dice.randrange(1, 3))  # each incident has at least one
    found += [("incidents_by_how_shared", one, "yes" if one in ways else "rest")
              for one in ANSWERS["incidents_by_how_shared"]]  # fmt: skip
    found += [("incidents_by_how_shared", "", "surplus")] * (len(ways) - 1)
    found += [("incidents_by_risk_factor", one, "yes" if dice.random() < 0.3 else "rest")
              for one in ANSWERS["incidents_by_risk_factor"]]  # fmt: skip
    return found


def _share(table: str, answer: str, said: str) -> list[tuple[str, str, str]]:
    return [(table, answer, said)] + ([(table, answer, "of")] if said != "outside" else [])


def schools_of(told: Told) -> list[School]:
    """What was told, school by school, for the auditor."""
    own: defaultdict[tuple[str, str], dict[tuple[str, str, str], int]] = defaultdict(dict)
    for table, value, column, urn, term, count in told.counts.itertuples(index=False, name=None):
        own[urn, term][table, value, column] = int(count)
    return [
        School(urn, term, phase, trust, own[urn, term])
        for urn, term, phase, trust in told.places[["urn", "term", "phase", "trust"]].itertuples(index=False, name=None)
        if (urn, term) in own
    ]  # fmt: skip


def shown_of(linked: Linked, public: Mapping[str, bool]) -> dict[Key, int]:
    """The figures shown, named as the auditor names them."""
    return {
        (place.table, place.value, place.column, str(place.level), "" if place.level == Level.AUTHORITY else place.code,
         place.period): part.count
        for place, part in linked.parts.items()
        if public.get(place.key)
    }  # fmt: skip
