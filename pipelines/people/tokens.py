"""Tokens with which a programme sends a school's returns without a person: made by its school or trust, shown once.

The warehouse keeps the SHA-256 of a token, never the token. What it opens is named when it is made: which schools,
sending or only reading what became of returns, and until when. Append-only: made, then perhaps revoked; and one row for
each day on which it was used.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from pipelines import access_record, audit
from pipelines.history import schools_in_scope
from pipelines.intake.kept_words import kind_in_words
from pipelines.scope import Actor, Scope, ScopeKind
from pipelines.warehouse.store import Cursor, Warehouse
from schemas.errors import QuestionError, RefusedError

PREFIX = "plumbline_"
SECRET_BYTES = 32
USUAL, LONGEST = timedelta(days=400), timedelta(days=731)
LONGEST_PURPOSE = 60
PURPOSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,&()/+-]*")
NEXT = (  # the record counts those too that were erased with their school: no later token has the number of one of them
    "SELECT greatest((SELECT coalesce(max(token_id), 0) FROM tokens), "
    "(SELECT count(*) FROM audit WHERE action = 'token made')) + 1 AS next"
)
MOST_AT_ONCE = 20  # tokens of one organisation that open something
ROLE = "programme"

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTH, _CHECK_LENGTH = 43, 6  # of 32 bytes, and of a CRC-32, in base 62
LOOKS_LIKE_ONE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_LENGTH + _CHECK_LENGTH}}}")  # what a scanner looks for

NOT_HERE = "A token belongs to a school, or to a trust for schools that it names."
NOT_YOURS = "There is no such token among those of your organisation; it may have been revoked already."
NOT_OWN = "A token opens schools of your own organisation only. Choose among them."
NO_SCHOOL = "Choose at least one school that the token is for."
NO_SCOPE = "Choose what the token may do."
WRONG_PURPOSE = f"Say in up to {LONGEST_PURPOSE} letters and digits what the token is for, such as the system's name."
NAMES_SOMEBODY = "This holds what looks like {kind}. Name the system or the purpose, and nobody."
WRONG_END = "A token ends after today, and no more than two years from now."
TOO_MANY = f"Your organisation has {MOST_AT_ONCE} tokens already. Revoke those that are not used any more first."


class TokenScope(StrEnum):
    """What a token may do."""

    SEND = "send"
    READ = "read"


MEANS = {
    TokenScope.SEND: "check, send and withdraw returns",
    TokenScope.READ: "read what became of returns",
}


class TokenState(StrEnum):
    """Whether a token opens anything."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token opens: `schools` by URN, `scopes`, until `expires` (UTC). Holds no secret."""

    token_id: int
    organisation: Scope
    purpose: str
    schools: tuple[str, ...]
    scopes: frozenset[TokenScope]
    expires: datetime
    made_at: datetime
    made_by: str
    made_as: str
    revoked_at: datetime | None = None
    last_used: date | None = None

    @property
    def name(self) -> str:
        """How the record names it."""
        return f"{self.purpose} (token {self.token_id})"

    def state(self, *, on: datetime) -> TokenState:
        """Whether it opens anything at a moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.EXPIRED if on >= self.expires else TokenState.LIVE

    def actor_for(self, urn: str, *, request: str = "") -> Actor:
        """Who acts when a programme acts for one of its schools; of its past they know what the token's owner may."""
        return Actor(self.name, ROLE, Scope(ScopeKind.SCHOOL, urn), request=request, on_behalf_of=self.organisation)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new token shall be."""

    purpose: str
    schools: tuple[str, ...]
    scopes: frozenset[TokenScope]
    expires: datetime


# -- the secret -------------------------------------------------------------------------------------------


def new_secret() -> str:
    """A token: its prefix, 32 random bytes, and a checksum by which a scanner tells it from noise."""
    body = _base62(int.from_bytes(secrets.token_bytes(SECRET_BYTES)), _LENGTH)
    return PREFIX + body + _checksum(body)


def is_well_formed(text: str) -> bool:
    """Whether a text has the form and the checksum of a token."""
    if not LOOKS_LIKE_ONE.fullmatch(text):
        return False
    body = text.removeprefix(PREFIX)[:_LENGTH]
    return text.endswith(_checksum(body))


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# -- made and revoked -------------------------------------------------------------------------------------


def make(warehouse: Warehouse, wanted: Wanted, *, actor: Actor, when: datetime | None = None) -> tuple[Token, str]:
    """Keep a new token of the actor's school or trust; the token itself is given back here and never again."""
    moment = when or audit.now()
    _must_be_sound(wanted, actor, moment)
    secret = new_secret()
    with warehouse.writing() as cursor:
        _must_be_own(cursor, wanted.schools, actor, on=moment.date())
        if sum(one.state(on=moment) is TokenState.LIVE for one in every(cursor, actor.scope)) >= MOST_AT_ONCE:
            raise RefusedError(TOO_MANY)
        number = int(cursor.rows(NEXT)[0]["next"])
        purpose = " ".join(wanted.purpose.split())
        token = Token(
            number, actor.scope, purpose, tuple(sorted(set(wanted.schools))), wanted.scopes, wanted.expires, moment,
            actor.name, actor.role,
        )  # fmt: skip
        _append(cursor, token, "made", actor=actor, secret_hash=_hash(secret), when=moment)
    return token, secret


def revoke(warehouse: Warehouse, token_id: int, *, actor: Actor, when: datetime | None = None) -> None:
    """End a token at once: what a programme is doing with it at this moment is not kept either.

    Who may: the organisation that made it, an organisation whose schools are all that it opens, and the operator.
    """
    moment = when or audit.now()
    with warehouse.writing() as cursor:
        found = _one(cursor, token_id)
        if found is None or found.revoked_at is not None or not _may_end(cursor, found, actor, on=moment.date()):
            raise RefusedError(NOT_YOURS)
        _append(cursor, replace(found, revoked_at=moment), "revoked", actor=actor, secret_hash="", when=moment)


def _must_be_sound(wanted: Wanted, actor: Actor, moment: datetime) -> None:
    if actor.scope.kind not in (ScopeKind.SCHOOL, ScopeKind.TRUST):
        raise RefusedError(NOT_HERE)
    if not wanted.scopes:
        raise QuestionError(NO_SCOPE)
    if not moment < wanted.expires <= moment + LONGEST:
        raise QuestionError(WRONG_END)
    purpose = " ".join(wanted.purpose.split())
    if len(purpose) > LONGEST_PURPOSE or not PURPOSE.fullmatch(purpose):
        raise QuestionError(WRONG_PURPOSE)
    if kind := kind_in_words(purpose):
        raise QuestionError(NAMES_SOMEBODY.format(kind=kind))


def _must_be_own(cursor: Cursor, schools: Collection[str], actor: Actor, *, on: date) -> None:
    if not schools:
        raise QuestionError(NO_SCHOOL)
    if not set(schools) <= schools_in_scope(cursor, actor.scope, on=on):
        raise RefusedError(NOT_OWN)


def _may_end(cursor: Cursor, token: Token, actor: Actor, *, on: date) -> bool:
    if actor.scope.kind is ScopeKind.OPERATOR or actor.scope == token.organisation:
        return True
    return set(token.schools) <= schools_in_scope(cursor, actor.scope, on=on)


def _append(cursor: Cursor, token: Token, state: str, *, actor: Actor, secret_hash: str, when: datetime) -> None:
    scopes = sorted(map(str, token.scopes))
    row: dict[str, Any] = {
        "token_id": token.token_id, "state": state, "secret_hash": secret_hash, "purpose": token.purpose,
        "organisation": str(token.organisation), "schools": " ".join(token.schools), "scopes": " ".join(scopes),
        "expires": pd.Timestamp(token.expires), "recorded_at": pd.Timestamp(when), "recorded_by": actor.name,
        "role": actor.role, "scope": str(actor.scope),
    }  # fmt: skip
    cursor.append("tokens", pd.DataFrame([row]))
    detail = {"token": token.token_id, "schools": list(token.schools), "scopes": scopes,
              "expires": token.expires.isoformat()}  # fmt: skip
    audit.record(cursor, audit.Event(actor, f"token {state}", str(token.organisation), detail), when=when)


# -- found ------------------------------------------------------------------------------------------------

_READ = (
    "SELECT m.*, r.recorded_at AS revoked_at, u.last_used FROM tokens m "
    "LEFT JOIN (SELECT token_id, min(recorded_at) AS recorded_at FROM tokens WHERE state = 'revoked' "
    "GROUP BY token_id) r ON r.token_id = m.token_id "
    "LEFT JOIN (SELECT token_id, max(used_on) AS last_used FROM token_days GROUP BY token_id) u "
    "ON u.token_id = m.token_id WHERE m.state = 'made' AND "
)


def find(cursor: Cursor, secret: str) -> Token | None:
    """The token that a programme presents, whatever its state; None for anything else."""
    if not is_well_formed(secret):
        return None
    found = _tokens(cursor.rows(f"{_READ} m.secret_hash = $hash", {"hash": _hash(secret)}))
    return found[0] if found else None


def found(warehouse: Warehouse, secret: str) -> tuple[Token, TokenState, date] | None:
    """The token that a programme presents, its state now, and today's day; None for anything else."""
    moment = audit.now()
    with warehouse.reading() as cursor:
        token = find(cursor, secret)
    return None if token is None else (token, token.state(on=moment), moment.date())


def every(cursor: Cursor, organisation: Scope) -> tuple[Token, ...]:
    """The tokens that an organisation ever made, the latest first."""
    asked = f"{_READ} m.organisation = $organisation ORDER BY m.token_id DESC"
    return _tokens(cursor.rows(asked, {"organisation": str(organisation)}))


def of(warehouse: Warehouse, organisation: Scope) -> tuple[Token, ...]:
    """The same, for whoever has no transaction."""
    with warehouse.reading() as cursor:
        return every(cursor, organisation)


def is_live(cursor: Cursor, token: Token, *, now: datetime) -> bool:
    """Whether a token that was found earlier still opens anything: asked again where something is kept."""
    found = _one(cursor, token.token_id)
    return found is not None and found.state(on=now) is TokenState.LIVE


def opens(cursor: Cursor, token: Token, urn: str, *, on: Sequence[date]) -> bool:
    """Whether a token is for this school, and the school was its organisation's on each of these days."""
    if urn not in token.schools:
        return False
    if token.organisation == Scope(ScopeKind.SCHOOL, urn):
        return True  # a school is its own on any day; whether it may send then is asked again where that is kept
    return all(urn in schools_in_scope(cursor, token.organisation, on=day) for day in on)


def note_use(warehouse: Warehouse, token: Token, *, on: date) -> None:
    """Keep the day on which a token was used; once a day."""
    with warehouse.writing() as cursor:
        found = _one(cursor, token.token_id)
        if found is None or found.last_used == on:
            return
        cursor.append("token_days", pd.DataFrame([{"token_id": token.token_id, "used_on": pd.Timestamp(on)}]))
        actor = Actor(token.name, ROLE, token.organisation)
        event = audit.Event(actor, "token used for the first time of a day", str(token.organisation),
                            {"token": token.token_id})  # fmt: skip
        audit.record(cursor, event)


def note_refusal(warehouse: Warehouse, token: Token, *, why: str, request: str) -> None:
    """Keep the fact that a token was presented for something that it does not open, within the bounds of the record."""
    access_record.refused(warehouse, Actor(token.name, ROLE, token.organisation, request=request), why)


def note_unknown(warehouse: Warehouse, *, place: str) -> None:
    """Keep the fact that something was presented which is no token, within the same bounds; `place` is not kept."""
    access_record.sign_in_refused(warehouse, "a programme without a token that is known", place=place)


def _one(cursor: Cursor, token_id: int) -> Token | None:
    found = _tokens(cursor.rows(f"{_READ} m.token_id = $id", {"id": token_id}))
    return found[0] if found else None


def _tokens(rows: Sequence[dict[str, Any]]) -> tuple[Token, ...]:
    return tuple(_token(row) for row in rows)


def _token(row: dict[str, Any]) -> Token:
    return Token(
        int(row["token_id"]), Scope.parse(row["organisation"]), row["purpose"], tuple(row["schools"].split()),
        frozenset(map(TokenScope, row["scopes"].split())), row["expires"], row["recorded_at"], row["recorded_by"],
        row["role"], row["revoked_at"], row["last_used"],
    )  # fmt: skip
