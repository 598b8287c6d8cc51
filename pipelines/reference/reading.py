"""Which kind of reference file it is, by its headers alone, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from pipelines.reference.columns import Columns
from pipelines.reference.groups import groups
from pipelines.reference.links import links
from pipelines.reference.rows import read_rows
from pipelines.reference.schools import schools
from schemas.errors import UnreadableError
from schemas.issues import Issue
from schemas.register import REGISTER

Kind = Literal["schools", "groups", "links"]

# Each kind of file by the headers it must have; several on a line means any one of them.
HEADERS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "links": (("URN",), ("LinkURN",), ("LinkType",), ("LinkEstablishedDate",)),
    "groups": (("URN",), ("Group UID", "Linked UID"), ("Group Type", "Group Type (code)"), ("Joined date",)),
    "schools": (
        ("URN",),
        ("EstablishmentName", "school_name"),
        ("EstablishmentStatus (code)", "EstablishmentStatus (name)", "school_status"),
        ("PhaseOfEducation (code)", "PhaseOfEducation (name)", "phase_type"),
    ),
}


@dataclass(frozen=True)
class ReferenceFile:
    """What a reference file says.

    `frame` has the shape of `schemas.register.REGISTER[kind]`, with the row number of the file as its
    index. `left_out` counts rows that are of no use here, by why (a type of group that is not an academy
    trust); rows that could not be used are issues.
    """

    kind: Kind
    frame: pd.DataFrame
    issues: tuple[Issue, ...]
    rows_read: int
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_reference(content: bytes, *, file_name: str) -> ReferenceFile:
    """The schools, trust memberships or links of a file; UnreadableError if it is none of them."""
    rows = read_rows(content, file_name=file_name)
    kind = _kind(frozenset(rows.frame.columns), file_name=file_name)
    columns = Columns(rows.frame, rows.titles)
    left_out: dict[str, int] = {}
    if kind == "schools":
        frame, issues = schools(columns)
    elif kind == "links":
        frame, issues = links(columns)
    else:
        frame, issues, left_out = groups(columns)
    found = sorted([*rows.issues, *issues], key=lambda issue: (issue.row or 0, issue.rule, issue.column or ""))
    return ReferenceFile(kind, REGISTER[kind].validate(frame), tuple(found), rows.rows_read, left_out)


def _kind(present: frozenset[str], *, file_name: str) -> Kind:
    for kind, wanted in HEADERS.items():
        if all(any(header.casefold() in present for header in either) for either in wanted):
            return kind
    raise UnreadableError(
        f"{file_name} is not a reference file that can be read. Looked in its first row for the headers of "
        f"{'; or of '.join(_described(kind) for kind in HEADERS)}. Send the file as GIAS gives it."
    )


def _described(kind: Kind) -> str:
    return f"{kind} ({', '.join(' or '.join(either) for either in HEADERS[kind])})"
