"""Named groups of an organisation's own schools: an authority's localities, a trust's hubs. Kept by `decisions`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines import decisions
from pipelines.decisions import Decision, DecisionKind
from pipelines.reporting import Reporting
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Warehouse
from schemas.errors import ForbiddenError, QuestionError, RefusedError

LONGEST = 60
NAME = re.compile(r"[^\W_][\w '’&,.()/–-]*")


@dataclass(frozen=True, slots=True)
class Group:
    """One group as it stands: its URNs in order, who named it or changed it last, and when."""

    number: int
    name: str
    schools: tuple[str, ...]
    decided_at: datetime
    decided_by: str
    role: str


def groups(warehouse: Warehouse, scope: Scope) -> tuple[Group, ...]:
    """The groups that stand for an organisation, in order of name."""
    found = [_group(one) for one in decisions.decisions(warehouse, scope, DecisionKind.GROUP)]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.number)))


def keep(
    warehouse: Warehouse, reporting: Reporting, name: str, schools: Iterable[str], *,
    actor: Actor, number: int | None = None,
) -> int:  # fmt: skip
    """Keep a new group, or a new version of one; its number is given back."""
    called, urns = name.strip(), sorted(set(schools))
    _must_be_own(reporting, urns, actor)
    _must_be_named(warehouse, called, actor, number)
    content = {"name": called, "schools": urns}
    if number is None:
        return decisions.decide(warehouse, DecisionKind.GROUP, content, actor=actor)
    _must_be_group(warehouse, number, actor)
    decisions.revise(warehouse, number, content, actor=actor)
    return number


def withdraw(warehouse: Warehouse, number: int, *, actor: Actor) -> None:
    """End a group; what it was stays on record."""
    _must_be_group(warehouse, number, actor)
    decisions.withdraw(warehouse, number, actor=actor)


def _must_be_own(reporting: Reporting, schools: list[str], actor: Actor) -> None:
    if actor.scope.kind not in (ScopeKind.AUTHORITY, ScopeKind.TRUST):
        raise ForbiddenError("Groups are kept by authorities and trusts, of their own schools.")
    if not schools:
        raise QuestionError("Choose the schools of the group.")
    if not set(schools) <= set(reporting.schools(actor.scope)):
        raise ForbiddenError("A group holds schools of your own organisation only.")


def _must_be_named(warehouse: Warehouse, name: str, actor: Actor, number: int | None) -> None:
    if not name or len(name) > LONGEST:
        raise QuestionError(f"Give the group a name of at most {LONGEST} characters.")
    others = [one.name.casefold() for one in groups(warehouse, actor.scope) if one.number != number]
    if name.casefold() in others:
        raise QuestionError("Another of your groups has this name. Choose another, or change that group.")
    if "@" not in name and not NAME.fullmatch(name):
        raise QuestionError("Write a group's name in letters, numbers, spaces and the marks ' & , . ( ) / -")


def _must_be_group(warehouse: Warehouse, number: int, actor: Actor) -> None:
    if number not in [one.number for one in groups(warehouse, actor.scope)]:
        raise RefusedError("Your organisation has no such group; it may have been withdrawn.")


def _group(one: Decision) -> Group:
    kept = one.content
    return Group(
        one.decision_id, str(kept["name"]), tuple(map(str, kept["schools"])), one.decided_at, one.decided_by, one.role
    )
