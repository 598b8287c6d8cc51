"""A warehouse of invented schools for the demonstration, filled through the same door as any return."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from pipelines import changing, deadlines, register, returns
from pipelines.changing import Applies, NewChange, Where
from pipelines.intake.tables import NamedFile
from pipelines.reporting import Reporting
from pipelines.sample import Sample, SampleReturn, generate
from pipelines.sample.faults import CHANGE
from pipelines.scope import OPERATOR, Actor, Scope, ScopeKind
from pipelines.sharing.publishing import authorities_of
from pipelines.warehouse.store import Warehouse
from schemas.calendar import Term, label
from schemas.errors import PlumblineError

STARTED = datetime(2022, 9, 1)  # noqa: DTZ001 - the warehouse keeps UTC without a zone
SENDER = Actor("invented sender", "sample data", OPERATOR)
Progress = Callable[[str], None]
LATEST = "202526"
DUE = {  # the deadline of each term, and when it was set
    Term.AUTUMN: (date(2026, 2, 20), datetime(2025, 12, 1)),  # noqa: DTZ001 - UTC, as the warehouse keeps it
    Term.SPRING: (date(2026, 5, 22), datetime(2026, 3, 20)),  # noqa: DTZ001
    Term.SUMMER: (date(2026, 10, 16), datetime(2026, 7, 1)),  # noqa: DTZ001
}


def build_demo(path: Path | None, *, key: bytes, progress: Progress = lambda _: None, seed: int = 2026) -> Warehouse:
    """Make the demonstration's warehouse (None: in memory), and leave it open."""
    warehouse = fill(Warehouse(path), generate(seed=seed), key=key, progress=progress)
    record_change(warehouse)
    set_deadlines(warehouse)
    share(warehouse, progress=progress)
    return warehouse


def share(warehouse: Warehouse, *, progress: Progress = lambda _: None) -> None:
    """Release what others may see, so that the first who asks need not wait for it."""
    with warehouse.reading() as cursor:
        authorities = authorities_of(cursor)
    for code, name in authorities.items():
        progress(f"Shared figures of {name}")
        Reporting(warehouse).release(code)


def record_change(warehouse: Warehouse) -> None:
    """Record the change of procedure that is planted in the sample, as its authority and as its trust would."""
    reporting = Reporting(warehouse)
    schools = tuple(str(urn) for urn in CHANGE.urns)
    for scope, applies in (
        (Scope(ScopeKind.AUTHORITY, CHANGE.la_code), Applies(Where.SCHOOLS, schools=schools)),
        (Scope(ScopeKind.TRUST, CHANGE.trust_uid), Applies()),
    ):
        change = NewChange(CHANGE.title, CHANGE.description, CHANGE.from_date, applies)
        changing.record(reporting, warehouse, change, actor=Actor(SENDER.name, SENDER.role, scope))


def set_deadlines(warehouse: Warehouse) -> None:
    """Set the days by which the latest year's returns were due, as the first authority would have in each term."""
    actor = Actor(SENDER.name, SENDER.role, Scope(ScopeKind.AUTHORITY, CHANGE.la_code))
    for term, (day, when) in DUE.items():
        deadlines.set_deadline(warehouse, LATEST, term, day=day, actor=actor, when=when)


def fill(
    warehouse: Warehouse, sample: Sample, *, key: bytes, progress: Progress = lambda _: None, sender: Actor = SENDER
) -> Warehouse:
    """Load a sample's registers and returns, each at the moment at which it was sent."""
    for name, content, when in _reference_files(sample):
        register.load_register(warehouse, [NamedFile(name, content)], actor=sender, when=when)
    when = STARTED
    for sendings in _sendings(sample.returns):
        year, term = sendings[0].academic_year, sendings[0].term
        progress(f"{label(year)}, {term} term")
        when = max(when, *(_moment(one.sent_at) for one in sendings))
        _send_together(warehouse, [one for one in sendings if not one.nil], key=key, when=when, sender=sender)
        _record_nils(warehouse, [one for one in sendings if one.nil], sender=sender)
    return warehouse


def _reference_files(sample: Sample) -> list[tuple[str, bytes, datetime]]:
    """The registers as of each January, then membership and links; all known from the first day."""
    files = [(name, content, STARTED + pd.Timedelta(minutes=place)) for place, (name, content) in
             enumerate(sorted(sample.register_files.items()))]  # fmt: skip
    return [*files, ("groups.csv", sample.groups_file, STARTED), ("links.csv", sample.links_file, STARTED)]


def _sendings(sent: Sequence[SampleReturn]) -> list[list[SampleReturn]]:
    """Returns of one term that can be loaded at once: each school's first, then each school's second, …"""
    rounds: dict[tuple[str, str, int], list[SampleReturn]] = defaultdict(list)
    times: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in sorted(sent, key=lambda one: one.sent_at):
        place = (one.school_urn, one.academic_year, one.term)
        rounds[one.academic_year, one.term, times[place]].append(one)
        times[place] += 1
    # A late school's first may be sent after another's second, but no second may be loaded before its first.
    return [group for _, group in sorted(rounds.items())]


def _send_together(
    warehouse: Warehouse, sendings: Sequence[SampleReturn], *, key: bytes, when: datetime, sender: Actor
) -> None:
    if not sendings:
        return
    files = [NamedFile("incidents.csv", _csv([one.incidents for one in sendings])),
             NamedFile("children.csv", _csv([_with_school(one) for one in sendings]))]  # fmt: skip
    stated = returns.Stated(None, sendings[0].academic_year, Term(sendings[0].term))
    checked = returns.check(warehouse, files, stated=stated, actor=sender, key=key)
    if checked.has_errors:
        raise PlumblineError("The sample data have errors; make them again with “plumbline sample”.")
    returns.submit(warehouse, checked, actor=sender, key=key, when=when)


def _record_nils(warehouse: Warehouse, sendings: Sequence[SampleReturn], *, sender: Actor) -> None:
    for one in sendings:
        returns.record_nil(
            warehouse, school_urn=one.school_urn, academic_year=one.academic_year, term=Term(one.term),
            actor=sender, when=_moment(one.sent_at),
        )  # fmt: skip


def _with_school(one: SampleReturn) -> pd.DataFrame:
    return one.children.assign(school_urn=one.school_urn)


def _csv(frames: Sequence[pd.DataFrame]) -> bytes:
    return pd.concat(frames, ignore_index=True).to_csv(index=False).encode()


def _moment(when: datetime) -> datetime:
    return when.replace(tzinfo=None)
