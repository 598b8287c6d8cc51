"""The invented register as files: what Get Information About Schools would export of these schools."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pipelines.sample.dice import Dice
from pipelines.sample.schools import AUTHORITIES, SCHOOLS, TRUSTS, YEARS, School
from schemas.calendar import start_year

ENCODING = "cp1252"
PHASES = {
    "2": "Primary",
    "4": "Secondary",
    "5": "Middle deemed secondary",
    "6": "16 plus",
    "7": "All-through",
}
# Code and name of the type, then of the group of types, as the register numbers them.
TYPES = {
    "community": ("01", "Community school", "4", "Local authority maintained schools"),
    "aided": ("02", "Voluntary aided school", "4", "Local authority maintained schools"),
    "foundation": ("05", "Foundation school", "4", "Local authority maintained schools"),
    "college": ("18", "Further education", "1", "Colleges"),
    "sponsored": ("28", "Academy sponsor led", "10", "Academies"),
    "converter": ("34", "Academy converter", "10", "Academies"),
}
AUTHORITY_NAMES = {authority.code: authority.name for authority in AUTHORITIES}
TRUST_NAMES = {trust.uid: trust.name for trust in TRUSTS}


def register_files() -> dict[str, bytes]:
    """One extract of schools for each academic year, taken in its July, by file name."""
    return {f"register_{year}.csv": _schools_in(year) for year in YEARS}


def _schools_in(year: str) -> bytes:
    taken = date(start_year(year) + 1, 7, 15)
    rows = [_school(school, year=year, taken=taken) for school in SCHOOLS if school.opened <= taken]
    return _csv(list(rows[0]), [list(row.values()) for row in rows])


def _school(school: School, *, year: str, taken: date) -> dict[str, str]:
    kind, kind_name, group, group_name = TYPES[school.kind]
    closed = school.closed if school.closed and school.closed <= taken else None
    trust = school.trust_on(taken) or ""
    return {
        "URN": str(school.urn),
        "LA (code)": school.la_code,
        "LA (name)": AUTHORITY_NAMES[school.la_code],
        "EstablishmentNumber": str((2000 if school.phase == "2" else 4000) + school.urn % 1000),
        "EstablishmentName": school.name,
        "TypeOfEstablishment (code)": kind,
        "TypeOfEstablishment (name)": kind_name,
        "EstablishmentTypeGroup (code)": group,
        "EstablishmentTypeGroup (name)": group_name,
        "EstablishmentStatus (code)": "2" if closed else "1",
        "EstablishmentStatus (name)": "Closed" if closed else "Open",
        "ReasonEstablishmentOpened (name)": "Academy Converter" if school.predecessor else "Not applicable",
        "OpenDate": _day(school.opened),
        "ReasonEstablishmentClosed (name)": "Academy Converter" if closed else "Not applicable",
        "CloseDate": _day(closed),
        "PhaseOfEducation (code)": school.phase,
        "PhaseOfEducation (name)": PHASES[school.phase],
        "StatutoryLowAge": str(school.ages[0]),
        "StatutoryHighAge": str(school.ages[1]),
        "OfficialSixthForm (name)": "Has a sixth form" if school.ages[1] > 16 else "Does not have a sixth form",
        "Gender (code)": "3",
        "Gender (name)": "Mixed",
        **_census(school, year=year),
        "Trusts (code)": trust,
        "Trusts (name)": TRUST_NAMES.get(trust, ""),
        "LastChangedDate": _day(taken),
        "Country (name)": "England",
    }


def _census(school: School, *, year: str) -> dict[str, str]:
    """The latest January census the school was open for; a new school has none until its first January."""
    counted = [each for each in YEARS[: YEARS.index(year) + 1] if school.open_between(*[census_day(each)] * 2)]
    names = ("CensusDate", "NumberOfPupils", "NumberOfBoys", "NumberOfGirls", "PercentageFSM")
    if not counted:
        return dict.fromkeys(names, "")
    pupils = school.pupils(counted[-1])
    dice = Dice("census", school.pupils_of, int(counted[-1]))
    boys = round(pupils * dice.share(0.48, 0.53))
    meals = f"{Dice('meals', school.pupils_of).share(6, 38) + dice.share(-1, 1):.1f}"
    values = (_day(census_day(counted[-1])), str(pupils), str(boys), str(pupils - boys), meals)
    return dict(zip(names, values, strict=True))


def census_day(year: str) -> date:
    """The school census of a year is on the third Thursday in January."""
    first = date(start_year(year) + 1, 1, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 14)


def groups_file() -> bytes:
    """Membership of trusts, with the day on which each school joined."""
    headers = (
        "URN", "Group UID", "Group ID", "Group Name", "Companies House Number",
        "Group Type (code)", "Group Type", "Closed Date", "Open date", "Incorporated on (open date)",
        "Group Status (code)", "Group Status", "Joined date", "EstablishmentName",
        "TypeOfEstablishment (code)", "TypeOfEstablishment (name)",
        "PhaseOfEducation (code)", "PhaseOfEducation (name)", "LA (code)", "LA (name)",
    )  # fmt: skip
    return _csv(headers, [_membership(school) for school in SCHOOLS if school.membership])


def _membership(school: School) -> list[str]:
    if school.membership is None:
        return []
    uid, (kind, kind_name, *_) = school.membership.trust_uid, TYPES[school.kind]
    return [
        str(school.urn), uid, f"TR{uid}", TRUST_NAMES[uid], "", "06", "Multi-academy trust",
        "", "", "01/09/2015", "OPEN", "Open",
        f"{school.membership.joined:%d/%m/%Y}", school.name, kind, kind_name,
        school.phase, PHASES[school.phase], school.la_code, AUTHORITY_NAMES[school.la_code],
    ]  # fmt: skip


def links_file() -> bytes:
    """The conversion, told once from each end."""
    rows: list[Sequence[str]] = []
    for school in SCHOOLS:
        if school.predecessor:
            before = next(other for other in SCHOOLS if other.urn == school.predecessor)
            day = _day(school.opened)
            rows.append([str(before.urn), str(school.urn), school.name, "Successor", day])
            rows.append([str(school.urn), str(before.urn), before.name, "Predecessor", day])
    return _csv(("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"), rows)


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _csv(headers: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue().encode(ENCODING)
