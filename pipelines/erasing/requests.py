"""What is asked to be erased: all before a year, a return, a child at its school's request, a school that leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipelines.scope import FORMS, ScopeKind
from schemas.calendar import Term, academic_year, start_year
from schemas.errors import QuestionError

LEAST_YEARS = 1  # an academic year before the current: less would erase what a late return is held against


class Kind(StrEnum):
    """The four reasons for which rows are erased."""

    RETENTION = "retention"
    RETURN = "return"
    CHILD = "child"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Request:
    """What to erase. `academic_year` is the first that is kept (retention), or the return's.

    `child_key` is the key as the school sends it: used while a plan is made, and neither shown nor kept.
    """

    kind: Kind
    school_urn: str = ""
    academic_year: str = ""
    term: str = ""
    child_key: str = field(default="", repr=False, compare=False)


def past_retention(keep_years: int, *, today: date) -> Request:
    """Everything before the current and so many previous academic years."""
    if keep_years < LEAST_YEARS:
        raise QuestionError("At least the current and the previous academic year are kept.")
    start = start_year(academic_year(today)) - keep_years
    return Request(Kind.RETENTION, academic_year=f"{start}{(start + 1) % 100:02d}")


def of_return(school_urn: str, year: str, term: Term) -> Request:
    """Every version of a school's return of one term."""
    start_year(year)
    return Request(Kind.RETURN, _urn(school_urn), year, str(term))


def of_child(school_urn: str, child_key: str) -> Request:
    """Every row of one child at one school, by the key that the school sends for the child."""
    if not child_key.strip():
        raise QuestionError("Give the child's key as the school sends it.")
    return Request(Kind.CHILD, _urn(school_urn), child_key=child_key.strip())


def of_school(school_urn: str) -> Request:
    """Everything of a school that leaves."""
    return Request(Kind.SCHOOL, _urn(school_urn))


def _urn(text: str) -> str:
    if not FORMS[ScopeKind.SCHOOL].fullmatch(text):
        raise QuestionError("A school is named by its URN of six digits.")
    return text
