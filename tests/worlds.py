"""Invented worlds for the oracles: made from a seed or from the sample, and kept through the portal's own door."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pandas as pd

from pipelines import register, returns
from pipelines.intake.checking import Checked
from pipelines.intake.tables import NamedFile
from pipelines.sample import Sample, generate
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from schemas.lexicon import Column, lexicon
from tests import kept
from tests.factories import OFFICER, register_csv, submit, typed
from tests.oracles.days import last_day, terms_of
from tests.oracles.world import Row, World

YEARS = ("202425", "202526")
FIRST_LOAD = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
SECOND_LOAD = datetime(2025, 6, 1)  # noqa: DTZ001
PHASE_CODES = {"primary": "2", "secondary": "4"}
CONVERTED = date(2025, 2, 1)
SHARE_BLANK = 0.15
LINK = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")
SCHOOLS = (
    ("900001", "990", "secondary", None, None),
    ("900002", "990", "primary", None, None),
    ("900003", "990", "secondary", None, CONVERTED - timedelta(days=1)),
    ("900004", "990", "secondary", CONVERTED, None),
    ("900005", "991", "primary", None, None),
)


@cache
def kept_world(seed: int) -> tuple[World, Warehouse]:
    """A random world and the store that was sent it; made once for all tests."""
    world = random_world(seed)
    return world, keep(world)


def random_world(seed: int) -> World:
    """Five schools in two authorities and two trusts over two years; much goes wrong in them."""
    dice = Random(seed)
    return World(
        schools=[*_register(dice, FIRST_LOAD, "202324"), *_register(dice, SECOND_LOAD, "202425")],
        memberships=_memberships(),
        links=[{"predecessor": "900003", "successor": "900004", "established": CONVERTED}],
        returns=_returns(dice),
    )


def _register(dice: Random, when: datetime, census_year: str) -> list[Row]:
    rows = []
    for urn, la, phase, opened, closed in SCHOOLS:
        boys, girls = dice.randrange(50, 400), dice.randrange(50, 400)
        rows.append(
            {"urn": urn, "la": la, "trust": "", "phase": phase, "boys": boys, "girls": girls,
             "pupils": boys + girls, "census_year": census_year, "opened": opened, "closed": closed,
             "loaded_at": when}
        )  # fmt: skip
    return rows


def _memberships() -> list[Row]:
    """One school joins while we look, one is in all the time, one moves from one trust to the other."""
    return [
        {"urn": "900001", "trust": "99001", "joined": date(2025, 3, 1), "left": None},
        {"urn": "900004", "trust": "99001", "joined": CONVERTED, "left": None},
        {"urn": "900005", "trust": "99002", "joined": date(2018, 9, 1), "left": None},
        {"urn": "900002", "trust": "99001", "joined": date(2019, 9, 1), "left": date(2025, 8, 31)},
        {"urn": "900002", "trust": "99002", "joined": date(2025, 9, 1), "left": None},
    ]


def _returns(dice: Random) -> list[Row]:
    sent = [
        a_return(dice, urn, year, term, again=again)
        for year in YEARS
        for term, first, last in terms_of(year)
        for urn, _, _, opened, closed in SCHOOLS
        if (opened is None or opened <= last) and (closed is None or closed >= first)
        if dice.random() > 0.15
        for again in range(dice.choices((1, 2, 3), (8, 2, 1))[0])
    ]
    sent.sort(key=lambda one: one["recorded_at"])
    return sent


def a_return(dice: Random, urn: str, year: str, term: str, *, again: int) -> Row:
    """One version of a school's return of a term, nil or with a few incidents."""
    nil = dice.random() < 0.2
    rows = {} if nil else {row["incident_ref"]: row for row in _incidents(dice, urn, year, term)}
    children = [child for ref in rows for child in _children(dice, ref, urn)]
    early = 60 if dice.random() < 0.15 else 0  # days before the end of the term
    minutes = timedelta(days=20 * again + dice.randrange(1, 15) - early, minutes=dice.randrange(1440))
    ended = datetime.combine(last_day(year, term), datetime.min.time())
    return {"urn": urn, "year": year, "term": term, "nil": nil, "recorded_at": ended + minutes,
            "incidents": list(rows.values()), "children": children}  # fmt: skip


def _incidents(dice: Random, urn: str, year: str, term: str) -> list[Row]:
    """A few incidents; a reference may come again in another term, and a date may lie in another."""
    bands = terms_of(year)
    rows = []
    for _ in range(dice.randrange(1, 5)):
        _, first, last = dice.choice(bands) if dice.random() < 0.1 else next(b for b in bands if b[0] == term)
        told = first + timedelta(days=dice.randrange((last - first).days + 1))
        row = {column.name: _answer(dice, column, told) for column in lexicon().tables["incidents"].columns}
        name = dice.randrange(4) if dice.random() < 0.2 else f"{year}{term}{dice.randrange(6)}"
        rows.append(row | {"incident_ref": f"R{name}", "school_urn": urn, "reported_date": told.isoformat()})
    return rows


def _answer(dice: Random, column: Column, told: date) -> str:
    if not column.core and dice.random() < SHARE_BLANK:
        return ""
    if column.kind == "date":
        return (told + timedelta(days=dice.randrange(0, 30) - (dice.random() < 0.1))).isoformat()
    codes = [code.code for code in column.codes.codes] if column.codes else [""]
    if column.kind == "codes":
        return ";".join(sorted(dice.sample(codes, dice.randrange(1, 4))))
    return dice.choice(codes)


def _children(dice: Random, ref: str, urn: str) -> list[Row]:
    """One to three children of few, some of whom turn up in several schools."""
    found = []
    for _ in range(dice.randrange(1, 4)):
        row = {
            column.name: dice.choice([code.code for code in column.codes.codes] + [""] * (not column.core))
            for column in lexicon().tables["children"].columns
            if column.codes
        }
        key = dice.randrange(12) if dice.random() < 0.3 else 100 * int(urn) + dice.randrange(12)
        found.append(row | {"incident_ref": ref, "child_key": f"{key:016x}"})
    return found


def keep(world: World) -> Warehouse:
    """A store in memory that was sent all of this, in this order."""
    store = Warehouse(None)
    told = (*world.schools, *world.memberships, *world.links)
    for moment in sorted({row.get("loaded_at", FIRST_LOAD) for row in told}):
        register.load_register(store, _files(world, moment), actor=OFFICER, when=moment)
    typed_once = _typed(world)
    for number, sent in enumerate(world.returns):
        _send(store, sent, *(frame[frame["sent"] == number].drop(columns="sent") for frame in typed_once))
    return store


def _typed(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every row of every return after the formats stage, with the place of its return: typing is the slow part."""
    incidents = [(number, row) for number, sent in enumerate(world.returns) for row in sent["incidents"]]
    children = [(number, {**row, "school_urn": sent["urn"]}) for number, sent in enumerate(world.returns)
                for row in sent["children"]]  # fmt: skip
    return (
        typed("incidents", [row for _, row in incidents]).assign(sent=[number for number, _ in incidents]),
        typed("children", [row for _, row in children]).assign(sent=[number for number, _ in children]),
    )


def _files(world: World, moment: datetime) -> list[NamedFile]:
    files = [NamedFile("schools.csv", register_csv(
        {"URN": row["urn"], "LA (code)": row["la"], "PhaseOfEducation (code)": PHASE_CODES[row["phase"]],
         "NumberOfPupils": str(row["pupils"]), "NumberOfBoys": str(row["boys"]), "NumberOfGirls": str(row["girls"]),
         "CensusDate": f"16-01-{row['census_year'][:2]}{row['census_year'][4:]}", "OpenDate": _day(row["opened"]),
         "LastChangedDate": _day(row.get("changed")), "Trusts (code)": row["trust"], "Trusts (name)": row["trust"],
         "CloseDate": _day(row["closed"]), "EstablishmentStatus (code)": "2" if row["closed"] else "1",
         "EstablishmentStatus (name)": "Closed" if row["closed"] else "Open"}
        for row in world.schools if row["loaded_at"] == moment
    ))]  # fmt: skip
    files = files if any(row["loaded_at"] == moment for row in world.schools) else []
    groups = [
        {"URN": row["urn"], "Group UID": row["trust"], "Group Name": f"Trust {row['trust']}",
         "Group Type (code)": "06", "Group Type": "Multi-academy trust", "Joined date": _day(row["joined"], "/"),
         "Left date": _day(row["left"], "/"), "Closed Date": _day(row.get("closed"), "/")}
        for row in world.memberships if row.get("loaded_at", FIRST_LOAD) == moment
    ]  # fmt: skip
    links = [_link(row) for row in world.links if row.get("loaded_at", FIRST_LOAD) == moment]
    named = {"groups.csv": groups, "links.csv": links}
    return [*files, *(NamedFile(name, _csv(rows)) for name, rows in named.items() if rows)]


def _link(row: Row) -> dict[str, str]:
    """A link, told by one of its ends."""
    told_by = row.get("told_by", "successor")
    other = "predecessor" if told_by == "successor" else "successor"
    kind, day = other.title() + row.get("words", ""), _day(row.get("established"))
    return dict(zip(LINK, (row[told_by], row[other], "", kind, day), strict=True))


def _day(day: date | None, mark: str = "-") -> str:
    return f"{day:%d{mark}%m{mark}%Y}" if day else ""


def _csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("cp1252")


def _send(store: Warehouse, sent: Row, incidents: pd.DataFrame, children: pd.DataFrame) -> None:
    if sent["nil"]:
        returns.record_nil(
            store, school_urn=sent["urn"], academic_year=sent["year"], term=Term(sent["term"]), actor=OFFICER,
            when=sent["recorded_at"],
        )  # fmt: skip
        return
    passed = Checked(
        (), "0" * 64, incidents=incidents, children=children, academic_year=sent["year"], term=Term(sent["term"])
    )
    submit(store, passed, when=sent["recorded_at"])


@cache
def sample_world() -> tuple[World, Warehouse]:
    """The full sample, as the oracles read it and as the demonstration keeps it; made once for all tests."""
    return world_of(generate()), Warehouse(kept.demonstration())


def world_of(sample: Sample) -> World:
    """The generated sample, as the oracles read it."""
    return World(
        schools=[_sample_school(row, name) for name, content in sorted(sample.register_files.items())
                 for row in _read(content)],
        memberships=[
            {"urn": row["URN"], "trust": row["Group UID"], "joined": _date(row["Joined date"], "/"), "left": None}
            for row in _read(sample.groups_file)
        ],
        links=[{"predecessor": row["LinkURN"], "successor": row["URN"],
                "established": _date(row["LinkEstablishedDate"])}
               for row in _read(sample.links_file) if row["LinkType"] == "Predecessor"],
        returns=[
            {"urn": one.school_urn, "year": one.academic_year, "term": one.term, "nil": one.nil,
             "recorded_at": one.sent_at.replace(tzinfo=None), "incidents": one.incidents.to_dict("records"),
             "children": one.children.to_dict("records")}
            for one in sample.returns
        ],
    )  # fmt: skip


def _read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("cp1252"))))


def _sample_school(row: dict[str, str], name: str) -> Row:
    census = _date(row["CensusDate"])
    phases = {"2": "primary", "4": "secondary", "5": "middle_deemed_secondary", "6": "sixteen_plus", "7": "all_through"}
    numbers: dict[str, Any] = {
        mine: int(row[theirs]) if row[theirs] else None
        for mine, theirs in (("pupils", "NumberOfPupils"), ("boys", "NumberOfBoys"), ("girls", "NumberOfGirls"))
    }
    return numbers | {
        "urn": row["URN"], "la": row["LA (code)"], "trust": row["Trusts (code)"],
        "phase": phases[row["PhaseOfEducation (code)"]], "opened": _date(row["OpenDate"]),
        "closed": _date(row["CloseDate"]), "census_year": f"{census.year - 1}{census:%y}" if census else "",
        "loaded_at": FIRST_LOAD + timedelta(minutes=int(name[9:15])), "changed": _date(row["LastChangedDate"]),
    }  # fmt: skip


def _date(text: str, mark: str = "-") -> date | None:
    return datetime.strptime(text, f"%d{mark}%m{mark}%Y").date() if text else None  # noqa: DTZ007
