"""What must hold before anything is done for a programme."""

from __future__ import annotations

from pipelines import audit, returns, sign_off
from pipelines.history import last_day_of
from pipelines.people import tokens
from pipelines.people.programme_errors import ENDED, NOT_OPEN, NotOpenError, SignOffError, TokenEndedError
from pipelines.people.tokens import Token
from pipelines.preview import last_seen
from pipelines.scope import Actor
from pipelines.warehouse.store import Cursor
from schemas.calendar import Term
from schemas.errors import RefusedError, StaleError


def must_be_live(cursor: Cursor, token: Token) -> None:
    """TokenEndedError where a token opens nothing any more."""
    if not tokens.is_live(cursor, token, now=audit.now()):
        raise TokenEndedError(ENDED)


def must_open(cursor: Cursor, token: Token, urn: str, year: str | None, term: Term | None) -> None:
    """NotOpenError unless the token opens the school today and, where one is meant, at the end of the term."""
    days = [audit.now().date()]
    if year and term:
        days.append(last_day_of(year, term))
    if not tokens.opens(cursor, token, urn, on=days):
        raise NotOpenError(NOT_OPEN)


def must_need_no_sign_off(cursor: Cursor, urn: str, year: str, term: Term, actor: Actor) -> None:
    """SignOffError where somebody at the school must sign, for no programme can."""
    try:
        sign_off.must_be_signed(cursor, [urn], year, term, actor=actor, signed_as=None)
    except RefusedError as asked:
        raise SignOffError(str(asked)) from None


def must_be_seen(cursor: Cursor, token: Token, urn: str, seen: int) -> None:
    """StaleError where something was sent for a school since, of a term that is its organisation's."""
    # before whether it still stands: what changed is what to look at first
    if last_seen(cursor, token.organisation, [urn])[urn] != seen:
        raise StaleError(returns.STALE)
