"""An attack on what is shared, as a reader could make it: the figures shown, the sums everybody knows, nothing else.

Written without any of the code that decides what to withhold. All tables of one authority's year are attacked as one
system of whole numbers; for every figure that is withheld, and every difference that could be worked out, the least
and the greatest number that fits is sought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from schemas.family import family

Key = tuple[str, str, str, str, str, str]  # table, value, column, level, code, period
FIRST = "incidents"
WHOLE = 1e-6
ONE_ANSWER = ("incidents_by_type",)  # tables whose answers add up to the incidents
SOME_ANSWER = ("incidents_by_how_shared",)  # those of which each incident has at least one: a surplus is left over
GIVEN = ("all", "met", "of", "yes")  # columns of which a row tells; others are differences that anyone can make
FOUND = 0


@dataclass(frozen=True)
class School:
    """What everybody knows of a school in a term (from the register), and what only it and its trust know."""

    urn: str
    term: str
    phase: str
    trust: str
    own: Mapping[tuple[str, str, str], int]  # table, value, column → its count


@dataclass(frozen=True)
class Breach:
    """A figure that someone narrows too far."""

    who: str
    key: Key
    low: int
    high: int


def audit(shown: Mapping[Key, int], schools: Iterable[School], *, least: int, who: str = "") -> list[Breach]:
    """Everything that is given away to somebody outside, or to a reader: a trust's code or a school's URN.

    Somebody outside must not work back anything that is withheld; a reader nothing small, nor another school's figure.
    """
    told = list(schools)
    truth = _truth(told)
    known = _part_of(told, who)
    attack = _Attack(truth, shown, known)
    breaches = []
    for key in sorted(truth):
        rest = truth[key] - known.get(key, (0, False))[0]
        is_small = 0 < rest < least and not _is_recording(key)
        is_withheld = key[2] in GIVEN and key[3] != "both" and key not in shown and not who
        is_of_few = key[2] in GIVEN and _is_of_few(told, key)
        if rest and key[2] != "surplus" and (is_small or is_withheld or is_of_few):
            found = attack.narrowed(key, least - rest if is_small else 0)
            breaches += [Breach(who, key, *found)] if found else []
    return breaches


def _is_recording(key: Key) -> bool:
    """What is left over says “not known”: how something was recorded."""
    table = next(one for one in family().tables if one.id == key[0])
    return key[2] == "outside" and table.measure.applies_when == "always" and table.breakdown is None


def _is_of_few(told: list[School], key: Key) -> bool:
    """Whether fewer than three schools are in a figure, or one is more than half of it."""
    parts: defaultdict[str, int] = defaultdict(int)
    for school in told:
        if (count := school.own.get(key[:3])) is not None and key in _cells_of(school, *key[:3]):
            parts[school.urn] += count
    return len(parts) < 3 or 2 * max(parts.values()) > sum(parts.values())


def _truth(told: list[School]) -> dict[Key, int]:
    found: defaultdict[Key, int] = defaultdict(int)
    for school in told:
        for (table, value, column), count in school.own.items():
            for key in _cells_of(school, table, value, column):
                found[key] += count
    return dict(found)


def _cells_of(school: School, table: str, value: str, column: str) -> list[Key]:
    levels = next(one.levels for one in family().tables if one.id == table)
    codes = {"authority": "", "phase": school.phase, "trust": school.trust, "both": f"{school.phase}+{school.trust}"}
    wanted = [level for level in codes if level in levels or (level == "both" and len(levels) > 1)]
    years_only = next(one.years_only for one in family().tables if one.id == table)
    periods = ("year",) if years_only else (school.term, "year")
    return [(table, value, column, level, codes[level], period) for level in wanted for period in periods]


def _part_of(told: list[School], who: str) -> dict[Key, tuple[int, bool]]:
    """A reader's own part of each cell, and whether nobody else has a part in it."""
    mine = [school for school in told if who and who in (school.urn, school.trust)]
    own, everyone = _truth(mine), defaultdict(set)
    theirs: defaultdict[Key, set[str]] = defaultdict(set)
    for schools, held in ((told, everyone), (mine, theirs)):
        for school in schools:
            for table, value, column in school.own:
                for key in _cells_of(school, table, value, column):
                    held[key].add(school.urn)
    return {key: (count, theirs[key] == everyone[key]) for key, count in own.items()}


class _Attack:
    """The whole numbers that fit what is shown and known, sought one cell at a time; what is found serves the next."""

    def __init__(self, truth: Mapping[Key, int], shown: Mapping[Key, int], known: Mapping[Key, tuple[int, bool]]):
        self.keys = sorted(truth)
        self.place = {key: number for number, key in enumerate(self.keys)}
        self.true = np.array([truth[key] for key in self.keys], dtype=float)
        fixed = [key in shown or known.get(key, (0, False))[1] for key in self.keys]
        lower = np.array([known.get(key, (0, False))[0] for key in self.keys], dtype=float)
        self.bounds = Bounds(np.where(fixed, self.true, lower), np.where(fixed, self.true, np.inf))
        assert all(shown[key] == truth[key] for key in shown if key in truth), "a figure shown is wrong"
        self.sums = _sums(self.keys, self.place)
        self.least, self.most = self.true.copy(), self.true.copy()

    def narrowed(self, key: Key, wanted: int) -> tuple[int, int] | None:
        """The range of a cell where it is too narrow: a single number, or short of the true one plus `wanted`."""
        at = self.place[key]
        if not self._is_wide(at, wanted):
            self._push(at, 1)
        if not self._is_wide(at, wanted):
            self._push(at, -1)
        return None if self._is_wide(at, wanted) else (int(self.least[at]), int(self.most[at]))

    def _is_wide(self, at: int, wanted: int) -> bool:
        return bool(self.most[at] >= self.true[at] + wanted and self.most[at] > self.least[at])

    def _push(self, at: int, sign: int) -> None:
        cost = np.zeros(len(self.keys))
        cost[at] = -sign
        limit = Bounds(self.bounds.lb, np.minimum(self.bounds.ub, self.true + 10_000))  # so that nothing is unbounded
        for integrality in (0, 1):  # the best of all numbers, where it is whole, is the best of the whole ones too
            found = milp(
                cost, integrality=integrality, bounds=limit, constraints=LinearConstraint(self.sums, 0, 0),
                options={"presolve": bool(integrality)},
            )  # fmt: skip
            assert found.status == FOUND, found.message
            fits = np.round(found.x)
            if np.abs(fits - found.x).max(initial=0.0) < WHOLE:
                break
        assert not (self.sums @ fits).any()
        self.least, self.most = np.minimum(self.least, fits), np.maximum(self.most, fits)


def _sums(keys: list[Key], place: Mapping[Key, int]) -> sparse.csr_matrix:
    rows = [row for row in _equalities(keys) if all(key in place for key, _ in row)]
    entries = [(number, place[key], sign) for number, row in enumerate(rows) for key, sign in row]
    lines, columns, signs = zip(*entries, strict=True)
    return sparse.csr_matrix((signs, (lines, columns)), shape=(len(rows), len(keys)))


def _equalities(keys: list[Key]) -> list[list[tuple[Key, int]]]:
    """Every sum that a reader knows to hold, each as cells with signs that come to nothing."""
    found = []
    by_time, by_phase, by_trust, of_phase, of_trust = (defaultdict(list) for _ in range(5))
    answers = defaultdict(list)
    for key in keys:
        table, value, column, level, code, period = key
        if period != "year":
            by_time[table, value, column, level, code, "year"].append(key)
        whole = (table, value, column, "authority", "", period)
        if level in ("phase", "trust"):
            (by_phase if level == "phase" else by_trust)[whole].append(key)
        if level == "both":
            phase, trust = code.split("+")
            of_phase[table, value, column, "phase", phase, period].append(key)
            of_trust[table, value, column, "trust", trust, period].append(key)
        if table in ONE_ANSWER + SOME_ANSWER and column == "yes":
            answers[table, level, code, period].append(key)
        found += [[(key, 1), (other, 1), (total, -1)] for other, total in _beside(key)]
    for (table, *where), parts in answers.items():
        surplus = [((table, "", "surplus", *where), 1)] if table in SOME_ANSWER else []
        found.append([((FIRST, "", "all", *where), 1), *surplus, *((part, -1) for part in parts)])
    for sums in (by_time, by_phase, by_trust, of_phase, of_trust):
        found += [[(total, -1), *((part, 1) for part in parts)] for total, parts in sums.items()]
    return found


def _beside(key: Key) -> list[tuple[Key, Key]]:
    """(what is left, the whole) for a part that is shown by itself."""
    table, value, column, *where = key
    shape = next(one for one in family().tables if one.id == table)

    def cell(name: str, answer: str, part: str) -> Key:
        return (name, answer, part, *where)  # type: ignore[return-value]

    if column == "yes":
        return [(cell(table, value, "rest"), cell(FIRST, "", "all"))]
    found = []
    if column == "met":
        found.append((cell(table, value, "not_met"), cell(table, value, "of")))
        if shape.part_of:
            found.append((cell(table, value, "only_whole"), cell(shape.part_of, "", "met")))
    if column == "of" and not shape.breakdown:
        found.append((cell(table, value, "outside"), cell(FIRST, "", "all")))
    if shape.breakdown and column in ("of", "met", "not_met"):
        plain = next(one.id for one in family().tables if one.measure == shape.measure and not one.breakdown)
        found.append((cell(table, value, f"rest_{column}"), cell(plain, "", column)))
    if shape.breakdown and column == "of":
        cases = family().table(FIRST, shape.breakdown)
        found += [(cell(table, value, "outside"), cell(cases.id, value, "yes"))] if cases else []
    return found
