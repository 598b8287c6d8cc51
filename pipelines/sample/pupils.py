"""Invented pupils: their keys, and who is involved again, when and where."""

from __future__ import annotations

import hashlib
import heapq
import hmac
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sample.dice import Dice
from pipelines.sample.schools import SCHOOLS, TRUSTS, School
from schemas.calendar import academic_year, start_year

INVOLVED_AGAIN = 0.085
INVOLVED_A_THIRD_TIME = 0.15
AT_A_SISTER_SCHOOL = 0.35
MEAN_DAYS_TO_AGAIN = 130.0
# A repeat waits for the school's next incident; one that waits longer than this does not happen.
LONGEST_WAIT = timedelta(days=120)

SEX_OF_PICTURED = {"female": 0.68, "male": 0.30, "not_known": 0.02}
SEX_OF_OTHERS = {"male": 0.56, "female": 0.42, "not_known": 0.02}
SEN = {"none": 0.76, "sen_support": 0.15, "ehc_plan": 0.05, "not_known": 0.04}
SEN_OF_VULNERABLE = {"none": 0.25, "sen_support": 0.45, "ehc_plan": 0.25, "not_known": 0.05}
SOCIAL_CARE = {
    "none": 0.87, "child_in_need": 0.05, "child_protection_plan": 0.015, "looked_after": 0.015,
    "not_known": 0.05,
}  # fmt: skip
SOCIAL_CARE_OF_VULNERABLE = {
    "none": 0.50, "child_in_need": 0.25, "child_protection_plan": 0.08, "looked_after": 0.10,
    "not_known": 0.07,
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Pupil:
    """A child by the school that numbered them, the year they started Reception, and a running number."""

    home: int
    started: int
    number: int
    sex: str
    sen: str
    social_care: str

    def year_group(self, on: date) -> int:
        """The year group on a day, Reception 0."""
        return start_year(academic_year(on)) - self.started


def secret_of(school: School, *, on: date, seed: int) -> bytes:
    """The secret with which a school makes keys: its trust's where that is shared, else its own.

    A real secret never leaves the school or trust; this one is invented from the seed.
    """
    shared = {trust.uid for trust in TRUSTS if trust.shares_secret}
    trust = school.trust_on(on)
    owner = trust if trust in shared else str(school.pupils_of)
    return f"invented secret {seed} of {owner}".encode()


def child_key(pupil: Pupil, *, secret: bytes) -> str:
    """The pseudonym, made from an invented pupil number as a school would make it."""
    number = f"{pupil.home}-{pupil.started}-{pupil.number:04d}".encode()
    return hmac.new(secret, number, hashlib.sha256).hexdigest()[:32]


class Involvements:
    """Who has been involved so far, and who will be again; asked in order of time."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "pupils")
        self._numbered: dict[tuple[int, int], int] = defaultdict(int)
        self._times: dict[tuple[int, int, int], int] = defaultdict(int)
        self._waiting: dict[int, list[tuple[date, Pupil]]] = defaultdict(list)

    def fresh(self, school: School, *, year_group: int, on: date, pictured: bool, vulnerable: bool) -> Pupil:
        """A pupil of that year group who has not been involved before."""
        started = start_year(academic_year(on)) - year_group
        self._numbered[school.pupils_of, started] += 1
        return Pupil(
            home=school.pupils_of,
            started=started,
            number=self._numbered[school.pupils_of, started],
            sex=self._dice.pick(SEX_OF_PICTURED if pictured else SEX_OF_OTHERS),
            sen=self._dice.pick(SEN_OF_VULNERABLE if vulnerable else SEN),
            social_care=self._dice.pick(SOCIAL_CARE_OF_VULNERABLE if vulnerable else SOCIAL_CARE),
        )

    def due(self, school: School, *, on: date) -> list[Pupil]:
        """Pupils whose next involvement this incident is: nearly always none or one."""
        waiting, found = self._waiting[school.pupils_of], list[Pupil]()
        while waiting and waiting[0][0] <= on and (not found or self._dice.chance(0.3)):
            since, pupil = heapq.heappop(waiting)
            here = pupil.year_group(on) in school.year_groups
            if here and on - since <= LONGEST_WAIT and pupil not in found:
                found.append(pupil)
        return found

    def involve(self, pupil: Pupil, school: School, *, on: date) -> None:
        """Note that a pupil is involved in an incident, and settle whether and when they will be again."""
        whom = (pupil.home, pupil.started, pupil.number)
        self._times[whom] += 1
        if self._dice.chance(INVOLVED_AGAIN if self._times[whom] == 1 else INVOLVED_A_THIRD_TIME):
            days = 5 + self._dice.spread_around(MEAN_DAYS_TO_AGAIN, shape=1.3)
            again = on + timedelta(days=int(days))
            where = self._where(school, pupil, on=again)
            heapq.heappush(self._waiting[where.pupils_of], (again, pupil))

    def _where(self, school: School, pupil: Pupil, *, on: date) -> School:
        trust = school.trust_on(on)
        shared = any(each.uid == trust and each.shares_secret for each in TRUSTS)
        sisters = [
            other
            for other in SCHOOLS
            if shared and other != school and other.trust_on(on) == trust
            and pupil.year_group(on) in other.year_groups
        ]  # fmt: skip
        if sisters and self._dice.chance(AT_A_SISTER_SCHOOL):
            return self._dice.some(sisters, 1)[0]
        return school
