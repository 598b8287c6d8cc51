"""Who has sent which return, in words: the sentence, the matrix, who is missing, and every version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from app.wording import day, moment, number, opening, period
from schemas.calendar import Term, label

NOT_SUBMITTED = "Not submitted"
NOT_EXPECTED = "Not expected"


def sentence(expected: pd.DataFrame, *, when: str, own: bool) -> str:
    """How many of the returns expected are here, and how many schools have not sent theirs."""
    if not len(expected):
        return f"No return is expected for {when} yet."
    came, nil = int(expected["returned"].sum()), int(expected["nil"].sum())
    said = f", {number(nil)} of them nil" if nil else ""
    of = f"{number(came)} of {number(len(expected))} returns expected for {when}"
    start = f"{of} {'is' if came == 1 else 'are'} here{said}"
    missing = expected[~expected["returned"].astype(bool)]
    schools = missing["school_urn"].nunique()
    if not schools:
        return f"{start}; nothing is missing."
    if own:
        return f"{start}; {number(len(missing))} {'has' if len(missing) == 1 else 'have'} not been sent."
    return f"{start}; {_schools(schools)} not sent {'theirs' if schools == len(missing) else 'all of theirs'}."


def _schools(count: int) -> str:
    return "1 school has" if count == 1 else f"{number(count)} schools have"


def matrix(expected: pd.DataFrame) -> pd.DataFrame:
    """A row for each school and year, a column for each term; each cell says in words what came."""
    terms = [str(term) for term in Term if (expected["term"] == str(term)).any()]
    years = expected["academic_year"].nunique()
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for one in expected.sort_values(["school_name", "academic_year"]).to_dict("records"):
        place = (f"{one['school_name']} ({one['school_urn']})", *([label(one["academic_year"])] if years > 1 else []))
        rows.setdefault(place, {})[str(one["term"])] = cell(one)
    listed = [[*place, *(cells.get(term, NOT_EXPECTED) for term in terms)] for place, cells in rows.items()]
    headings = ["School", *(["Year"] if years > 1 else []), *(_heading(term, expected) for term in terms)]
    return pd.DataFrame(listed, columns=headings)


def _heading(term: str, expected: pd.DataFrame) -> str:
    years = expected["academic_year"].unique()
    return opening(period(years[0], term)) if len(years) == 1 else Term(term).time_identifier


def cell(one: Mapping[Any, Any]) -> str:
    """“Sent 12 January 2026, version 2”, “Nil return 12 January 2026”, “Not submitted”."""
    if not one["returned"]:
        return NOT_SUBMITTED
    again = f", version {int(one['version'])}" if one["version"] > 1 else ""
    return f"{'Nil return' if one['nil'] else 'Sent'} {_day(one['recorded_at'])}{again}"


def _day(when: pd.Timestamp) -> str:
    return moment(when.to_pydatetime()).partition(",")[0]


def missing(expected: pd.DataFrame, *, today: date) -> pd.DataFrame:
    """The returns that have not come, the longest overdue first."""
    found = expected[~expected["returned"].astype(bool)].sort_values(["last_day", "school_name"])
    rows = [
        (one["school_name"], one["school_urn"], opening(period(one["academic_year"], one["term"])),
         _ended(pd.Timestamp(one["last_day"]).date(), today))
        for one in found.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["School", "URN", "Term", "The term"])


def _ended(last_day: date, today: date) -> str:
    return f"{'ended' if last_day < today else 'ends'} on {day(last_day)}"


def versions(sent: pd.DataFrame) -> pd.DataFrame:
    """Every version, the latest first: what it held, when it came, and who sent it, by role."""
    rows = [
        (one["school_name"], opening(period(one["academic_year"], one["term"])), int(one["version"]),
         "Nil return" if one["nil"] else "Return", moment(one["recorded_at"].to_pydatetime()),
         opening(str(one["recorded_role"])), int(one["incidents"]), int(one["children"]), int(one["queries"]))
        for one in sent.to_dict("records")
    ]  # fmt: skip
    columns = ["School", "Term", "Version", "Kind", "Received", "Sent by", "Incidents", "Rows of children", "Queries"]
    return pd.DataFrame(rows, columns=columns)
