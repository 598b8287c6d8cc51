"""One sound return of six incidents, written out by hand, from which every broken file is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.sample.answers import otherwise
from pipelines.sample.dice import Dice
from pipelines.sample.pupils import Pupil, child_key
from pipelines.sample.workbook import Cell
from schemas.lexicon import Column, lexicon

YEAR, TERM = "202526", "autumn"
SCHOOL, OTHER_SCHOOL, UNKNOWN_SCHOOL = "900001", "900002", "900999"
Answers = dict[str, Cell]


@dataclass
class Draft:
    """The sheets of a return as rows of cells, header first, so that row 1 is the header as people see it."""

    sheets: dict[str, list[list[Cell]]]

    def place(self, table: str, column: str) -> int:
        """Where a column stands, counted from nought."""
        return self.sheets[table][0].index(column)

    def put(self, table: str, row: int, column: str, value: Cell) -> None:
        """Write a cell, by its row number as the spreadsheet shows it."""
        self.sheets[table][row - 1][self.place(table, column)] = value


def _usual(reported: date) -> Answers:
    """An incident that raises no question, on this day: looked into, managed in school, closed, reviewed."""
    nos: Answers = {column.name: "no" for column in lexicon().risk_factors}
    usual: Answers = {
        "school_urn": SCHOOL, "reported_date": reported, "incident_date": None,
        "reported_by": "child_involved", "imagery_type": "photo", "imagery_origin": "child_pictured",
        "potentially_illegal": "yes", "sexual_acts_shown": "no", "shared_via": "messaging",
        "spread": "few_children", "device_owner": "personal", "incident_type": "experimental_romantic",
        "device_secured": "yes", "device_offline": "flight_mode", "device_searched": "no",
        "search_authorised": "not_applicable", "search_safeguarding_present": "not_applicable",
        "search_same_sex": "not_applicable", "imagery_viewed": "no", "viewing_justified": "not_applicable",
        "imagery_copied": "no", "network_blocked": "not_applicable", "dsl_informed_date": reported,
        "senior_leader_informed": "yes", "parents_informed": "all", "parents_informed_date": reported,
        "police_contacted": "no", "social_care_contacted": "no", "ceop_reported": "no",
        "other_agency_contacted": "no", "police_contact_date": None, "social_care_contact_date": None,
        "social_care_outcome": None, "police_outcome": None, "decision_reason_recorded": "yes",
        "head_signed_off": "yes", "decision_date": reported, "risk_assessment_done": "yes",
        "support_offered": "all_children", "host_reported": "not_applicable", "removal_status": "confirmed",
        "staff_informed": "yes", "actions_taken": "individual_education;parents_meeting", "status": "closed",
        "closed_date": date(2025, 12, 12), "review_date": date(2025, 12, 11), "review_led_to_change": "no",
    }  # fmt: skip
    return nos | usual


def _told_the_police(on: date) -> Answers:
    return {"police_contacted": "yes", "police_contact_date": on, "police_outcome": "outcome_21"}


def _told_social_care(on: date) -> Answers:
    return {
        "social_care_contacted": "yes",
        "social_care_contact_date": on,
        "social_care_outcome": "accepted_as_referral",
    }


def _answers(*changes: Answers, **answers: Cell) -> Answers:
    return {name: value for change in (answers, *changes) for name, value in change.items()}


# The day, and what sets each incident apart. Row 4 has a day that is a month too; the days of 2, 3, 5 and 7 are not.
INCIDENTS: tuple[tuple[date, Answers], ...] = (
    (date(2025, 9, 15), {}),
    (
        date(2025, 9, 25),
        _answers(
            _told_the_police(date(2025, 9, 26)),
            external_coercion="yes",
            incident_type="aggravated_intent_to_harm",
        ),
    ),
    (date(2025, 10, 6), {"incident_type": "experimental_attention_seeking"}),
    (
        date(2025, 10, 17),
        _answers(
            _told_the_police(date(2025, 10, 17)),
            _told_social_care(date(2025, 10, 18)),
            adult_involved="yes",
            incident_type="aggravated_adult",
            ceop_reported="yes",
        ),
    ),
    (
        date(2025, 11, 3),
        _answers(
            _told_social_care(date(2025, 11, 4)),
            child_vulnerable="yes",
            incident_type="aggravated_reckless",
        ),
    ),
    (
        date(2025, 11, 20),
        _answers(
            _told_the_police(date(2025, 11, 21)),
            widely_shared="yes",
            spread="within_school",
            incident_type="experimental_other",
        ),
    ),
)
# The incident, the pupil, the part, and what else is said of the child. The first child comes twice.
CHILDREN: tuple[tuple[int, int, str, str, str], ...] = (
    (1, 1, "pictured", "9", "female"),
    (1, 2, "received", "9", "male"),
    (2, 3, "pictured", "8", "female"),
    (2, 4, "pressured_another", "9", "male"),
    (3, 5, "pictured", "10", "male"),
    (3, 5, "made_imagery", "10", "male"),
    (4, 6, "pictured", "7", "female"),
    (5, 7, "pictured", "11", "female"),
    (5, 8, "shared_on", "11", "male"),
    (6, 9, "pictured", "12", "male"),
    (6, 10, "shared_on", "12", "female"),
    (6, 11, "received", "12", "female"),
)


def draft() -> Draft:
    """A fresh copy of the sound return, with a sheet that says which school, year and term it is for."""
    said: list[list[Cell]] = [
        ["school_urn", "academic_year", "term", "key_version"],
        [SCHOOL, YEAR, TERM, "1"],
    ]
    incidents = [
        _usual(day) | changes | {"incident_ref": _reference(number)}
        for number, (day, changes) in enumerate(INCIDENTS, start=1)
    ]
    children = [_child(*row) for row in CHILDREN]
    return Draft({"return": said, "incidents": _rows("incidents", incidents), "children": _rows("children", children)})


def _reference(number: int) -> str:
    return f"N2526-{number:03d}"


def _child(incident: int, number: int, role: str, year_group: str, sex: str) -> Answers:
    pupil = Pupil(int(SCHOOL), 2016, number, sex=sex, sen="none", social_care="none")
    return {
        "incident_ref": _reference(incident),
        "child_key": child_key(pupil, secret=b"an invented secret"),
        "role": role,
        "year_group": year_group,
        "sex": sex,
        "sen": "none",
        "social_care_status": "none",
    }


def _rows(table: str, answers: list[Answers]) -> list[list[Cell]]:
    columns = lexicon().tables[table].columns
    header: list[Cell] = [column.name for column in columns]
    return [header, *([_cell(row, column) for column in columns] for row in answers)]


def _cell(row: Answers, column: Column) -> Cell:
    return row[column.name] if column.name in row else otherwise(column, Dice("base", column.name)) or None
