"""What a return on its way would move in one's own figures, and which shared figures it could change.

The figures are worked out as the portal always does, with the return written into a transaction that is never kept:
no other arithmetic, so that what is said before is what is shown after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines import audit, exact, keeping
from pipelines.figures import Coverage, Figure, Question, State
from pipelines.history import last_day_of, must_be_own
from pipelines.intake.checking import Checked
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.sharing.releases import latest_releases
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term

HEADLINES = (
    "incidents", "escalated_when_called_for", "days_to_escalation", "dsl_informed_same_day", "involved_again_365_days",
)  # fmt: skip
ALL_YEARS = frozenset({"involved_again_365_days"})  # a year must pass before anyone can be said to be involved again
BY_TERM = Question("incidents", by=("term",))
MOST_ROWS = 50_000  # beyond this the writing would hold up others for seconds


@dataclass(frozen=True, slots=True)
class Move:
    """One measure before and after; `term` is empty where it is of all years."""

    measure: str
    year: str
    term: str
    before: Figure
    after: Figure

    @property
    def moves(self) -> bool:
        """Whether anything that a page shows of the figure changes."""
        return _shown(self.before) != _shown(self.after)


@dataclass(frozen=True, slots=True)
class Moved:
    """What would move for an organisation: the headline figures of the term, and incidents of every other term.

    Of a return of one school they are that school's, as far as the organisation may see them (`school`).
    `released` gives for each authority when its shared figures of the term were released, None where they were not.
    """

    scope: Scope
    school: str | None
    headlines: tuple[Move, ...]
    other_terms: tuple[Move, ...]
    released: Mapping[str, datetime | None]


def moved(warehouse: Warehouse, checked: Checked, *, actor: Actor, key: bytes) -> Moved | None:
    """Work it out and keep nothing; None where too many rows arrive at once to try it out."""
    rows = sum(len(table) for table in (checked.incidents, checked.children) if table is not None)
    if rows > MOST_ROWS or checked.academic_year is None or checked.term is None:
        return None
    urns = keeping.schools_of(checked)
    scope = actor.told_as
    school = urns[0] if len(urns) == 1 and scope.kind is not ScopeKind.SCHOOL else None
    place = (checked.academic_year, str(checked.term))
    with warehouse.trying() as cursor:
        must_be_own(cursor, scope, urns, on=last_day_of(checked.academic_year, checked.term))
        before = _figures(cursor, scope, school, *place)
        released = _released(cursor, urns, checked.academic_year, checked.term)
        keeping.write(cursor, checked, actor=actor, key=key, explanations={}, when=audit.now())
        after = _figures(cursor, scope, school, *place)
    moves = _together(before, after)
    own = tuple(one for one in moves if one.measure != BY_TERM.measure or (one.year, one.term) == place)
    others = tuple(one for one in moves if one not in own and one.moves)
    return Moved(scope, school, tuple(sorted(own, key=lambda one: HEADLINES.index(one.measure))), others, released)


def questions(year: str, term: str) -> tuple[Question, ...]:
    """The headline questions of a term, as the portal's pages ask them; incidents are asked term by term."""
    rest = [name for name in HEADLINES if name != BY_TERM.measure]
    return tuple(Question(name) if name in ALL_YEARS else Question(name, year=year, term=term) for name in rest)


Found = dict[tuple[str, str, str], Figure]


def _figures(cursor: Cursor, scope: Scope, school: str | None, year: str, term: str) -> Found:
    """Every headline figure by measure, year and term, exactly as the door to the figures gives them."""
    moment = audit.now()
    version = audit.data_version(cursor, as_at=moment)
    found: Found = {}
    for row in exact.answer(cursor, scope, replace(BY_TERM, school=school), moment, version).rows:
        found[BY_TERM.measure, row.by["year"], row.by["term"]] = row
    for asked in questions(year, term):
        [row] = exact.answer(cursor, scope, replace(asked, school=school), moment, version).rows
        found[asked.measure, asked.year or "", asked.term or ""] = row
    return found


def _together(before: Found, after: Found) -> Sequence[Move]:
    """Before beside after; of a term of which nothing was expected before, the state in which that is."""
    return [Move(*place, before.get(place, row), row) for place, row in after.items() if place in before] + [
        Move(*place, _nothing(row), row) for place, row in after.items() if place not in before
    ]


def _nothing(row: Figure) -> Figure:
    return replace(row, value=None, count=None, state=State.NOT_SUBMITTED, coverage=Coverage(0, 0, 0))


def _shown(figure: Figure) -> tuple[object, ...]:
    told = ("value", "count", "denominator", "state", "not_known", "lower95", "upper95")
    return tuple(getattr(figure, name) for name in told)


def _released(cursor: Cursor, urns: Sequence[str], year: str, term: Term) -> dict[str, datetime | None]:
    """When the shared figures of a term were released by the authority that each school was then in."""
    rows = cursor.rows(
        "SELECT DISTINCT la_code FROM standing_authorities "
        "WHERE urn IN (SELECT unnest($urns)) AND $on BETWEEN from_date AND to_date ORDER BY la_code",
        {"urns": list(urns), "on": last_day_of(year, term)},
    )
    found: dict[str, datetime | None] = {}
    for code in (str(row["la_code"]) for row in rows):
        release = latest_releases(cursor, code).get(year)
        found[code] = release.terms.get(str(term)) if release else None
    return found
