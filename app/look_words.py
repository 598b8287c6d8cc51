"""Who looked, in words: one line for each event, as an organisation may know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from app.issue_tables import plain
from app.issues import counted
from app.wording import moment, opening
from pipelines.scope import OPERATOR
from pipelines.who_looked import Look
from schemas.purposes import in_words

COLUMNS = ("When", "Organisation", "Who", "What", "Which schools", "Why")
UNITS = {
    "incidents read": "incident",
    "incidents compared with a file": "incident",
    "report of a check taken": "row",
    "chase list downloaded": "return",
    "receipt taken": "version",
}
NOT_STATED = "–"
MOST_NAMED = 3


def table(looks: Sequence[Look], *, organisations: Mapping[str, str], schools: Mapping[str, str]) -> pd.DataFrame:
    """One row for each event, the names made plain."""
    rows = [tuple(plain(cell) for cell in line(one, organisations, schools)) for one in looks]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def line(one: Look, organisations: Mapping[str, str], schools: Mapping[str, str]) -> tuple[str, ...]:
    """The cells of one event, for the table and for a file."""
    return (
        moment(one.when), _organisation(one, organisations), who(one), what(one), _schools(one, schools),
        in_words(one.purpose) or NOT_STATED,
    )  # fmt: skip


def who(one: Look) -> str:
    """“Rowan Ashby, reader” of one's own people; of others the role and the key of the account."""
    if one.of_session:
        return one.who
    if one.own:
        return f"{one.who}, {one.role}"
    return f"{opening(one.role)}, account {one.who}" if one.who else opening(one.role)


def what(one: Look) -> str:
    """What was done, and of how much."""
    unit = UNITS.get(one.action)
    if unit and one.number:
        return f"{opening(one.action)}: {counted(one.number, unit)}"
    version = one.detail.get("version")
    return f"{opening(one.action)}: version {version}" if version else opening(one.action)


def _organisation(one: Look, organisations: Mapping[str, str]) -> str:
    if one.of_session:
        return NOT_STATED  # signing in and out is done before and after acting for one
    if one.organisation == OPERATOR:
        return "Whoever runs the portal"
    return organisations.get(str(one.organisation), str(one.organisation))


def _schools(one: Look, schools: Mapping[str, str]) -> str:
    if len(one.schools) > MOST_NAMED:
        return f"{len(one.schools):,} schools"
    return ", ".join(schools.get(urn, urn) for urn in one.schools) or NOT_STATED


def sentence(looks: Sequence[Look], *, period: str) -> str:
    """The answer of the page: how often others opened single incidents, and how often one's own people did."""
    reads = [one for one in looks if one.action == "incidents read"]
    others = [one for one in reads if not one.own]
    if not looks:
        return f"Nothing is on record for {period}"
    by_others = (
        f"{counted(len({one.organisation for one in others}), 'other organisation')} opened single incidents of yours "
        f"{counted(len(others), 'time')}"
        if others
        else "No other organisation opened single incidents of yours"
    )
    own = len(reads) - len(others)
    times = counted(own, "time") if own else "not once"
    return f"{by_others} in {period}; your own people {times}"
