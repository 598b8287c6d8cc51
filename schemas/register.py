"""The register: schools, trust membership and links between schools, as pandera schemas.

What GIAS calls a thing is read from its files once and turned into the neutral codes below, so that
nothing later depends on the wording of an extract.
"""

from __future__ import annotations

import pandera.pandas as pa

STATUSES = ("open", "open_proposed_to_close", "closed", "proposed_to_open", "not_known")
PHASES = {
    "0": "not_applicable",
    "1": "nursery",
    "2": "primary",
    "3": "middle_deemed_primary",
    "4": "secondary",
    "5": "middle_deemed_secondary",
    "6": "sixteen_plus",
    "7": "all_through",
}
SEXES = ("mixed", "girls", "boys", "not_known")
TRUST_TYPES = ("multi_academy_trust", "single_academy_trust")
LINK_TYPES = ("predecessor", "successor", "other")

# Six digits for a school; children's centres, which share the register, have five.
URN_PATTERN = r"[0-9]{5,6}"
_NOT_BLANK = pa.Check.str_length(min_value=1)
_URN = pa.Check.str_matches(rf"^{URN_PATTERN}$")
_TRUST = pa.Check.str_matches(r"^[0-9]{1,8}$")
_TRUST_OR_BLANK = pa.Check.str_matches(r"^[0-9]{0,8}$")


def _text(description: str, *checks: pa.Check) -> pa.Column:
    return pa.Column(str, list(checks), description=description)


def _count(description: str, *, most: int | None = None) -> pa.Column:
    checks = [pa.Check.ge(0)] + ([pa.Check.le(most)] if most is not None else [])
    return pa.Column("Int64", checks, nullable=True, description=description)


def _date(description: str) -> pa.Column:
    return pa.Column("datetime64[s]", nullable=True, description=description)


SCHOOLS = pa.DataFrameSchema(
    {
        "urn": pa.Column(
            str,
            _URN,
            unique=True,
            description="Unique reference number; conversion to an academy gives a new one.",
        ),
        "name": _text("Name of the establishment; blank where the extract has none."),
        "la_code": _text(
            "Three-digit code of the local authority; blank if unknown.",
            pa.Check.str_matches(r"^([0-9]{3})?$"),
        ),
        "la_name": _text("Name of the local authority; blank if the extract has none."),
        "establishment_number": _text("Its number within the local authority; may be blank."),
        "status": _text("Whether the establishment is open.", pa.Check.isin(STATUSES)),
        "phase_code": _text("Phase as GIAS numbers it; blank if unknown.", pa.Check.isin([*PHASES, ""])),
        "phase": _text("Phase of education.", pa.Check.isin([*PHASES.values(), "not_known"])),
        "low_age": _count("Lowest statutory age.", most=99),
        "high_age": _count("Highest statutory age.", most=99),
        "sex_of_intake": _text("Which children the school admits.", pa.Check.isin(SEXES)),
        "pupils": _count("Pupils on roll at the census date."),
        "boys": _count("Boys on roll at the census date; GIAS rounds it, so the sexes need not add up."),
        "girls": _count("Girls on roll at the census date; GIAS rounds it, so the sexes need not add up."),
        "census_date": _date("Day of the school census that counted the pupils."),
        "census_year": pa.Column(
            str,
            pa.Check.str_matches(r"^[0-9]{6}$"),
            nullable=True,
            description="Academic year of that census, such as 202021 for January 2021.",
        ),
        "trust_uid": _text("Group UID of the supporting trust; blank if none is given.", _TRUST_OR_BLANK),
        "trust_name": _text("Name of the supporting trust, which may be a foundation; blank if none."),
        "trust_type": _text(
            "Kind of academy trust; blank for a foundation trust, none, or where the extract does not say.",
            pa.Check.isin([*TRUST_TYPES, ""]),
        ),
        "open_date": _date("Day the establishment opened; missing if unknown."),
        "close_date": _date("Day the establishment closed; missing if open or unknown."),
        "percentage_fsm": pa.Column(
            "float64",
            pa.Check.in_range(0, 100),
            nullable=True,
            description="Percentage of pupils eligible for free school meals.",
        ),
        "changed_date": _date("Day the register last changed this entry; missing where the extract has none."),
        "linked_establishments": _text("Links as the extract lists them in one cell, separated by commas."),
    },
    strict=True,
    ordered=True,
    name="schools",
    description="One row per establishment of the register, closed ones included.",
)

GROUPS = pa.DataFrameSchema(
    {
        "urn": _text("URN of the member school.", _URN),
        "trust_uid": _text("Group UID of the trust.", _TRUST),
        "trust_name": _text("Name of the trust; blank where the extract has none."),
        "group_type": _text("Kind of academy trust.", pa.Check.isin(TRUST_TYPES)),
        "joined_date": _date("Day the school joined the trust; missing if unknown."),
        "left_date": _date("Day the school left the trust; missing if it has not, or if unknown."),
        "closed_date": _date("Day the trust closed; missing if it is open."),
    },
    unique=["urn", "trust_uid", "joined_date"],
    strict=True,
    ordered=True,
    name="groups",
    description="One row per membership of a school in a multi-academy or single-academy trust.",
)

LINKS = pa.DataFrameSchema(
    {
        "urn": _text("URN of the school that has the link.", _URN),
        "link_urn": _text("URN of the school that is its predecessor, successor or other relation.", _URN),
        "link_type": _text("What link_urn is to urn.", pa.Check.isin(LINK_TYPES)),
        "link_description": _text("The kind of link in the words of GIAS.", _NOT_BLANK),
        "established_date": _date("Day the link was made; missing if unknown."),
    },
    strict=True,
    ordered=True,
    name="links",
    description="One row per link from one school to another; most are given once from each end.",
)

REGISTER = {"schools": SCHOOLS, "groups": GROUPS, "links": LINKS}
