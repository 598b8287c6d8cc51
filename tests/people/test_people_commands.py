"""`plumbline people`: the first administrator's link, who is there, help, and the end of an account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.house import House, open_house
from pipelines.people import accounts, grants, joining
from pipelines.people.desk import Desk
from pipelines.people.joining import New
from pipelines.people.passwords import Passwords
from pipelines.settings import settings
from schemas.errors import PlumblineError
from tests.factories import KEY
from tests.mail.post_office import post_office
from tests.people.local import PASSWORD, Counting

EMAIL = "office@council.example"
INVITE = ("invite", "--email", EMAIL, "--organisation", "la:990", "--role", "reader")


def forget() -> None:
    for kept in (settings, open_house):
        kept.cache_clear()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PLUMBLINE_WAREHOUSE", str(tmp_path / "p.duckdb"))
    monkeypatch.setenv("PLUMBLINE_KEY", KEY.decode())
    monkeypatch.setenv("PLUMBLINE_ADDRESS", "https://plumbline.a-council-with-a-rather-long-name.example")
    forget()
    found = open_house()
    yield found
    found.warehouse.close()
    forget()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["people", *words])


def link_of(done: Result) -> str:
    """The link, whole on a line of its own."""
    assert done.exit_code == 0, done.output
    found = re.fullmatch(r"https://plumbline\S+/invitation/([\w-]{43})", done.output.strip().splitlines()[-1])
    assert found, done.output
    return found[1]


def desk(house: House) -> Desk:
    return Desk(house.warehouse, house.key, house.people.sessions, Passwords(Counting()))


def member(house: House) -> accounts.Account:
    code = link_of(run("invite", "--email", EMAIL, "--organisation", "school:900001", "--role", "lead"))
    made = desk(house)
    return joining.join(made, code, New("Avery Lin", made.passwords.made(PASSWORD))).account


def test_the_first_administrator_gets_a_link(house: House) -> None:
    code = link_of(run("invite", "--email", EMAIL, "--organisation", "la:990", "--role", "administrator"))
    found = joining.found(desk(house), code)
    assert found
    assert (found[0].email, found[0].title) == (EMAIL, "administrator")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--email", "no address"), "not an e-mail address"),
        (("--organisation", "council"), "A scope is written like"),
        (("--role", "signatory"), "does not exist at this kind"),
        (("--until", "soon"), "YYYY-MM-DD"),
        (("--until", "2020-01-01"), "ends on or after"),
        (("--days", "15"), "at most 14 days"),
        (("--send",), "No mail server is set"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said(house: House, words: tuple[str, ...], said: str) -> None:
    done = run(*INVITE, *words)
    assert isinstance(done.exception, PlumblineError)
    assert said in str(done.exception)
    with house.warehouse.reading() as cursor:
        assert not cursor.rows("SELECT * FROM invitations")


def test_without_the_portals_address_no_link_is_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.warehouse.close()
    monkeypatch.delenv("PLUMBLINE_ADDRESS")
    forget()
    done = run(*INVITE)
    open_house().warehouse.close()
    assert "PLUMBLINE_ADDRESS" in str(done.exception)


def test_the_list_tells_accounts_and_open_links_and_no_secret(house: House) -> None:
    account = member(house)
    code = link_of(run(*INVITE))
    told = json.loads(run("list", "--json").output)
    assert told["accounts"] == [
        {"account": account.identity.key, "email": EMAIL, "name": "Avery Lin", "second_factor": False,
         "grants": ["lead@school:900001"]}
    ]  # fmt: skip
    assert [one["offers"] for one in told["links"]] == ["reader@la:990"]
    for form in (run("list").output, run("list", "--json").output):
        assert EMAIL in form
        assert code not in form
        assert "argon2" not in form


def test_an_account_ends_with_its_grants_links_and_sessions(house: House) -> None:
    account = member(house)
    secret = house.people.sessions.start(account.identity)
    link = link_of(run("reset", "--account", account.identity.key, "--reason", "lost"))
    assert run("end", "--account", account.identity.key, "--reason", "left").exit_code == 0
    assert house.people.sessions.find(secret) is None
    assert joining.found(desk(house), link) is None
    with house.warehouse.reading() as cursor:
        assert not accounts.any_stand(cursor)
        assert grants.every(cursor) == ()
    assert "no local account" in str(run("end", "--account", account.identity.key, "--reason", "x").exception)


def test_an_address_whose_account_ended_can_be_invited_again_and_is_somebody_else(house: House) -> None:
    first = member(house)
    run("end", "--account", first.identity.key, "--reason", "left")
    assert member(house).identity != first.identity


def test_a_link_can_be_withdrawn_by_its_number(house: House) -> None:
    code = link_of(run(*INVITE))
    (link,) = json.loads(run("list", "--json").output)["links"]
    assert run("withdraw", "--link", link["link"]).exit_code == 0
    assert joining.found(desk(house), code) is None


def test_a_link_that_is_sent_is_not_printed(house: House) -> None:
    with post_office() as office:
        object.__setattr__(house, "smtp", office.smtp)
        done = run(*INVITE, "--send")
    assert "The link is sent." in done.output
    assert "https://" not in done.output
    ((to, mail),) = office.came
    words = mail.get_content()
    assert to == EMAIL
    assert "You are invited to be reader at " in words
    (code,) = re.findall(r"/invitation/([\w-]{43})", words)
    assert joining.found(desk(house), code)
    with house.warehouse.reading() as cursor:
        told = str(cursor.rows("SELECT * FROM audit"))
    assert "link mailed" in told
    assert EMAIL not in told
    assert code not in told


def test_a_link_that_could_not_be_sent_is_said_and_can_be_withdrawn(house: House) -> None:
    with post_office(refuse=frozenset({EMAIL})) as office:
        object.__setattr__(house, "smtp", office.smtp)
        done = run(*INVITE, "--send")
    assert "the mail server did not take it" in str(done.exception)
    with house.warehouse.reading() as cursor:
        (left,) = cursor.rows("SELECT number FROM invitations")
        assert left["number"] in str(done.exception)
        assert "link not mailed" in str(cursor.rows("SELECT action FROM audit"))
