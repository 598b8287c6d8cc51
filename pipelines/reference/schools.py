"""The establishment extract: one row per school, closed ones included."""

from __future__ import annotations

import pandas as pd

from pipelines.reference import cells
from pipelines.reference.columns import Coding, Columns
from pipelines.reference.complaints import complaint
from schemas.calendar import academic_year
from schemas.errors import QuestionError
from schemas.issues import Issue
from schemas.register import PHASES

STATUS = Coding(
    "one of the four states of an establishment",
    {"1": "open", "2": "closed", "3": "open_proposed_to_close", "4": "proposed_to_open"},
    {
        "open": "open",
        "closed": "closed",
        "open but proposed to close": "open_proposed_to_close",
        "proposed to open": "proposed_to_open",
    },
    unknown="not_known",
    required=True,
)
PHASE = Coding(
    "one of the phases of education",
    PHASES,
    {phase.replace("_", " ").replace("sixteen", "16"): phase for phase in PHASES.values()},
    unknown="not_known",
)
SEX_OF_INTAKE = Coding(
    "one of the register's answers on sex of intake",
    {"1": "boys", "2": "girls", "3": "mixed", "0": "not_known", "9": "not_known"},
    {"boys": "boys", "girls": "girls", "mixed": "mixed", "not applicable": "not_known"},
    unknown="not_known",
)
_ACADEMY_TRUSTS = {
    "supported by a multi academy trust": "multi_academy_trust",
    "supported by a single academy trust": "single_academy_trust",
}
_CODE_OF_PHASE = {phase: code for code, phase in PHASES.items()}


def schools(columns: Columns) -> tuple[pd.DataFrame, list[Issue]]:
    """The schools of an extract, in the shape of `schemas.register.SCHOOLS`."""
    columns.usable("urn", read=cells.urn, what="URN")
    _once_each(columns)
    phase = columns.coded(PHASE, code="phaseofeducation (code)", name=("phaseofeducation (name)", "phase_type"))
    census_date = columns.dates("censusdate")
    frame = pd.DataFrame(
        {
            "urn": columns.text("urn"),
            "name": columns.text("establishmentname", "school_name"),
            **_authority(columns),
            "status": columns.coded(
                STATUS,
                code="establishmentstatus (code)",
                name=("establishmentstatus (name)", "school_status"),
            ),
            "phase_code": phase.map(_CODE_OF_PHASE).fillna("").astype("str"),
            "phase": phase,
            "low_age": columns.whole_numbers("statutorylowage", "statutory_low_age", read=cells.age),
            "high_age": columns.whole_numbers("statutoryhighage", "statutory_high_age", read=cells.age),
            "sex_of_intake": columns.coded(SEX_OF_INTAKE, code="gender (code)", name=("gender (name)",)),
            "pupils": columns.whole_numbers("numberofpupils"),
            "boys": columns.whole_numbers("numberofboys"),
            "girls": columns.whole_numbers("numberofgirls"),
            "census_date": census_date,
            "census_year": _census_year(census_date),
            "trust_uid": columns.identifiers("trusts (code)", read=cells.trust_uid, what="the Group UID of a trust"),
            "trust_name": columns.text("trusts (name)"),
            "trust_type": _trust_type(columns),
            "open_date": columns.dates("opendate", "open_date"),
            "close_date": columns.dates("closedate", "close_date"),
            "percentage_fsm": columns.percentages("percentagefsm"),
            "changed_date": columns.dates("lastchangeddate"),
            "linked_establishments": columns.text("linked establishments"),
        }
    )
    return frame, columns.issues


def _once_each(columns: Columns) -> None:
    """Keep the first row of a URN; any other is an issue."""
    again = columns.frame["urn"].duplicated()
    columns.issues += [_repeated(row) for row in columns.frame.index[again]]
    columns.frame = columns.frame[~again]


def _repeated(row: int) -> Issue:
    return complaint(
        "structure-urn-repeated",
        "An earlier row has the same URN. The earlier row was kept and this one was not read.",
        "Leave one row for each school, and load the file again.",
        row=row,
        column="urn",
    )


def _authority(columns: Columns) -> dict[str, pd.Series]:
    """The local authority and the school's number in it, which some extracts write as one, like 201/3614."""
    if "dfe_number" in columns.frame and "la (code)" not in columns.frame:
        both = columns.text("dfe_number").str.partition("/")
        columns.frame = columns.frame.assign(**{"la (code)": both[0], "establishmentnumber": both[2]})
    return {
        "la_code": columns.identifiers("la (code)", read=cells.la_code, what="the code of a local authority"),
        "la_name": columns.text("la (name)"),
        "establishment_number": columns.text("establishmentnumber"),
    }


def _census_year(census_date: pd.Series) -> pd.Series:
    years = {day: _year_or_none(day) for day in census_date.dropna().unique()}
    return census_date.map(years).astype("str")


def _year_or_none(day: pd.Timestamp) -> str | None:
    try:
        return academic_year(day.date())
    except QuestionError:
        return None


def _trust_type(columns: Columns) -> pd.Series:
    flag = columns.text("trustschoolflag (name)")
    types = {value: _ACADEMY_TRUSTS.get(cells.words(value), "") for value in flag.unique()}
    return flag.map(types).astype("str")
