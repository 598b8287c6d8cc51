"""Small invented returns for tests: state what matters, the rest is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from pipelines import register, returns
from pipelines.intake import formats, structure
from pipelines.intake.checking import Checked
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import NamedFile
from pipelines.scope import OPERATOR, Actor, Scope
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.lexicon import lexicon

KEY = b"a secret that only the tests know, of some length"
URN = "900001"
OFFICER = Actor("tests", "operator", OPERATOR)
PLAIN_NO = (
    "age_difference",
    "external_coercion",
    "child_vulnerable",
    "severe_imagery",
    "widely_shared",
    "involved_before",
    "other_circumstances",
    "adult_involved",
    "police_contacted",
    "social_care_contacted",
    "ceop_reported",
    "other_agency_contacted",
    "capacity_in_doubt",
    "unusual_or_violent_acts",
    "under_13_sexual_acts",
    "immediate_risk_of_harm",
)


def incident(**answers: str) -> dict[str, str]:
    """A row of incidents: nothing present, no one contacted, told and dealt with on 1 October 2025."""
    row = dict.fromkeys(PLAIN_NO, "no")
    row |= {"incident_ref": "", "school_urn": URN, "reported_date": "2025-10-01", "dsl_informed_date": "2025-10-01"}
    row |= {"decision_reason_recorded": "yes", "status": "open"}
    return row | answers


def complete_incident(**answers: str) -> dict[str, str]:
    """A row in which every optional answer has its first code."""
    codes = {
        column.name: column.codes.codes[0].code
        for column in lexicon().tables["incidents"].columns
        if column.codes and not column.core
    }
    dates = dict.fromkeys(
        ("incident_date", "parents_informed_date", "police_contact_date", "social_care_contact_date",
         "decision_date", "closed_date", "review_date"), "2025-10-02",
    )  # fmt: skip
    return codes | dates | incident() | {"ceop_reported": "no"} | answers


def child(**answers: str) -> dict[str, str]:
    """A row of children: a girl in Year 9 who is pictured."""
    row = {"incident_ref": "", "child_key": "0" * 16, "role": "pictured", "year_group": "9", "sex": "female"}
    return row | {"sen": "none", "social_care_status": "none", "school_urn": URN} | answers


def text_frame(table: str, rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Rows as the readers give them: text categoricals, numbered from 2."""
    names = [column.name for column in lexicon().tables[table].columns]
    if table == "children":
        names.append("school_urn")
    listed = list(rows)
    cells = {name: pd.Categorical([row.get(name, "") for row in listed]) for name in names}
    return pd.DataFrame(cells, index=np.arange(2, len(listed) + 2))


def typed(table: str, rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Rows after the formats stage."""
    return formats.check(table, text_frame(table, rows))[0]


def checked(
    incidents: Iterable[Mapping[str, str]],
    children: Iterable[Mapping[str, str]] = (),
    *,
    year: str = "202526",
    term: Term = Term.AUTUMN,
) -> Checked:
    """A return that has passed; incidents without a reference are numbered, and get a child each."""
    rows = [{**row, "incident_ref": row.get("incident_ref") or f"I{number}"} for number, row in enumerate(incidents)]
    involved = list(children)
    if not involved:
        involved = [
            child(incident_ref=row["incident_ref"], school_urn=row["school_urn"], child_key=f"{number:016x}")
            for number, row in enumerate(rows, start=1)
        ]
    frames = structure.place(typed("incidents", rows), typed("children", involved), Stated(None, year, term))
    return Checked((), "0" * 64, True, typed("incidents", rows), frames.children, year, term)


def register_csv(schools: Iterable[Mapping[str, Any]]) -> bytes:
    """A register in the published layout."""
    rows = [
        {
            "URN": URN, "LA (code)": "990", "LA (name)": "Invented", "EstablishmentNumber": "1",
            "EstablishmentName": f"School {school.get('URN', URN)}", "EstablishmentStatus (code)": "1",
            "EstablishmentStatus (name)": "Open", "PhaseOfEducation (code)": "4",
            "PhaseOfEducation (name)": "Secondary", "StatutoryLowAge": "11", "StatutoryHighAge": "18",
            "Gender (name)": "Mixed", "NumberOfPupils": "500", "NumberOfBoys": "240", "NumberOfGirls": "260",
            "CensusDate": "15-01-2026", "Trusts (code)": "", "Trusts (name)": "", "OpenDate": "", "CloseDate": "",
            "PercentageFSM": "20.0",
        }
        | dict(school)
        for school in schools
    ]  # fmt: skip
    return pd.DataFrame(rows).to_csv(index=False).encode("cp1252")


def warehouse(*schools: Mapping[str, Any], when: datetime = datetime(2020, 1, 1)) -> Warehouse:  # noqa: DTZ001
    """A store in memory that knows these schools (one secondary school of 500 pupils when none is given)."""
    store = Warehouse(None)
    content = register_csv(schools or [{}])
    register.load_register(store, [NamedFile("register.csv", content)], actor=OFFICER, when=when)
    return store


def submit(store: Warehouse, passed: Checked, **more: Any) -> tuple[returns.Receipt, ...]:
    """Keep a return as the operator."""
    return returns.submit(store, passed, actor=OFFICER, key=KEY, **more)


def officer_of(scope: str, *, purpose: str = "") -> Actor:
    """Someone who acts for an organisation, and why they open single incidents where they stated it."""
    return Actor("tests", "officer", Scope.parse(scope), purpose)


TODAY = date(2026, 11, 1)
