"""Who may do what at an organisation and its schools: the people as an administrator sees them.

Of somebody who is something elsewhere too, only what concerns these organisations is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines import audit
from pipelines.people import grants, invitations
from pipelines.people.administering import open_sessions
from pipelines.people.deciding import Decider, must_administer
from pipelines.people.grants import Grant
from pipelines.people.identities import LOCAL, Identity
from pipelines.people.invitations import Invitation
from pipelines.people.naming import names_told
from pipelines.people.reach import looked_after, trusts_today
from pipelines.people.sessions import Session, Sessions
from pipelines.scope import Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.roles import GrantRole

HISTORY = (
    "SELECT g.*, e.recorded_at AS ended_at, e.recorded_by AS ended_by, e.reason AS end_reason FROM grants g "
    "LEFT JOIN grants e ON e.grant_id = g.grant_id AND e.state = 'ended' WHERE g.state = 'given' ORDER BY g.grant_id"
)
LAST_USED = (
    "SELECT issuer, subject, max(happened_at) AS last FROM sessions "
    "WHERE grant_id IN (SELECT unnest($ids)) GROUP BY issuer, subject"
)
SCHOOLS = (
    "SELECT urn, name, status, close_date FROM schools QUALIFY row_number() OVER ("
    "PARTITION BY urn ORDER BY coalesce(told_on, CAST(loaded_at AS DATE)) DESC, loaded_at DESC) = 1"
)
MEMBERSHIPS = (
    "SELECT trust_uid, arg_max(trust_name, loaded_at) AS name FROM ("
    "SELECT trust_uid, trust_name, loaded_at FROM memberships "
    "UNION ALL SELECT trust_uid, trust_name, loaded_at FROM schools) WHERE trust_uid <> '' GROUP BY trust_uid"
)
AUTHORITIES = "SELECT la_code, arg_max(la_name, loaded_at) AS name FROM schools WHERE la_code <> '' GROUP BY la_code"
SIGNS_IN = frozenset({GrantRole.LEAD, GrantRole.SIGNATORY, GrantRole.SENDER})  # those who can send a school's return


@dataclass(frozen=True, slots=True)
class Held:
    """A grant with what became of it; `given_at`, by whom and why are of the giving."""

    grant: Grant
    given_at: datetime
    recorded_by: str
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""

    def when(self, *, on: date) -> str:
        """“now”, “to come” or “past”."""
        last = self.grant.until_day
        if self.ended_at is not None or (last is not None and last < on):
            return "past"
        return "now" if self.grant.from_day <= on else "to come"


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody with what they are, were and will be at one's own organisations."""

    identity: Identity
    name: str
    held: tuple[Held, ...]
    last_signed_in: date | None
    open: tuple[Session, ...]
    is_local: bool

    def now(self, *, on: date) -> tuple[Held, ...]:
        """What they are today."""
        return tuple(one for one in self.held if one.when(on=on) == "now")


@dataclass(frozen=True, slots=True)
class Place:
    """A school as an organisation's administrator sees it today: who can sign in for it, and who is invited."""

    scope: Scope
    name: str
    trust: str
    leads: tuple[str, ...]
    others: int
    invited: int

    @property
    def is_covered(self) -> bool:
        """Whether anybody can sign in and send for it."""
        return bool(self.leads)


def people(
    warehouse: Warehouse, sessions: Sessions, decider: Decider, *, when: datetime | None = None
) -> tuple[Listed, ...]:
    """Everybody who is, was or will be something at one's own organisations, by name."""
    moment = when or audit.now()
    live = open_sessions(warehouse, sessions, decider)
    with warehouse.reading() as cursor:
        must_administer(cursor, decider, decider.actor.scope, on=moment.date())
        mine = looked_after(cursor, decider.actor.scope, on=moment.date())
        names = names_told(cursor, decider, on=moment.date())
        found: dict[Identity, list[Held]] = {}
        for one in map(_held, cursor.rows(HISTORY)):
            if one.grant.organisation in mine:
                found.setdefault(one.grant.identity, []).append(one)
        ids = [one.grant.grant_id for held in found.values() for one in held]
        used = {Identity(row["issuer"], row["subject"]): row["last"] for row in cursor.rows(LAST_USED, {"ids": ids})}
    listed = [
        Listed(
            who, names.get(who, ""), tuple(held), used[who].date() if who in used else None,
            tuple(one for one in live if one.identity == who), who.issuer == LOCAL,
        )
        for who, held in found.items()
    ]  # fmt: skip
    return tuple(sorted(listed, key=lambda one: (one.name.casefold(), one.identity)))


def pending(warehouse: Warehouse, decider: Decider, *, when: datetime | None = None) -> tuple[Invitation, ...]:
    """The links that can still be used: to one's own organisations, to accounts of those who are nothing elsewhere."""
    moment = when or audit.now()
    with warehouse.reading() as cursor:
        must_administer(cursor, decider, decider.actor.scope, on=moment.date())
        mine, held = looked_after(cursor, decider.actor.scope, on=moment.date()), grants.every(cursor)
        found = invitations.open_ones(cursor, at=moment)
    return tuple(one for one in found if invitations.is_theirs(one, decider.actor, mine, held))


def names(warehouse: Warehouse) -> Mapping[Scope, str]:
    """What every organisation of the register is called."""
    with warehouse.reading() as cursor:
        return _names(cursor)


def places(warehouse: Warehouse, decider: Decider, *, when: datetime | None = None) -> tuple[Place, ...]:
    """One's own schools as at today, and who can sign in for each."""
    moment = when or audit.now()
    on = moment.date()
    with warehouse.reading() as cursor:
        must_administer(cursor, decider, decider.actor.scope, on=on)
        mine = looked_after(cursor, decider.actor.scope, on=on)
        known = {row["urn"]: row for row in cursor.rows(SCHOOLS)}
        called = names_told(cursor, decider, on=on)
        holding = [one for one in grants.every(cursor) if one.holds(on=on) and one.organisation in mine]
        trusts = trusts_today(cursor, on=on)
        links = [one.organisation for one in invitations.open_ones(cursor, at=moment)]
    schools = [one for one in mine if one.kind is ScopeKind.SCHOOL and _is_open(known.get(one.code), on=on)]
    found = [_place(one, known[one.code]["name"], trusts.get(one.code, ""), holding, called, links) for one in schools]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.scope)))


def organisations(warehouse: Warehouse, decider: Decider, *, when: datetime | None = None) -> Mapping[Scope, str]:
    """Every organisation whose people somebody looks after, by what it is called: their own first, then by name."""
    moment = when or audit.now()
    own = decider.actor.scope
    with warehouse.reading() as cursor:
        mine, called = looked_after(cursor, own, on=moment.date()), _names(cursor)
    order = sorted(mine, key=lambda one: (one != own, called.get(one, "").casefold(), one))
    return {one: called.get(one, str(one)) for one in order}


def _place(
    scope: Scope, name: str, trust: str, holding: list[Grant], called: Mapping[Identity, str],
    links: list[Scope | None],
) -> Place:  # fmt: skip
    own = [one for one in holding if one.organisation == scope]
    leads = sorted({called.get(one.identity) or one.identity.key for one in own if one.role in SIGNS_IN})
    others = {one.identity for one in own} - {one.identity for one in own if one.role in SIGNS_IN}
    return Place(scope, name, trust, tuple(leads), len(others), links.count(scope))


def _is_open(row: Mapping[str, Any] | None, *, on: date) -> bool:
    return row is not None and row["status"] != "closed" and (row["close_date"] is None or row["close_date"] >= on)


def _names(cursor: Cursor) -> Mapping[Scope, str]:
    schools = {Scope(ScopeKind.SCHOOL, row["urn"]): row["name"] for row in cursor.rows(SCHOOLS)}
    trusts = {Scope(ScopeKind.TRUST, row["trust_uid"]): row["name"] for row in cursor.rows(MEMBERSHIPS)}
    authorities = {Scope(ScopeKind.AUTHORITY, row["la_code"]): row["name"] for row in cursor.rows(AUTHORITIES)}
    return schools | trusts | authorities


def _held(row: dict[str, Any]) -> Held:
    grant = Grant(
        row["grant_id"], Identity(row["issuer"], row["subject"]), Scope.parse(row["organisation"]),
        GrantRole(row["role"]), row["from_day"], row["until_day"], row["given_by"], row["reason"],
    )  # fmt: skip
    return Held(
        grant, row["recorded_at"], row["recorded_by"], row["ended_at"], row["ended_by"] or "", row["end_reason"] or ""
    )  # fmt: skip
