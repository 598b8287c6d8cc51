"""Sign-off: where a school, its trust or its authority asks for it, a return counts once its DSL or head declared it.

Enforced where returns are kept (`returns.submit`, `returns.record_nil`), for the organisations that a school belongs
to on the last day of the term, and kept beside the version: the role of who declared it, and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from pipelines import audit, decisions
from pipelines.decisions import Decision, DecisionKind
from pipelines.history import FIRST_YEAR, last_day_of, must_be_own
from pipelines.scope import OPERATOR, Actor, Scope, ScopeKind
from pipelines.signing_roles import SigningRole
from pipelines.warehouse.compose import bindings
from pipelines.warehouse.standing import grains_at
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.calendar import Term
from schemas.errors import ForbiddenError, QuestionError, RefusedError

SIGNING_ROLES = tuple(map(str, SigningRole))
DECLARATION = (
    "I am the designated safeguarding lead or the head of this school. I have read this return: as far as I know it "
    "holds every incident of the term, and what it says is right."
)
NOT_SIGNED = (
    "This return needs sign-off. Its designated safeguarding lead or head signs in, checks it and declares that it is "
    "complete; then it can be sent."
)
WHO = {ScopeKind.SCHOOL: "the school", ScopeKind.TRUST: "its trust", ScopeKind.AUTHORITY: "its authority"}
Asking = Mapping[str, tuple[Scope, ...]]  # by URN: the organisations that ask


def ask(warehouse: Warehouse, *, actor: Actor) -> None:
    """From now on, ask for sign-off of the returns of one's own schools."""
    if actor.scope.kind is ScopeKind.OPERATOR:
        raise ForbiddenError("Sign-off is asked for by a school, a trust or an authority.")
    with warehouse.writing() as cursor:  # what stands is read in it: two people at once keep one decision
        if not decisions.standing_within(cursor, actor.scope, DecisionKind.SIGN_OFF):
            decisions.decide_within(cursor, DecisionKind.SIGN_OFF, {}, actor=actor)


def stop(warehouse: Warehouse, *, actor: Actor) -> None:
    """Ask for sign-off no longer; other organisations may still."""
    with warehouse.writing() as cursor:
        found = decisions.standing_within(cursor, actor.scope, DecisionKind.SIGN_OFF)
        if not found:
            raise QuestionError("Your organisation does not ask for sign-off.")
        for one in found:
            decisions.withdraw_within(cursor, one.decision_id, actor=actor)


def asked_by(warehouse: Warehouse, scope: Scope) -> Decision | None:
    """An organisation's own decision to ask for sign-off, where it stands."""
    found = decisions.decisions(warehouse, scope, DecisionKind.SIGN_OFF)
    return found[-1] if found else None


def asking(warehouse: Warehouse, scope: Scope, urns: Sequence[str], year: str, term: Term) -> Asking:
    """Which of these schools of one's own need their returns of a term signed off, and who asks for it."""
    with warehouse.reading() as cursor:
        must_be_own(cursor, scope, urns, on=last_day_of(year, term))
        return _asking(cursor, urns, year, term)


def may_sign(actor: Actor) -> bool:
    """Whether someone's own role signs returns off: a school's DSL or head."""
    return actor.scope.kind is ScopeKind.SCHOOL and actor.role in SIGNING_ROLES


def must_be_signed(
    cursor: Cursor, urns: Sequence[str], year: str, term: Term, *, actor: Actor, signed_as: str | None
) -> Asking:
    """Who asks for sign-off of these returns; RefusedError where it is asked for and not given.

    `signed_as` is the role under which it is declared: one's own, or, by the operator of the machine, the role
    of who declared it elsewhere.
    """
    found = _asking(cursor, urns, year, term)
    if (found or signed_as is not None) and not _is_signed(actor, signed_as):
        raise RefusedError(NOT_SIGNED)
    return found


def _is_signed(actor: Actor, signed_as: str | None) -> bool:
    if actor.scope.kind is ScopeKind.OPERATOR:
        return signed_as in SIGNING_ROLES
    return may_sign(actor) and signed_as == actor.role


def keep(
    cursor: Cursor, versions: pd.DataFrame, asked: Asking, *, actor: Actor, signed_as: str | None, when: datetime
) -> list[str]:
    """Keep beside each version that needed it who signed it off; `versions` has return_id and school_urn.

    The role for each version is given back, empty where no sign-off was asked for.
    """
    rows = [
        (int(number), signed_as, pd.Timestamp(when), actor.name, " ".join(map(str, asked[urn])))
        for number, urn in zip(versions["return_id"], versions["school_urn"], strict=True)
        if urn in asked
    ]
    names = ["return_id", "role", "declared_at", "declared_by", "asked_by"]
    cursor.append("sign_offs", pd.DataFrame(rows, columns=names))
    return [(signed_as or "") if urn in asked else "" for urn in versions["school_urn"]]


def who_asks(found: Asking) -> str:
    """“its trust and its authority”, over all the schools."""
    kinds = {scope.kind for scopes in found.values() for scope in scopes}
    return " and ".join(words for kind, words in WHO.items() if kind in kinds)


def _asking(cursor: Cursor, urns: Sequence[str], year: str, term: Term) -> Asking:
    standing = {one.scope for one in decisions.standing_of_all(cursor, DecisionKind.SIGN_OFF)}
    if not standing:
        return {}
    moment = audit.now()
    rows = cursor.rows(
        grains_at(cursor, OPERATOR, moment) + "SELECT s.urn, a.la_code, t.trust_uid FROM register s "
        "JOIN authority_members a ON a.urn = s.urn AND $on BETWEEN a.from_date AND a.to_date "
        "LEFT JOIN trust_members t ON t.urn = s.urn AND $on BETWEEN t.from_date AND t.to_date "
        "WHERE s.urn IN (SELECT unnest($urns))",
        {**_values(moment), "on": last_day_of(year, term), "urns": list(urns)},
    )
    found: dict[str, set[Scope]] = {}
    for row in rows:
        found.setdefault(row["urn"], set()).update(_scopes(row) & standing)
    return {urn: tuple(sorted(scopes)) for urn, scopes in found.items() if scopes}


def _scopes(row: Mapping[str, str | None]) -> set[Scope]:
    return {
        Scope(ScopeKind.SCHOOL, row["urn"] or ""), Scope(ScopeKind.AUTHORITY, row["la_code"] or ""),
        Scope(ScopeKind.TRUST, row["trust_uid"] or ""),
    }  # fmt: skip


def _values(moment: datetime) -> dict[str, object]:
    return bindings(OPERATOR, as_at=moment, first_year=FIRST_YEAR)
