"""Signing in with a local account: password, then second factor.

Whether there is an account, and whether it has ended, shows in nothing: the same words, one comparison of a password,
one note in the record, the same counting of tries.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pipelines import access_record, audit
from pipelines.people import accounts, grants, second_factor
from pipelines.people.accounts import Account
from pipelines.people.desk import Desk, owner
from pipelines.people.sealed import seal, unseal
from pipelines.people.throttle import Per
from pipelines.warehouse.store import Cursor
from schemas.errors import QuestionError, RefusedError

DEVICE = "device"
DEVICE_LASTS = 180 * 24 * 3600  # seconds
MOST_ON_A_DEVICE = 5  # accounts of a shared machine
WRONG_PASSWORD = "password or address"  # noqa: S105 - what was wrong, in the record
WRONG_CODE = "second factor of a local account"
NO_GRANT = "signed in without a grant"
CHANGED = "This account was changed in the meantime. Sign in again."
NEEDS_FACTOR = "Set up a second factor: it is required at trusts and authorities."


@dataclass(frozen=True, slots=True)
class Try:
    """What came of a try: the account where it was right; else how long to wait, 0 where it was simply wrong."""

    account: Account | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: a network address, and the device cookies that the browser brought."""

    address: str
    devices: str = ""


def password(desk: Desk, email: str, said: str, place: Place) -> Try:
    """Try a password; right ones are kept anew where the parameters have changed since."""
    name = _name(email)
    keys = _keys(desk, name, place)
    if wait := desk.throttle.begin(keys):
        return Try(wait=wait)
    with desk.warehouse.reading() as cursor:
        account = accounts.of_address(cursor, name)
    if not desk.passwords.fits(account.password if account else None, said) or account is None:
        access_record.sign_in_refused(desk.warehouse, WRONG_PASSWORD, place=place.address)
        return Try()
    desk.throttle.passed(keys)
    return Try(_renewed(desk, account, said))


def code(desk: Desk, account: Account, said: str, place: Place) -> Try:
    """Try a code of the moment or a recovery code, after the right password."""
    device = _device(desk, account.email, place.devices)
    keys = {Per.DEVICE: device} if device else {Per.CODE: account.subject}
    if wait := desk.throttle.begin(keys):
        return Try(wait=wait)
    with desk.warehouse.writing() as cursor:
        right, actor = _takes(cursor, desk, account, said), owner(cursor, account)
    if not right:
        access_record.refused(desk.warehouse, actor, WRONG_CODE)
        return Try()
    desk.throttle.passed(keys)
    return Try(account)


def open_session(desk: Desk, account: Account, *, told_by: str) -> str:
    """The secret of a new session; empty, and a note in the record, for an account without a grant that holds today.

    RefusedError where the account is no longer as it was proved: whoever changes it ends what is open at that moment,
    and nothing that was proved before begins after it.
    """
    with desk.warehouse.writing() as cursor:
        if accounts.of(cursor, account.identity) != account:
            raise RefusedError(CHANGED)
        held = grants.of(cursor, account.identity, on=desk.clock().date())
        if not held:
            audit.record(cursor, audit.Event(owner(cursor, account), NO_GRANT, f"account:{account.identity.key}"))
            return ""
        if accounts.needs_second_factor(*held) and account.factor is None:
            raise RefusedError(NEEDS_FACTOR)
        return desk.sessions.start_within(cursor, account.identity, told_by=told_by)


def lacks_factor(desk: Desk, account: Account) -> bool:
    """Whether somebody has to set up a second factor before they get in."""
    with desk.warehouse.reading() as cursor:
        held = grants.of(cursor, account.identity, on=desk.clock().date())
    return account.factor is None and accounts.needs_second_factor(*held)


def trusted(desk: Desk, account: Account, devices: str) -> str:
    """The device cookies of a browser in which somebody has just signed in, theirs the first of up to five."""
    until = desk.seconds + DEVICE_LASTS
    new = seal(desk.key, DEVICE, account.email, {"device": secrets.token_hex(8)}, until=until)
    others = [one for one in devices.split(".") if one and not _opened(desk, account.email, one)]
    return ".".join([new, *others][:MOST_ON_A_DEVICE])


def slowly(wait: float) -> str:
    """How long somebody has to wait, in words that tell nothing else."""
    minutes = max(1, -int(-wait // 60))
    return f"There were too many tries. Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again."


def _takes(cursor: Cursor, desk: Desk, account: Account, said: str) -> bool:
    if account.factor is None:
        return False
    kept, subject = account.factor, account.subject
    return second_factor.take(cursor, desk.key, subject, kept, said, now=desk.seconds) or (
        second_factor.take_recovery_code(cursor, desk.key, subject, kept, said)
    )


def _renewed(desk: Desk, account: Account, said: str) -> Account:
    if not desk.passwords.outdated(account.password):
        return account
    kept = desk.passwords.made(said)
    with desk.warehouse.writing() as cursor:
        if accounts.of(cursor, account.identity) != account:
            return account  # changed a moment ago, by somebody else
        return accounts.change_within(
            cursor, account, "password kept with newer parameters", actor=owner(cursor, account), password=kept
        )


def _name(email: str) -> str:
    """What tries are counted and an account is sought by; what is no address is a name that nobody has."""
    try:
        return accounts.address(email)
    except QuestionError:
        return f"no address: {email.strip().casefold()[: accounts.LONGEST]}"


def _keys(desk: Desk, name: str, place: Place) -> dict[Per, str]:
    if device := _device(desk, name, place.devices):
        return {Per.DEVICE: device}
    return {Per.PAIR: f"{name} {place.address}", Per.ADDRESS: place.address, Per.ACCOUNT: name}


def _device(desk: Desk, name: str, devices: str) -> str:
    """The number of a device on which this account signed in before; empty for a stranger's."""
    found = (_opened(desk, name, one) for one in devices.split(".")[:MOST_ON_A_DEVICE])
    return next((number for number in found if number), "")


def _opened(desk: Desk, name: str, cookie: str) -> str:
    told = unseal(desk.key, DEVICE, name, cookie, now=desk.seconds)
    return told["device"] if told else ""
