"""The life of a return: checked, previewed, submitted (a version that supersedes the last), or nil.

The portal changes returns only through here. Every write takes who is doing it, and is one transaction with
its audit event: a crash at any point leaves the old state whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from pipelines import attempts, audit, explaining, keeping, mappings, sign_off
from pipelines.earlier_counts import nil_issues
from pipelines.erasing.kept import must_take
from pipelines.history import NO_SCHOOL, history_issues, last_day_of, must_be_own, schools_in_scope
from pipelines.intake import bounded
from pipelines.intake.bounded import get_ready
from pipelines.intake.bounds import OPERATOR
from pipelines.intake.checking import Checked, Stage
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.mappings import Used
from pipelines.preview import Preview, last_seen, preview
from pipelines.register import known_schools
from pipelines.return_states import ReturnState, must_move
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term, assign_terms, default_terms, label
from schemas.errors import QuestionError, RefusedError, StaleError
from schemas.explanation import Explanation
from schemas.issues import Issue, queries

__all__ = [
    "NO_SCHOOL", "Checked", "NamedFile", "Preview", "Receipt", "Stage", "Stated", "check", "get_ready", "preview",
    "record_nil", "submit", "withdraw",
]  # fmt: skip

STALE = "Another version came in after you checked this one. Read again what will change, then submit."


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a return was kept: what, which version, when, by whom, and the file's fingerprint."""

    return_id: int
    school_urn: str
    academic_year: str
    term: Term
    version: int
    nil: bool
    incidents: int
    children: int
    queries: int
    recorded_at: datetime
    recorded_by: str
    file_sha256: str
    explained: int = 0  # of the queries, those sent with a reason
    carried: int = 0  # of those explained, those that were explained before and have not changed since
    mapped: tuple[Used, ...] = ()  # the school's own wordings that were read by its mapping
    signed_off_as: str = ""  # the role that declared it complete, where its organisation asks for that


def check(
    warehouse: Warehouse, files: Sequence[NamedFile], *,
    stated: Stated, actor: Actor, key: bytes, mapped: bool = True, told: Callable[[Stage], object] = lambda _: None,
) -> Checked:  # fmt: skip
    """Check a return against the rule book, the register and what was sent before; stores only the attempt.

    `told` is called as each stage begins.
    """
    checked = look_at(warehouse, files, stated=stated, actor=actor, key=key, mapped=mapped, told=told)
    attempts.note(warehouse, checked, actor)
    return checked


def look_at(
    warehouse: Warehouse, files: Sequence[NamedFile], *,
    stated: Stated, actor: Actor, key: bytes, mapped: bool = True, told: Callable[[Stage], object] = lambda _: None,
) -> Checked:  # fmt: skip
    """The same check, recording nothing at all; without the school's own mapping where `mapped` is false."""
    with warehouse.reading() as cursor:
        mapping = mappings.standing_for(cursor, stated, actor=actor) if mapped else None
        around = Surroundings(audit.now().date(), known_schools(cursor), mapping)
        bounds = OPERATOR if actor.scope.kind is ScopeKind.OPERATOR else None
        checked = bounded.check(files, stated=stated, around=around, bounds=bounds, told=told)
        read = None if mapping is None else mappings.read_by(stated, mapping, actor=actor)
        checked = replace(checked, read_by=read)
        if not checked.readable:
            return checked
        told(Stage.HISTORY)
        found = history_issues(cursor, checked, key=key, actor=actor)
        checked = replace(checked, issues=(*checked.issues, *found))
        return replace(checked, explained=explaining.explained_before(cursor, checked, key=key))


def nil_queries(
    warehouse: Warehouse, scope: Scope, *, school_urn: str, academic_year: str, term: Term
) -> tuple[Issue, ...]:
    """What to look at again before a nil return of one's own school is recorded; records nothing."""
    with warehouse.reading() as cursor:
        return nil_queries_within(cursor, scope, school_urn=school_urn, academic_year=academic_year, term=term)


def nil_queries_within(
    cursor: Cursor, scope: Scope, *, school_urn: str, academic_year: str, term: Term
) -> tuple[Issue, ...]:
    """The same within a transaction."""
    must_be_own(cursor, scope, [school_urn], on=last_day_of(academic_year, term))
    return tuple(nil_issues(cursor, scope, school_urn=school_urn, academic_year=academic_year, term=term))


def look_alone(files: Sequence[NamedFile], *, stated: Stated) -> Checked:
    """The check where there is no warehouse, and so neither register nor history."""
    return bounded.check(files, stated=stated, around=Surroundings(audit.now().date()), bounds=OPERATOR)


def submit(
    warehouse: Warehouse,
    checked: Checked,
    *,
    actor: Actor,
    key: bytes,
    explanations: explaining.Given | None = None,
    seen: Mapping[str, int] | None = None,
    signed_as: str | None = None,
    when: datetime | None = None,
) -> tuple[Receipt, ...]:
    """Keep a checked return, one version for each school in it, and supersede the versions before.

    `explanations` says by rule why its queries stand; those explained before keep what was said. `seen` gives for each
    school the `Preview.seen` that the person read. `signed_as` is the role under which they declare it complete (see
    `sign_off`). Raises RefusedError when errors stand, a school is outside the actor's scope or sign-off is missing,
    and StaleError when something was sent for a school, or the mapping that read the file changed, since.
    """
    with warehouse.writing() as cursor:
        return submit_within(
            cursor, checked, actor=actor, key=key, explanations=explanations, seen=seen, signed_as=signed_as, when=when
        )


def submit_within(
    cursor: Cursor, checked: Checked, *, actor: Actor, key: bytes, explanations: explaining.Given | None = None,
    seen: Mapping[str, int] | None = None, signed_as: str | None = None, when: datetime | None = None,
) -> tuple[Receipt, ...]:  # fmt: skip
    """The same within a transaction, for whoever keeps something else together with it."""
    must_move(_before(checked), ReturnState.SUBMITTED)
    assert checked.incidents is not None  # noqa: S101 - a return that may be submitted has rows
    if checked.term is None or checked.academic_year is None:
        raise RefusedError("Say which academic year and term the return is for.")
    year, term = checked.academic_year, checked.term
    _must_have_begun(year, term, on=(when or audit.now()).date())
    moment = when or audit.now()  # one writer at a time, so moments come in the order of versions
    urns = keeping.schools_of(checked)
    _must_be_in_scope(cursor, actor, urns, year, term)
    must_take(cursor, {year, *assign_terms(checked.incidents["reported_date"])["academic_year"].dropna()})
    asked = sign_off.must_be_signed(cursor, urns, year, term, actor=actor, signed_as=signed_as)
    mappings.must_still_stand(cursor, checked.read_by, actor=actor)
    _must_be_as_seen(cursor, actor, urns, seen)
    versions = keeping.write(cursor, checked, actor=actor, key=key, explanations=explanations or {}, when=moment)
    signed = sign_off.keep(cursor, versions, asked, actor=actor, signed_as=signed_as, when=moment)
    return _receipts(versions.assign(signed_off_as=signed), used=checked.used)


def explained(checked: Checked, given: explaining.Given) -> dict[Issue, Explanation]:
    """Which queries of a checked return would be sent explained, and how: as given now, or as before."""
    asked = {issue.rule for issue in queries(checked.issues)}
    return explaining.explained(checked, {rule: why for rule, why in given.items() if rule in asked}, checked.explained)


def record_nil(
    warehouse: Warehouse,
    *,
    school_urn: str,
    academic_year: str,
    term: Term,
    actor: Actor,
    seen: int | None = None,
    signed_as: str | None = None,
    explanations: explaining.Given | None = None,
    when: datetime | None = None,
) -> Receipt:
    """Record that a school had no incidents in a term: a return like any other, and a version of it.

    `explanations` says by rule why a query of `nil_queries` stands.
    `seen` is what `last_return` said when the person read it; StaleError when something was sent since.
    `signed_as` as in `submit`.
    """
    with warehouse.writing() as cursor:
        return record_nil_within(
            cursor, school_urn=school_urn, academic_year=academic_year, term=term, actor=actor, seen=seen,
            signed_as=signed_as, explanations=explanations, when=when,
        )  # fmt: skip


def record_nil_within(
    cursor: Cursor, *, school_urn: str, academic_year: str, term: Term, actor: Actor, seen: int | None = None,
    signed_as: str | None = None, explanations: explaining.Given | None = None, when: datetime | None = None,
) -> Receipt:  # fmt: skip
    """The same within a transaction, for whoever keeps something else together with it."""
    _must_have_begun(academic_year, term, on=(when or audit.now()).date())
    moment = when or audit.now()
    issues = nil_issues(cursor, actor.told_as, school_urn=school_urn, academic_year=academic_year, term=term)
    checked = Checked(tuple(issues), "", academic_year=academic_year, term=term)
    why = explaining.explained(checked, explanations or {}, {})
    _must_be_known(cursor, school_urn)
    _must_be_in_scope(cursor, actor, [school_urn], academic_year, term)
    must_take(cursor, {academic_year})
    asked = sign_off.must_be_signed(cursor, [school_urn], academic_year, term, actor=actor, signed_as=signed_as)
    _must_be_as_seen(cursor, actor, [school_urn], None if seen is None else {school_urn: seen})
    versions = keeping.new_versions(cursor, checked, [school_urn], actor=actor, when=moment)
    explaining.keep(cursor, why, {one: keeping.returns_of(checked, versions, one.table, one.row) for one in why})
    cursor.append("returns", versions)
    signed = sign_off.keep(cursor, versions, asked, actor=actor, signed_as=signed_as, when=moment)
    keeping.record(cursor, versions, actor, "nil return recorded", when=moment)
    standing.refresh(cursor, [school_urn])
    return _receipts(versions.assign(explained=len(why), carried=0, signed_off_as=signed))[0]


def withdraw(warehouse: Warehouse, return_id: int, *, actor: Actor, seen: int, when: datetime | None = None) -> None:
    """Take back the version that stands, so that no return stands for its term; the version stays on record.

    RefusedError where it does not stand or is outside the actor's scope, StaleError when something was sent since.
    """
    with warehouse.writing() as cursor:
        withdraw_within(cursor, return_id, actor=actor, seen=seen, when=when)


def withdraw_within(cursor: Cursor, return_id: int, *, actor: Actor, seen: int, when: datetime | None = None) -> None:
    """The same within a transaction, for whoever keeps something else together with it."""
    moment = when or audit.now()
    found = _standing_row(cursor, return_id)
    urn, year, term = str(found["school_urn"]), str(found["academic_year"]), Term(found["term"])
    _must_be_in_scope(cursor, actor, [urn], year, term)
    _must_be_as_seen(cursor, actor, [urn], {urn: seen})
    last = cursor.rows("SELECT max(return_id) AS last FROM returns")[0]["last"]
    gone = {**found, "return_id": last + 1, "state": str(ReturnState.WITHDRAWN), "recorded_at": moment,
            "recorded_by": actor.name, "incidents": 0, "children": 0, "queries": 0}  # fmt: skip
    cursor.append("returns", pd.DataFrame([gone]))
    detail = {"return": last + 1, "withdrawn": return_id, "version": found["version"]}
    event = audit.Event(actor, "return withdrawn", f"school:{urn} {year} {term}", detail, changes_figures=True)
    audit.record(cursor, event, when=moment)
    standing.refresh(cursor, [urn])


def last_return(warehouse: Warehouse, scope: Scope, urn: str, *, on: tuple[str, Term] | None = None) -> int:
    """The number of the last thing that was sent or withdrawn for a school, of any term of the scope's; 0 before any.

    ForbiddenError unless the school is the scope's own on the last day of a year and term, today where none is given.
    """
    with warehouse.reading() as cursor:
        must_be_own(cursor, scope, [urn], on=last_day_of(*on) if on else audit.now().date())
        return last_seen(cursor, scope, [urn])[urn]


def _standing_row(cursor: Cursor, return_id: int) -> dict[str, Any]:
    """The row of a version that stands."""
    found = cursor.rows(
        "SELECT r.* FROM returns r JOIN returns o ON o.return_id = $id AND r.school_urn = o.school_urn "
        "AND r.academic_year = o.academic_year AND r.term = o.term ORDER BY r.return_id DESC LIMIT 1",
        {"id": return_id},
    )
    stands = bool(found) and found[0]["return_id"] == return_id and found[0]["state"] == ReturnState.SUBMITTED
    must_move(ReturnState.SUBMITTED if stands else ReturnState.WITHDRAWN, ReturnState.WITHDRAWN)
    return found[0]


def _before(checked: Checked) -> ReturnState:
    """The state in which a return is after its check."""
    sound = not checked.has_errors and checked.incidents is not None and checked.children is not None
    return ReturnState.CHECKED if sound else ReturnState.NOT_ACCEPTED


def _must_be_as_seen(cursor: Cursor, actor: Actor, urns: Sequence[str], seen: Mapping[str, int] | None) -> None:
    if seen is not None and any(seen.get(urn) != now for urn, now in last_seen(cursor, actor.told_as, urns).items()):
        raise StaleError(STALE)


def _must_have_begun(academic_year: str, term: Term, *, on: date) -> None:
    band = next(band for band in default_terms(academic_year) if band.term is term)
    if band.first_day > on:
        raise QuestionError(f"The {term} term of {label(academic_year)} has not begun.")


def _must_be_known(cursor: Cursor, urn: str) -> None:
    schools = known_schools(cursor)
    if schools is None or urn not in schools.index:
        raise QuestionError("This URN is not in the register of schools. Load the register first, or correct it.")


def _must_be_in_scope(cursor: Cursor, actor: Actor, urns: Sequence[str], year: str, term: Term) -> None:
    must_be_own(cursor, actor.scope, urns, on=last_day_of(year, term))


def _receipts(versions: pd.DataFrame, *, used: Sequence[Used] = ()) -> tuple[Receipt, ...]:
    return tuple(
        Receipt(
            return_id=row["return_id"], school_urn=row["school_urn"], academic_year=row["academic_year"],
            term=Term(row["term"]), version=row["version"], nil=row["nil"], incidents=row["incidents"],
            children=row["children"], queries=row["queries"], recorded_at=row["recorded_at"].to_pydatetime(),
            recorded_by=row["recorded_by"], file_sha256=row["file_sha256"], explained=row["explained"],
            carried=row["carried"], mapped=mappings.of_school(used, row["school_urn"]),
            signed_off_as=row["signed_off_as"],
        )
        for row in versions.to_dict("records")
    )  # fmt: skip


def own_schools(warehouse: Warehouse, scope: Scope) -> pd.DataFrame:
    """The schools that an organisation may send for today: `urn` and `name`."""
    with warehouse.reading() as cursor:
        schools = known_schools(cursor)
        mine = schools_in_scope(cursor, scope, on=audit.now().date())
    if schools is None:
        return pd.DataFrame({"urn": [], "name": []})
    found = schools[schools.index.isin(mine)].reset_index()[["urn", "name"]]
    return found.sort_values("name", ignore_index=True)
