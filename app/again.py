"""What the page Involved again asks, says and lists of how soon children are in another incident; no Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from app import listing, wording
from app.access import must
from app.permissions import Action, Person, scope_of
from pipelines.house import open_house
from pipelines.reporting import (
    AgainCurve,
    Difference,
    Figure,
    FigureTable,
    IncidentsPerChild,
    Point,
    Question,
    Reporting,
    Scope,
)
from schemas.measurement import measures

SOON, YEAR = "involved_again_90_days", "involved_again_365_days"
SEVERAL = frozenset({"action", "role"})  # a child can be in several of these groups
OVERLAP = "a child counts in each that applies, so the groups overlap and are not tested against each other"
NOT_A_TRIAL = (
    "Groups differ in more than this: the more serious an incident, the more is done. "
    "This does not say what a response achieved"
)
MORE = 4


def curve(person: Person, question: Question) -> AgainCurve:
    """How soon the children of a person's own schools are involved again."""
    door, scope = _own(person)
    return door.again_curve(scope, question)


def differences(person: Person, question: Question) -> Mapping[str, Difference]:
    """Whether the groups of each breakdown differ, all tested together."""
    door, scope = _own(person)
    return door.again_differences(scope, question)


def per_child(person: Person, question: Question) -> IncidentsPerChild:
    """How many children were in how many incidents."""
    door, scope = _own(person)
    return door.incidents_per_child(scope, question)


def _own(person: Person) -> tuple[Reporting, Scope]:
    must(person, Action.SEE_FIGURES)
    return open_house().reporting, scope_of(person)


# -- in words ---------------------------------------------------------------------------------------------


def of_whole(soon: Figure, year: Figure) -> str:
    """The finding of the curve: what is known at 90 days and at a year."""
    parts = [f"{_amount(soon, SOON)} within 90 days", f"{_amount(year, YEAR)} within a year"]
    return f"Involved again: {', '.join(parts)}"


def of_groups(by: str, heading: str, found: Difference, table: FigureTable) -> str:
    """The finding of a breakdown: whether its groups differ, or the range they cover where no test can be made."""
    if by in SEVERAL:
        return f"{heading}: {_range(table)}"
    if found.p is None:
        return f"{heading}: too few to say whether there is a difference"
    return f"{heading}: {'the groups differ clearly' if found.clear else 'no clear difference'}"


def _range(table: FigureTable) -> str:
    shown = [row.value for row in table.rows if row.value is not None and row.state not in wording.NO_NUMBER]
    if len(shown) < 2:
        return "too few to say"
    least, most = wording.per_cent(min(shown)), wording.per_cent(max(shown))
    return f"{least} in all groups" if least == most else f"from {least} to {most}"


def tested(by: str, found: Difference, *, tests: int) -> str:
    """How the groups were compared, and what was allowed for."""
    if by in SEVERAL:
        return wording.opening(OVERLAP)
    if found.p is None or found.q is None:
        return "Not compared: fewer than two groups of ten children, or fewer than five children a group involved again"
    return (
        f"{found.groups} groups of ten children or more compared by the log-rank test, p = {_p(found.p)}; "
        f"with the {tests} tests of this page allowed for, {_p(found.q)} (clear at 0.05)"
    )


def _p(value: float) -> str:
    text = wording.number(value, places=3 if value < 0.1 else 2)
    return "under 0.001" if text == "0.000" else text


def of_day(point: Point) -> str:
    """One day of the curve."""
    followed = f"{wording.number(point.at_risk)} children still followed"
    if point.again is None:
        return f"Day {point.day}: too few to say, {followed}"
    return f"By day {point.day}: {wording.per_cent(point.again)} ({_between(point)}), {followed}"


def of_children(found: IncidentsPerChild) -> str:
    """How many children were in more than one incident."""
    if not found.children:
        return "Incidents per child: none recorded"
    several, children = wording.number(found.several), wording.number(found.children)
    return f"Incidents per child: {several} of {children} children were in more than one"


def _amount(figure: Figure, name: str) -> str:
    return wording.short(measures()[name], figure)


def _between(point: Point) -> str:
    if point.lower is None or point.upper is None:
        return wording.NOTHING
    lower, upper = wording.per_cent(point.lower), wording.per_cent(point.upper)
    return f"{lower if lower.startswith(('under', 'over')) else lower.removesuffix(f'{wording.THIN}%')} to {upper}"


# -- in tables --------------------------------------------------------------------------------------------


def groups(soon: FigureTable, year: FigureTable, *, by: str, heading: str) -> pd.DataFrame:
    """One row a group: both shares with their intervals, and the children at risk at days 0, 90 and 365."""
    rows = [
        {heading: wording.place(year, by, later), **_cells(early, later)}
        for early, later in zip(soon.rows, year.rows, strict=True)
    ]
    return listing.headed(rows, heading)


def _cells(soon: Figure, year: Figure) -> dict[str, str]:
    return {
        "At risk on day 0": wording.whole(year.denominator),
        "Within 90 days": listing.with_interval(measures()[SOON], soon),
        "At risk on day 90": wording.whole(soon.at_risk),
        "Within a year": listing.with_interval(measures()[YEAR], year),
        "At risk on day 365": wording.whole(year.at_risk),
    }


def days(found: AgainCurve) -> pd.DataFrame:
    """The curve on chosen days."""
    rows = {
        wording.number(point.day): {
            "Still followed (at risk)": wording.number(point.at_risk),
            "Involved again so far": wording.number(point.events),
            "Estimated share": "too few to say" if point.again is None else wording.per_cent(point.again),
            listing.INTERVAL: _between(point),
        }
        for point in found.listed
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Days since the first incident")


def children(found: IncidentsPerChild) -> pd.DataFrame:
    """One row for each number of incidents."""
    names = {number: f"{number} or more" if number == MORE else f"{number}" for number in found.counts}
    rows = [{"Incidents": names[number], "Children": wording.number(count)} for number, count in found.counts.items()]
    return listing.headed(rows, "Incidents")
