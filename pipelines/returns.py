"""The life of a return: checked, previewed, submitted (a version that supersedes the last), or nil.

The portal changes returns only through here. Every write takes who is doing it, and is one transaction with
its audit event: a crash at any point leaves the old state whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from pipelines import audit, explaining, mappings, sign_off
from pipelines.earlier_counts import nil_issues
from pipelines.history import history_issues, last_day_of, schools_in_scope
from pipelines.intake import bounded
from pipelines.intake.bounded import get_ready
from pipelines.intake.bounds import OPERATOR
from pipelines.intake.checking import Checked, Stage
from pipelines.intake.surroundings import Stated, Surroundings
from pipelines.intake.tables import NamedFile
from pipelines.keys import rekey
from pipelines.mappings import Used
from pipelines.preview import Preview, last_seen, preview
from pipelines.register import known_schools
from pipelines.return_states import ReturnState, must_move
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse import standing
from pipelines.warehouse.store import Cursor, Warehouse
from schemas import rulebook
from schemas.calendar import Term, assign_terms, default_terms, label
from schemas.errors import QuestionError, RefusedError, StaleError
from schemas.explanation import Explanation
from schemas.issues import Issue, errors, queries

__all__ = [
    "Checked", "NamedFile", "Preview", "Receipt", "Stage", "Stated", "check", "get_ready", "preview", "record_nil",
    "submit", "withdraw",
]  # fmt: skip

STALE = "Another version came in after you checked this one. Read again what will change, then submit."
NO_SCHOOL = "This return holds schools outside your own organisation. Send only your own schools' returns."


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
    note_attempt(warehouse, checked, actor)
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


def nil_queries(warehouse: Warehouse, *, school_urn: str, academic_year: str, term: Term) -> tuple[Issue, ...]:
    """What to look at again before a nil return is recorded; records nothing."""
    with warehouse.reading() as cursor:
        return tuple(nil_issues(cursor, school_urn=school_urn, academic_year=academic_year, term=term))


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
    must_move(_before(checked), ReturnState.SUBMITTED)
    assert checked.incidents is not None  # noqa: S101 - a return that may be submitted has rows
    if checked.term is None or checked.academic_year is None:
        raise RefusedError("Say which academic year and term the return is for.")
    _must_have_begun(checked.academic_year, checked.term, on=(when or audit.now()).date())
    with warehouse.writing() as cursor:
        moment = when or audit.now()  # one writer at a time, so moments come in the order of versions
        urns = schools_of(checked)
        _must_be_in_scope(cursor, actor, urns, checked.academic_year, checked.term)
        year, term = checked.academic_year, checked.term
        asked = sign_off.must_be_signed(cursor, urns, year, term, actor=actor, signed_as=signed_as)
        mappings.must_still_stand(cursor, checked.read_by, actor=actor)
        _must_be_as_seen(cursor, urns, seen)
        versions = write(cursor, checked, actor=actor, key=key, explanations=explanations or {}, when=moment)
        signed = sign_off.keep(cursor, versions, asked, actor=actor, signed_as=signed_as, when=moment)
    return _receipts(versions.assign(signed_off_as=signed), used=checked.used)


def explained(checked: Checked, given: explaining.Given) -> dict[Issue, Explanation]:
    """Which queries of a checked return would be sent explained, and how: as given now, or as before."""
    asked = {issue.rule for issue in queries(checked.issues)}
    return explaining.explained(checked, {rule: why for rule, why in given.items() if rule in asked}, checked.explained)


def schools_of(checked: Checked) -> list[str]:
    """The URNs of a return's schools, in order."""
    return (
        [] if checked.incidents is None else sorted(str(u) for u in checked.incidents["school_urn"].dropna().unique())
    )


def write(
    cursor: Cursor, checked: Checked, *, actor: Actor, key: bytes, explanations: explaining.Given, when: datetime
) -> pd.DataFrame:
    """Everything that keeping a return writes, in the caller's transaction.

    The rows of `returns` are given back, with how many queries were `explained`, and of those how many `carried` over.
    """
    urns = schools_of(checked)
    before = explaining.explained_before(cursor, checked, key=key)
    versions = _new_versions(cursor, checked, urns, actor=actor, when=when)
    _keep_rows(cursor, checked, versions, key=key)
    found = explaining.explained(checked, explanations, before)
    explaining.keep(cursor, found, {one: _returns_of(checked, versions, one.table, one.row) for one in found})
    mappings.record_use(cursor, checked.used, versions)
    cursor.append("returns", versions)
    _record(cursor, versions, actor, "return submitted", when=when)
    standing.refresh(cursor, urns)
    carried = {issue for issue, why in found.items() if why.carried_from is not None}
    return versions.assign(
        explained=_queries_by_school(checked, urns, among=found),
        carried=_queries_by_school(checked, urns, among=carried),
    )


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
    _must_have_begun(academic_year, term, on=(when or audit.now()).date())
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        issues = nil_issues(cursor, school_urn=school_urn, academic_year=academic_year, term=term)
        checked = Checked(tuple(issues), "", academic_year=academic_year, term=term)
        why = explaining.explained(checked, explanations or {}, {})
        _must_be_known(cursor, school_urn)
        _must_be_in_scope(cursor, actor, [school_urn], academic_year, term)
        asked = sign_off.must_be_signed(cursor, [school_urn], academic_year, term, actor=actor, signed_as=signed_as)
        _must_be_as_seen(cursor, [school_urn], None if seen is None else {school_urn: seen})
        versions = _new_versions(cursor, checked, [school_urn], actor=actor, when=moment)
        explaining.keep(cursor, why, {one: _returns_of(checked, versions, one.table, one.row) for one in why})
        cursor.append("returns", versions)
        signed = sign_off.keep(cursor, versions, asked, actor=actor, signed_as=signed_as, when=moment)
        _record(cursor, versions, actor, "nil return recorded", when=moment)
        standing.refresh(cursor, [school_urn])
    return _receipts(versions.assign(explained=len(why), carried=0, signed_off_as=signed))[0]


def withdraw(warehouse: Warehouse, return_id: int, *, actor: Actor, seen: int, when: datetime | None = None) -> None:
    """Take back the version that stands, so that no return stands for its term; the version stays on record.

    RefusedError where it does not stand or is outside the actor's scope, StaleError when something was sent since.
    """
    with warehouse.writing() as cursor:
        moment = when or audit.now()
        found = _standing_row(cursor, return_id)
        urn, year, term = str(found["school_urn"]), str(found["academic_year"]), Term(found["term"])
        _must_be_in_scope(cursor, actor, [urn], year, term)
        _must_be_as_seen(cursor, [urn], {urn: seen})
        last = cursor.rows("SELECT max(return_id) AS last FROM returns")[0]["last"]
        gone = {**found, "return_id": last + 1, "state": str(ReturnState.WITHDRAWN), "recorded_at": moment,
                "recorded_by": actor.name, "incidents": 0, "children": 0, "queries": 0}  # fmt: skip
        cursor.append("returns", pd.DataFrame([gone]))
        detail = {"return": last + 1, "withdrawn": return_id, "version": found["version"]}
        event = audit.Event(actor, "return withdrawn", f"school:{urn} {year} {term}", detail, changes_figures=True)
        audit.record(cursor, event, when=moment)
        standing.refresh(cursor, [urn])


def last_return(warehouse: Warehouse, urn: str) -> int:
    """The number of the last thing that was sent or withdrawn for a school, of any term; 0 before any."""
    with warehouse.reading() as cursor:
        return last_seen(cursor, [urn])[urn]


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


def _must_be_as_seen(cursor: Cursor, urns: Sequence[str], seen: Mapping[str, int] | None) -> None:
    if seen is not None and any(seen.get(urn) != now for urn, now in last_seen(cursor, urns).items()):
        raise StaleError(STALE)


def _must_have_begun(academic_year: str, term: Term, *, on: date) -> None:
    band = next(band for band in default_terms(academic_year) if band.term is term)
    if band.first_day > on:
        raise QuestionError(f"The {term} term of {label(academic_year)} has not begun.")


def note_attempt(warehouse: Warehouse, checked: Checked, actor: Actor) -> None:
    """Keep the fact of a check and nothing of the file: when, by which role, how many issues of which rule."""
    wrong = Counter(issue.rule for issue in errors(checked.issues))
    asked = Counter(issue.rule for issue in queries(checked.issues))
    action = "return not accepted" if wrong else "return checked"
    counts: dict[str, Any] = {"errors": dict(wrong)} if wrong else {"queries": dict(asked)}
    with warehouse.writing() as cursor:
        detail = counts | _of_what(cursor, checked, actor)
        audit.record(cursor, audit.Event(actor, action, str(actor.scope), detail))


def _of_what(cursor: Cursor, checked: Checked, actor: Actor) -> dict[str, Any]:
    """The term, and which of the actor's own schools: a URN of the file that is nobody's may be anything."""
    if not checked.academic_year or checked.term is None:
        return {}
    mine = schools_in_scope(cursor, actor.scope, on=last_day_of(checked.academic_year, checked.term))
    own = sorted(mine & set(schools_of(checked)))
    return {"academic_year": checked.academic_year, "term": str(checked.term), "schools": own}


def _must_be_known(cursor: Cursor, urn: str) -> None:
    schools = known_schools(cursor)
    if schools is None or urn not in schools.index:
        raise QuestionError("This URN is not in the register of schools. Load the register first, or correct it.")


def _must_be_in_scope(cursor: Cursor, actor: Actor, urns: Sequence[str], year: str, term: Term) -> None:
    if actor.scope.kind is ScopeKind.OPERATOR:
        return
    if not set(urns) <= schools_in_scope(cursor, actor.scope, on=last_day_of(year, term)):
        raise RefusedError(NO_SCHOOL)


def _new_versions(
    cursor: Cursor, checked: Checked, urns: Sequence[str], *, actor: Actor, when: datetime
) -> pd.DataFrame:
    """The rows of `returns` that this submission adds, one a school."""
    before = cursor.frame(
        "SELECT school_urn, max(version) AS version FROM returns "
        "WHERE academic_year = $year AND term = $term GROUP BY school_urn",
        {"year": checked.academic_year, "term": str(checked.term)},
    ).set_index("school_urn")["version"]
    last = cursor.rows("SELECT coalesce(max(return_id), 0) AS last FROM returns")[0]["last"]
    versions = pd.DataFrame({"school_urn": list(urns)})
    versions.insert(0, "return_id", range(last + 1, last + 1 + len(urns)))
    versions["academic_year"], versions["term"] = checked.academic_year, str(checked.term)
    versions["version"] = (before.reindex(list(urns)).fillna(0).to_numpy() + 1).astype(int)
    versions["state"], versions["nil"] = "submitted", checked.incidents is None
    versions["recorded_at"], versions["recorded_by"] = pd.Timestamp(when), actor.name
    versions["file_sha256"], versions["rule_book"] = checked.sha256, rulebook.VERSION
    versions["key_version"] = checked.key_version
    for table, rows in (("incidents", checked.incidents), ("children", checked.children)):
        counts = rows["school_urn"].value_counts() if rows is not None else pd.Series(dtype=int)
        versions[table] = counts.reindex(list(urns)).fillna(0).to_numpy().astype(int)
    versions["queries"] = _queries_by_school(checked, urns)
    return versions


def _queries_by_school(checked: Checked, urns: Sequence[str], *, among: Container[Issue] | None = None) -> list[int]:
    """How many queries (of these) each school's rows have; those of the whole file count for each."""
    counting = [issue for issue in queries(checked.issues) if among is None or issue in among]
    whole = sum(1 for issue in counting if issue.row is None)
    counts: Counter[str] = Counter()
    for table, rows in (("incidents", checked.incidents), ("children", checked.children)):
        asked = [issue.row for issue in counting if issue.table == table and issue.row is not None]
        if rows is not None and asked:
            counts.update(str(urn) for urn in rows["school_urn"].reindex(asked))
    return [counts[urn] + whole for urn in urns]


def _keep_rows(cursor: Cursor, checked: Checked, versions: pd.DataFrame, *, key: bytes) -> None:
    assert checked.incidents is not None  # noqa: S101 - submit has looked
    assert checked.children is not None  # noqa: S101
    ids = pd.Series(versions["return_id"].to_numpy(), index=versions["school_urn"].to_numpy())
    terms = assign_terms(checked.incidents["reported_date"])
    incidents = _own_columns(checked.incidents, ids).assign(
        counted_year=terms["academic_year"].to_numpy(), counted_term=terms["term"].to_numpy()
    )
    cursor.append("incidents", incidents)
    children = _own_columns(checked.children, ids)
    cursor.append("children", children.assign(child_key=rekey(children["child_key"], key)))


def _own_columns(rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    urns = rows["school_urn"].astype("category")
    of_category = ids.reindex([str(urn) for urn in urns.array.categories]).to_numpy()
    return rows.assign(return_id=of_category[urns.array.codes], row_number=rows.index.to_numpy())


def _returns_of(checked: Checked, versions: pd.DataFrame, table: str, row: int | None) -> list[int]:
    rows = checked.incidents if table == "incidents" else checked.children
    if row is None or rows is None or row not in rows.index:
        return [int(number) for number in versions["return_id"]]
    own = versions["school_urn"] == str(rows["school_urn"].loc[row])
    return [int(number) for number in versions["return_id"][own]]


def _record(cursor: Cursor, versions: pd.DataFrame, actor: Actor, action: str, *, when: datetime) -> None:
    audit.record(cursor, *(_event(row, actor, action) for row in versions.itertuples()), when=when)


def _event(row: Any, actor: Actor, action: str) -> audit.Event:
    detail = {"return": row.return_id, "version": row.version, "incidents": row.incidents,
              "children": row.children, "file": row.file_sha256}  # fmt: skip
    subject = f"school:{row.school_urn} {row.academic_year} {row.term}"
    return audit.Event(actor, action, subject, detail, changes_figures=True)


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
