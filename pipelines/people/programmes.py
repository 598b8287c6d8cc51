"""The door for programmes: what a token opens is checked, sent, withdrawn and read by the same code as the portal's.

A change is kept in one transaction with the hash of its idempotency key and its answer, and only while the token still
stands: whatever fails half-way, or comes twice, leaves one version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines import receipts, returns, sign_off
from pipelines.house import House
from pipelines.intake.checking import Checked
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import NamedFile
from pipelines.people.programme_errors import HOLDS_INCIDENTS, NotAcceptedError, SayWhatStandsError
from pipelines.people.programme_guards import must_be_live, must_be_seen, must_need_no_sign_off, must_open
from pipelines.people.programme_once import WITHDRAWN, Kept, Once, answered_before, keep_answer, keep_queries
from pipelines.people.programme_versions import SENT, Version, is_own, own_version, read, standing
from pipelines.people.tokens import Token
from pipelines.preview import Preview, last_seen
from pipelines.returns import Receipt
from pipelines.scope import Actor
from schemas import rulebook
from schemas.calendar import Term
from schemas.explanation import Explanation
from schemas.issues import Issue, Severity, queries


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check found, and what sending would change; `explained` are the queries that it would explain."""

    checked: Checked
    explained: Mapping[Issue, Explanation]
    preview: Preview | None
    sign_off_needed: bool
    seen: int


# -- checked ----------------------------------------------------------------------------------------------


def check(
    house: House, token: Token, files: Sequence[NamedFile], *,
    stated: Stated, explanations: Mapping[str, Explanation], request: str,
) -> Looked:  # fmt: skip
    """Check a return as `send` would, and say what it would change; of the file nothing is kept."""
    checked = _checked(house, token, files, stated=stated, request=request)
    urn = str(stated.school_urn)
    seen = returns.last_return(house.warehouse, token.organisation, urn)
    if not _sendable(checked):
        return Looked(checked, {}, None, False, seen)
    year, term = str(checked.academic_year), Term(checked.term or "")
    [preview] = returns.preview(house.warehouse, checked, actor=token.actor_for(urn, request=request), key=house.key)
    asked = bool(sign_off.asking(house.warehouse, token.actor_for(urn).scope, [urn], year, term))
    return Looked(checked, returns.explained(checked, explanations), preview, asked, preview.seen)


def _checked(house: House, token: Token, files: Sequence[NamedFile], *, stated: Stated, request: str) -> Checked:
    """What a check finds; NotOpenError, and nothing of it, where the term, stated or in the file, is not open."""
    urn = str(stated.school_urn)
    with house.warehouse.reading() as cursor:
        must_be_live(cursor, token)
        must_open(cursor, token, urn, stated.academic_year, stated.term)
    actor = token.actor_for(urn, request=request)
    checked = returns.check(house.warehouse, files, stated=stated, actor=actor, key=house.key)
    with house.warehouse.reading() as cursor:
        must_open(cursor, token, urn, checked.academic_year, checked.term)
    return checked


def _sendable(checked: Checked) -> bool:
    """Whether a return has rows, a year and a term, and no errors."""
    if checked.incidents is None or checked.children is None or checked.has_errors:
        return False
    return bool(checked.academic_year and checked.term and len(checked.incidents))


# -- changed ----------------------------------------------------------------------------------------------


def send(
    house: House, token: Token, files: Sequence[NamedFile], once: Once, *,
    stated: Stated, explanations: Mapping[str, Explanation], seen: int | None, request: str,
) -> Kept:  # fmt: skip
    """Check a return and keep it, unless this was done before; NotAcceptedError where errors stand."""
    with house.warehouse.reading() as cursor:
        if (before := answered_before(cursor, token, once)) is not None:
            return before
    checked = _checked(house, token, files, stated=stated, request=request)
    if not _sendable(checked):
        raise NotAcceptedError(checked)
    urn, year, term = str(stated.school_urn), str(checked.academic_year), Term(checked.term or "")
    actor = token.actor_for(urn, request=request)
    with house.warehouse.writing() as cursor:
        must_be_live(cursor, token)
        if (before := answered_before(cursor, token, once)) is not None:
            return before
        must_open(cursor, token, urn, year, term)
        must_need_no_sign_off(cursor, urn, year, term, actor)
        known = None if seen is None else {urn: seen}
        [receipt] = returns.submit_within(
            cursor, checked, actor=actor, key=house.key, explanations=explanations, seen=known
        )
        keep_queries(cursor, receipt.return_id, queries(checked.issues))
        version = keep_answer(cursor, token, once, receipt.return_id, action=SENT)
    return Kept(version, False, receipt)


def record_nil(
    house: House, token: Token, once: Once, *,
    school_urn: str, academic_year: str, term: Term, explanations: Mapping[str, Explanation], seen: int | None,
    request: str,
) -> Kept:  # fmt: skip
    """Record that there were no incidents, unless this was done before.

    SayWhatStandsError where that would take the place of incidents and `seen` does not name them.
    """
    actor = token.actor_for(school_urn, request=request)
    with house.warehouse.writing() as cursor:
        must_be_live(cursor, token)
        if (before := answered_before(cursor, token, once)) is not None:
            return before
        must_open(cursor, token, school_urn, academic_year, term)
        must_need_no_sign_off(cursor, school_urn, academic_year, term, actor)
        stands = standing(cursor, token, school_urn, academic_year, term)
        if seen is None and stands is not None and stands.incidents:
            raise SayWhatStandsError(HOLDS_INCIDENTS)
        asked = returns.nil_queries_within(
            cursor, actor.told_as, school_urn=school_urn, academic_year=academic_year, term=term
        )
        receipt = returns.record_nil_within(
            cursor, school_urn=school_urn, academic_year=academic_year, term=term, actor=actor, seen=seen,
            explanations=explanations,
        )  # fmt: skip
        keep_queries(cursor, receipt.return_id, asked)
        version = keep_answer(cursor, token, once, receipt.return_id, action=SENT)
    return Kept(version, False, receipt)


def withdraw(house: House, token: Token, once: Once, return_id: int, *, seen: int, request: str) -> Kept:
    """Take back a version that stands, unless this was done before."""
    with house.warehouse.writing() as cursor:
        must_be_live(cursor, token)
        if (before := answered_before(cursor, token, once)) is not None:
            return before
        found = own_version(cursor, token, return_id)
        actor = token.actor_for(found.school_urn, request=request)
        must_be_seen(cursor, token, found.school_urn, seen)
        returns.withdraw_within(cursor, return_id, actor=actor, seen=seen)
        version = keep_answer(cursor, token, once, return_id, action=WITHDRAWN)
    return Kept(version, False)


# -- read -------------------------------------------------------------------------------------------------


def version(house: House, token: Token, return_id: int) -> Version:
    """One version of a school that the token opens; NoReturnError for any other."""
    with house.warehouse.reading() as cursor:
        return own_version(cursor, token, return_id)


def versions(
    house: House, token: Token, urn: str, *, academic_year: str | None, term: Term | None
) -> tuple[int, tuple[Version, ...]]:
    """`seen` of a school, and its last versions, the latest first; NotOpenError for a school of others."""
    with house.warehouse.reading() as cursor:
        must_open(cursor, token, urn, None, None)
        found = read(cursor, token, urn=urn, year=academic_year, term=term)
        mine = [one for one in found if is_own(cursor, token, one)]
        return last_seen(cursor, token.organisation, [urn])[urn], tuple(mine)


def stands(house: House, token: Token, urn: str, year: str, term: Term) -> tuple[int, Version | None]:
    """`seen` of a school, and what stands for a term: for whoever was refused because that has changed."""
    with house.warehouse.reading() as cursor:
        must_open(cursor, token, urn, year, term)
        return last_seen(cursor, token.organisation, [urn])[urn], standing(cursor, token, urn, year, term)


def proof_of(house: House, one: Receipt, actor: Actor) -> tuple[receipts.Proof, ...]:
    """The proof of what was kept, for its receipt."""
    return receipts.proofs(house.warehouse, actor.scope, [one.return_id])


def queries_by_rule() -> tuple[str, ...]:
    """The rules whose queries can be explained."""
    return tuple(rule for rule, one in rulebook.book().items() if one.severity is Severity.QUERY)
