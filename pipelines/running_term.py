"""The term that is running: no return of it is expected yet, and how many schools could have sent one early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipelines.figures import Question
from pipelines.history import FIRST_YEAR, last_day_of
from pipelines.scope import Scope
from pipelines.warehouse.boards import open_schools
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term, term_of


@dataclass(frozen=True, slots=True)
class RunningTerm:
    """A term that has not ended; `trusts` has each school open today, by URN, with its trust (empty for none)."""

    academic_year: str
    term: Term
    last_day: date
    trusts: Mapping[str, str]
    trust_names: Mapping[str, str]

    @property
    def schools(self) -> int:
        """How many schools are open today."""
        return len(self.trusts)

    def of_trust(self, uid: str) -> RunningTerm:
        """The same for the schools of one trust."""
        return replace(self, trusts={urn: trust for urn, trust in self.trusts.items() if trust == uid})


def read(cursor: Cursor, scope: Scope, question: Question, *, moment: datetime, today: date) -> RunningTerm | None:
    """The running term with one's own schools that are open; None where a question asks of others."""
    year, term = term_of(today)
    if question.year not in (None, year) or question.term not in (None, str(term)):
        return None
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + open_schools(),
        {
            **bindings(scope, as_at=moment, first_year=FIRST_YEAR),
            "today": today, "phase": question.phase, "school": question.school,
        },
    )  # fmt: skip
    trusts = {row["urn"]: row["trust_uid"] or "" for row in rows}
    names = {row["trust_uid"]: row["trust_name"] or "" for row in rows if row["trust_uid"]}
    return RunningTerm(year, term, last_day_of(year, term), trusts, names)
