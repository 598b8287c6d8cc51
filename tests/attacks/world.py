"""A small world for attacks: whatever belongs to somebody carries a mark, so that it is known wherever it turns up.

Two authorities, two trusts. Each school has a name of its own and sends returns with references of its own in numbers
that no other sends; each organisation has words of its own in what it decided. One school left a trust, one is to join
it, one changed its authority, one became another, and one trust has schools in both authorities.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from pipelines import decisions, mailboxes, register, returns
from pipelines.decisions import DecisionKind
from pipelines.intake.checking import Checked
from pipelines.intake.tables import NamedFile
from pipelines.mailboxes import ContactRole
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from tests import factories
from tests.factories import OFFICER

FIRST_LOAD = datetime(2020, 1, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
CHANGE_LOAD = datetime(2025, 9, 15)  # noqa: DTZ001
LEFT, JOINED = date(2025, 8, 31), date(2025, 9, 1)
NEVER_YET = date(2099, 1, 1)
TERMS = (("202425", Term.AUTUMN), ("202425", Term.SPRING), ("202425", Term.SUMMER), ("202526", Term.AUTUMN),
         ("202526", Term.SPRING))  # fmt: skip
DAYS = {Term.AUTUMN: "{0}-10-10", Term.SPRING: "{1}-02-03", Term.SUMMER: "{1}-06-02"}
SENT = {Term.AUTUMN: "{1}-01-08", Term.SPRING: "{1}-05-06", Term.SUMMER: "{1}-09-08"}
FIRST_OF_NEW_YEAR = 3  # the place in TERMS of the first term of 2025/26


@dataclass(frozen=True, slots=True)
class School:
    """A school of this world: its name is a word that stands nowhere else."""

    urn: str
    name: str
    authority: str
    moved_to: str = ""  # another authority, from 2025/26
    sends: tuple[int, ...] = (0, 1, 2, 3, 4)  # the places in TERMS

    def authority_at(self, place: int) -> str:
        """The code of its authority in a term."""
        return self.moved_to if self.moved_to and place >= FIRST_OF_NEW_YEAR else self.authority

    def mark(self, place: int) -> str:
        """How the references of its return of a term begin."""
        return f"{self.name[:6].upper()}{place}X"


ALDER, BRACK, CINDER = (School("910001", "Alderquill", "990"), School("910002", "Brackenfold", "990"),
                        School("910003", "Cinderhithe", "990"))  # fmt: skip
DOVE, ELM, FENN = (School("910004", "Dovemarrow", "990"), School("910005", "Elmscratch", "990"),
                   School("910006", "Fennimarch", "991"))  # fmt: skip
GORSE, HOLLOW = School("910007", "Gorsewinter", "991"), School("910008", "Hollowbrook", "991")
IVOR = School("910009", "Ivorthatch", "990", sends=(0, 1, 2))
JUNI = School("910010", "Juniperlathe", "990", sends=(3, 4))
KEST = School("910011", "Kestrelmoor", "990", moved_to="991")
SCHOOLS = (ALDER, BRACK, CINDER, DOVE, ELM, FENN, GORSE, HOLLOW, IVOR, JUNI, KEST)
NAMES_OF_AUTHORITIES = {"990": "Quernshire", "991": "Thistleport"}
NAMES_OF_TRUSTS = {"88001": "Larkspur Trust", "88002": "Mallowdene Trust"}
MEMBERSHIPS = (  # school, trust, joined, left
    (ALDER, "88001", None, None), (BRACK, "88001", None, None), (HOLLOW, "88001", None, None),
    (DOVE, "88001", None, LEFT), (DOVE, "88002", JOINED, None), (GORSE, "88002", None, None),
    (ELM, "88001", NEVER_YET, None), (JUNI, "88001", JOINED, None),
)  # fmt: skip
ORGANISATIONS = ("la:990", "la:991", "trust:88001", "trust:88002", *(f"school:{one.urn}" for one in SCHOOLS))


def owned(organisation: str) -> dict[str, frozenset[int]]:
    """By URN, the terms (places in TERMS) in which a school was an organisation's: this module's own reckoning."""
    scope = Scope.parse(organisation)
    found = {}
    for one in SCHOOLS:
        places = frozenset(place for place in one.sends if _is_of(one, scope, place))
        if places:
            found[one.urn] = places
    return found


def _is_of(one: School, scope: Scope, place: int) -> bool:
    if scope.kind is ScopeKind.SCHOOL:
        return one.urn == scope.code or (one is IVOR and scope.code == JUNI.urn)  # a school keeps what it was before
    if scope.kind is ScopeKind.AUTHORITY:
        return one.authority_at(place) == scope.code
    new = place >= FIRST_OF_NEW_YEAR
    return any(
        one is school
        and scope.code == trust
        and joined != NEVER_YET
        and not (new and left)
        and not (joined and not new)
        for school, trust, joined, left in MEMBERSHIPS
    )


def incidents_in(one: School, place: int) -> int:
    """How many incidents a school sends for a term: a number that no other sends."""
    return 4 + 3 * SCHOOLS.index(one) + place % 3


def word_of(organisation: str) -> str:
    """The word that stands in whatever an organisation decided, and nowhere else."""
    return "Word" + organisation.replace(":", "of")


def sender_of(authority: str) -> str:
    """Who sends the returns of an authority's schools, all of a term in one file."""
    return f"Sender in {NAMES_OF_AUTHORITIES[authority]}"


def foreign(organisation: str) -> frozenset[str]:
    """The marks that nobody of an organisation may ever be sent; of no organisation (empty), all."""
    mine = owned(organisation) if organisation else {}
    refs = {one.mark(place) for one in SCHOOLS for place in one.sends if place not in mine.get(one.urn, ())}
    names = {one.name for one in SCHOOLS if one.urn not in mine} - _public(organisation)
    words = {word_of(one) for one in ORGANISATIONS if one != organisation}
    senders = {sender_of(one.authority_at(place)) for one in SCHOOLS for place in mine.get(one.urn, ())}
    return refs | names | words | ({sender_of(one) for one in NAMES_OF_AUTHORITIES} - frozenset(senders))


def native(organisation: str) -> frozenset[str]:
    """Names that people of an organisation can be told: for showing that a search would find them."""
    return frozenset(one.name for one in SCHOOLS if one.urn in owned(organisation))


def _public(organisation: str) -> frozenset[str]:
    """A school may choose schools of its authority that are like it by the public register: their names, no more."""
    if not organisation.startswith("school:"):
        return frozenset()
    own = next(one for one in SCHOOLS if organisation == f"school:{one.urn}")
    authorities = {own.authority, own.moved_to or own.authority}
    return frozenset(one.name for one in SCHOOLS if {one.authority, one.moved_to} & authorities)


def make(path: Path | None, *, changed: frozenset[str] = frozenset()) -> Warehouse:
    """The world in a warehouse. `changed`: the URNs of which everything that was sent is otherwise than usual."""
    store = Warehouse(path)
    for moment in (FIRST_LOAD, CHANGE_LOAD):
        register.load_register(store, list(_register(moment)), actor=OFFICER, when=moment)
    incidents, children = _rows(changed)
    for place in range(len(TERMS)):
        for authority in NAMES_OF_AUTHORITIES:
            urns = [one.urn for one in SCHOOLS if place in one.sends and one.authority_at(place) == authority]
            _send(store, place, authority, *(_part(rows, place, urns) for rows in (incidents, children)))
    for organisation in ORGANISATIONS:
        _decide(store, organisation)
    return store


def _register(moment: datetime) -> Iterator[NamedFile]:
    later = moment == CHANGE_LOAD
    rows = []
    for one in SCHOOLS:
        authority = one.authority_at(FIRST_OF_NEW_YEAR if later else 0)
        row = {"URN": one.urn, "EstablishmentName": f"{one.name} School", "LA (code)": authority,
               "LA (name)": NAMES_OF_AUTHORITIES[authority]}  # fmt: skip
        if one is IVOR and later:
            row |= {"CloseDate": f"{LEFT:%d-%m-%Y}", "EstablishmentStatus (code)": "2",
                    "EstablishmentStatus (name)": "Closed"}  # fmt: skip
        if one is JUNI:
            row |= {"OpenDate": f"{JOINED:%d-%m-%Y}"}
        if one is not JUNI or later:
            rows.append(row)
    yield NamedFile("schools.csv", factories.register_csv(rows))
    if later:
        yield NamedFile("groups.csv", _csv([_membership(*one) for one in MEMBERSHIPS]))
        link = {"URN": JUNI.urn, "LinkURN": IVOR.urn, "LinkName": "", "LinkType": "Predecessor",
                "LinkEstablishedDate": f"{JOINED:%d-%m-%Y}"}  # fmt: skip
        yield NamedFile("links.csv", _csv([link]))


def _csv(rows: list[dict[str, str]]) -> bytes:
    return pd.DataFrame(rows).to_csv(index=False).encode("cp1252")


def _membership(one: School, trust: str, joined: date | None, left: date | None) -> dict[str, str]:
    days = [f"{day:%d/%m/%Y}" if day else "" for day in (joined or date(2018, 9, 1), left)]
    return {"URN": one.urn, "Group UID": trust, "Group Name": NAMES_OF_TRUSTS[trust], "Group Type (code)": "06",
            "Group Type": "Multi-academy trust", "Joined date": days[0], "Left date": days[1],
            "Closed Date": ""}  # fmt: skip


def _rows(changed: frozenset[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every row of every return after the formats stage, with the place of its term; typed together: it is slow."""
    told = [
        (place, one, number) for one in SCHOOLS for place in one.sends
        for number in range(incidents_in(one, place) + (40 if one.urn in changed else 0))
    ]  # fmt: skip
    incidents = [_incident(place, one, number, otherwise=one.urn in changed) for place, one, number in told]
    children = [_child(place, one, number, otherwise=one.urn in changed) for place, one, number in told]
    places = [place for place, _, _ in told]
    return (factories.typed("incidents", incidents).assign(place=places),
            factories.typed("children", children).assign(place=places))  # fmt: skip


def _incident(place: int, one: School, number: int, *, otherwise: bool) -> dict[str, str]:
    year, term = TERMS[place]
    day = DAYS[term].format(year[:4], f"20{year[4:]}")
    return factories.incident(
        incident_ref=f"{one.mark(place)}{number}", school_urn=one.urn, reported_date=day, dsl_informed_date=day,
        external_coercion="no" if number % 3 and not otherwise else "yes",
        police_contacted="yes" if otherwise or not number % 5 else "no",
    )  # fmt: skip


def _child(place: int, one: School, number: int, *, otherwise: bool) -> dict[str, str]:
    return factories.child(
        incident_ref=f"{one.mark(place)}{number}", school_urn=one.urn, sex="male" if otherwise else "female",
        child_key=f"{int(one.urn) * 100 + number % 7:016x}",
    )  # fmt: skip


def _part(rows: pd.DataFrame, place: int, urns: list[str]) -> pd.DataFrame:
    found = rows[(rows["place"] == place) & rows["school_urn"].isin(urns)]
    return found.drop(columns="place").reset_index(drop=True)


def _send(store: Warehouse, place: int, authority: str, incidents: pd.DataFrame, children: pd.DataFrame) -> None:
    year, term = TERMS[place]
    passed = Checked((), "0" * 64, incidents=incidents, children=children, academic_year=year, term=term)
    actor = Actor(sender_of(authority), "data manager", Scope(ScopeKind.AUTHORITY, authority))
    when = datetime.fromisoformat(f"{SENT[term].format(year[:4], f'20{year[4:]}')}T12:00:00")
    returns.submit(store, passed, actor=actor, key=factories.KEY, when=when)


def _decide(store: Warehouse, organisation: str) -> None:
    """A change of procedure, a group and a deadline of an organisation's own, in its own word."""
    scope, word = Scope.parse(organisation), word_of(organisation)
    actor = Actor(f"Lead in {word}", "lead", scope)
    change = {"title": f"Changed by {word}", "what": f"As {word} says.", "from_day": "2025-02-10",
              "where": "all schools", "phase": "", "group": "", "schools": []}  # fmt: skip
    decisions.decide(store, DecisionKind.PROCEDURE_CHANGE, change, actor=actor)
    if scope.kind is not ScopeKind.SCHOOL:
        urns = sorted(owned(organisation))
        decisions.decide(store, DecisionKind.GROUP, {"name": f"Group of {word}", "schools": urns}, actor=actor)
    else:
        mailboxes.keep(store, scope.code, f"dsl@{word.lower()}.example", role=ContactRole.LEAD, actor=actor)
