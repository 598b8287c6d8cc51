"""Make the report of a check with what was sent before, and record that it was taken."""

from __future__ import annotations

from pipelines import audit
from pipelines.house import House
from pipelines.report.holding import Held
from pipelines.report.past import Past, past
from pipelines.report.workbook import report_workbook
from pipelines.scope import Actor, Scope


def of_check(house: House, held: Held, *, actor: Actor) -> bytes:
    """The report (.xlsx); that it was taken is recorded, for it holds rows and what others sent before."""
    before = past_of(house, held, scope=actor.scope)
    rows = sum(len(frame) for frame in held.rows.values())
    detail = {"issues": len(held.issues), "rows": rows, "history": len(before)}
    with house.warehouse.writing() as cursor:
        audit.record(cursor, audit.Event(actor, "report of a check taken", str(actor.scope), detail))
    return report_workbook(held, before)


def past_of(house: House, held: Held, *, scope: Scope) -> tuple[Past, ...]:
    """What was sent and tried before, as far as the scope may know."""
    return past(house.warehouse, scope, house.reporting.versions(scope), held=held)
