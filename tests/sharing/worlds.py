"""A small authority that sends returns through the door: eight secondary schools, of which three are a trust."""

from __future__ import annotations

from datetime import datetime

from pipelines import returns
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term
from tests.factories import OFFICER, checked, incident, submit, warehouse

URNS = tuple(f"90000{number}" for number in range(1, 9))
DAYS = {Term.AUTUMN: "2024-10-10", Term.SPRING: "2025-02-03", Term.SUMMER: "2025-06-02"}


def at(year: int, month: int, day: int) -> datetime:
    """A moment, UTC without a zone, as the warehouse keeps it."""
    return datetime(year, month, day)  # noqa: DTZ001


SENT = {
    Term.AUTUMN: at(2025, 1, 10), Term.SPRING: at(2025, 5, 10), Term.SUMMER: at(2025, 9, 10),
}  # fmt: skip
YEAR = "202425"


def authority() -> Warehouse:
    """The register only."""
    trust = {"Trusts (code)": "77", "Trusts (name)": "Larch Trust"}
    return warehouse(*({"URN": urn, **(trust if urn in URNS[:3] else {})} for urn in URNS))


def send(
    store: Warehouse,
    term: Term,
    counts: dict[str, int],
    *,
    when: datetime | None = None,
    escalated: int = 0,
) -> None:
    """One return for each school, of so many incidents, of which the first few were escalated."""
    rows = [
        incident(
            incident_ref=f"{term}{number}", school_urn=urn, reported_date=DAYS[term], dsl_informed_date=DAYS[term],
            police_contacted="yes" if number < escalated else "no",
        )
        for urn, count in counts.items()
        for number in range(count)
    ]  # fmt: skip
    sent = when or SENT[term]
    if rows:
        submit(store, checked(rows, term=term, year=YEAR), when=sent)
    for urn in (urn for urn, count in counts.items() if not count):
        returns.record_nil(store, school_urn=urn, academic_year=YEAR, term=term, actor=OFFICER, when=sent)
