"""Where a school's mail goes: the mailbox of a role, never a person's own address.

Kept append-only for the school by its authority or by the school itself, and told only to organisations that the
school belongs to today. The record says for which school it was kept, not the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipelines import audit
from pipelines.history import schools_in_scope
from pipelines.register import known_schools
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import ForbiddenError, PlumblineError, QuestionError

LONGEST = 120
LEAST_OF_NAME = 3
ADDRESS = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
OF_A_ROLE = frozenset(
    ("dsl", "ddsl", "safeguarding", "safeguard", "childprotection", "head", "headteacher", "principal", "office",
     "schooloffice", "admin", "reception", "enquiries", "info", "data", "datamanager", "returns", "mail")
)  # fmt: skip
BESIDE_A_ROLE = frozenset(("lead", "designated", "deputy", "team", "school", "child", "protection", "manager", "the"))
OF_PEOPLE = frozenset(
    ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk",
     "msn.com", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "btinternet.com", "sky.com",
     "talktalk.net", "virginmedia.com", "proton.me", "protonmail.com")
)  # fmt: skip
MALFORMED = "This is not an e-mail address. Write one address, for example dsl@school.example."
OWN_ADDRESS = (
    "This does not look like the mailbox of a role. Give one that belongs to the post and not to a person, made of "
    "words such as dsl, safeguarding, head or office, digits and the school's name."
)
NOT_OWN = "A mailbox can be kept for your own schools only."
PRIVATE = "This is an address of a private mail service. Give one of the school, its trust or its authority."


class ContactRole(StrEnum):
    """Whose mailbox it is, in the words of the field."""

    LEAD = "designated safeguarding lead"
    DEPUTY = "deputy designated safeguarding lead"
    HEAD = "head teacher"
    DATA_MANAGER = "data manager"
    OFFICE = "school office"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail for one school goes, and who said so, by role."""

    school_urn: str
    role: ContactRole
    address: str
    recorded_at: datetime
    recorded_role: str


@dataclass(frozen=True, slots=True)
class Told:
    """A mailbox as somebody gives it; `where` says which row of a file that is, empty for none."""

    school_urn: str
    role: ContactRole
    address: str
    where: str = ""


def keep(warehouse: Warehouse, urn: str, address: str, *, role: ContactRole, actor: Actor) -> None:
    """Keep the mailbox of a role at a school of one's own; the last that was kept stands."""
    keep_all(warehouse, [Told(urn, role, address)], actor=actor)


def keep_all(warehouse: Warehouse, told: Sequence[Told], *, actor: Actor) -> None:
    """Keep several, all or none; the error says which row is wrong and never what is in it."""
    with warehouse.writing() as cursor:
        names = _own_names(cursor, actor)
        for one in told:
            try:
                if one.school_urn not in names:
                    raise ForbiddenError(NOT_OWN)
                found = checked(one.address, school=names[one.school_urn])
            except PlumblineError as error:
                raise type(error)(f"{one.where}{error}") from None
            _append(cursor, one.school_urn, actor, state="stands", role=one.role, address=found)


def end(warehouse: Warehouse, urn: str, *, actor: Actor) -> None:
    """Send a school no more mail, until a mailbox is kept again."""
    with warehouse.writing() as cursor:
        if urn not in _own_names(cursor, actor):
            raise ForbiddenError(NOT_OWN)
        found = _standing(cursor).get(urn)
        if found is None:
            raise QuestionError("No mailbox is kept for this school.")
        _append(cursor, urn, actor, state="ended", role=found.role, address="")


def mailboxes(warehouse: Warehouse, scope: Scope) -> Mapping[str, Mailbox]:
    """The mailboxes of an organisation's schools of today, by URN."""
    with warehouse.reading() as cursor:
        return mailboxes_of(cursor, scope)


def mailboxes_of(cursor: Cursor, scope: Scope) -> Mapping[str, Mailbox]:
    """The same, within a transaction."""
    mine = schools_in_scope(cursor, scope, on=audit.now().date())
    return {urn: one for urn, one in _standing(cursor).items() if urn in mine}


def checked(address: str, *, school: str) -> str:
    """An address as it is kept; QuestionError, which never repeats it, unless it is the mailbox of a role."""
    found = address.strip().casefold()
    if len(found) > LONGEST or not ADDRESS.fullmatch(found):
        raise QuestionError(MALFORMED)
    local, _, domain = found.partition("@")
    if domain in OF_PEOPLE:
        raise QuestionError(PRIVATE)
    parts = [part for part in re.split(r"[^a-z]+", local) if part]
    name = re.sub(r"[^a-z]", "", school.casefold())
    if not any(part in OF_A_ROLE for part in parts) or not all(_allowed(part, name) for part in parts):
        raise QuestionError(OWN_ADDRESS)
    return found


def _allowed(part: str, name: str) -> bool:
    """A word of an address before the @: of a role, or of the school's own name from its beginning."""
    return part in OF_A_ROLE | BESIDE_A_ROLE or (len(part) >= LEAST_OF_NAME and name.startswith(part))


def _own_names(cursor: Cursor, actor: Actor) -> Mapping[str, str]:
    """The names of the schools whose mailboxes someone may keep today, by URN."""
    if actor.scope.kind not in (ScopeKind.AUTHORITY, ScopeKind.SCHOOL):
        raise ForbiddenError("A school's mailbox is kept by the school or by its authority.")
    schools = known_schools(cursor)
    if schools is None:
        return {}
    mine = schools_in_scope(cursor, actor.scope, on=audit.now().date())
    return {str(urn): str(name) for urn, name in schools["name"].items() if urn in mine}


def _standing(cursor: Cursor) -> Mapping[str, Mailbox]:
    rows = cursor.rows(
        "SELECT * FROM (SELECT * FROM mailboxes "
        "QUALIFY row_number() OVER (PARTITION BY school_urn ORDER BY recorded_at DESC, state = 'ended' DESC) = 1) "
        "WHERE state = 'stands'"
    )
    return {str(row["school_urn"]): _mailbox(row) for row in rows}


def _mailbox(row: Mapping[str, Any]) -> Mailbox:
    return Mailbox(
        row["school_urn"], ContactRole(row["role"]), row["address"], row["recorded_at"], row["recorded_role"]
    )


def _append(cursor: Cursor, urn: str, actor: Actor, *, state: str, role: ContactRole, address: str) -> None:
    cursor.run(
        "INSERT INTO mailboxes (school_urn, role, address, state, recorded_at, recorded_by, recorded_role, scope) "
        "VALUES ($urn, $role, $address, $state, $when, $name, $by_role, $scope)",
        {
            "urn": urn, "role": str(role), "address": address, "state": state, "when": audit.now(),
            "name": actor.name, "by_role": actor.role, "scope": str(actor.scope),
        },
    )  # fmt: skip
    audit.record(cursor, audit.Event(actor, f"mailbox: {state}", f"school:{urn}", {"role": str(role)}))
