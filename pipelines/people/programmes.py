"""The door for programmes: what a token opens is checked, sent, withdrawn and read by the same code as the portal's.

A change is kept in one transaction with the hash of its idempotency key and its answer, and only while the token still
stands: whatever fails half-way, or comes twice, leaves one version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from pipelines import audit, receipts, returns, sign_off
from pipelines.history import last_day_of
from pipelines.house import House
from pipelines.intake.checking import Checked
from pipelines.intake.surroundings import Stated
from pipelines.intake.tables import NamedFile
from pipelines.people import tokens
from pipelines.people.tokens import Token
from pipelines.preview import Preview, last_seen
from pipelines.return_states import ReturnState, state_of
from pipelines.returns import Receipt
from pipelines.scope import Actor
from pipelines.warehouse.store import Cursor
from schemas import rulebook
from schemas.calendar import Term
from schemas.errors import ForbiddenError, RefusedError, StaleError
from schemas.explanation import Explanation
from schemas.issues import Issue, Severity, queries

KEYS_KEPT = timedelta(days=30)
MOST_LISTED = 100
SENT, WITHDRAWN = "sent", "withdrawn"

ENDED = "This token was revoked or has expired while the request was worked on. Nothing was kept."
NOT_OPEN = "This token does not open this school, or not for this term."
KEY_USED = "This idempotency key was used for another request."
NOT_ACCEPTED = "This return has errors. Correct them in the recording system, and send it again."
HOLDS_INCIDENTS = "A return with incidents stands for this term. A nil return would take its place."
NO_RETURN = "There is no such return among those that this token opens."


class TokenEndedError(RefusedError):
    """The token opens nothing any more."""


class NotOpenError(ForbiddenError):
    """The school, or its return of that term, is not the token's."""


class NoReturnError(ForbiddenError):
    """There is no such return, or it is another school's: which of both is not said."""


class KeyUsedError(RefusedError):
    """An idempotency key came again with something else."""


class SignOffError(RefusedError):
    """Sign-off is asked for, which no programme can give."""


class SayWhatStandsError(RefusedError):
    """What this would replace has to be named first."""


class NotAcceptedError(RefusedError):
    """The return has errors; `checked` has them."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(NOT_ACCEPTED)
        self.checked = checked


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a change happen once: the hash of the key that the programme chose, and of all that it sent."""

    key_hash: str
    request_hash: str

    @classmethod
    def of(cls, key: str, *parts: bytes) -> Once:
        """From the key, and what was sent in parts."""
        whole = hashlib.sha256()
        for part in parts:
            whole.update(hashlib.sha256(part).digest())
        return cls(hashlib.sha256(key.encode()).hexdigest(), whole.hexdigest())


@dataclass(frozen=True, slots=True)
class Version:
    """A version as a programme is told of it; `seen` is the number of the last thing sent for its school by then.

    `issues` are its queries, None where another way of sending left none on record.
    """

    return_id: int
    school_urn: str
    academic_year: str
    term: Term
    state: ReturnState
    version: int
    nil: bool
    incidents: int
    children: int
    queries: int
    explained: int
    recorded_at: datetime
    role: str
    file_sha256: str
    rule_book: str
    seen: int
    issues: tuple[tuple[Issue, str | None], ...] | None = None  # each with the reason code that was given for it


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check found, and what sending would change; `explained` are the queries that it would explain."""

    checked: Checked
    explained: Mapping[Issue, Explanation]
    preview: Preview | None
    sign_off_needed: bool
    seen: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a change: its version, whether it had been made before, and, the first time, its receipt."""

    version: Version
    again: bool
    receipt: Receipt | None = None


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
    with house.warehouse.reading() as cursor:
        _must_open(cursor, token, urn, year, term)
    [preview] = returns.preview(house.warehouse, checked, actor=token.actor_for(urn, request=request), key=house.key)
    asked = bool(sign_off.asking(house.warehouse, token.actor_for(urn).scope, [urn], year, term))
    return Looked(checked, returns.explained(checked, explanations), preview, asked, preview.seen)


def _checked(house: House, token: Token, files: Sequence[NamedFile], *, stated: Stated, request: str) -> Checked:
    with house.warehouse.reading() as cursor:
        _must_be_live(cursor, token)
        _must_open(cursor, token, str(stated.school_urn), stated.academic_year, stated.term)
    actor = token.actor_for(str(stated.school_urn), request=request)
    return returns.check(house.warehouse, files, stated=stated, actor=actor, key=house.key)


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
        if (before := _before(cursor, token, once)) is not None:
            return before
    checked = _checked(house, token, files, stated=stated, request=request)
    if not _sendable(checked):
        raise NotAcceptedError(checked)
    urn, year, term = str(stated.school_urn), str(checked.academic_year), Term(checked.term or "")
    actor = token.actor_for(urn, request=request)
    with house.warehouse.writing() as cursor:
        _must_be_live(cursor, token)
        if (before := _before(cursor, token, once)) is not None:
            return before
        _must_open(cursor, token, urn, year, term)
        _must_need_no_sign_off(cursor, urn, year, term, actor)
        known = None if seen is None else {urn: seen}
        [receipt] = returns.submit_within(
            cursor, checked, actor=actor, key=house.key, explanations=explanations, seen=known
        )
        _keep_queries(cursor, receipt.return_id, queries(checked.issues))
        version = _keep_answer(cursor, token, once, receipt.return_id, action=SENT)
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
        _must_be_live(cursor, token)
        if (before := _before(cursor, token, once)) is not None:
            return before
        _must_open(cursor, token, school_urn, academic_year, term)
        _must_need_no_sign_off(cursor, school_urn, academic_year, term, actor)
        stands = _standing(cursor, school_urn, academic_year, term)
        if seen is None and stands is not None and stands.incidents:
            raise SayWhatStandsError(HOLDS_INCIDENTS)
        asked = returns.nil_queries_within(
            cursor, actor.scope, school_urn=school_urn, academic_year=academic_year, term=term
        )
        receipt = returns.record_nil_within(
            cursor, school_urn=school_urn, academic_year=academic_year, term=term, actor=actor, seen=seen,
            explanations=explanations,
        )  # fmt: skip
        _keep_queries(cursor, receipt.return_id, asked)
        version = _keep_answer(cursor, token, once, receipt.return_id, action=SENT)
    return Kept(version, False, receipt)


def withdraw(house: House, token: Token, once: Once, return_id: int, *, seen: int, request: str) -> Kept:
    """Take back a version that stands, unless this was done before."""
    with house.warehouse.writing() as cursor:
        _must_be_live(cursor, token)
        if (before := _before(cursor, token, once)) is not None:
            return before
        found = _version(cursor, token, return_id)
        actor = token.actor_for(found.school_urn, request=request)
        _must_be_seen(cursor, found.school_urn, seen)
        returns.withdraw_within(cursor, return_id, actor=actor, seen=seen)
        version = _keep_answer(cursor, token, once, return_id, action=WITHDRAWN)
    return Kept(version, False)


def _must_be_live(cursor: Cursor, token: Token) -> None:
    if not tokens.is_live(cursor, token, now=audit.now()):
        raise TokenEndedError(ENDED)


def _must_open(cursor: Cursor, token: Token, urn: str, year: str | None, term: Term | None) -> None:
    days = [audit.now().date()]
    if year and term:
        days.append(last_day_of(year, term))
    if not tokens.opens(cursor, token, urn, on=days):
        raise NotOpenError(NOT_OPEN)


def _must_need_no_sign_off(cursor: Cursor, urn: str, year: str, term: Term, actor: Actor) -> None:
    try:
        sign_off.must_be_signed(cursor, [urn], year, term, actor=actor, signed_as=None)
    except RefusedError as asked:
        raise SignOffError(str(asked)) from None


def _must_be_seen(cursor: Cursor, urn: str, seen: int) -> None:
    if last_seen(cursor, [urn])[urn] != seen:  # before whether it still stands: what changed is what to look at first
        raise StaleError(returns.STALE)


# -- once -------------------------------------------------------------------------------------------------


def _before(cursor: Cursor, token: Token, once: Once) -> Kept | None:
    """What came of the same request before; KeyUsedError where its key was used for another."""
    found = cursor.rows(
        "SELECT request_hash, answer FROM programme_keys WHERE token_id = $token AND key_hash = $key "
        "AND recorded_at > $since ORDER BY recorded_at DESC LIMIT 1",
        {"token": token.token_id, "key": once.key_hash, "since": audit.now() - KEYS_KEPT},
    )
    if not found:
        return None
    if found[0]["request_hash"] != once.request_hash:
        raise KeyUsedError(KEY_USED)
    told: dict[str, Any] = json.loads(found[0]["answer"])
    version = Version(
        **told | {"term": Term(told["term"]), "state": ReturnState(told["state"]),
                  "recorded_at": datetime.fromisoformat(told["recorded_at"])}
    )  # fmt: skip
    return Kept(replace(version, issues=_issues(cursor, version.return_id)), True)


def _keep_answer(cursor: Cursor, token: Token, once: Once, return_id: int, *, action: str) -> Version:
    """Keep what the programme is told, without the queries, which are beside their version; it is given back."""
    version = _version(cursor, token, return_id)
    names = [name for name in Version.__slots__ if name != "issues"]
    told = {name: getattr(version, name) for name in names} | {"recorded_at": version.recorded_at.isoformat()}
    row = {
        "token_id": token.token_id, "key_hash": once.key_hash, "request_hash": once.request_hash,
        "return_id": return_id, "answer": json.dumps(told, sort_keys=True), "recorded_at": pd.Timestamp(audit.now()),
        "action": action,
    }  # fmt: skip
    cursor.append("programme_keys", pd.DataFrame([row]))
    return replace(version, issues=_issues(cursor, return_id))


def _keep_queries(cursor: Cursor, return_id: int, found: Sequence[Issue]) -> None:
    rows = [(return_id, one.rule, one.table, one.row, one.column, one.message, one.fix) for one in found]
    names = ["return_id", "rule", "table_name", "row_number", "column_name", "message", "fix"]
    frame = pd.DataFrame(rows, columns=names)
    cursor.append("programme_queries", frame.assign(row_number=frame["row_number"].astype("Int64")))


# -- read -------------------------------------------------------------------------------------------------


def version(house: House, token: Token, return_id: int) -> Version:
    """One version of a school that the token opens; NoReturnError for any other."""
    with house.warehouse.reading() as cursor:
        return _version(cursor, token, return_id)


def versions(
    house: House, token: Token, urn: str, *, academic_year: str | None, term: Term | None
) -> tuple[int, tuple[Version, ...]]:
    """`seen` of a school, and its last versions, the latest first; NotOpenError for a school of others."""
    with house.warehouse.reading() as cursor:
        _must_open(cursor, token, urn, None, None)
        found = _read(cursor, urn=urn, year=academic_year, term=term)
        mine = [one for one in found if _is_own(cursor, token, one)]
        return last_seen(cursor, [urn])[urn], tuple(mine)


def stands(house: House, token: Token, urn: str, year: str, term: Term) -> tuple[int, Version | None]:
    """`seen` of a school, and what stands for a term: for whoever was refused because that has changed."""
    with house.warehouse.reading() as cursor:
        _must_open(cursor, token, urn, year, term)
        return last_seen(cursor, [urn])[urn], _standing(cursor, urn, year, term)


def proof_of(house: House, one: Receipt, actor: Actor) -> tuple[receipts.Proof, ...]:
    """The proof of what was kept, for its receipt."""
    return receipts.proofs(house.warehouse, actor.scope, [one.return_id])


def _standing(cursor: Cursor, urn: str, year: str, term: Term) -> Version | None:
    found = _read(cursor, urn=urn, year=year, term=term)
    return next((one for one in found if one.state is ReturnState.SUBMITTED), None)


def _version(cursor: Cursor, token: Token, return_id: int) -> Version:
    found = [one for one in _read(cursor, return_id=return_id) if _is_own(cursor, token, one)]
    if not found:
        raise NoReturnError(NO_RETURN)
    return replace(found[0], issues=_issues(cursor, return_id))


def _is_own(cursor: Cursor, token: Token, one: Version) -> bool:
    """A return is its school's organisation's on the last day of its term; and the school is so today."""
    days: list[date] = [audit.now().date(), last_day_of(one.academic_year, one.term)]
    return tokens.opens(cursor, token, one.school_urn, on=days)


def _read(
    cursor: Cursor, *, return_id: int | None = None, urn: str | None = None, year: str | None = None,
    term: Term | None = None,
) -> list[Version]:  # fmt: skip
    rows = cursor.rows(
        "WITH asked AS (SELECT school_urn, academic_year, term FROM returns WHERE ($id IS NULL OR return_id = $id) "
        "AND ($urn IS NULL OR school_urn = $urn) AND ($year IS NULL OR academic_year = $year) "
        "AND ($term IS NULL OR term = $term) GROUP BY ALL), "
        "own AS (SELECT r.*, lead(r.state) OVER (PARTITION BY r.school_urn, r.academic_year, r.term "
        "ORDER BY r.return_id) AS followed_by, max(r.return_id) OVER () AS latest "
        "FROM returns r JOIN asked USING (school_urn, academic_year, term)) "
        "SELECT own.*, coalesce(a.role, '') AS role, "
        "(SELECT max(s.return_id) FROM returns s WHERE s.school_urn = own.school_urn) AS seen, "
        "(SELECT count(*) FROM explanations e WHERE e.return_id = own.return_id) AS explained FROM own "
        "LEFT JOIN (SELECT DISTINCT recorded_at, actor, subject, role FROM audit) a "
        "ON a.recorded_at = own.recorded_at AND a.actor = own.recorded_by "
        "AND a.subject = 'school:' || own.school_urn || ' ' || own.academic_year || ' ' || own.term "
        "WHERE own.state = 'submitted' AND own.incidents IS NOT NULL AND ($id IS NULL OR own.return_id = $id) "
        f"ORDER BY own.return_id DESC LIMIT {MOST_LISTED}",
        {"id": return_id, "urn": urn, "year": year, "term": None if term is None else str(term)},
    )
    return [_as_version(row) for row in rows]


def _as_version(row: Mapping[str, Any]) -> Version:
    state = state_of(row["state"], followed_by=row["followed_by"])
    return Version(
        int(row["return_id"]), row["school_urn"], row["academic_year"], Term(row["term"]), state, int(row["version"]),
        bool(row["nil"]), int(row["incidents"]), int(row["children"]), int(row["queries"]), int(row["explained"]),
        row["recorded_at"], row["role"], row["file_sha256"], row["rule_book"], int(row["seen"]),
    )  # fmt: skip


def _issues(cursor: Cursor, return_id: int) -> tuple[tuple[Issue, str | None], ...] | None:
    """The queries of a version that a programme sent, each with the reason given; None of any other version."""
    sent = cursor.rows(
        "SELECT 1 FROM programme_keys WHERE return_id = $id AND action = $sent LIMIT 1", {"id": return_id, "sent": SENT}
    )
    rows = cursor.rows(
        "SELECT q.*, e.reason FROM programme_queries q LEFT JOIN explanations e ON e.return_id = q.return_id "
        "AND e.rule = q.rule AND e.table_name = q.table_name AND e.row_number IS NOT DISTINCT FROM q.row_number "
        "AND e.column_name IS NOT DISTINCT FROM q.column_name WHERE q.return_id = $id "
        "ORDER BY q.rule, q.table_name, q.row_number, q.column_name",
        {"id": return_id},
    )
    if not rows and not sent:
        return None
    return tuple((_issue(row), row["reason"]) for row in rows)


def _issue(row: Mapping[str, Any]) -> Issue:
    return Issue(
        Severity.QUERY, row["rule"], row["table_name"], row["row_number"], row["column_name"], row["message"],
        row["fix"],
    )  # fmt: skip


def queries_by_rule() -> tuple[str, ...]:
    """The rules whose queries can be explained."""
    return tuple(rule for rule, one in rulebook.book().items() if one.severity is Severity.QUERY)
