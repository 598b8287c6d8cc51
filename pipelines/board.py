"""The returns board: every return expected of an organisation's schools, what has come of it, and whether it is late.

Expected as everywhere (`grains/expected.sql`). Late only against a deadline that the school's authority set, and
counted from the day on which a return first came that has not been withdrawn since; a correction is never late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from pipelines import access_record, audit, deadlines, running_term
from pipelines.deadlines import Deadline, Place, day_in_england
from pipelines.figures import Question
from pipelines.history import FIRST_YEAR
from pipelines.mailboxes import Mailbox, mailboxes_of
from pipelines.running_term import RunningTerm
from pipelines.scope import Actor, Scope
from pipelines.warehouse.boards import expected_returns
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Warehouse
from schemas.calendar import has_ended

REMINDED = "reminder sent"


class State(StrEnum):
    """What has come of a return that is expected."""

    EXPECTED = "expected"
    LATE = "late"
    RECEIVED = "received"
    NIL = "nil return"
    WITHDRAWN = "withdrawn"


CAME = frozenset({State.RECEIVED, State.NIL})


@dataclass(frozen=True, slots=True)
class ExpectedReturn:
    """One school's return of one term.

    `days_late`: of one that came, days from the deadline to the day it came; else days overdue today; None where no
    deadline is set, 0 when in time. `superseded` versions were replaced by a later one. `contact` is the role whose
    mailbox is kept, else of whoever sent last (`contact_kept` says which); a role, never a name.
    """

    school_urn: str
    school_name: str
    phase: str
    la_code: str
    trust_uid: str
    trust_name: str
    academic_year: str
    term: str
    last_day: date
    state: State
    due: date | None
    days_late: int | None
    versions: int
    superseded: int
    first_came: datetime | None
    last_change: datetime | None
    contact: str
    contact_kept: bool
    reminded: datetime | None

    @property
    def came(self) -> bool:
        """Whether a return stands."""
        return self.state in CAME


@dataclass(frozen=True, slots=True)
class Board:
    """Every expected return in question, by school and term; the deadlines of their authorities, by place.

    Of a term that is running (`running`, where it is in question) none is expected; those that came early are listed.
    """

    returns: tuple[ExpectedReturn, ...]
    deadlines: Mapping[Place, Deadline]
    today: date
    running: RunningTerm | None = None

    @property
    def of_ended_terms(self) -> tuple[ExpectedReturn, ...]:
        """The returns of terms that have ended: the ones that somebody waits for."""
        return tuple(one for one in self.returns if has_ended(one.academic_year, one.term, on=self.today))

    @property
    def early(self) -> int:
        """How many returns of the running term came already, of the schools that are open."""
        if self.running is None:
            return 0
        place, urns = (self.running.academic_year, self.running.term), self.running.trusts
        return len([o for o in self.returns if o.came and (o.academic_year, o.term) == place and o.school_urn in urns])

    @property
    def trusts(self) -> Mapping[str, str]:
        """The trusts of these schools, by UID: on the last day of a term, or today of the running one."""
        names = {one.trust_uid: one.trust_name for one in self.returns if one.trust_uid}
        return {**(self.running.trust_names if self.running else {}), **names}

    def of_trust(self, uid: str | None) -> Board:
        """Only the returns of schools that were in a trust on the last day of the term; the whole for None."""
        if uid is None:
            return self
        running = self.running.of_trust(uid) if self.running else None
        return replace(self, returns=tuple(one for one in self.returns if one.trust_uid == uid), running=running)


def read(warehouse: Warehouse, scope: Scope, question: Question, *, now: datetime | None = None) -> Board:
    """The board of one's own schools for a question's year, term and phase."""
    moment = now or audit.now()
    with warehouse.reading() as cursor:
        rows = cursor.rows(
            grains_at(cursor, scope, moment) + expected_returns(),
            {
                **bindings(scope, as_at=moment, first_year=FIRST_YEAR),
                "year": question.year, "term": question.term, "phase": question.phase, "school": question.school,
                "reminded": REMINDED,
            },
        )  # fmt: skip
        due = deadlines.standing_everywhere(cursor)
        kept = mailboxes_of(cursor, scope)
        today = day_in_england(moment)
        running = running_term.read(cursor, scope, question, moment=moment, today=today)
    found = tuple(_expected(row, due, kept, today=today) for row in rows)
    authorities = {one.la_code for one in found}
    return Board(found, {place: one for place, one in due.items() if place[0] in authorities}, today, running)


def note_chase_list(warehouse: Warehouse, rows: Sequence[ExpectedReturn], *, actor: Actor) -> None:
    """Record that someone took a chase list away, and of how many returns."""
    with warehouse.writing() as cursor:
        schools = Counter(one.school_urn for one in rows)
        access_record.read(cursor, actor, "chase list downloaded", schools=schools, returns=len(rows))


def _expected(
    row: Mapping[str, Any], due: Mapping[Place, Deadline], kept: Mapping[str, Mailbox], *, today: date
) -> ExpectedReturn:
    deadline = due.get((row["la_code"], row["academic_year"], row["term"]))
    day = deadline.day if deadline else None
    first = None if pd.isna(row["first_came"]) else row["first_came"]
    mailbox = kept.get(row["school_urn"])
    return ExpectedReturn(
        row["school_urn"], row["school_name"], row["phase"] or "", row["la_code"], row["trust_uid"] or "",
        row["trust_name"] or "", row["academic_year"], row["term"], row["last_day"],
        state=_state(row, day, today=today), due=day, days_late=_days_late(day, first, today=today),
        versions=int(row["versions"]), superseded=int(row["superseded"]), first_came=first,
        last_change=row["last_change"], contact=str(mailbox.role) if mailbox else row["sent_by_role"] or "",
        contact_kept=mailbox is not None, reminded=row["reminded"],
    )  # fmt: skip


def _state(row: Mapping[str, Any], due: date | None, *, today: date) -> State:
    if row["returned"]:
        return State.NIL if row["nil"] else State.RECEIVED
    if row["withdrawn"]:
        return State.WITHDRAWN
    return State.LATE if due is not None and today > due else State.EXPECTED


def _days_late(due: date | None, came: datetime | None, *, today: date) -> int | None:
    if due is None:
        return None
    return max(0, ((day_in_england(came) if came else today) - due).days)
