"""A link is made by whoever may, works once and for a while, and gives exactly what it offers."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta

import pytest

from pipelines.people import Identity, accounts, grants, identities, invitations, inviting, joining
from pipelines.people.identities import account_name
from pipelines.people.inviting import Offer
from pipelines.people.joining import New
from pipelines.scope import Actor, Scope
from schemas.errors import PlumblineError, QuestionError, RefusedError
from schemas.roles import GrantRole
from tests import factories
from tests.people.local import OPERATING, PASSWORD, START, Office

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL = "dsl@school.example"


def administrator(organisation: str, name: str = "Avery Lin (00000000000000a1)") -> Actor:
    return Actor(name, "administrator", Scope.parse(organisation))


def real_administrator(office: Office, organisation: str) -> Actor:
    """An administrator who holds the role, so that their links open."""
    who, scope = Identity("https://provider.example", "avery"), Scope.parse(organisation)
    grants.give(
        office.warehouse, who, scope, GrantRole.ADMINISTRATOR, from_day=date(2026, 9, 1), until_day=None,
        reason="begins here", actor=OPERATING,
    )  # fmt: skip
    return administrator(organisation, account_name(who, "Avery Lin"))


@pytest.fixture
def office() -> Office:
    return Office(factories.warehouse({"URN": "900001"}, {"URN": "900002", "LA (code)": "991", "LA (name)": "Other"}))


def offer(organisation: str, role: GrantRole = GrantRole.LEAD, **more: object) -> Offer:
    told = {"email": EMAIL, "from_day": date(2026, 9, 1), "until_day": None, "reason": "begins here"} | more
    return Offer(organisation=Scope.parse(organisation), role=role, **told)  # type: ignore[arg-type]


def held(office: Office) -> list[tuple[str, str]]:
    with office.warehouse.reading() as cursor:
        return [(str(one.organisation), str(one.role)) for one in grants.every(cursor)]


@pytest.mark.parametrize(
    ("whose", "organisation", "may"),
    [
        ("la:990", "la:990", True),
        ("la:990", "school:900001", True),
        ("la:990", "school:900002", False),
        ("la:990", "school:999999", False),
        ("la:990", "la:991", False),
        ("la:990", "trust:99001", False),
        ("la:991", "school:900001", False),
        ("trust:99001", "la:990", False),
        ("trust:99001", "trust:99001", True),
        ("trust:99001", "school:900001", False),
        ("school:900001", "school:900001", True),
        ("school:900001", "school:900002", False),
        ("school:900001", "la:990", False),
    ],
)
def test_who_may_invite_where(office: Office, whose: str, organisation: str, may: bool) -> None:
    try:
        inviting.invite(office.warehouse, offer(organisation), actor=administrator(whose))
        done = True
    except RefusedError:
        done = False
    assert done is may


@pytest.mark.parametrize("role", [one for one in GrantRole if one is not GrantRole.ADMINISTRATOR])
def test_nobody_but_an_administrator_makes_or_ends_a_link(office: Office, role: GrantRole) -> None:
    someone = Actor("Rowan (2)", str(role), Scope.parse("la:990"))
    made, _ = inviting.invite(office.warehouse, offer("la:990"), actor=administrator("la:990"))
    with pytest.raises(RefusedError, match="administrators only"):
        inviting.invite(office.warehouse, offer("la:990"), actor=someone)
    with pytest.raises(RefusedError, match="administrators only"):
        invitations.withdraw(office.warehouse, made.number, actor=someone)
    with pytest.raises(RefusedError, match="administrators only"):
        inviting.reset(office.warehouse, office.member(EMAIL), factor_too=True, reason="lost", actor=someone)


def test_somebody_without_an_account_makes_no_link_but_the_operator(office: Office) -> None:
    signed_in = Actor("Avery Lin (00000000000000a1)", "signed in", OPERATING.scope)
    with pytest.raises(RefusedError, match="administrators only"):
        inviting.invite(office.warehouse, offer("la:990"), actor=signed_in)
    for name in ("", "Avery Lin", "Avery Lin (1)", "(00000000000000a1) Avery Lin", "command line"):
        with pytest.raises(RefusedError, match="administrators only"):
            inviting.invite(office.warehouse, offer("la:990"), actor=administrator("la:990", name))
    inviting.invite(office.warehouse, offer("la:990"), actor=OPERATING)


def test_two_people_invite_an_administrator(office: Office) -> None:
    wanted, one = offer("la:990", GrantRole.ADMINISTRATOR), administrator("la:990")
    for second in (None, one):
        with pytest.raises(RefusedError, match="Two people"):
            inviting.invite(office.warehouse, wanted, actor=one, seconded_by=second)
    inviting.invite(
        office.warehouse, wanted, actor=one, seconded_by=administrator("la:990", "Bo Carr (00000000000000b2)")
    )
    inviting.invite(office.warehouse, wanted, actor=OPERATING)


def test_a_role_that_does_not_exist_there_is_not_offered(office: Office) -> None:
    with pytest.raises(RefusedError, match="does not exist"):
        inviting.invite(office.warehouse, offer("la:990", GrantRole.SIGNATORY), actor=OPERATING)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": "two@school.example, three@school.example"},
        {"email": "ｄｓｌ@school.example"},
        {"until_day": date(2026, 8, 31)},
        {"reason": ""},
        {"reason": "call 020 7946 0123"},
    ],
)
def test_a_wrong_offer_is_refused_and_not_repeated(office: Office, wrong: dict[str, object]) -> None:
    with pytest.raises(QuestionError) as told:
        inviting.invite(office.warehouse, offer("la:990", **wrong), actor=OPERATING)
    assert not any(str(value) in str(told.value) for value in wrong.values() if value)


@pytest.mark.parametrize("days", [0, -1, 15])
def test_a_link_lasts_a_fortnight_at_most(office: Office, days: int) -> None:
    with pytest.raises(QuestionError, match="at most 14 days"):
        inviting.invite(office.warehouse, offer("la:990"), actor=OPERATING, lasts=timedelta(days=days))


def test_accepting_makes_the_account_its_grant_and_their_record_at_once(office: Office) -> None:
    account = office.member(EMAIL)
    assert held(office) == [("school:900001", "lead")]
    with office.warehouse.reading() as cursor:
        assert identities.name_of(cursor, account.identity) == "Rowan Ashby"
    assert [action for action, _, _ in office.events()][-4:] == [
        "link made",
        "account made",
        "link used",
        "grant given",
    ]


def test_the_days_and_the_giver_of_the_grant_are_those_of_the_invitation(office: Office) -> None:
    wanted = offer("school:900001", until_day=date(2027, 8, 31))
    avery = real_administrator(office, "la:990")
    _, code = inviting.invite(office.warehouse, wanted, actor=avery, now=office.clock())
    joining.join(office.desk, code, New("Rowan", office.desk.passwords.made(PASSWORD)))
    with office.warehouse.reading() as cursor:
        _, grant = grants.every(cursor)
    assert (grant.from_day, grant.until_day) == (date(2026, 9, 1), date(2027, 8, 31))
    assert (grant.given_by, grant.reason) == (avery.name, "begins here")


def test_a_link_is_used_once(office: Office) -> None:
    code = office.link(EMAIL)
    new = New("Rowan", office.desk.passwords.made(PASSWORD))
    joining.join(office.desk, code, new)
    with pytest.raises(RefusedError, match="was used"):
        joining.join(office.desk, code, new)
    assert len(held(office)) == 1


def test_of_many_who_use_a_link_at_once_one_does(office: Office) -> None:
    code, gate, done = office.link(EMAIL), threading.Barrier(8), []

    def use() -> None:
        new = New("Rowan", office.desk.passwords.made(PASSWORD))
        gate.wait()
        try:
            done.append(joining.join(office.desk, code, new))
        except RefusedError:
            done.append(None)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    assert len([one for one in done if one]) == 1
    assert len(held(office)) == 1


def unusable(office: Office, code: str) -> bool:
    if joining.found(office.desk, code) is not None:
        return False
    with pytest.raises(RefusedError):
        joining.join(office.desk, code, New("Rowan", office.desk.passwords.made(PASSWORD)))
    return True


def test_a_link_ends_with_its_time(office: Office) -> None:
    code = office.link(EMAIL)
    office.clock.pass_(days=6, hours=23)
    assert joining.found(office.desk, code)
    office.clock.pass_(hours=1)
    assert unusable(office, code)


def test_a_withdrawn_link_is_not_used(office: Office) -> None:
    avery = real_administrator(office, "la:990")
    made, code = inviting.invite(office.warehouse, offer("la:990"), actor=avery, now=START)
    with pytest.raises(RefusedError, match="only to your organisation"):
        invitations.withdraw(
            office.warehouse, made.number, actor=administrator("la:991", "Other (00000000000000c3)"), now=START
        )
    invitations.withdraw(office.warehouse, made.number, actor=administrator("la:990"), now=START)
    assert unusable(office, code)
    with pytest.raises(RefusedError, match="was used"):
        invitations.withdraw(office.warehouse, made.number, actor=administrator("la:990"), now=START)


def test_no_other_code_opens_anything(office: Office) -> None:
    code = office.link(EMAIL)
    with office.warehouse.reading() as cursor:
        kept = [str(row["code_hash"]) for row in cursor.rows("SELECT code_hash FROM invitations")]
    for other in ("", code[:-1], code.swapcase(), code + "A", *kept):
        assert joining.found(office.desk, other) is None


@pytest.mark.parametrize("organisation", ["la:990", "trust:99001"])
def test_at_trusts_and_authorities_nobody_joins_without_a_second_factor(office: Office, organisation: str) -> None:
    code = office.link(EMAIL, organisation)
    with pytest.raises(RefusedError, match="second factor"):
        joining.join(office.desk, code, New("Rowan", office.desk.passwords.made(PASSWORD)))
    wrong = New("Rowan", office.desk.passwords.made(PASSWORD), SECRET, "000000")
    with pytest.raises(QuestionError, match="not right"):
        joining.join(office.desk, code, wrong)
    assert held(office) == []  # all or nothing
    right = New("Rowan", office.desk.passwords.made(PASSWORD), SECRET, office.code(SECRET))
    joined = joining.join(office.desk, code, right)
    assert joined.account.factor
    assert len(joined.recovery_codes) == 10


def test_an_account_that_is_there_takes_another_grant_and_stays_one(office: Office) -> None:
    account = office.member(EMAIL)
    code = office.link(EMAIL, "school:900002")
    with pytest.raises(RefusedError):
        joining.join(office.desk, code, New("Mallory", office.desk.passwords.made("another password of length")))
    joining.take_grant(office.desk, code, account)
    assert held(office) == [("school:900001", "lead"), ("school:900002", "lead")]
    with office.warehouse.reading() as cursor:
        assert accounts.every(cursor) == (account,)


def test_an_account_takes_no_grant_that_was_offered_to_another(office: Office) -> None:
    account, code = office.member(EMAIL), office.link("head@school.example")
    with pytest.raises(RefusedError):
        joining.take_grant(office.desk, code, account)


def test_an_account_without_second_factor_takes_no_grant_at_an_authority(office: Office) -> None:
    account, code = office.member(EMAIL), office.link(EMAIL, "la:990")
    assert joining.needs_new_factor(office.desk, *joining.found(office.desk, code))  # type: ignore[misc]
    with pytest.raises(RefusedError, match="second factor"):
        joining.take_grant(office.desk, code, account)


def test_the_record_and_the_log_hold_no_address_and_no_code(office: Office) -> None:
    code = office.link(EMAIL, "la:990")
    joining.join(office.desk, code, New("Rowan", office.desk.passwords.made(PASSWORD), SECRET, office.code(SECRET)))
    told = str(office.events())
    with office.warehouse.reading() as cursor:
        everything = " ".join(
            str(cursor.rows(f"SELECT * FROM {table}"))
            for table in ("accounts", "second_factors", "invitations", "audit", "people", "grants", "sessions")
        )
    assert EMAIL not in told
    assert not re.search(r"[\w.]+@[\w.]+", told)
    assert code not in everything
    assert SECRET not in everything
    assert PASSWORD not in everything


def test_addresses_differ_by_more_than_their_case(office: Office) -> None:
    office.member("DSL@School.Example")
    with office.warehouse.reading() as cursor:
        assert accounts.of_address(cursor, EMAIL)
        assert accounts.of(cursor, Identity("https://provider.example", "x")) is None


def test_every_refusal_of_a_link_is_one_of_ours(office: Office) -> None:
    with pytest.raises(PlumblineError):
        joining.take_grant(office.desk, "made up", office.member(EMAIL))
