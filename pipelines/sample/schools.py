"""The invented register: two authorities, two trusts and 24 schools that do not exist.

URNs start at 900001 and authority codes at 990, outside what the real register uses. One school converts to
an academy during 2023/24, so it has two URNs, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.sample.dice import Dice
from schemas.calendar import start_year

YEARS = ("202223", "202324", "202425", "202526")
CONVERSION = date(2024, 2, 1)
SIXTH_FORM_STAYING_ON = 0.55
_LONG_AGO = date(2016, 9, 1)


@dataclass(frozen=True)
class Authority:
    """A local authority."""

    code: str
    name: str


@dataclass(frozen=True)
class Trust:
    """A multi-academy trust; in one that shares its secret, a child keeps one key in all its schools."""

    uid: str
    name: str
    shares_secret: bool


@dataclass(frozen=True)
class Membership:
    """A school is in a trust from a day on."""

    trust_uid: str
    joined: date


@dataclass(frozen=True)
class School:
    """A school under one URN. `predecessor` is the URN whose pupils it took over."""

    urn: int
    name: str
    la_code: str
    phase: str
    ages: tuple[int, int]
    roll: int
    kind: str = "community"
    membership: Membership | None = None
    opened: date = _LONG_AGO
    closed: date | None = None
    predecessor: int | None = None

    @property
    def pupils_of(self) -> int:
        """The URN under which its pupils were first numbered: a conversion does not change the children."""
        return self.predecessor or self.urn

    @property
    def year_groups(self) -> range:
        """Its year groups as numbers, Reception 0; a child turns five in Reception."""
        return range(max(self.ages[0] - 4, 0), self.ages[1] - 4)

    def open_between(self, first: date, last: date) -> bool:
        """Whether it was open on any of these days."""
        return self.opened <= last and (self.closed is None or self.closed >= first)

    def trust_on(self, day: date) -> str | None:
        """The trust it is in on a day."""
        return self.membership.trust_uid if self.membership and self.membership.joined <= day else None

    def pupils(self, year: str) -> int:
        """Pupils on roll at the January census of an academic year; rolls drift a little over time."""
        drift = Dice("roll", self.pupils_of, start_year(year)).share(-0.02, 0.02)
        return round(self.roll * (1 + drift))

    def year_group_size(self, year_group: int, year: str) -> float:
        """Pupils in one year group; after Year 11 fewer stay on where the school goes on from Year 11."""
        shares = {group: _staying(group, self.year_groups) for group in self.year_groups}
        return self.pupils(year) * shares[year_group] / sum(shares.values())


def _staying(year_group: int, year_groups: range) -> float:
    return SIXTH_FORM_STAYING_ON if year_group >= 12 and 11 in year_groups else 1.0


AUTHORITIES = (Authority("990", "Larkshire"), Authority("991", "Tarnborough"))
TRUSTS = (
    Trust("99001", "Wychbeck Learning Trust", shares_secret=False),
    Trust("99002", "Umberslade and Tarn Schools Trust", shares_secret=True),
)


def _wychbeck(joined: date = _LONG_AGO) -> Membership:
    return Membership("99001", joined)


def _umberslade() -> Membership:
    return Membership("99002", _LONG_AGO)


_SINCE_2024 = Membership("99002", date(2024, 9, 1))
SCHOOLS = (
    School(900001, "Harrowdene High School", "990", "4", (11, 18), 1450, "converter", _wychbeck()),
    School(900002, "Quernby Academy", "990", "4", (11, 16), 1050, "sponsored", _wychbeck()),
    School(900003, "Rushwath School", "990", "4", (11, 16), 980, "converter", _wychbeck()),
    School(900004, "Copplestow All-Through Academy", "990", "7", (4, 18), 1320, "sponsored", _wychbeck()),
    School(900005, "Larkmere Primary School", "990", "2", (4, 11), 415, "converter", _wychbeck()),
    School(900006, "Mossgarth Infant and Nursery Academy", "990", "2", (3, 7), 236, "converter", _wychbeck()),
    School(900007, "Hazelrake Junior Academy", "990", "2", (7, 11), 348, "converter", _wychbeck()),
    School(900008, "Kestlewick High School", "990", "4", (11, 16), 930, closed=date(2024, 1, 31)),
    School(900009, "Osmerley School", "990", "4", (11, 16), 1120, "sponsored", _umberslade()),
    School(900010, "Pellgate Primary Academy", "990", "2", (4, 11), 298, "converter", _umberslade()),
    School(900011, "Yarrowfold School", "990", "4", (11, 16), 1180, "foundation"),
    School(900012, "Larkshire Vale Sixth Form College", "990", "6", (16, 19), 1640, "college"),
    School(900013, "Brontë Fold Primary School", "990", "2", (4, 11), 209),
    School(900014, "St Thérèse of Orrinbridge Catholic Primary School", "990", "2", (4, 11), 204, "aided"),
    School(900015, "Fennimere Primary School", "990", "2", (3, 11), 447),
    School(900016, "Gosthwaite Junior School", "990", "2", (7, 11), 271),
    School(900017, "Nettlecombe Green Primary School", "990", "2", (4, 11), 402),
    School(900018, "Silverbeck Primary School", "990", "2", (4, 11), 186, "aided"),
    School(900019, "Tarnborough Heights Academy", "991", "4", (11, 18), 1260, "converter", _umberslade()),
    School(900020, "Dunmallow Middle School", "991", "5", (9, 13), 512),
    School(900021, "Velling Primary Academy", "991", "2", (4, 11), 419, "sponsored", _umberslade()),
    School(900022, "Elverthorpe Primary School", "991", "2", (4, 11), 213, "converter", _SINCE_2024),
    School(900023, "Cawdale Primary School", "991", "2", (3, 11), 388),
    School(900024, "Winnowdale Community Primary School", "991", "2", (4, 11), 311),
    School(
        900025, "Kestlewick Academy", "990", "4", (11, 16), 930, "converter", _wychbeck(CONVERSION),
        opened=CONVERSION, predecessor=900008,
    ),
)  # fmt: skip
BY_URN = {school.urn: school for school in SCHOOLS}
