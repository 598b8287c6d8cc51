"""How many incidents a school sent before, held against a return: far from last year's, or none after many.

Both are exact: were the rate of all the terms the same, each incident would be as likely to fall in any of them, so
that the number in one of them, given the sum, is binomial (Przyborowski and Wilenski 1940). No fixed ratio is used,
for 1 after 3 is nothing unusual and 10 after 30 is.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np

from pipelines import audit
from pipelines.intake.checking import Checked
from pipelines.intake.findings import finding
from pipelines.intake.whole import Schools
from pipelines.scope import Scope
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import FIRST_YEAR, grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, start_year
from schemas.issues import Issue

RARE = 0.01
TERMS_BACK = 3

Place = tuple[str, Term]


def count_issues(cursor: Cursor, checked: Checked, *, scope: Scope) -> list[Issue]:
    """A query for each school whose count is far from that of the same term last year, where that was the scope's."""
    if checked.incidents is None or not (checked.academic_year and checked.term and len(checked.incidents)):
        return []
    schools = Schools(checked.incidents)
    sent = _sent(cursor, scope, schools.urns, [(_year_before(checked.academic_year), checked.term)])
    before = np.array([sent[urn][0] if sent.get(urn) else -1 for urn in schools.urns])
    now = schools.counts(np.ones(len(checked.incidents), bool))
    pairs = zip(now.tolist(), before.tolist(), strict=True)
    far = np.array([then >= 0 and chance_of_split(count, then) < RARE for count, then in pairs], bool)
    return list(schools.issues("whole-count-far", far, count=now, before=before))


def nil_issues(cursor: Cursor, scope: Scope, *, school_urn: str, academic_year: str, term: Term) -> list[Issue]:
    """A query when no incidents at all would be surprising after the scope's own of the three terms before."""
    earlier = _sent(cursor, scope, [school_urn], _terms_before(academic_year, term)).get(school_urn, [])
    total = sum(earlier)
    if not earlier or chance_of_none(total, terms=len(earlier)) >= RARE:
        return []
    return [finding("whole-nil-after-many", before=f"{total:,}").whole()]


def chance_of_split(one: int, other: int) -> float:
    """The chance, counting both sides, of so uneven a split of the sum of two counts with the same rate."""
    total = one + other
    tail = sum(comb(total, fewer) for fewer in range(min(one, other) + 1))
    return float(min(1.0, 2 * tail / 2**total))


def chance_of_none(total: int, *, terms: int) -> float:
    """The chance that none of so many incidents falls in the one term, rather than in the others, of as many + 1."""
    return float(pow(terms / (terms + 1), total))


def _sent(cursor: Cursor, scope: Scope, urns: Sequence[str], places: Sequence[Place]) -> dict[str, list[int]]:
    """The numbers of incidents in each school's standing returns of these terms; those without a return are left out,
    and those of a time when the school was not the scope's.

    A nil return counts as none.
    """
    moment = audit.now()
    values = bindings(scope, as_at=moment, first_year=FIRST_YEAR)
    asked = {"urns": list(urns), "places": [f"{year} {term}" for year, term in places]}
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + "SELECT school_urn, incidents FROM live_returns "
        "JOIN own_terms USING (school_urn, academic_year, term) WHERE school_urn IN (SELECT unnest($urns)) "
        "AND academic_year || ' ' || term IN (SELECT unnest($places)) "
        "AND incidents IS NOT NULL",
        {**values, **asked},
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(str(row["school_urn"]), []).append(int(row["incidents"]))
    return found


def _year_before(year: str) -> str:
    start = start_year(year) - 1
    return f"{start}{(start + 1) % 100:02d}"


def _terms_before(year: str, term: Term) -> list[Place]:
    """The three terms before a term, the latest first."""
    terms = list(Term)
    places: list[Place] = []
    while len(places) < TERMS_BACK:
        year = year if term is not terms[0] else _year_before(year)
        term = terms[terms.index(term) - 1]
        places.append((year, term))
    return places
