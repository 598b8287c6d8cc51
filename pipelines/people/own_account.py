"""Looking after one's own account: a new password, a new second factor, new recovery codes. The old password is asked.

Whatever changes here ends every other session of the account.
"""

from __future__ import annotations

from pipelines.people import accounts, grants, second_factor, signing_in
from pipelines.people.accounts import Account
from pipelines.people.desk import Desk, owner
from pipelines.people.joining import Joined, New, with_factor
from pipelines.people.passwords import fault_of
from pipelines.people.signing_in import CHANGED, Place, slowly
from schemas.errors import QuestionError, RefusedError

WRONG = "The present password is not right."
REQUIRED = "A second factor is required for what you are at a trust or an authority."
NO_FACTOR = "There is no second factor. Set one up first."


def prove(desk: Desk, account: Account, password: str, place: Place) -> Account:
    """The account once its password is given; QuestionError when it is wrong, counted as at sign-in."""
    tried = signing_in.password(desk, account.email, password, place)
    if tried.wait:
        raise QuestionError(slowly(tried.wait))
    if tried.account is None or tried.account.subject != account.subject:
        raise QuestionError(WRONG)
    return tried.account


def change_password(desk: Desk, account: Account, new: str, *, about: tuple[str, ...], session_id: str) -> None:
    """Set a new password for an account whose owner has just proved that it is theirs."""
    if fault := fault_of(new, about=(account.email, *about)):
        raise QuestionError(fault)
    kept = desk.passwords.made(new)
    with desk.warehouse.writing() as cursor:
        _must_be_current(accounts.of(cursor, account.identity), account)
        actor = owner(cursor, account)
        accounts.change_within(cursor, account, "password changed", actor=actor, password=kept)
    desk.sessions.end_all(account.identity, why="password changed", actor=actor, but=session_id)


def change_factor(desk: Desk, account: Account, secret: str, code: str, *, session_id: str) -> Joined:
    """Set a second factor up, or another in its place; its recovery codes are told once."""
    with desk.warehouse.writing() as cursor:
        _must_be_current(accounts.of(cursor, account.identity), account)
        actor = owner(cursor, account)
        joined = with_factor(cursor, desk, account, New("", account.password, secret, code), actor=actor)
    desk.sessions.end_all(account.identity, why="second factor changed", actor=actor, but=session_id)
    return joined


def remove_factor(desk: Desk, account: Account, *, session_id: str) -> None:
    """Go on without a second factor, where it is only offered."""
    with desk.warehouse.writing() as cursor:
        _must_be_current(accounts.of(cursor, account.identity), account)
        held = [one for one in grants.every(cursor) if one.identity == account.identity]
        if accounts.needs_second_factor(*held):
            raise RefusedError(REQUIRED)
        actor = owner(cursor, account)
        accounts.change_within(cursor, account, "second factor removed", actor=actor, factor=None)
    desk.sessions.end_all(account.identity, why="second factor removed", actor=actor, but=session_id)


def new_recovery_codes(desk: Desk, account: Account) -> tuple[str, ...]:
    """Ten new recovery codes in place of those made before."""
    with desk.warehouse.writing() as cursor:
        _must_be_current(accounts.of(cursor, account.identity), account)
        if account.factor is None:
            raise QuestionError(NO_FACTOR)
        actor = owner(cursor, account)
        accounts.change_within(cursor, account, "recovery codes made anew", actor=actor)
        return second_factor.make_recovery_codes(cursor, desk.key, account.subject, account.factor)


def _must_be_current(standing: Account | None, account: Account) -> None:
    if standing != account:
        raise RefusedError(CHANGED)
