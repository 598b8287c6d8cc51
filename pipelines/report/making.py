"""Make the report of a check with what was sent before, and record that it was taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from pipelines import access_record
from pipelines.history import last_day_of, schools_in_scope
from pipelines.house import House
from pipelines.report.holding import Held
from pipelines.report.issues_file import issues_csv
from pipelines.report.past import Past, past
from pipelines.report.workbook import report_workbook
from pipelines.scope import Actor, Scope
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.purposes import SEND_RETURN


def of_check(house: House, held: Held, *, actor: Actor) -> bytes:
    """The report (.xlsx); that it was taken is recorded, for it holds rows and what others sent before."""
    before = past_of(house, held, scope=actor.scope)
    _note(house, held, actor, "report of a check taken", history=len(before))
    return report_workbook(held, before)


def issues_of_check(house: House, held: Held, *, actor: Actor) -> bytes:
    """The issues alone (.csv); that they were taken is recorded too."""
    _note(house, held, actor, "issues of a check taken")
    return issues_csv(held.issues)


def past_of(house: House, held: Held, *, scope: Scope) -> tuple[Past, ...]:
    """What was sent and tried before, as far as the scope may know."""
    return past(house.warehouse, scope, house.reporting.versions(scope), held=held)


def _note(house: House, held: Held, actor: Actor, what: str, **detail: int) -> None:
    """The purpose is the portal's to state: whoever checks a file wants to send it."""
    rows = sum(len(frame) for frame in held.rows.values())
    sender = replace(actor, purpose=SEND_RETURN)
    with house.warehouse.writing() as cursor:
        schools = _own(cursor, held, actor.scope)
        access_record.read(cursor, sender, what, schools=schools, issues=len(held.issues), rows=rows, **detail)


def _own(cursor: Cursor, held: Held, scope: Scope) -> dict[str, int]:
    """How many rows of each of one's own schools: a URN of the file that is nobody's may be anything."""
    if not held.academic_year or not held.term:
        return {}
    mine = schools_in_scope(cursor, scope, on=last_day_of(held.academic_year, Term(held.term)))
    named = Counter(str(urn) for frame in held.rows.values() if "school_urn" in frame for urn in frame["school_urn"])
    return {urn: named[urn] for urn in sorted(mine & set(held.schools))}
