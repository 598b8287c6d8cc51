"""Signing in: password and second factor, nobody told who has an account, nobody kept out by a stranger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pipelines import access_record
from pipelines.people import accounts, inviting, joining, own_account, signing_in
from pipelines.people.accounts import Account
from pipelines.people.joining import New
from pipelines.people.passwords import Passwords
from pipelines.people.signing_in import Place, Try
from schemas.errors import RefusedError
from tests.people.local import HERE, OPERATING, PASSWORD, Counting, Office

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL, NOBODY = "dsl@school.example", "nobody@school.example"


@pytest.fixture
def office() -> Office:
    return Office()


def try_(office: Office, email: str, said: str, place: Place = HERE) -> Try:
    return signing_in.password(office.desk, email, said, place)


def test_the_right_password_opens_and_no_other(office: Office) -> None:
    account = office.member(EMAIL)
    assert try_(office, EMAIL, PASSWORD) == Try(account)
    for wrong in ("", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), account.password):
        assert try_(office, EMAIL, wrong, Place("198.51.100.7")) == Try()


def test_the_address_may_be_typed_in_any_case(office: Office) -> None:
    account = office.member(EMAIL)
    assert try_(office, "  DSL@School.example ", PASSWORD).account == account


def ended(office: Office) -> str:
    account = office.member("left@school.example")
    with office.warehouse.writing() as cursor:
        accounts.end_within(cursor, account, actor=access_record.PORTAL)
    return account.email


def test_whether_there_is_an_account_shows_in_nothing_that_is_done(office: Office) -> None:
    office.member(EMAIL)
    gone, seen = ended(office), {}
    for email in (EMAIL, NOBODY, gone, "not an address", "", "x" * 5000, "'; DROP TABLE accounts"):
        office.clock.pass_(minutes=2)  # a new minute for the record
        compared, written = office.hasher.compared, len(office.events())
        tried = try_(office, email, "a wrong password", Place(f"192.0.2.{len(seen)}"))
        events = office.events()[written:]
        seen[email] = (tried, office.hasher.compared - compared, events)
    assert len({str(one) for one in seen.values()}) == 1
    assert seen[EMAIL][1] == 1
    assert [action for action, _, _ in seen[EMAIL][2]] == ["sign-in refused"]


def test_an_unknown_account_is_slowed_as_a_known_one_is(office: Office) -> None:
    office.member(EMAIL)
    waits = {
        email: [try_(office, email, "a wrong password", Place(f"192.0.2.{n}")).wait for _ in range(20)]
        for n, email in enumerate((EMAIL, NOBODY))
    }
    assert waits[EMAIL] == waits[NOBODY]
    assert waits[EMAIL][:6] == [0.0] * 6
    assert waits[EMAIL][6] == pytest.approx(30)


def test_while_somebody_waits_no_password_is_compared_not_even_the_right_one(office: Office) -> None:
    office.member(EMAIL)
    for _ in range(6):
        try_(office, EMAIL, "a wrong password")
    compared = office.hasher.compared
    assert try_(office, EMAIL, PASSWORD).wait > 0
    assert office.hasher.compared == compared
    office.clock.pass_(seconds=31)
    assert try_(office, EMAIL, PASSWORD).account


def test_a_thousand_strangers_do_not_keep_the_owner_out_of_a_known_device(office: Office) -> None:
    account = office.member(EMAIL)
    known = Place("203.0.113.9", signing_in.trusted(office.desk, account, ""))
    compared = office.hasher.compared
    for number in range(1000):
        try_(office, EMAIL, "a wrong password", Place(f"10.0.{number // 250}.{number % 250}"))
        office.clock.pass_(seconds=1)
    assert office.hasher.compared - compared < 30  # of a thousand guesses in a quarter of an hour
    assert try_(office, EMAIL, PASSWORD, known).account == account
    assert try_(office, EMAIL, PASSWORD, Place("203.0.113.9")).wait > 0  # without the cookie it is a stranger


def test_a_day_of_guessing_from_everywhere_makes_few_guesses(office: Office) -> None:
    office.member(EMAIL)
    compared = office.hasher.compared
    for number in range(24 * 60):
        try_(office, EMAIL, "a wrong password", Place(f"10.1.{number // 250}.{number % 250}"))
        office.clock.pass_(minutes=1)
    assert office.hasher.compared - compared < 200


def test_one_address_that_tries_many_accounts_is_slowed(office: Office) -> None:
    compared, place = office.hasher.compared, Place("198.51.100.7")
    for number in range(1000):
        try_(office, f"someone{number}@school.example", "a common password", place)
    assert office.hasher.compared - compared < 40
    assert try_(office, NOBODY, "another", Place("198.51.100.8")).wait == 0


def test_the_failures_of_one_account_do_not_slow_another_elsewhere(office: Office) -> None:
    office.member(EMAIL)
    for number in range(100):
        try_(office, EMAIL, "a wrong password", Place(f"10.0.0.{number}"))
    assert try_(office, "head@school.example", "any", Place("203.0.113.9")).wait == 0


def test_a_known_device_is_slowed_by_its_own_failures(office: Office) -> None:
    account = office.member(EMAIL)
    known = Place("203.0.113.9", signing_in.trusted(office.desk, account, ""))
    waits = [try_(office, EMAIL, "a wrong password", known).wait for _ in range(20)]
    assert waits[10] == 0
    assert waits[11] == pytest.approx(60)


def test_a_device_cookie_is_of_one_account_and_cannot_be_made_up(office: Office) -> None:
    account = office.member(EMAIL)
    cookie = signing_in.trusted(office.desk, account, "")
    other = Place("203.0.113.9", cookie)
    for _ in range(30):
        try_(office, "head@school.example", "a wrong password", other)
    assert try_(office, "head@school.example", "any", other).wait > 0
    for made_up in (cookie[:-2], "a.b.c", "." * 50, "é", cookie.swapcase()):
        assert signing_in._device(office.desk, EMAIL, made_up) == ""


def test_a_device_cookie_runs_out(office: Office) -> None:
    account = office.member(EMAIL)
    cookie = signing_in.trusted(office.desk, account, "")
    office.clock.pass_(days=181)
    assert signing_in._device(office.desk, EMAIL, cookie) == ""


def test_a_shared_machine_is_known_to_its_last_five_accounts(office: Office) -> None:
    members = [office.member(f"post{n}@school.example") for n in range(6)]
    cookie = ""
    for one in [*members, members[-1]]:
        cookie = signing_in.trusted(office.desk, one, cookie)
    known = [bool(signing_in._device(office.desk, one.email, cookie)) for one in members]
    assert known == [False, True, True, True, True, True]


def test_many_successes_slow_nobody(office: Office) -> None:
    office.member(EMAIL)
    assert all(try_(office, EMAIL, PASSWORD).account for _ in range(60))


def test_a_password_kept_with_old_parameters_is_kept_anew_at_sign_in(office: Office) -> None:
    account = office.member(EMAIL)
    newer = Passwords(Counting(time_cost=2))
    desk = type(office.desk)(
        office.warehouse, office.desk.key, office.desk.sessions, newer, office.desk.throttle, office.clock
    )
    tried = signing_in.password(desk, EMAIL, PASSWORD, HERE)
    assert tried.account
    assert tried.account.version == account.version + 1
    assert not newer.outdated(tried.account.password)
    assert signing_in.password(desk, EMAIL, PASSWORD, HERE).account == tried.account


# -- second factor ----------------------------------------------------------------------------------------


@pytest.fixture
def member(office: Office) -> Account:
    return office.member(EMAIL, "la:990", secret=SECRET)


def code(office: Office, member: Account, said: str, place: Place = HERE) -> Try:
    return signing_in.code(office.desk, member, said, place)


def test_the_code_of_the_moment_opens_once(office: Office, member: Account) -> None:
    said = office.code(SECRET)
    assert code(office, member, said).account == member
    assert code(office, member, said) == Try()


def test_the_code_that_set_the_second_factor_up_is_used(office: Office) -> None:
    office.clock.pass_(seconds=5)
    said = office.code(SECRET)
    member = office.member(EMAIL, "la:990", secret=SECRET)
    office.clock.pass_(minutes=-2)
    assert code(office, member, said) == Try()


def test_codes_are_guessed_a_few_times_only(office: Office, member: Account) -> None:
    for number in range(500):
        code(office, member, f"{number:06}", Place(f"10.0.{number // 250}.{number % 250}"))
    assert code(office, member, office.code(SECRET)).wait > 0
    known = Place("203.0.113.9", signing_in.trusted(office.desk, member, ""))
    assert code(office, member, office.code(SECRET), known).account == member


def test_without_a_second_factor_no_code_is_right(office: Office) -> None:
    member = office.member(EMAIL)
    assert code(office, member, "000000") == Try()


def test_a_wrong_code_is_in_the_record_under_the_account(office: Office, member: Account) -> None:
    code(office, member, "000000")
    action, _, detail = office.events()[-1]
    assert (action, detail) == ("access refused", '{"what": "second factor of a local account"}')


def _changed(office: Office, account: Account) -> None:
    own_account.change_password(
        office.desk, account, "violet tractor horizon", about=(), session_id=""
    )  # fmt: skip


def _set_anew(office: Office, account: Account) -> None:
    _, link = inviting.reset(
        office.warehouse, account, factor_too=False, reason="lost", actor=OPERATING, now=office.clock()
    )
    joining.set_anew(office.desk, link, New("", office.desk.passwords.made("violet tractor horizon")), HERE)


def _ended(office: Office, account: Account) -> None:
    with office.warehouse.writing() as cursor:
        accounts.end_within(cursor, account, actor=access_record.PORTAL)


@pytest.mark.parametrize("change", [_changed, _set_anew, _ended])
def test_whoever_was_signing_in_while_the_password_was_changed_does_not_get_in(
    office: Office, change: Callable[[Office, Account], None]
) -> None:
    office.member(EMAIL)
    proved = try_(office, EMAIL, PASSWORD).account
    assert proved
    change(office, proved)
    with pytest.raises(RefusedError, match="changed in the meantime"):
        signing_in.open_session(office.desk, proved, told_by="password")
    assert office.desk.sessions.live() == ()


def test_a_session_begins_in_the_transaction_in_which_the_account_is_compared(office: Office) -> None:
    account, begun, changed = office.member(EMAIL), threading.Event(), threading.Event()
    start = office.desk.sessions.start_within

    def slowly(*arguments: Any, **more: Any) -> str:
        begun.set()
        assert not changed.wait(0.5)  # nobody changes the account between the comparison and the session
        return start(*arguments, **more)

    object.__setattr__(office.desk.sessions, "start_within", slowly)

    def change() -> None:
        begun.wait()
        _changed(office, account)
        changed.set()

    other = threading.Thread(target=change)
    other.start()
    secret = signing_in.open_session(office.desk, account, told_by="password")
    other.join()
    assert office.desk.sessions.find(secret) is None
