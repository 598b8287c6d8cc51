"""What a checked return would change: new, changed, unchanged and removed incidents, school by school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipelines import access_record, audit
from pipelines.differences import REFERENCE, Changed, differences
from pipelines.history import FIRST_YEAR, last_day_of, must_be_own, sent_in_other_terms
from pipelines.intake.checking import Checked
from pipelines.keys import rekey
from pipelines.return_states import ReturnState
from pipelines.scope import Actor, Scope
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import RefusedError
from schemas.purposes import SEND_RETURN

ROWS_COMPARED = "incidents compared with a file"
LISTED = 200  # references of each kind that a preview names; the counts are of all


@dataclass(frozen=True, slots=True)
class Preview:
    """How one school's return would differ from the version that stands (`version` 0: there never was one).

    `withdrawn`: the version of that number was withdrawn, so that none stands.
    `elsewhere` are its incidents that stand in the return of another term too: year, term and how many. They would be
    counted as this return has them. `seen` is the last thing sent for the school, of any term: what submitting must
    still find. Both leave out the terms on whose last day the school was not the sender's organisation's. The
    references named are the school's own, at most `LISTED` of each kind.
    """

    school_urn: str
    academic_year: str
    term: Term
    version: int
    was_nil: bool
    new: int
    changed: int
    unchanged: int
    removed: int
    children: int
    elsewhere: tuple[tuple[str, Term, int], ...] = ()
    seen: int = 0
    named_new: tuple[str, ...] = ()
    named_changed: tuple[Changed, ...] = ()
    named_removed: tuple[str, ...] = ()
    withdrawn: bool = False

    @property
    def names_all(self) -> bool:
        """Whether every incident that differs is named."""
        return max(self.new, self.changed, self.removed) <= LISTED


def preview(warehouse: Warehouse, checked: Checked, *, actor: Actor, key: bytes) -> tuple[Preview, ...]:
    """Compare each school's rows with the version that stands; that those were read is recorded, nothing else changes.

    The purpose is the portal's to state: whoever compares wants to send.
    """
    if checked.incidents is None or checked.children is None or not (checked.academic_year and checked.term):
        raise RefusedError("There is nothing to preview until the file can be read.")
    children = checked.children.assign(child_key=rekey(checked.children["child_key"], key))
    incidents, involved = _by_school(checked.incidents), _by_school(children)
    urns = sorted(incidents)
    with warehouse.writing() as cursor:
        must_be_own(cursor, actor.scope, urns, on=last_day_of(checked.academic_year, checked.term))
        elsewhere = _by_school(sent_in_other_terms(cursor, checked, scope=actor.told_as))
        last, seen = _last(cursor, urns, checked), last_seen(cursor, actor.told_as, urns)
        stands = {urn: int(row["return_id"]) for urn, row in last.items() if row["state"] == ReturnState.SUBMITTED}
        standing = {table: _by_school(_rows_of(cursor, table, stands)) for table in ("incidents", "children")}
        if read := {urn: len(rows) for urn, rows in standing["incidents"].items()}:
            access_record.read(cursor, replace(actor, purpose=SEND_RETURN), ROWS_COMPARED, schools=read)
    nothing = {"incidents": checked.incidents.iloc[:0], "children": children.iloc[:0]}
    found = []
    for urn in urns:
        arriving = {"incidents": incidents[urn], "children": involved.get(urn, nothing["children"])}
        before = {table: rows.get(urn, nothing[table]) for table, rows in standing.items()}
        sent = elsewhere.get(urn)
        found.append(_of_school(checked, urn, arriving, before, last=last.get(urn), sent=sent, seen=seen[urn]))
    return tuple(found)


def last_seen(cursor: Cursor, scope: Scope, urns: Sequence[str]) -> dict[str, int]:
    """The number of the last thing sent or withdrawn for each school, of any of the scope's terms; 0 before any."""
    moment = audit.now()
    rows = cursor.rows(
        grains_at(cursor, scope, moment) + "SELECT school_urn, max(return_id) AS last FROM returns "
        "JOIN own_terms USING (school_urn, academic_year, term) "
        "WHERE school_urn IN (SELECT unnest($urns)) GROUP BY school_urn",
        {**bindings(scope, as_at=moment, first_year=FIRST_YEAR), "urns": list(urns)},
    )
    return {**dict.fromkeys(urns, 0), **{str(row["school_urn"]): int(row["last"]) for row in rows}}


def _of_school(
    checked: Checked, urn: str, arriving: Mapping[str, pd.DataFrame], before: Mapping[str, pd.DataFrame],
    *, last: Mapping[str, Any] | None, sent: pd.DataFrame | None, seen: int,
) -> Preview:  # fmt: skip
    assert checked.academic_year and checked.term  # noqa: S101, PT018 - preview has looked
    found = differences(arriving, before)
    references = arriving["incidents"][REFERENCE].astype(object)
    return Preview(
        school_urn=urn,
        academic_year=checked.academic_year,
        term=checked.term,
        version=int(last["version"]) if last else 0,
        was_nil=bool(last and last["nil"]),
        new=len(found.new),
        changed=len(found.changed),
        unchanged=len(found.unchanged),
        removed=len(found.removed),
        children=len(arriving["children"]),
        elsewhere=() if sent is None else _elsewhere(sent[sent[REFERENCE].isin(references)]),
        seen=seen,
        named_new=found.new[:LISTED],
        named_changed=found.changed[:LISTED],
        named_removed=found.removed[:LISTED],
        withdrawn=bool(last and last["state"] == ReturnState.WITHDRAWN),
    )


def _elsewhere(sent: pd.DataFrame) -> tuple[tuple[str, Term, int], ...]:
    """Each other term with how many of the incidents stand in its return, the earliest first."""
    references: dict[tuple[str, Term], set[str]] = {}
    for year, term, reference in zip(sent["academic_year"], sent["term"], sent["incident_ref"], strict=True):
        references.setdefault((str(year), Term(term)), set()).add(str(reference))
    found = [(year, term, len(those)) for (year, term), those in references.items()]
    return tuple(sorted(found, key=lambda one: (one[0], list(Term).index(one[1]))))


def _by_school(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(urn): own for urn, own in rows.groupby(rows["school_urn"].astype(object), sort=False)}


def _last(cursor: Cursor, urns: Sequence[str], checked: Checked) -> dict[str, dict[str, Any]]:
    """What happened last to each school's return of the term."""
    rows = cursor.rows(
        "SELECT school_urn, return_id, version, nil, state FROM returns "
        "WHERE school_urn IN (SELECT unnest($urns)) AND academic_year = $year AND term = $term "
        "QUALIFY row_number() OVER (PARTITION BY school_urn ORDER BY return_id DESC) = 1",
        {"urns": list(urns), "year": checked.academic_year, "term": str(checked.term)},
    )
    return {str(row["school_urn"]): row for row in rows}


def _rows_of(cursor: Cursor, table: str, stands: Mapping[str, int]) -> pd.DataFrame:
    return cursor.frame(
        f"SELECT * FROM {table} WHERE return_id IN (SELECT unnest($ids)) AND school_urn IN (SELECT unnest($urns))",
        {"ids": list(stands.values()), "urns": list(stands)},
    )
